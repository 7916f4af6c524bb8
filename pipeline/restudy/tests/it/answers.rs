//! Answers in every format: golden texts, and files read back by readers that are not ours.

use std::collections::HashMap;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use calamine::{Data, Reader as _, Xlsx};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, ListArray, RecordBatch,
    StringArray, StructArray, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use restudy::answer::csv::unguarded;
use restudy::answer::{Answer, Chart, Format, Origin, Press, write};
use restudy::engine::{Params, Session};
use restudy::queries::{Column, ColumnKind, Purpose, QueryHead};

use super::report_material::{study, typst};

fn origin() -> Origin {
    Origin {
        study: "Gardens & their visitors".into(),
        author: "A. Body".into(),
        language: "en".into(),
        region: "GB".into(),
        wave: "2013".into(),
        wave_title: "2013 survey of gardeners".into(),
        published: "2013-08-01".into(),
        synthetic: true,
        notice: "Made up to show how it looks.".into(),
        confidence: 0.95,
    }
}

fn asked(sql: &str) -> Answer {
    Answer::new(Session::open(&[]).unwrap().query(sql, &Params::none()).unwrap()).asked(sql)
}

fn bytes(answer: &Answer, format: Format) -> Vec<u8> {
    write(answer, format, &origin(), None).unwrap().bytes
}

fn text(answer: &Answer, format: Format) -> String {
    String::from_utf8(bytes(answer, format)).unwrap()
}

/// A row of everything that a column can hold, a row of awkward values, a row in which nothing has one.
fn mixed() -> Answer {
    let scale = [
        ("restudy.ordered", "true"),
        ("restudy.labels", "[\"none\",\"some\"]"),
        ("restudy.label", "Employers"),
    ];
    let scale: HashMap<String, String> =
        scale.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let employers: DictionaryArray<Int32Type> = [Some("some"), Some("none"), None].into_iter().collect();
    let estimate = StructArray::try_new(
        vec![Field::new("estimate", DataType::Float64, true), Field::new("n", DataType::Int64, true)].into(),
        vec![
            Arc::new(Float64Array::from(vec![Some(0.285), None, Some(0.9)])),
            Arc::new(Int64Array::from(vec![57, 0, 9])),
        ],
        Some(vec![true, true, false].into()),
    );
    let columns: Vec<(Field, ArrayRef)> = [
        ("employers", Arc::new(employers) as ArrayRef),
        ("n", Arc::new(Int64Array::from(vec![Some(1230), Some(-5), None]))),
        ("mean", Arc::new(Float64Array::from(vec![Some(1.0 / 3.0), Some(f64::NAN), None]))),
        ("svy_share", Arc::new(estimate.unwrap())),
        (
            "topics",
            Arc::new(ListArray::from_iter_primitive::<datafusion::arrow::datatypes::Int64Type, _, _>(vec![
                Some(vec![Some(1), None]),
                Some(vec![]),
                None,
            ])),
        ),
        ("day", Arc::new(Date32Array::from(vec![Some(15_826), Some(-40_000), None]))),
        ("seen", Arc::new(TimestampMillisecondArray::from(vec![Some(1_375_315_200_123), Some(0), None]))),
        ("told", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        (
            "note",
            Arc::new(StringArray::from(vec![Some("Zoë said “日本”,\nthen left | a_b *c*"), Some(""), None])),
        ),
        ("formula", Arc::new(StringArray::from(vec![Some("=HYPERLINK(\"x\")"), Some("-5"), None]))),
    ]
    .into_iter()
    .map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array))
    .collect();
    let (mut fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    fields[0].set_metadata(scale);
    let about = HashMap::from([("restudy.codebook".to_owned(), "{}".to_owned())]);
    let schema = Arc::new(Schema::new_with_metadata(fields, about));
    Answer::new(RecordBatch::try_new(schema, arrays).unwrap())
}

/// An answer of a query that says what it is.
fn promised() -> Answer {
    let column = |name: &str, kind: ColumnKind| Column { name: name.into(), kind };
    let head = QueryHead {
        name: "beds".into(),
        title: "What is grown, by region.".into(),
        purpose: Purpose::Explore,
        params: Vec::new(),
        base: "gardeners who answered".into(),
        columns: vec![
            column("region", ColumnKind::Text),
            column("n", ColumnKind::Count),
            column("base", ColumnKind::Count),
            column("share", ColumnKind::Share),
            column("years", ColumnKind::Number { decimals: 1 }),
        ],
        key: vec!["region".into()],
        order: "share descending".into(),
        sampled: true,
    };
    let sql = "select * from (values ('Åland', 1129, 1582, 1129 / 1582.0, 12.25), ('Île-de-France', 40, 110, 40 / 110.0, 3.0), \
               ('nowhere', 0, 0, null, null)) as t(region, n, base, share, years)";
    let asked = asked(sql);
    Answer::of_query(&head, asked.batch).asked(sql).noted("Regions are those of 2013.")
}

#[test]
fn texts_are_as_they_should_be() {
    let mut shown = String::new();
    for (name, answer) in [("mixed", mixed()), ("promised", promised())] {
        for format in [Format::Table, Format::Csv, Format::Json, Format::Ndjson, Format::Markdown] {
            shown +=
                &format!("── {name}, {} ──\n{}\n", format.name(), text(&answer, format).replace('\r', "␍"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_table_fits_the_terminal() {
    let narrow = |answer: &Answer, width| {
        String::from_utf8(write(answer, Format::Table, &origin(), Some(width)).unwrap().bytes).unwrap()
    };
    let long = asked(
        "select 'Visits to employers, which take place in the last year of school' as activity, 'some' as employers, \
         0.41 as weighted_share, 1234567 as respondents_in_base",
    );
    let all = [narrow(&long, 60), narrow(&long, 24), narrow(&promised(), 32), narrow(&mixed(), 80)];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn an_answer_without_rows_says_so() {
    let none = asked("select 'a' as name, 1 as n where false");
    assert_eq!(text(&none, Format::Table), "name  n\n────  ─\n(0 rows)\n");
    assert_eq!(text(&none, Format::Csv), "name,n\r\n");
    assert_eq!(text(&none, Format::Json), "[]\n");
    assert_eq!(text(&none, Format::Ndjson), "");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes(&none, Format::Xlsx))).unwrap();
    workbook.load_tables().unwrap();
    assert_eq!(workbook.table_by_name("Answer").unwrap().columns(), ["name", "n"]);
}

#[test]
fn shares_are_known_by_their_names_and_values() {
    let cell = |sql: &str| {
        let text = text(&asked(sql), Format::Table);
        text.lines().nth(2).unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cell("select 0.285 as share, 0.2 as lower, 0.301 as upper"), ["28.5%", "20.0%", "30.1%"]);
    assert_eq!(cell("select 0.5 as weighted_share, 0.4 as weighted_share_lower"), ["50.0%", "40.0%"]);
    // Per cents, differences and counts are no shares, and nothing is made of them.
    assert_eq!(cell("select 28.5 as share"), ["28.5"]);
    assert_eq!(cell("select -0.05 as share, 0.1 as lower"), ["-0.05", "0.1"]);
    assert_eq!(cell("select 1 as share, 0.25 as shared"), ["1", "0.25"]);
    assert_eq!(cell("select wilson(1, 4) as share")[0], "25.0%");
    assert_eq!(cell("select wilson(1, 4) as mean")[0], "0.25");
}

#[test]
fn a_workbook_holds_values_and_no_formulas() {
    let read = bytes(&mixed(), Format::Xlsx);
    assert_eq!(read, bytes(&mixed(), Format::Xlsx));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(read)).unwrap();
    assert_eq!(workbook.sheet_names(), ["Answer", "About"]);
    for sheet in ["Answer", "About"] {
        let formulas = workbook.worksheet_formula(sheet).unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{formulas:?}");
    }
    workbook.load_tables().unwrap();
    let table = workbook.table_by_name("Answer").unwrap();
    let heads = [
        "employers",
        "n",
        "mean",
        "svy_share.estimate",
        "svy_share.n",
        "topics",
        "day",
        "seen",
        "told",
        "note",
        "formula",
    ];
    assert_eq!(table.columns(), heads);
    let cell = |row: usize, column: &str| {
        let at = heads.iter().position(|head| *head == column).unwrap();
        table.data().get((row, at)).cloned().unwrap_or(Data::Empty)
    };
    assert_eq!(cell(0, "n"), Data::Float(1230.0));
    assert_eq!(cell(1, "n"), Data::Float(-5.0));
    assert_eq!(cell(0, "svy_share.estimate"), Data::Float(0.285));
    assert_eq!(cell(0, "told"), Data::Bool(true));
    assert_eq!(cell(0, "topics"), Data::String("[1,null]".into()));
    assert_eq!(cell(0, "note"), Data::String("Zoë said “日本”,\nthen left | a_b *c*".into()));
    assert_eq!(cell(0, "formula"), Data::String("=HYPERLINK(\"x\")".into()));
    assert_eq!(cell(1, "formula"), Data::String("-5".into()));
    assert_eq!(cell(1, "mean"), Data::String("NaN".into()));
    // Excel's calendar begins in 1900; what is older stands as text.
    let day = |cell: Data| match cell {
        Data::DateTime(day) => day.as_f64(),
        other => panic!("{other:?}"),
    };
    assert_eq!(day(cell(0, "day")), 41_395.0);
    assert!((day(cell(0, "seen")) - 41_487.000_001_4).abs() < 1e-6);
    assert_eq!(cell(1, "day"), Data::String("1860-06-26".into()));
    for column in heads {
        assert_eq!(cell(2, column), Data::Empty, "{column}");
    }
    let answer = workbook.worksheet_range("Answer").unwrap();
    for (row, note) in [
        (1, "12 cells are empty: there is no value (NULL), which is not 0."),
        (2, "1 more looks empty, and holds a text of no length."),
    ] {
        assert_eq!(answer.get_value((row, 0)), Some(&Data::String(note.into())));
    }
    let about = workbook.worksheet_range("About").unwrap();
    let said = |what: &str| {
        about
            .rows()
            .find(|row| row[0] == Data::String(what.into()))
            .map(|row| row[1].to_string())
            .unwrap_or_default()
    };
    assert_eq!(said("Study"), "Gardens & their visitors");
    assert!(said("About the data").starts_with("Synthetic data: nobody gave these answers. Made up"));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes(&promised(), Format::Xlsx))).unwrap();
    let about = workbook.worksheet_range("About").unwrap();
    let sql = about.rows().find(|row| row[0] == Data::String("SQL".into())).unwrap();
    assert!(sql[1].to_string().starts_with("select * from (values"));
    let answer = workbook.worksheet_range("Answer").unwrap();
    let above: Vec<String> = (0..4).map(|row| answer.get_value((row, 0)).unwrap().to_string()).collect();
    assert_eq!(
        above,
        [
            "What is grown, by region.",
            "Base: gardeners who answered",
            "Regions are those of 2013.",
            "2 cells are empty: there is no value (NULL), which is not 0."
        ]
    );
}

#[test]
fn what_excel_cannot_hold_is_told() {
    let long = asked("select 9007199254740993 as big, 12 as small");
    let written = write(&long, Format::Xlsx, &origin(), None).unwrap();
    assert!(written.warnings.to_string().contains("1 number of more than 15 digits"), "{}", written.warnings);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(written.bytes)).unwrap();
    workbook.load_tables().unwrap();
    let table = workbook.table_by_name("Answer").unwrap();
    assert_eq!(table.data().get((0, 0)), Some(&Data::String("9007199254740993".into())));
    let text = "é".repeat(40_000);
    let batch =
        RecordBatch::try_from_iter([("text", Arc::new(StringArray::from(vec![text])) as ArrayRef)]).unwrap();
    let written = write(&Answer::new(batch), Format::Xlsx, &origin(), None).unwrap();
    assert!(written.warnings.to_string().contains("1 cell was cut"), "{}", written.warnings);
    let rows: Int64Array = (0..1_048_576).map(Some).collect();
    let batch = RecordBatch::try_from_iter([("n", Arc::new(rows) as ArrayRef)]).unwrap();
    let fault = write(&Answer::new(batch), Format::Xlsx, &origin(), None).unwrap_err().to_string();
    assert!(fault.contains("a sheet holds 1048576 rows"), "{fault}");
}

#[test]
fn parquet_holds_the_rows_as_they_are() {
    let answer = promised();
    let mixed = mixed();
    for answer in [&mixed, &answer] {
        let read = bytes(answer, Format::Parquet);
        assert_eq!(read, bytes(answer, Format::Parquet));
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&read).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let metadata = builder.schema().metadata().clone();
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].schema().fields(), answer.batch.schema().fields());
        assert_eq!(text(&Answer::new(batches[0].clone()), Format::Json), text(answer, Format::Json));
        for (key, told) in answer.batch.schema().metadata() {
            assert_eq!(metadata.get(key), Some(told));
        }
        assert_eq!(metadata["restudy.study"], "Gardens & their visitors");
        assert_eq!(metadata.get("restudy.title"), answer.title.as_ref());
        assert_eq!(metadata.get("restudy.sql"), answer.sql.as_ref());
    }
}

/// Text as people and programs write it, formulas and all.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof!["[=+\\-@'\t\r\n＝,\";|a-z0-9. ]{0,8}", "\\PC{0,12}", "-?[0-9]{1,4}(\\.[0-9]{1,3})?",]
}

/// The cells of a row.
type Two = (Option<String>, Option<String>);

fn columns_of(texts: &[Two]) -> RecordBatch {
    let of = |pick: fn(&Two) -> &Option<String>| {
        Arc::new(texts.iter().map(pick).cloned().collect::<StringArray>()) as ArrayRef
    };
    RecordBatch::try_from_iter([("first", of(|t| &t.0)), ("second", of(|t| &t.1))]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn csv_is_read_back_and_runs_nothing(
        rows in prop::collection::vec((prop::option::of(awkward()), prop::option::of(awkward())), 0..6),
    ) {
        let written = bytes(&Answer::new(columns_of(&rows)), Format::Csv);
        let mut reader = csv::ReaderBuilder::new().from_reader(written.as_slice());
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), rows.len());
        for (record, row) in read.iter().zip(&rows) {
            for (cell, text) in record.iter().zip([&row.0, &row.1]) {
                prop_assert_eq!(unguarded(cell), text.clone().unwrap_or_default());
                let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                prop_assert!(!runs || cell.parse::<f64>().is_ok(), "{:?}", cell);
            }
        }
    }

    #[test]
    fn a_missing_value_is_told_from_an_empty_text(missing in prop::collection::vec(any::<bool>(), 1..5)) {
        let rows: Vec<_> = missing.iter().map(|m| ((!m).then(String::new), Some("x".to_owned()))).collect();
        let written = text(&Answer::new(columns_of(&rows)), Format::Csv);
        let expected: String = missing.iter().map(|m| if *m { ",x\r\n" } else { "\"\",x\r\n" }).collect();
        prop_assert_eq!(written, format!("first,second\r\n{expected}"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal(
        rows in prop::collection::vec((prop::option::of(awkward()), prop::option::of("[a-z日 ]{0,60}")), 0..6),
        width in 24_usize..90,
    ) {
        let written = write(&Answer::new(columns_of(&rows)), Format::Table, &origin(), Some(width)).unwrap();
        let written = String::from_utf8(written.bytes).unwrap();
        for line in written.lines() {
            let wide = line.chars().map(|c| if c == '日' { 2 } else { 1 }).sum::<usize>();
            // Other wide characters and marks are counted in the program; here they would only be narrower or few.
            prop_assert!(wide <= width + line.chars().filter(|c| !c.is_ascii()).count(), "{}: {:?}", width, line);
        }
        let told = format!("({} row", rows.len());
        prop_assert!(written.contains(&told));
    }
}

#[test]
fn charts_are_drawn_and_say_what_they_show() {
    let Some(typst) = typst() else { return };
    let press = Press::of(&study(), Some(&typst.program)).unwrap();
    let bars = "select * from (values ('head', 20, 40, 0.5), ('engineer <&>', 0, 0, null), ('日本', 7, 9, 7 / 9.0)) as t(role, n, base, share)";
    let crossed = "select * from (values ('a', 'yes', 0.2), ('a', 'no', 0.8), ('b', 'yes', 0.5), ('b', 'no', 0.5)) as t(item, answer, share)";
    let means = "select * from (values ('a', 3.5, 3.0, 4.0), ('b', -1.0, -2.0, 0.5), ('c', null, null, null)) as t(activity, gamma, lower, upper)";
    let years =
        "select * from (values (2009, 'x', 0.2), (2013, 'x', 0.4), (2013, 'y', 0.1)) as t(year, type, share)";
    let wide = "select 'a' as a, 'b' as b, 1 as c, true as d, null as e, 0.5 as share, 'x' as f, 'y' as g";
    for (chart, sql) in [
        (Chart::Bar, bars),
        (Chart::Bar, crossed),
        (Chart::Stacked, crossed),
        (Chart::Dot, means),
        (Chart::Dot, crossed),
        (Chart::Line, years),
        (Chart::Table, wide),
        (Chart::Table, bars),
    ] {
        let answer = asked(sql).titled("What <is> asked & \"answered\"");
        let draw = |format| {
            press.draw(&answer, &origin(), Some(chart), format).unwrap_or_else(|e| panic!("{chart:?}: {e}"))
        };
        let svg = draw(Format::Svg);
        assert_eq!(svg.why, None);
        let svg = String::from_utf8(svg.written.bytes).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("role=\"img\" aria-labelledby=\"answer-title answer-description\""));
        assert!(svg.contains("<title id=\"answer-title\">What &lt;is&gt; asked &amp; \"answered\"</title>"));
        assert!(svg.contains("Synthetic data: nobody gave these answers."));
        let pdf = draw(Format::Pdf).written.bytes;
        assert!(pdf.starts_with(b"%PDF-"));
        assert_eq!(pdf, draw(Format::Pdf).written.bytes);
        let names = |what: &[u8]| pdf.windows(what.len()).any(|window| window == what);
        assert!(names(b"/StructTreeRoot") && names(b"answer.csv"), "{chart:?}");
    }
    // Names and texts are data, whatever they look like to Typst; what no font has is told, and stands as a sign.
    let awkward =
        "select '#panic(\"x\") *a* $ \\ <b>' as \"日本 #x\", 0.5 as \"share\", '@ref // =' as \"[b]\"";
    for chart in [Chart::Bar, Chart::Line, Chart::Table] {
        let sql = format!("{awkward} union all select 'b', 0.7, 'c'");
        let drawn = press.draw(&asked(&sql), &origin(), Some(chart), Format::Pdf);
        assert!(drawn.is_ok_and(|drawn| drawn.written.bytes.starts_with(b"%PDF-")), "{chart:?}");
    }
    let drawn = press.draw(&asked(bars), &origin(), None, Format::Svg).unwrap();
    assert_eq!(drawn.why.as_deref(), Some("drawn as a bar chart: `share` by `role`"));
    assert!(drawn.written.warnings.to_string().contains("no font of the report has U+65E5"));
    let svg = String::from_utf8(drawn.written.bytes).unwrap();
    let said = "Bar chart: Share by role. 2 categories; “日本” is highest with 78% of 9 (45% to 94%); “head” is lowest with 50% \
                (35% to 65%). No value for “engineer &lt;&amp;&gt;”. Number in each base: 0 to 40. In brackets, and as fine lines: 95% interval (Wilson). Source: Gardens &amp; \
                their visitors; 2013 survey of gardeners. Synthetic data";
    assert!(svg.contains(said), "{}", &svg[..1500]);
}
