"""Writes the exports in tests/sources/tools: made-up answers of twelve people, as each survey tool lays them out."""
import csv, datetime, os, random, sys
import pandas, pyreadstat
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tools")
random.seed(2026)
ROLES = ["Teacher", "Technician", "Head of department"]
USES = ["Library", "Laboratory", "Workshop, with tools"]
RATED = {"Opening hours": None, "Staff": None}
SCALE = ["Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied"]
people = []
for n in range(1, 13):
    people.append({
        "n": n,
        "start": datetime.datetime(2026, 3, 1 + n, 9, 5 * (n % 12), 7),
        "role": ROLES[n % 3], "uses": [use for i, use in enumerate(USES) if (n >> i) & 1 or n % 5 == i],
        "rated": [SCALE[(n * 2 + i) % 5] for i in range(2)], "age": 23 + 3 * n if n != 4 else None,
        "other": "A shed" if n == 7 else "", "words": ["", "Longer hours", "More light; less noise", "Nothing"][n % 4] if n % 4 != 3 else f"Note {n}",
    })
end = lambda p: p["start"] + datetime.timedelta(minutes=6)
def write(name, rows, **how):
    with open(os.path.join(here, name), "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n", **how).writerows(rows)

# LimeSurvey: question texts, full answers; a tick is "Yes", none is "No".
head = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action", "IP address",
        "What is your role?"] + [f"What do you use? [{use}]" for use in USES] + ["What do you use? [Other]"]
head += [f"How satisfied are you with these? [{what}]" for what in RATED] + ["How old are you?", "What should change?"]
rows = [head]
for p in people:
    s, e = (t.strftime("%Y-%m-%d %H:%M:%S") for t in (p["start"], end(p)))
    rows.append([p["n"], e, 2, "en", 100000 + p["n"], s, e, "192.0.2.1", p["role"]] + ["Yes" if use in p["uses"] else "No" for use in USES]
                + [p["other"]] + p["rated"] + [p["age"] or "", p["words"]])
write("limesurvey.csv", rows, quoting=csv.QUOTE_ALL)

# Qualtrics: names, questions, import ids; an item that was ticked holds its own words.
head = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId",
        "RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference", "LocationLatitude", "LocationLongitude",
        "DistributionChannel", "UserLanguage", "Q1"] + [f"Q2_{i}" for i in (1, 2, 3)] + ["Q3_1", "Q3_2", "Q4", "Q5"]
said = ["Start Date", "End Date", "Response Type", "IP Address", "Progress", "Duration (in seconds)", "Finished", "Recorded Date", "Response ID",
        "Recipient Last Name", "Recipient First Name", "Recipient Email", "External Data Reference", "Location Latitude", "Location Longitude",
        "Distribution Channel", "User Language", "What is your role?"] + [f"What do you use? - Selected Choice - {use}" for use in USES]
said += [f"How satisfied are you with these? - {what}" for what in RATED] + ["How old are you?", "What should change?"]
rows = [head, said, ['{"ImportId":"%s"}' % (f"QID{i}" if i > 16 else h[0].lower() + h[1:]) for i, h in enumerate(head)]]
for p in people:
    s, e = (t.strftime("%Y-%m-%d %H:%M:%S") for t in (p["start"], end(p)))
    rows.append([s, e, "IP Address", "192.0.2.1", 100, 360, "True", e, f"R_{p['n']:04d}x", "", "", "", "", "51.5", "-0.1", "anonymous", "EN", p["role"]]
                + [use if use in p["uses"] else "" for use in USES] + p["rated"] + [p["age"] or "", p["words"]])
write("qualtrics.csv", rows)

# SurveyMonkey: two rows, months first.
head = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1",
        "What is your role?", "What do you use?", "", "", "How satisfied are you with these?", "", "How old are you?", "What should change?"]
rows = [head, [""] * 9 + ["Response"] + USES + list(RATED) + ["Open-Ended Response", "Open-Ended Response"]]
for p in people:
    s, e = (t.strftime("%m/%d/%Y %I:%M:%S %p") for t in (p["start"], end(p)))
    rows.append([118000000 + p["n"], 400000001, s, e, "192.0.2.1", "", "", "", "", p["role"]] + [use if use in p["uses"] else "" for use in USES]
                + p["rated"] + [p["age"] or "", p["words"]])
write("surveymonkey.csv", rows)

# Google Forms: ticks in one cell, with commas between.
rows = [["Timestamp", "Username", "What is your role?", "What do you use?"] + [f"How satisfied are you with these? [{what}]" for what in RATED]
        + ["How old are you?", "What should change?"]]
for p in people:
    time = p["start"].strftime("%Y/%m/%d %I:%M:%S %p GMT").replace("/0", "/").replace(" 0", " ")
    rows.append([time, f"p{p['n']}@example.org", p["role"], ", ".join(use.replace(",", "") for use in p["uses"])] + p["rated"] + [p["age"] or "", p["words"]])
write("google-forms.csv", rows, quoting=csv.QUOTE_ALL)

# Microsoft Forms: a workbook; ticks in one cell, a semicolon behind each.
import openpyxl
book = openpyxl.Workbook(); sheet = book.active; sheet.title = "Sheet1"
sheet.append(["ID", "Start time", "Completion time", "Email", "Name", "What is your role?", "What do you use?"] + [f"{what}" for what in RATED]
             + ["How old are you?", "What should change?"])
for p in people:
    sheet.append([p["n"], p["start"], end(p), "anonymous", None, p["role"], "".join(use + ";" for use in p["uses"]) or None] + p["rated"] + [p["age"], p["words"] or None])
fixed = datetime.datetime(2026, 3, 20)
book.properties.created = book.properties.modified = fixed
book.save(os.path.join(here, "microsoft-forms.xlsx"))

# SPSS: a column for each box, which says of everybody who was asked whether they ticked it; one that nobody ticked is among them.
boxes = {0: "Not selected", 1: "Selected"}
frame = pandas.DataFrame({"serial": [float(p["n"]) for p in people], "role": [float(ROLES.index(p["role"]) + 1) for p in people]})
labels = {"serial": "Serial number", "role": "What is your role?"}
values = {"role": {n + 1: role for n, role in enumerate(ROLES)}}
for name, use in zip(("use_library", "use_laboratory", "use_workshop", "use_roof"), USES + ["Roof terrace"]):
    frame[name] = [None if p["n"] == 9 else float(use in p["uses"]) for p in people]
    labels[name], values[name] = use, boxes
for n, way in enumerate(("A colleague", "A poster"), 1):
    frame[f"Q3_{n}"] = [float((p["n"] >> n) & 1) for p in people]
    labels[f"Q3_{n}"], values[f"Q3_{n}"] = f"How did you hear of us? {way}", {0: "Not mentioned", 1: "Mentioned"}
pyreadstat.write_sav(frame, os.path.join(here, "spss.sav"), column_labels=labels, variable_value_labels=values, row_compress=True)
