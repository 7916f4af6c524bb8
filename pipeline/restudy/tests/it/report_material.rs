//! A very small study for the tests of the report: made by hand, one result for each kind of chart.

use std::sync::Arc;

use restudy::diagnostic::Diagnostics;
use restudy::evidence::Findings;
use restudy::evidence::statistic::{Statistic, Unit};
use restudy::queries::head::{Column, ColumnKind, Purpose, QueryHead};
use restudy::report::edition::Edition;
use restudy::report::numbers::{CellView, Judgement, Misnamed, Numbers, ResultView, RowView};
use restudy::report::templates::Templates;
use restudy::report::{Document, Material, write};
use restudy::study::Study;

/// The study's own folder, two levels above this package.
pub(super) fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Evidence that was written down, not computed.
pub(super) struct Written(pub(super) Vec<ResultView>);

fn column(name: &str, kind: ColumnKind) -> Column {
    Column { name: name.into(), kind }
}

/// A result with a share: `rows` are the key's values, n and base.
pub(super) fn shares(name: &str, purpose: Purpose, key: &[&str], rows: &[(&[&str], u64, u64)]) -> ResultView {
    let mut columns: Vec<Column> = key.iter().map(|k| column(k, ColumnKind::Text)).collect();
    columns.push(column("n", ColumnKind::Count));
    columns.push(column("base", ColumnKind::Count));
    columns.push(column("share", ColumnKind::Share));
    let head = QueryHead {
        name: name.into(),
        title: "Offers of schools.".into(),
        purpose,
        params: vec![],
        base: "all who answered".into(),
        columns,
        key: key.iter().map(|k| (*k).into()).collect(),
        order: "by share, descending".into(),
        sampled: true,
    };
    let rows = rows
        .iter()
        .enumerate()
        .map(|(i, (labels, n, base))| {
            let key = labels.join(" / ");
            let statistic = |column: &str, value: f64, unit: Unit| Statistic {
                id: format!("{name}/{}/{column}", key.replace(' ', "-")),
                query: name.into(),
                row: key.clone(),
                position: i + 1,
                column: column.into(),
                value: Some(value),
                n: Some(*n),
                base: Some(*base),
                lower: None,
                upper: None,
                interval: None,
                unit,
                decimals: 0,
                printed: if unit == Unit::Share {
                    format!("{:.0}%", value * 100.0)
                } else {
                    format!("{value}")
                },
            };
            let mut cells: Vec<CellView> = labels.iter().map(|l| CellView::Text(Some((*l).into()))).collect();
            cells.push(CellView::Number(statistic("n", *n as f64, Unit::Count)));
            cells.push(CellView::Number(statistic("base", *base as f64, Unit::Count)));
            cells.push(CellView::Number(statistic("share", *n as f64 / *base as f64, Unit::Share)));
            RowView { key, cells }
        })
        .collect();
    ResultView { head, rows }
}

/// Three results: offers (bars), stages (stacked), providers (a table).
pub(super) fn written() -> Written {
    Written(vec![
        shares(
            "offers",
            Purpose::Figure(1),
            &["item"],
            &[(&["science club"], 71, 100), (&["maths club"], 40, 100), (&["girls"], 9, 100)],
        ),
        shares(
            "stages",
            Purpose::Figure(2),
            &["item", "answer"],
            &[
                (&["fair", "yes"], 60, 90),
                (&["fair", "no"], 30, 90),
                (&["talk", "yes"], 20, 80),
                (&["talk", "no"], 60, 80),
            ],
        ),
        shares(
            "providers",
            Purpose::Table(1),
            &["provider"],
            &[(&["council"], 35, 80), (&["school #1 *own*"], 9, 80)],
        ),
    ])
}

impl Written {
    fn find(&self, reference: &str) -> Result<CellView, Misnamed> {
        let wrong = || Misnamed::new(format!("there is no `{reference}`"));
        let (query, rest) = reference.split_once('[').ok_or_else(wrong)?;
        let (row, column) = rest.split_once("].").ok_or_else(wrong)?;
        let result = self.result(query)?;
        let at = result.column(column).ok_or_else(wrong)?;
        let nth = row.strip_prefix('#').and_then(|n| n.parse::<usize>().ok());
        let found = nth
            .and_then(|n| result.rows.get(n - 1))
            .or(result.rows.iter().find(|r| r.key == row))
            .ok_or_else(wrong)?;
        Ok(found.cells[at].clone())
    }
}

impl Numbers for Written {
    fn number(&self, reference: &str) -> Result<Statistic, Misnamed> {
        match self.find(reference)? {
            CellView::Number(s) => Ok(s),
            _ => Err(Misnamed::new("not a number")),
        }
    }

    fn text(&self, reference: &str) -> Result<String, Misnamed> {
        Ok(self.find(reference)?.shown())
    }

    fn printed(&self, statistic: &Statistic, format: &str) -> Result<String, Misnamed> {
        match format {
            "" => Ok(statistic.printed.clone()),
            "words" => Ok("about two thirds".into()),
            _ => Err(Misnamed::new(format!("there is no format `{format}`"))),
        }
    }

    /// Conditions here are `REFERENCE > NUMBER`.
    fn judge(&self, condition: &str) -> Result<Judgement, Misnamed> {
        let (reference, bound) =
            condition.split_once(" > ").ok_or_else(|| Misnamed::new("not a condition"))?;
        let value = self.number(reference)?;
        let bound: f64 = bound.parse().map_err(|_| Misnamed::new("not a bound"))?;
        Ok(Judgement {
            holds: value.value.is_some_and(|v| v > bound),
            values: vec![(
                reference.into(),
                format!("{} ({})", value.value.unwrap_or_default(), value.printed),
            )],
        })
    }

    fn result(&self, query: &str) -> Result<ResultView, Misnamed> {
        let found = self.0.iter().find(|r| r.head.name == query);
        found.cloned().ok_or_else(|| Misnamed::new(format!("there is no query `{query}`")))
    }
}

/// Templates: `body` is the report, with a theme that is as plain as can be.
pub(super) fn templates(body: &str) -> Templates {
    let mut templates = Templates::default();
    let head = "#import \"theme/theme.typ\": *\n#let meta = json(\"data/meta.json\")\n#show: report.with(meta: meta)\n\n= Title\n\n";
    templates.sources.insert("report.typ.jinja".into(), format!("{head}{body}"));
    templates.plain.insert("theme/theme.typ".into(), include_bytes!("report_theme.typ").to_vec());
    templates.plain.insert(
        "references.bib".into(),
        b"@book{wellcome2012, author = {A. Body}, title = {A Book}, date = {2012}}\n".to_vec(),
    );
    templates
}

/// The study of this repository.
pub(super) fn study() -> Study {
    Study::load(&root()).unwrap()
}

/// The document that `body` makes.
pub(super) fn document(body: &str) -> Result<Document, Diagnostics> {
    document_of(templates(body), written(), &no_findings())
}

/// The Typst that tests use: one that is named, one on the `PATH`, or the project's own. Nothing only where
/// `RESTUDY_WITHOUT_TYPST=1` allows that; tests that pass over what they are for would say nothing.
pub(super) fn typst() -> Option<restudy::typst::Typst> {
    let named = std::env::var_os("RESTUDY_TYPST").map(std::path::PathBuf::from);
    match restudy::typst::find(named.as_deref(), &root()) {
        Ok(typst) => Some(typst),
        Err(e) if std::env::var_os("RESTUDY_WITHOUT_TYPST").is_some_and(|v| v == "1") => {
            eprintln!("not tried without Typst: {e}");
            None
        }
        Err(e) => panic!("{e}\nRESTUDY_WITHOUT_TYPST=1 leaves out what needs Typst"),
    }
}

/// The audit of a register without claims.
pub(super) fn no_findings() -> Findings {
    restudy::evidence::audit(&[], &[], &restudy::evidence::Relations::default()).unwrap()
}

/// The document that these make.
pub(super) fn document_of(
    templates: Templates,
    numbers: Written,
    findings: &Findings,
) -> Result<Document, Diagnostics> {
    document_in(&study(), templates, numbers, findings)
}

/// The edition of a study's first wave.
fn edition(study: &Study) -> Edition {
    let waves: Vec<String> = study.waves.iter().map(|wave| wave.id.clone()).collect();
    Edition { wave: waves[0].clone(), waves, ..Edition::default() }
}

/// The document that these make in a study.
pub(super) fn document_in(
    study: &Study,
    templates: Templates,
    numbers: Written,
    findings: &Findings,
) -> Result<Document, Diagnostics> {
    let fonts = root().join("report-templates/theme/fonts");
    write(&Material {
        glyphs: &restudy::report::glyphs::Glyphs::read(&fonts).unwrap(),
        wave: &study.waves[0],
        study,
        templates: Arc::new(templates),
        edition: Arc::new(edition(study)),
        numbers: Arc::new(numbers),
        titles: [("offers".to_owned(), "Offers of schools.".to_owned())].into_iter().collect(),
        findings,
        codebook: serde_json::json!([]),
        scales: [("yes_no".to_owned(), vec!["no".to_owned(), "yes".to_owned()])].into_iter().collect(),
    })
}

/// The text of the generated document.
pub(super) fn text(document: &Document) -> String {
    String::from_utf8(document.files["report.typ"].clone()).unwrap()
}
