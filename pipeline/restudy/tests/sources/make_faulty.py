"""Writes those studies of fixtures/faulty whose fault is in a workbook or an SPSS file: the answers of the base study in
another format, with one fault each. By openpyxl, odfpy and pyreadstat; `RESTUDY_EXPECTED=write cargo test` writes what each
must cause."""
import csv, datetime, io, os, shutil, struct, zipfile
import openpyxl, pandas, pyreadstat
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

faulty = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../fixtures/faulty")
rows = list(csv.reader(open(os.path.join(faulty, "base/responses.csv"), encoding="utf-8")))
study = open(os.path.join(faulty, "base/study.toml"), encoding="utf-8").read()

def folder(name, file, content, source=None):
    at = os.path.join(faulty, name)
    os.makedirs(at, exist_ok=True)
    said = source or f'"{file}"'
    open(os.path.join(at, "study.toml"), "w", encoding="utf-8").write(study.replace('responses = "responses.csv"', f"responses = {said}"))
    open(os.path.join(at, file), "wb").write(content)

def again(data):
    """The archive with the same time everywhere, so that it is the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                continue
            new.writestr(zipfile.ZipInfo(name, (2020, 6, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()

def book(change=lambda book, sheet: None, rows=rows):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Answers"
    for row in rows:
        sheet.append([cell or None for cell in row])
    change(made, sheet)
    out = io.BytesIO()
    made.save(out)
    return again(out.getvalue())

def cell(at, value):
    def change(_, sheet):
        sheet[at] = value
    return change

def archive(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts:
            made.writestr(zipfile.ZipInfo(name, (2020, 6, 1, 0, 0, 0)), content)
    return out.getvalue()

def second_sheet(made, sheet):
    made.create_sheet("Notes")["A1"] = "Nothing"

def merged(_, sheet):
    sheet.merge_cells("C2:C3")

folder("xlsx-unknown-answer", "responses.xlsx", book(cell("C3", "Perhaps")))
folder("xlsx-error-value", "responses.xlsx", book(cell("C3", "#N/A")))
folder("xlsx-formula-never-worked-out", "responses.xlsx", book(cell("C3", '=IF(1=1,"Yes","No")')))
folder("xlsx-merged-answers", "responses.xlsx", book(merged))
folder("xlsx-two-sheets", "responses.xlsx", book(second_sheet))
folder("xlsx-no-such-sheet", "responses.xlsx", book(), '{ file = "responses.xlsx", sheet = "Answer" }')
folder("xlsx-range-of-nothing", "responses.xlsx", book(), '{ file = "responses.xlsx", range = "AA100:AC120" }')
folder("xlsx-empty", "responses.xlsx", book(rows=[]))
folder("xlsx-header-twice", "responses.xlsx", book(cell("D1", "Q1 Borrows")))
folder("xlsx-a-time-as-a-number", "responses.xlsx", book(cell("B3", 43891.4791)))
folder("xlsx-cut-short", "responses.xlsx", book()[:2000])
folder("xlsx-of-an-old-excel", "responses.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))
folder("xlsx-that-is-text", "responses.xlsx", open(os.path.join(faulty, "base/responses.csv"), "rb").read())
folder("xlsx-part-leads-out", "responses.xlsx", archive([("../../evil.xml", "x")]))
folder("xlsx-part-at-the-root", "responses.xlsx", archive([("/etc/evil.xml", "x")]))
bomb = archive([("xl/workbook.xml", "x" * 54321)])
folder("xlsx-bomb", "responses.xlsx", bomb.replace(struct.pack("<I", 54321), struct.pack("<I", 600 << 20)))
folder("csv-that-is-a-workbook", "responses.csv", book())

def ods(rows):
    made = OpenDocumentSpreadsheet()
    table = Table(name="Answers")
    for row in rows:
        line = TableRow()
        for text in row:
            filled = TableCell(valuetype="string")
            filled.addElement(P(text=text))
            line.addElement(filled if text else TableCell())
        table.addElement(line)
    made.spreadsheet.addElement(table)
    out = io.BytesIO()
    made.write(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as old:
        return archive([(name, old.read(name)) for name in old.namelist() if name in ("mimetype", "content.xml")])

other = [row[:] for row in rows]
other[2][2] = "Perhaps"
folder("ods-unknown-answer", "responses.ods", ods(other))
folder("ods-entities", "responses.ods", archive([("content.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')]))
repeated = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
folder("ods-cells-without-end", "responses.ods", archive([("content.xml",
    f'<x><table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">{repeated}</table:table-row></table:table></x>')]))
folder("ods-not-xml", "responses.ods", archive([("content.xml", "<x><table:table")]))
folder("ods-without-content", "responses.ods", archive([("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]))

def sav(change=lambda frame: None, **how):
    frame = pandas.DataFrame(rows[1:], columns=[f"v{n}" for n in range(len(rows[0]))])
    labels = dict(zip(frame.columns, rows[0]))
    frame["v2"] = frame["v2"].map({"Yes": 1.0, "No": 2.0, "Prefer not to say": 9.0})
    change(frame)
    at = "/tmp/restudy-faulty.sav"
    pyreadstat.write_sav(frame, at, column_labels=labels, variable_value_labels={"v2": {1.0: "Yes", 2.0: "No", 9.0: "Prefer not to say"}}, **how)
    made = bytearray(open(at, "rb").read())
    made[84:101] = b"01 Jun 2012:00:00"  # the day and time of making
    return bytes(made)

def another_code(frame):
    frame.loc[1, "v2"] = 3.0

named = '{ file = "responses.sav", names = "labels" }'
folder("sav-code-without-label", "responses.sav", sav(another_code), named)
folder("sav-names-instead-of-labels", "responses.sav", sav())
folder("sav-cut-short", "responses.sav", sav()[:-40], named)
folder("sav-cut-in-the-dictionary", "responses.sav", sav()[:300], named)
folder("sav-that-is-text", "responses.sav", b"ID,Q1\nr1,Yes\n", named)
