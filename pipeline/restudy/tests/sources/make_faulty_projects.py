"""Writes those studies of fixtures/faulty whose fault is in a project of qualitative data: the material of the base study as a
`.qdpx`, with one fault each. `RESTUDY_EXPECTED=write cargo test` writes what each must cause."""
import io, os, stat, zipfile

faulty = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../fixtures/faulty")
base = os.path.join(faulty, "base")
study = open(os.path.join(base, "study.toml"), encoding="utf-8").read()
tables = 'cases = "cases.csv"\ndocuments = "documents.csv"\ntexts = "texts"\ncodings = "codings.csv"\n'
assert tables in study
north = open(os.path.join(base, "texts/north-notes.txt"), encoding="utf-8").read()
south = open(os.path.join(base, "texts/south-notes.txt"), encoding="utf-8").read()


def guid(number):
    return f"00000000-0000-4000-8000-{number:012d}"


ADA, BEN, PLACE, QUIET, BRANCH, VISITORS = map(guid, range(1, 7))
NORTH, SOUTH = guid(11), guid(12)

USERS = f'''  <Users>
    <User guid="{ADA}" name="A"/>
    <User guid="{BEN}" name="B"/>
  </Users>
'''
CODES = f'''  <CodeBook>
    <Codes>
      <Code guid="{PLACE}" name="Place" isCodable="true">
        <Code guid="{QUIET}" name="Quiet" isCodable="true"/>
      </Code>
    </Codes>
  </CodeBook>
'''
VARIABLES = f'''  <Variables>
    <Variable guid="{BRANCH}" name="branch" typeOfVariable="Text"/>
    <Variable guid="{VISITORS}" name="visitors" typeOfVariable="Integer"/>
  </Variables>
'''


def value(variable, kind, text):
    return f'<VariableValue><VariableRef targetGUID="{variable}"/><{kind}>{text}</{kind}></VariableValue>'


CASES = f'''  <Cases>
    <Case guid="{guid(21)}" name="north">
      {value(BRANCH, "TextValue", "Northern branch")}
      {value(VISITORS, "IntegerValue", "120")}
      <SourceRef targetGUID="{NORTH}"/>
    </Case>
    <Case guid="{guid(22)}" name="south">
      {value(BRANCH, "TextValue", "Southern branch")}
      <SourceRef targetGUID="{SOUTH}"/>
    </Case>
  </Cases>
'''
NORTH_FIRST = f'''      <PlainTextSelection guid="{guid(31)}" name="A quiet house" startPosition="0" endPosition="14">
        <Coding guid="{guid(41)}" creatingUser="{ADA}"><CodeRef targetGUID="{QUIET}"/></Coding>
        <Coding guid="{guid(42)}" creatingUser="{BEN}"><CodeRef targetGUID="{PLACE}"/></Coding>
      </PlainTextSelection>
'''
SOUTH_FIRST = f'''      <PlainTextSelection guid="{guid(32)}" name="A loud house" startPosition="0" endPosition="13">
        <Coding guid="{guid(43)}" creatingUser="{ADA}"><CodeRef targetGUID="{PLACE}"/></Coding>
      </PlainTextSelection>
'''
SOURCES = f'''  <Sources>
    <TextSource guid="{NORTH}" name="north-notes" plainTextPath="internal://north.txt">
{NORTH_FIRST}    </TextSource>
    <TextSource guid="{SOUTH}" name="south-notes">
      <PlainTextContent>{south}</PlainTextContent>
{SOUTH_FIRST}    </TextSource>
  </Sources>
'''


def project(body=USERS + CODES + VARIABLES + CASES + SOURCES, changes=(), namespace="urn:QDA-XML:project:1.0"):
    for was, now in changes:
        assert was in body, was
        body = body.replace(was, now, 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="{namespace}" name="Readers" origin="a test">\n{body}</Project>\n'


def archive(parts, pack=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2020, 6, 1, 0, 0, 0))
            made.writestr(info, content, pack)
    return out.getvalue()


def qdpx(xml=None, texts=(("sources/north.txt", north),), **more):
    return archive([("project.qde", xml or project()), *texts], **more)


def folder(name, content, decided=None, source='project = "material.qdpx"\n', file="material.qdpx"):
    at = os.path.join(faulty, name)
    os.makedirs(at, exist_ok=True)
    open(os.path.join(at, "study.toml"), "w", encoding="utf-8").write(study.replace(tables, source))
    open(os.path.join(at, file), "wb").write(content)
    if decided is not None:
        os.makedirs(os.path.join(at, "codebook"), exist_ok=True)
        open(os.path.join(at, "codebook/project.toml"), "w", encoding="utf-8").write(decided)


def changed(name, *changes, decided=None, texts=(("sources/north.txt", north),)):
    folder(name, qdpx(project(changes=changes), texts), decided)


link = zipfile.ZipInfo("sources/link.txt", (2020, 6, 1, 0, 0, 0))
link.create_system = 3
link.external_attr = (stat.S_IFLNK | 0o777) << 16

# The archive.
folder("project-that-is-text", b"Place\n  Quiet\n")
folder("project-without-description", archive([("sources/north.txt", north)]))
folder("project-part-leads-out", qdpx(texts=(("sources/north.txt", north), ("../north.txt", north))))
folder("project-part-is-a-link", qdpx(texts=(("sources/north.txt", north), (link, "/etc/passwd"))))
folder("project-bomb", qdpx(texts=(("sources/north.txt", " " * (20 << 20)),), pack=zipfile.ZIP_DEFLATED))
folder("project-two-parts-of-one-name", qdpx(texts=(("sources/north.txt", north), ("sources/old/North.txt", north))))

# The XML.
entities = '<!DOCTYPE Project [\n<!ENTITY a "aaaaaaaaaa">\n<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\n]>\n'
folder("project-entities", qdpx(project().replace("<Project", entities + "<Project", 1).replace("Readers", "&b;")))
code = f'<Code guid="{QUIET}" name="Quiet" isCodable="true">'
folder("project-too-deep", qdpx(project(changes=[(code[:-1] + "/>", code * 300 + "</Code>" * 300)])))
folder("project-cut-short", qdpx(project()[:1500]))
folder("project-of-another-namespace", qdpx(project(namespace="urn:another")))

# What refers to what.
changed("project-id-of-no-code", (f'<CodeRef targetGUID="{QUIET}"/>', f'<CodeRef targetGUID="{guid(99)}"/>'))
changed("project-id-of-no-user", (f'creatingUser="{BEN}"', f'creatingUser="{guid(98)}"'))
changed("project-id-twice", (f'guid="{QUIET}" name', f'guid="{PLACE}" name'))
changed("project-text-missing", ("internal://north.txt", "internal://gone.txt"))
changed("project-text-outside", ("internal://north.txt", "absolute:///home/ada/north.txt"))
changed("project-text-not-utf-8", texts=(("sources/north.txt", "Une maison calme à côté.".encode("cp1252")),))
changed("project-value-not-a-number", ("<IntegerValue>120<", "<IntegerValue>many<"))
changed("project-unknown-type", ('typeOfVariable="Integer"', 'typeOfVariable="Intger"'))

# Positions.
changed("project-selection-beyond-the-text", ('startPosition="0" endPosition="14"', 'startPosition="0" endPosition="140"'))
changed("project-selection-ends-before-it-begins", ('startPosition="0" endPosition="14"', 'startPosition="14" endPosition="3"'))
elsewhere = 'name="those who come stay" startPosition="16" endPosition="29"'
changed("project-words-elsewhere", ('name="A quiet house" startPosition="0" endPosition="14"', elsewhere))
smiling = "\U0001f600 " + north
found = f'name="those who come stay..." startPosition="{3 + north.index("those")}" endPosition="{3 + north.index("stay.") + 5}"'
changed("project-counts-utf-16", ('name="A quiet house" startPosition="0" endPosition="14"', found), texts=(("sources/north.txt", smiling),))
changed("project-positions-untold", texts=(("sources/north.txt", north.replace("\n", "\r\n")),))

# What a person must decide.
changed("project-code-not-decided", ('name="Quiet"', 'name="Quite"'))
changed("project-variable-not-decided", ('name="visitors"', 'name="Number of visitors"'))
changed("project-users-of-one-name", ('name="B"', 'name="A"'))
changed("project-coding-of-nobody", (f' creatingUser="{BEN}"', ""))
changed("project-source-of-no-case", (f'      <SourceRef targetGUID="{SOUTH}"/>\n', ""))
changed("project-source-of-two-cases", (f'<SourceRef targetGUID="{SOUTH}"/>', f'<SourceRef targetGUID="{SOUTH}"/>\n      <SourceRef targetGUID="{NORTH}"/>'))
changed("project-sources-of-one-name", ('name="south-notes"', 'name="north-notes"'))
changed("project-values-that-differ", ('name="south">', 'name="north">'))
changed("project-decided-wrongly", decided='''[[code]]
raw = "Place/Quiet"
means = "place/quite"

[[code]]
raw = "Place/Loud"
leave_out = "nobody uses it"

[[user]]
raw = "A"

[[user]]
raw = "B"
leave_out = ""

[[variable]]
raw = "branch"
means = "Branch of the library"

[[source]]
raw = "north-notes"
case = "nord"

[[coding]]
id = "00000000-0000-4000-8000-000000000077"
leave_out = "given by mistake"
''')
changed("project-decided-of-another-kind", decided='[[codes]]\nraw = "Place"\nmeans = "place"\n')
cases = 'cases = "cases.csv"\nproject = "material.qdpx"\n'
folder("project-case-not-in-the-table", qdpx(project(changes=[('name="south">', 'name="Southern branch">')])), source=cases)
folder("project-beside-tables", qdpx(), source=tables + 'project = "material.qdpx"\n')

# What is left out, which is no fault.
lost = f'''    <PDFSource guid="{guid(13)}" name="plan">
      <PDFSelection guid="{guid(33)}" page="0" firstX="1" firstY="1" secondX="9" secondY="9">
        <Coding guid="{guid(44)}" creatingUser="{ADA}"><CodeRef targetGUID="{PLACE}"/></Coding>
      </PDFSelection>
    </PDFSource>
    <PictureSource guid="{guid(14)}" name="photograph">
      <PictureSelection guid="{guid(34)}" firstX="1" firstY="1" secondX="9" secondY="9">
        <Coding guid="{guid(45)}" creatingUser="{BEN}"><CodeRef targetGUID="{QUIET}"/></Coding>
      </PictureSelection>
      <Coding guid="{guid(46)}" creatingUser="{BEN}"><CodeRef targetGUID="{PLACE}"/></Coding>
    </PictureSource>
  </Sources>
'''
whole = f'      <Coding guid="{guid(47)}" creatingUser="{ADA}"><CodeRef targetGUID="{PLACE}"/></Coding>\n    </TextSource>\n  </Sources>\n'
changed("project-codings-left-out", ("    </TextSource>\n  </Sources>\n", whole), ("  </Sources>\n", lost))
changed("project-text-of-one-paragraph", texts=(("sources/north.txt", "A quiet house.\nFew come.\nThey stay.\nThey read.\n"),))

# A code book alone.
book = f'<?xml version="1.0" encoding="utf-8"?>\n<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="a test">\n{CODES.replace("  <CodeBook>", "").replace("  </CodeBook>", "")}</CodeBook>\n'
folder("code-book-with-another-code", book.replace('"Quiet"', '"Silence"').encode(), source=tables + 'codes = "codes.qdc"\n', file="codes.qdc")
folder("code-book-that-is-an-archive", qdpx(), source=tables + 'codes = "codes.qdc"\n', file="codes.qdc")
folder("project-as-a-table", qdpx(), source=tables.replace("codings.csv", "material.qdpx"))
