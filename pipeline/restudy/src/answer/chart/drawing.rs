//! The document that draws one answer, and Typst's run over it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::choose::{chosen, fits};
use super::plot::Plot;
use super::{Chart, words};
use crate::answer::columns::legible;
use crate::answer::{Answer, Format, Origin, Written, csv};
use crate::diagnostic::Diagnostics;
use crate::evidence::Statistic;
use crate::evidence::printed::capital;
use crate::publish::write_file;
use crate::report::CHECKS;
use crate::report::data::figure;
use crate::report::escape::literal;
use crate::report::glyphs::{Cleaner, Glyphs};
use crate::report::line_map::LineMap;
use crate::report::numbers::{CellView, ResultView};
use crate::report::recorder::Shown;
use crate::report::templates::{FOLDER, Templates};
use crate::study::Study;
use crate::typst::{Home, Job, Typst, compile, draw, find, timestamp};

/// The document among its files.
const DOCUMENT: &str = "answer.typ";

/// How long Typst may take for one chart.
const LIMIT: Duration = Duration::from_secs(60);

/// Columns of a table beyond which it reaches into the margin, as the theme has it.
const NARROW: usize = 6;

/// What draws: Typst with the theme and the fonts of a study.
pub struct Press {
    typst: Typst,
    templates: Templates,
    fonts: PathBuf,
    glyphs: Glyphs,
}

/// An answer that is drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The file.
    pub written: Written,
    /// How it is drawn, and why so, in words; nothing where the chart was asked for.
    pub why: Option<String>,
}

impl Press {
    /// The press of a study, with the Typst that is named or found.
    ///
    /// # Errors
    /// There is no Typst, or the theme or its fonts cannot be read.
    pub fn of(study: &Study, typst: Option<&Path>) -> Result<Press, Diagnostics> {
        let fonts = study.root.join(FOLDER).join(&study.report.fonts);
        Ok(Press {
            typst: find(typst, &study.root)?,
            templates: Templates::read(&study.root)?,
            glyphs: Glyphs::read(&fonts)?,
            fonts: fs_err::canonicalize(fonts)?,
        })
    }

    /// Draws an answer as an SVG or a PDF: as the chart that is asked for, or one that suits it.
    ///
    /// # Errors
    /// The chart cannot show the answer (why, and what it would need), or the theme is at fault.
    pub fn draw(
        &self,
        answer: &Answer,
        origin: &Origin,
        chart: Option<Chart>,
        format: Format,
    ) -> Result<Drawn, Diagnostics> {
        legible(&answer.batch)?;
        let plot = Plot::new(answer, origin)?;
        let (chart, why) = match chart {
            Some(chart) => (chart, None),
            None => {
                let (chart, why) = chosen(&plot);
                (chart, Some(why))
            }
        };
        fits(chart, &plot)?;
        let mut cleaner = Cleaner::new(&self.glyphs);
        let theme = chart.of_theme(plot.result.head.key.len());
        let mut shown = figure(
            "answer",
            &Shown {
                result: plot.result.clone(),
                chart: theme.map(|theme| theme.name().to_owned()),
                caption: plot.result.head.title.clone(),
                part: false,
            },
            &plot.scales,
        );
        // By its names the theme finds what it draws; what the fonts lack is taken out of what is printed alone.
        let names = ["columns", "key", "measure"].map(|part| (part, shown[part].clone()));
        cleaner.clean_all(&mut shown, "the answer");
        for (part, names) in names {
            shown[part] = names;
        }
        let mut head = |name: String| {
            let head = cleaner.clean(&capital(&name.replace('_', " ")), || "the name of a column".to_owned());
            (name, head)
        };
        let columns: Vec<(String, String)> = columns(&plot.result).into_iter().map(&mut head).collect();
        let mut meta = meta(&plot.result.head.title, origin);
        cleaner.clean_all(&mut meta, "study.toml");
        let folder = tempfile::tempdir()?;
        let root = fs_err::canonicalize(folder.path())?;
        for (name, bytes) in &self.templates.plain {
            write_file(&root, name, bytes)?;
        }
        write_file(&root, "data/answer.json", shown.to_string().as_bytes())?;
        write_file(&root, "data/meta.json", meta.to_string().as_bytes())?;
        write_file(&root, "data/answer.csv", csv::csv(answer)?.as_bytes())?;
        let document = document(&columns, theme.map(|theme| theme.name()), format);
        write_file(&root, DOCUMENT, document.as_bytes())?;
        let job = Job {
            root: &root,
            document: DOCUMENT,
            fonts: &self.fonts,
            date: timestamp(&origin.published)?,
            limit: LIMIT,
        };
        let home = Home { lines: &LineMap::default(), templates: &self.templates };
        let (bytes, told) = match format {
            Format::Svg => {
                let (svg, told) = draw(&self.typst, &job, &home)?;
                let said = words::said(&plot.result, theme, origin);
                (words::into_svg(&svg, &plot.result.head.title, &said)?, told)
            }
            _ => compile(&self.typst, &job, &home)?,
        };
        let mut warnings = cleaner.told;
        warnings.extend(told);
        Ok(Drawn { written: Written { bytes, warnings }, why })
    }
}

/// Who and what the answer is, as the theme's `answer` takes it.
fn meta(title: &str, origin: &Origin) -> Value {
    json!({
        "title": title,
        "study": origin.study,
        "author": origin.author,
        "language": origin.language,
        "region": origin.region,
        "subtitle": origin.caution().unwrap_or_default(),
        "wave": {
            "title": origin.wave_title,
            "published": origin.published,
            "synthetic": origin.synthetic,
            "notice": origin.notice,
        },
    })
}

/// The document: the chart or table, on a page of its own; of a table as a PDF, on as many as it needs.
fn document(columns: &[(String, String)], chart: Option<&str>, format: Format) -> String {
    let is_table = chart.is_none();
    let reach = is_table && columns.len() > NARROW;
    // A wide table needs the room; a chart is as wide as a column of a page.
    let width = match columns.len() {
        _ if !is_table => 150,
        0..=NARROW => 150,
        many => 150 + 22 * (many - NARROW),
    };
    let paged = is_table && format == Format::Pdf;
    let mut out = format!(
        "#import \"theme/theme.typ\": answer, chart-figure, result-table\n\
         #show: answer.with(meta: json(\"data/meta.json\"), width: {width}mm, paged: {paged}, reach: {reach})\n\n"
    );
    match chart {
        Some(chart) => {
            out += &format!(
                "#chart-figure(json(\"data/answer.json\"), chart: {}, name: \"answer\")\n",
                literal(chart)
            );
        }
        None => {
            let pairs: String = columns
                .iter()
                .map(|(name, head)| format!("({}, {}), ", literal(name), literal(head)))
                .collect();
            out +=
                &format!("#result-table(json(\"data/answer.json\"), columns: ({pairs}), name: \"answer\")\n");
        }
    }
    if format == Format::Pdf {
        out += "#pdf.attach(\"data/answer.csv\", relationship: \"data\", mime-type: \"text/csv\", description: \"The answer, unrounded\")\n";
    }
    out + CHECKS
}

/// The columns of a table: all but the ends of intervals, which stand with their numbers.
fn columns(result: &ResultView) -> Vec<String> {
    let names: Vec<&str> = result.head.columns.iter().map(|column| column.name.as_str()).collect();
    let is_end = |name: &str| {
        ["_lower", "_upper"].iter().any(|end| {
            name.strip_suffix(end).is_some_and(|owner| names.contains(&owner) && has_interval(result, owner))
        }) || (["lower", "upper"].contains(&name) && names.iter().any(|owner| takes(result, owner, name)))
    };
    names.iter().filter(|name| !is_end(name)).map(|name| (*name).to_owned()).collect()
}

/// The statistics of a column.
fn statistics<'a>(result: &'a ResultView, name: &str) -> impl Iterator<Item = &'a Statistic> {
    let at = result.column(name);
    result.rows.iter().filter_map(move |row| match row.cells.get(at?) {
        Some(CellView::Number(statistic)) => Some(statistic),
        _ => None,
    })
}

fn has_interval(result: &ResultView, name: &str) -> bool {
    statistics(result, name).any(|statistic| statistic.lower.is_some() && statistic.upper.is_some())
}

/// Whether the ends in a column of the bare name `lower` or `upper` are those of `owner` in every row.
fn takes(result: &ResultView, owner: &str, end: &str) -> bool {
    let of = |statistic: &Statistic| if end == "lower" { statistic.lower } else { statistic.upper };
    let mut pairs = statistics(result, owner).zip(statistics(result, end));
    has_interval(result, owner) && pairs.all(|(owner, end)| of(owner) == end.value)
}
