"""Writes the small files of this folder, and the values that other programs read from them.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install pyreadstat pandas openpyxl odfpy
    /tmp/oracle/bin/python make.py

`NAME.csv` beside a file is what the tests expect of it: for data files what pyreadstat (ReadStat) gives back, labels and all;
for workbooks the values that were put in. The tests themselves need no Python.
"""

import csv
import datetime
import io
import math
import os
import struct

import odf.number
import odf.opendocument
import odf.table
import odf.teletype
import odf.text
import openpyxl
import pandas
import pyreadstat

HERE = os.path.dirname(os.path.abspath(__file__))
PINNED = datetime.datetime(2013, 8, 1)


def path(name):
    return os.path.join(HERE, name)


def expected(name, rows):
    with open(path(name), "w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


# ---- SPSS ----------------------------------------------------------------------------------------------------------

def frame():
    nan = math.nan
    return pandas.DataFrame({
        "respondent": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "q1_employers": [1.0, 2.0, -9.0, nan, 3.0, -8.0],
        "score": [0.1, -2.5, 1e15, 97.0, 98.0, nan],
        "role": ["senior leader", "head of science", "", "tête", "x" * 40, "refused"],
        "a_very_long_variable_name_that_goes_on": [7.0, 8.0, 9.0, 10.0, 11.0, 254.0],
        "comment": ["short", "y" * 255, "z" * 256, "é" * 300, "", "".join(chr(97 + n % 26) for n in range(600))],
        "started": [PINNED + datetime.timedelta(days=n, seconds=3 * n) for n in range(5)] + [pandas.NaT],
        "born": [datetime.date(1900, 3, 1), datetime.date(1999, 12, 31), None, datetime.date(2000, 2, 29),
                 datetime.date(1970, 1, 1), datetime.date(2012, 2, 29)],
    })


LABELS = {
    "column_labels": {"respondent": "Number of the respondent", "q1_employers": "Are there STEM employers nearby?",
                      "role": "Rôle"},
    "variable_value_labels": {"q1_employers": {1.0: "Some, small", 2.0: "Some, large", 3.0: "None", -9.0: "Refused",
                                               -8.0: "Not asked"},
                              "role": {"senior leader": "A senior leader"}},
    "missing_ranges": {"q1_employers": [{"lo": -9, "hi": -8}], "score": [97, 98], "role": ["refused"]},
    "variable_measure": {"respondent": "nominal", "q1_employers": "ordinal", "score": "scale"},
}


def cell(value, time):
    if value is None or value is pandas.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (datetime.datetime, pandas.Timestamp)):
        return str(value)[:19]
    if isinstance(value, float):
        text = format(value, "f") if abs(value) < 1e16 and value == int(value) else repr(float(value))
        return text[:-7] if text.endswith(".000000") else text
    return str(value).rstrip()


def read_back(name):
    """What ReadStat reads: names, variable labels, measures, missing values, codes, and codes with their labels."""
    codes, meta = pyreadstat.read_sav(path(name), user_missing=True)
    rows = [["name", *meta.column_names],
            ["label", *[meta.column_names_to_labels[n] or "" for n in meta.column_names]],
            ["measure", *[meta.variable_measure.get(n, "unknown") for n in meta.column_names]],
            ["format", *[meta.original_variable_types[n] for n in meta.column_names]]]
    for number in range(len(codes)):
        rows.append([f"code {number}", *[cell(codes[n].iloc[number], n) for n in meta.column_names]])
    for number in range(len(codes)):
        row = [f"cell {number}"]
        for n in meta.column_names:
            value = codes[n].iloc[number]
            row.append(cell(meta.variable_value_labels.get(n, {}).get(value, value), n))
        rows.append(row)
    expected(name + ".csv", rows)


def swapped(little):
    """The same system file in the other byte order, uncompressed, as a big-endian machine would have written it."""
    out, at = io.BytesIO(), 0

    def ints(count):
        nonlocal at
        values = struct.unpack_from(f"<{count}i", little, at)
        out.write(struct.pack(f">{count}i", *values))
        at += 4 * count
        return values

    def numbers(count):
        nonlocal at
        out.write(struct.pack(f">{count}d", *struct.unpack_from(f"<{count}d", little, at)))
        at += 8 * count

    def raw(length):
        nonlocal at
        out.write(little[at:at + length])
        at += length

    raw(64)
    _, _, compression, _, _ = ints(5)
    assert compression == 0
    numbers(1)
    raw(84)
    widths = []
    while True:
        (record,) = ints(1)
        if record == 2:
            width, has_label, missing, _, _ = ints(5)
            raw(8)
            widths.append(width)
            if has_label:
                (length,) = ints(1)
                raw((length + 3) // 4 * 4)
            numbers(abs(missing)) if width == 0 else raw(8 * abs(missing))
        elif record == 3:
            (count,) = ints(1)
            start = at
            probe = at
            for _ in range(count):
                probe += 8 + (little[probe + 8] + 8) // 8 * 8
            (_, slots) = struct.unpack_from("<2i", little, probe)
            (slot,) = struct.unpack_from("<i", little, probe + 8)
            at = start
            for _ in range(count):
                numbers(1) if widths[slot - 1] == 0 else raw(8)
                raw((little[at] + 8) // 8 * 8)
            ints(2 + slots)
        elif record == 7:
            kind, size, count = ints(3)
            if kind in (3, 11):
                ints(count)
            elif kind == 4:
                numbers(count)
            elif kind == 16:
                out.write(struct.pack(">2q", *struct.unpack_from("<2q", little, at)))
                at += 16
            elif kind in (21, 22):
                raise AssertionError("not in this file")
            else:
                raw(size * count)
        elif record == 999:
            ints(1)
            break
        else:
            raise AssertionError(record)
    while at < len(little):
        for width in widths:
            numbers(1) if width == 0 else raw(8)
    return bytearray(out.getvalue())


def uncompressed(name, frame, **more):
    pyreadstat.write_sav(frame, path(name), compress=False, row_compress=False, **more)


def spss():
    data = frame()
    pyreadstat.write_sav(data, path("packed.sav"), row_compress=True, file_label="A test", **LABELS)
    pyreadstat.write_sav(data, path("zipped.zsav"), compress=True, **LABELS)
    uncompressed("plain.sav", data, **LABELS)
    for name in ("packed.sav", "zipped.zsav", "plain.sav"):
        read_back(name)
    small = data[["respondent", "q1_employers", "score", "started"]]
    labels = {
        "variable_value_labels": {"q1_employers": LABELS["variable_value_labels"]["q1_employers"]},
        "missing_ranges": {"q1_employers": [{"lo": -9, "hi": -8}], "score": [97, 98]},
        "variable_measure": LABELS["variable_measure"],
    }
    uncompressed("big-endian.sav", small, **labels)
    little = open(path("big-endian.sav"), "rb").read()
    big = swapped(little)
    # Say so in the record of machine integers too: 1 is big-endian.
    at = big.find(struct.pack(">4i", 7, 3, 4, 8))
    struct.pack_into(">i", big, at + 16 + 24, 1)
    open(path("big-endian.sav"), "wb").write(big)
    read_back("big-endian.sav")
    # Windows-1252: the same bytes with the encoding renamed and the text replaced, byte for byte.
    text = pandas.DataFrame({"id": [1.0, 2.0], "word": ["cafQ", "tQte"]})
    uncompressed("windows-1252.sav", text)
    content = open(path("windows-1252.sav"), "rb").read()
    content = content.replace(b"cafQ", b"caf\xe9").replace(b"tQte", b"t\xeate")
    at = content.find(struct.pack("<3i", 7, 20, 1))
    content = content[:at + 12] + struct.pack("<i", 12) + b"windows-1252" + content[at + 16 + 5:]
    at = content.find(struct.pack("<4i", 7, 3, 4, 8))
    content = content[:at + 16 + 28] + struct.pack("<i", 1252) + content[at + 16 + 32:]
    open(path("windows-1252.sav"), "wb").write(content)
    read_back("windows-1252.sav")


# ---- Workbooks -----------------------------------------------------------------------------------------------------

SHEET = [
    ["ID", "When", "Day", "Clock", "Score", "Agreed", "Text"],
    [1, datetime.datetime(2013, 3, 18, 14, 5, 9), datetime.date(1999, 12, 31), datetime.time(8, 30), 0.1, True, "a\nb"],
    [2, datetime.datetime(2012, 2, 29, 23, 59, 59), datetime.date(1900, 3, 1), datetime.time(0, 0, 1), -2.5, False, "x < y & z"],
    [3, None, None, None, 1e15, None, "  é  "],
]
TEXTS = [
    SHEET[0],
    ["1", "2013-03-18 14:05:09", "1999-12-31", "08:30:00", "0.1", "TRUE", "a\nb"],
    ["2", "2012-02-29 23:59:59", "1900-03-01", "00:00:01", "-2.5", "FALSE", "x < y & z"],
    ["3", "", "", "", "1000000000000000", "", "é"],
]


def excel():
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = PINNED
    sheet = book.active
    sheet.title = "Answers"
    # Two empty rows and an empty column before the table.
    for row, values in enumerate(SHEET):
        for column, value in enumerate(values):
            sheet.cell(row=row + 3, column=column + 2, value=value)
    book.create_sheet("Notes")
    book.save(path("answers.xlsx"))
    expected("answers.csv", TEXTS)

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = PINNED
    sheet = book.active
    sheet.title = "Answers"
    for row in [["ID", "Sum", "Error", "Merged"], [1, "=1+1", "#N/A", "one"], [2, 2, "#DIV/0!", None], [3, 3, "#N/A", "three"]]:
        sheet.append(row)
    for at in ("C2", "C3", "C4"):
        sheet[at].data_type = "e"
    sheet.merge_cells("D2:D3")
    other = book.create_sheet("Other")
    other.append(["A", "B"])
    book.save(path("faults.xlsx"))

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = PINNED
    sheet = book.active
    sheet.append(["ID", "Which apply?", None, "Role"])
    sheet.append([None, "Club", "Visits", None])
    sheet.merge_cells("B1:C1")
    sheet.append([1, "Club", None, "leader"])
    book.save(path("two-rows.xlsx"))


def open_document():
    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="Answers")
    table.addElement(odf.table.TableRow(numberrowsrepeated=2))
    for values in SHEET:
        row = odf.table.TableRow()
        row.addElement(odf.table.TableCell())
        for value in values:
            row.addElement(open_cell(value))
        table.addElement(row)
    # What every program writes behind the last row.
    rest = odf.table.TableRow(numberrowsrepeated=1048570)
    rest.addElement(odf.table.TableCell(numbercolumnsrepeated=16384))
    table.addElement(rest)
    book.spreadsheet.addElement(table)
    book.save(path("answers.ods"))

    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="Answers")
    for values in [["ID", "Merged", "Formula"], [1, "one", None], [2, None, None]]:
        row = odf.table.TableRow()
        for value in values:
            if value == "one":
                cell = odf.table.TableCell(valuetype="string", numberrowsspanned=2, numbercolumnsspanned=1)
                cell.addElement(odf.text.P(text=value))
            elif values[0] == 1 and value is None:
                cell = odf.table.TableCell(formula="of:=1+1")
            else:
                cell = open_cell(value)
            row.addElement(cell)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(path("faults.ods"))


def open_cell(value):
    cell = None
    if value is None:
        return odf.table.TableCell()
    if isinstance(value, bool):
        cell = odf.table.TableCell(valuetype="boolean", booleanvalue="true" if value else "false")
    elif isinstance(value, (int, float)):
        cell = odf.table.TableCell(valuetype="float", value=repr(value))
    elif isinstance(value, datetime.datetime):
        cell = odf.table.TableCell(valuetype="date", datevalue=value.isoformat())
    elif isinstance(value, datetime.date):
        cell = odf.table.TableCell(valuetype="date", datevalue=value.isoformat())
    elif isinstance(value, datetime.time):
        clock = f"PT{value.hour:02}H{value.minute:02}M{value.second:02}S"
        cell = odf.table.TableCell(valuetype="time", timevalue=clock)
    else:
        cell = odf.table.TableCell(valuetype="string")
        for line in value.split("\n"):
            paragraph = odf.text.P()
            odf.teletype.addTextToElement(paragraph, line)
            cell.addElement(paragraph)
    return cell


# ---- The study's 2013 responses, as other tools would have exported them -------------------------------------------

def library():
    """The answers of `fixtures/faulty/base` with codes for answers that are missing, two of them known to no codebook."""
    faulty = os.path.join(HERE, "..", "..", "..", "..", "fixtures", "faulty")
    with open(os.path.join(faulty, "base", "responses.csv"), encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    coded = {
        "Q1 Borrows": {"Yes": 1, "No": 2, "Prefer not to say": -9},
        "Q2 Visits [Alone]": {"Never": 1, "Every month": 2, "Every week": 3, "Not shown": -8},
        "Q2 Visits [With family]": {"Never": 1, "Every month": 2, "Every week": 3, "Not shown": -8},
        "Q5 Books [Own]": {},
    }
    data, labels, missing, named = {}, {}, {}, {}
    for number, (question, cells) in enumerate(zip(header, zip(*rows)), 1):
        name = f"v{number}"
        named[name] = question
        codes = coded.get(question)
        if codes is None:
            data[name] = list(cells)
            continue
        data[name] = [float(codes.get(c, c) or "nan") for c in cells]
        if "Not shown" in codes:
            data[name][3] = -8.0
        if question == "Q5 Books [Own]":
            data[name][1] = -7.0
        labels[name] = {float(code): label for label, code in codes.items()} or {-7.0: "Would not say"}
        missing[name] = [{"lo": -9, "hi": -7}]
    target = os.path.join(faulty, "spss-missing-without-reason", "responses.sav")
    pyreadstat.write_sav(pandas.DataFrame(data), target, column_labels=named, variable_value_labels=labels,
                         missing_ranges=missing)


def study():
    """The answers in `fixtures/waves/2013`, as SPSS and OpenDocument would hold them: closed questions as labelled codes."""
    root = os.path.join(HERE, "..", "..", "..", "..")
    source = os.path.join(root, "fixtures", "waves", "2013", "responses.synthetic.csv")
    with open(source, encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    columns = list(zip(*rows))
    data, labels, types = {}, {}, {}
    for number, (question, cells) in enumerate(zip(header, columns), 1):
        # Names of SPSS have no spaces: the questions are labels.
        name, kinds = f"v{number}", sorted(set(cells) - {""})
        if question in ("Started", "Submitted"):
            data[name] = [datetime.datetime.fromisoformat(c) if c else pandas.NaT for c in cells]
            types[question] = "time"
        elif all(c.isascii() and c.isdigit() for c in kinds) and kinds:
            data[name] = [float(c) if c else math.nan for c in cells]
            types[question] = "number"
        elif len(kinds) <= 15:
            codes = {kind: float(code) for code, kind in enumerate(kinds, 1)}
            labels[name] = {code: kind for kind, code in codes.items()}
            data[name] = [codes.get(c, math.nan) for c in cells]
        else:
            data[name] = list(cells)
    frame = pandas.DataFrame(data)
    named = {f"v{number}": question for number, question in enumerate(header, 1)}
    pyreadstat.write_sav(frame, path("responses.zsav"), compress=True, column_labels=named, variable_value_labels=labels)

    convert = {"time": lambda c: datetime.datetime.fromisoformat(c), "number": int}
    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="Answers")
    for cells in [header, *rows]:
        row = odf.table.TableRow()
        for question, text in zip(header, cells):
            plain = convert.get(types.get(question), str) if cells is not header else str
            row.addElement(open_cell(plain(text) if text else None))
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(path("responses.ods"))

    book = openpyxl.Workbook()
    book.properties.created = PINNED
    sheet = book.active
    for cells in [header, *rows]:
        plain = [convert.get(types.get(q), str)(c) if c and cells is not header else c or None
                 for q, c in zip(header, cells)]
        sheet.append(plain)
    book.save(path("responses.xlsx"))


if __name__ == "__main__":
    spss()
    excel()
    open_document()
    study()
    library()
