"""Writes the Stata files of this folder, and what other programs read from them.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install pandas
    /tmp/oracle/bin/python make_stata.py

pandas writes the files; `NAME.csv` beside a file is what pandas reads back, with and without labels. `.a` to `.z`, binary
texts and faults are put into the bytes afterwards, because pandas writes none. The tests themselves need no Python."""

import csv
import datetime
import math
import os
import struct

import numpy
import pandas

HERE = os.path.dirname(os.path.abspath(__file__))
FAULTY = os.path.join(HERE, "../../../../fixtures/faulty")
PINNED = datetime.datetime(2013, 8, 1)
TIMES = {"day": "td", "moment": "tc", "week": "tw", "month": "tm", "quarter": "tq", "half": "th"}


def path(name):
    return os.path.join(HERE, name)


def frame(words):
    times = {name: [pandas.Timestamp(2013, 1, 1), pandas.NaT, pandas.Timestamp(1950, 7, 1), pandas.Timestamp(1960, 1, 1)]
             for name in TIMES}
    times["day"][2], times["moment"][2] = pandas.Timestamp(1900, 3, 1), pandas.Timestamp(2012, 2, 29, 23, 59, 59)
    return pandas.DataFrame({
        "respondent": numpy.array([1, 2, 3, 4], dtype="int32"),
        "employers": [2.0, 1.0, 3.0, 1.0],
        "small": numpy.array([-127, 0, 99, 100], dtype="int8"),
        "middle": numpy.array([-32767, 5, 32740, 0], dtype="int16"),
        "single": numpy.array([0.1, -2.5, numpy.nan, 1e10], dtype="float32"),
        "precise": [0.1, -2.5, math.nan, 1e15],
        "role": words,
        "comment": ["short", "", "y" * 3000, words[0] * 2],
        **times,
    })


LABELS = {"respondent": "Number of the respondent", "employers": "Are there STEM employers nearby?", "role": "Role"}
VALUES = {"employers": {1: "Some, small", 2: "Some, large", 3: "None"}, "small": {100: "Hundred"}}


def write(name, data, version, **more):
    data.to_stata(path(name), write_index=False, version=version, time_stamp=PINNED, convert_dates={n: t for n, t in TIMES.items() if n in data},
                  data_label="A test", **more)


def cell(value):
    if value is None or value is pandas.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (float, numpy.floating)):
        return "" if numpy.isnan(value) else numpy.format_float_positional(value, unique=True, trim="-")
    return str(value)


def read_back(name):
    """What pandas reads: names, labels of variables, codes, and codes with their labels."""
    with pandas.read_stata(path(name), iterator=True) as reader:
        codes = reader.read(convert_categoricals=False, preserve_dtypes=True)
        labels, sets = reader.variable_labels(), reader.value_labels()
    rows = [["name", *codes.columns], ["label", *[labels[n] for n in codes.columns]]]
    for number in range(len(codes)):
        row = []
        for n in codes.columns:
            value = codes[n].iloc[number]
            if n in TIMES:
                value = "" if pandas.isna(value) else str(value)[:19 if n == "moment" else 10]
            row.append(cell(value))
        rows.append([f"code {number}", *row])
        shown = [cell(sets.get(n, {}).get(codes[n].iloc[number])) or code for n, code in zip(codes.columns, row)]
        rows.append([f"cell {number}", *shown])
    with open(path(name + ".csv"), "w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


def replaced(content, old, new):
    assert content.count(old) == 1 and len(old) == len(new), (old, content.count(old))
    return content.replace(old, new)


def with_missing(content):
    """`.a` and `.z` in every type of number: what pandas writes as `.`, or the largest number, becomes a letter."""
    for old, new in [(struct.pack("<d", 77.0), struct.pack("<Q", 0x7FE0010000000000)),
                     (struct.pack("<f", 77.0), struct.pack("<I", 0x7F00D000)),
                     (struct.pack("<i", 7777777), struct.pack("<i", 2147483622)),
                     (struct.pack("<h", 7777), struct.pack("<h", 32767)),
                     (struct.pack("<i", 99), struct.pack("<i", 2147483622))]:
        content = replaced(content, old, new)
    return content


def stata():
    write("release-117.dta", frame(["leader", "head", "", "te" + "x" * 40]), 117, variable_labels=LABELS, value_labels=VALUES,
          convert_strl=["comment"])
    for version in (118, 119):
        for order, byteorder in (("", "little"), ("-big-endian", "big")):
            write(f"release-{version}{order}.dta", frame(["leader", "tête", "", "Ελλάδα 😀"]), version,
                  byteorder=byteorder, variable_labels={**LABELS, "role": "Rôle"}, value_labels={
                      **VALUES, "small": {100: "Hundert größere"}}, convert_strl=["comment"])
            read_back(f"release-{version}{order}.dta")
    read_back("release-117.dta")
    write("latin-117.dta", pandas.DataFrame({"id": [1, 2], "word": ["café", "tête"]}), 117)
    read_back("latin-117.dta")

    data = pandas.DataFrame({
        "precise": [1.5, 77.0], "single": numpy.array([77.0, 1.5], dtype="float32"),
        "whole": numpy.array([7777777, 99999], dtype="int32"), "narrow": numpy.array([7777, 300], dtype="int16"),
        "word": [".a", "b"]})
    write("missing.dta", data, 118, value_labels={"whole": {99: "Refused", 99999: "Many"}})
    content = open(path("missing.dta"), "rb").read()
    open(path("missing.dta"), "wb").write(with_missing(content))


# ---- Faulty studies ------------------------------------------------------------------------------------------------

def faulty():
    rows = list(csv.reader(open(os.path.join(FAULTY, "base/responses.csv"), encoding="utf-8")))
    study = open(os.path.join(FAULTY, "base/study.toml"), encoding="utf-8").read()

    def made(change=lambda data: None, version=118, **more):
        data = pandas.DataFrame(rows[1:], columns=[f"v{n}" for n in range(len(rows[0]))])
        data["v2"] = data["v2"].map({"Yes": 1, "No": 2, "Prefer not to say": 9})
        change(data)
        at = "/tmp/restudy-faulty.dta"
        data.to_stata(at, write_index=False, version=version, time_stamp=PINNED, variable_labels=dict(zip(data.columns, rows[0])),
                      value_labels={"v2": {1: "Yes", 2: "No", 9: "Prefer not to say"}}, **more)
        return open(at, "rb").read()

    def folder(name, content, said='{ file = "responses.dta", names = "labels" }'):
        at = os.path.join(FAULTY, name)
        os.makedirs(at, exist_ok=True)
        with open(os.path.join(at, "study.toml"), "w", encoding="utf-8") as out:
            out.write(study.replace('responses = "responses.csv"', f"responses = {said}"))
        with open(os.path.join(at, "responses.dta"), "wb") as out:
            out.write(content)

    def code(data):
        data.loc[1, "v2"] = 3

    def word(data):
        data.loc[0, "v13"] = "Ouvrir à midi"

    def marker(data):
        data["v2"] = data["v2"].astype("int32")
        data.loc[3, "v2"] = 7777777

    whole = made()
    folder("dta-code-without-label", made(code))
    folder("dta-missing-without-reason",
           replaced(made(marker), struct.pack("<i", 7777777), struct.pack("<i", 2147483623)))
    folder("dta-encoding-not-said", made(word, version=117))
    folder("dta-cut-short", whole[:whole.index(b"</data>") - 40])
    folder("dta-cut-in-the-variables", whole[:1500])
    at = whole.index(b"<N>") + 3
    folder("dta-more-cases-than-bytes", whole[:at] + struct.pack("<Q", 1 << 60) + whole[at + 8:])
    folder("dta-of-an-old-release", bytes([114, 2, 1, 0]) + bytes(200))
    folder("dta-of-a-later-release", whole.replace(b"<release>118", b"<release>121"))
    folder("dta-tag-missing", whole.replace(b"<sortlist>", b"<sortlost>"))
    folder("dta-that-is-text", b"ID,Q1\nr1,Yes\n")
    strl = made(convert_strl=["v13"])
    folder("dta-text-nowhere", replaced(strl, b"GSO" + struct.pack("<IQ", 14, 1), b"GSO" + struct.pack("<IQ", 14, 9)))


stata()
faulty()
