//! `dataDscr`: the variables of `responses`, with their questions, answers and counts; and the questions that have several
//! as groups.

use super::Material;
use super::element::Element;
use super::files;
use super::study::weight_id;
use crate::codebook::{Asked, Counts, Entry, Kind, Level, Numbers};
use crate::store::RESPONSES;

/// The variable that says of which wave a row is.
const WAVE: &str = "wave";

/// The identifier of a variable.
fn id(variable: &str) -> String {
    format!("V_{variable}")
}

/// Groups and variables.
pub(super) fn data(material: &Material<'_>) -> Element {
    let Material { study, wave, entries, .. } = material;
    let weights: Vec<String> = study.designs(wave).into_iter().map(|(column, _)| column).collect();
    let groups = entries.iter().filter_map(group);
    let asked = entries.iter().flat_map(|entry| entry.variables.iter().map(move |asked| (entry, asked)));
    let wave = Element::new("var")
        .with("ID", &id(WAVE))
        .with("name", WAVE)
        .with("files", &files::id(RESPONSES))
        .child(Element::text("labl", "Wave"))
        .child(Element::new("varFormat").with("type", "character"));
    Element::new("dataDscr")
        .children(groups)
        .child(wave)
        .children(asked.map(|(entry, asked)| variable(entry, asked, &weights)))
        .children(weights.iter().map(|column| weight(column)))
}

/// A question with several variables.
fn group(entry: &Entry) -> Option<Element> {
    if entry.variables.len() < 2 {
        return None;
    }
    let kind = if entry.kind == Kind::Multiple { "multipleResp" } else { "grid" };
    let members: Vec<String> = entry.variables.iter().map(|asked| id(&asked.variable)).collect();
    Some(
        Element::new("varGrp")
            .with("ID", &format!("G_{}", entry.question))
            .with("name", &entry.question)
            .with("type", kind)
            .with("var", &members.join(" "))
            .child(Element::text("labl", &entry.label))
            .child(Element::text("txt", &entry.text))
            .children(entry.universe.as_ref().map(|universe| Element::text("universe", universe))),
    )
}

fn variable(entry: &Entry, asked: &Asked, weights: &[String]) -> Element {
    let counts = asked.waves.first();
    let (interval, nature) = measured(entry.kind, asked.level);
    let mut element = Element::new("var")
        .with("ID", &id(&asked.variable))
        .with("name", &asked.variable)
        .with("files", &files::id(RESPONSES))
        .with("intrvl", interval);
    if let Some(nature) = nature {
        element = element.with("nature", nature);
    }
    if !matches!(entry.kind, Kind::Id | Kind::Timestamp | Kind::Text) {
        let weights: Vec<String> = weights.iter().map(|column| weight_variable(column)).collect();
        element = element.with("wgt-var", &weights.join(" "));
    }
    if let Some(unit) = &entry.unit {
        element = element.with("measUnit", unit);
    }
    element
        .child(Element::text("labl", &asked.label))
        .child(question(entry, asked))
        .children(range(entry))
        .children(entry.universe.as_ref().map(|universe| Element::text("universe", universe)))
        .children(counts.map(statistics).unwrap_or_default())
        .children(categories(asked, counts))
        .child(format(asked))
}

/// Whether values are continuous, and what they measure; archives have no word for what text measures.
fn measured(kind: Kind, level: Level) -> (&'static str, Option<&'static str>) {
    match (kind, level) {
        (Kind::Timestamp, _) => ("contin", Some("interval")),
        (_, Level::Numeric) => ("contin", Some("ratio")),
        (_, Level::Ordinal) => ("discrete", Some("ordinal")),
        (_, Level::Nominal) => ("discrete", Some("nominal")),
        (_, Level::Text) => ("discrete", None),
    }
}

/// The question; of one with items, with the item after it. Before it, whom it was put to.
fn question(entry: &Entry, asked: &Asked) -> Element {
    let literal = match &asked.item {
        Some(_) => format!("{} – {}", entry.text, asked.label),
        None => entry.text.clone(),
    };
    Element::new("qstn")
        .with("ID", &format!("Q_{}", asked.variable))
        .children(
            entry.universe.as_ref().map(|universe| Element::text("preQTxt", &format!("Put to {universe}"))),
        )
        .child(Element::text("qstnLit", &literal))
}

/// The numbers that a question takes.
fn range(entry: &Entry) -> Option<Element> {
    if entry.min.is_none() && entry.max.is_none() {
        return None;
    }
    let mut range = Element::new("range").with("UNITS", "REAL");
    if let Some(min) = entry.min {
        range = range.with("min", &min.to_string());
    }
    if let Some(max) = entry.max {
        range = range.with("max", &max.to_string());
    }
    Some(Element::new("valrng").child(range))
}

/// How many answered and how many did not, and what numbers come to.
fn statistics(counts: &Counts) -> Vec<Element> {
    let statistic = |kind: &str, value: String| Element::text("sumStat", &value).with("type", kind);
    let mut statistics = vec![
        statistic("vald", counts.answered.to_string()),
        statistic("invd", (counts.respondents - counts.answered).to_string()),
    ];
    if let Some(Numbers { min, max, mean, median, sd }) = counts.numbers {
        let known = [
            ("min", Some(min)),
            ("max", Some(max)),
            ("mean", Some(mean)),
            ("medn", Some(median)),
            ("stdev", sd),
        ];
        let known = known.into_iter().filter_map(|(kind, value)| Some((kind, value?)));
        statistics.extend(known.map(|(kind, value)| statistic(kind, value.to_string())));
    }
    statistics
}

/// The answers, each with how many gave it, then the reasons for none.
fn categories(asked: &Asked, counts: Option<&Counts>) -> Vec<Element> {
    let frequency = |n: usize| Element::text("catStat", &n.to_string()).with("type", "freq");
    let mut categories = Vec::new();
    for (at, answer) in asked.answers.iter().enumerate() {
        let label = if answer.answer.is_empty() { &answer.label } else { &answer.answer };
        let n = counts.and_then(|counts| counts.counts.get(at));
        categories.push(
            Element::new("catgry")
                .child(Element::text("catValu", &answer.label))
                .child(Element::text("labl", label))
                .children(n.map(|n| frequency(*n))),
        );
    }
    for absent in counts.into_iter().flat_map(|counts| &counts.missing) {
        let reason = absent.reason.words();
        categories.push(
            Element::new("catgry")
                .with("missing", "Y")
                .with("missType", reason)
                .child(Element::text("labl", reason))
                .child(frequency(absent.n)),
        );
    }
    categories
}

fn format(asked: &Asked) -> Element {
    let timed = asked.waves.iter().any(|counts| counts.times.is_some());
    match asked.level {
        Level::Numeric if timed => Element::new("varFormat").with("type", "numeric").with("category", "time"),
        Level::Numeric => Element::new("varFormat").with("type", "numeric"),
        _ => Element::new("varFormat").with("type", "character"),
    }
}

/// The variable that holds the weights of a design: a field of the design's column.
fn weight_variable(column: &str) -> String {
    id(&format!("{column}.weight"))
}

fn weight(column: &str) -> Element {
    Element::new("var")
        .with("ID", &weight_variable(column))
        .with("name", &format!("{column}.weight"))
        .with("wgt", "wgt")
        .with("weight", &weight_id(column))
        .with("files", &files::id(RESPONSES))
        .with("intrvl", "contin")
        .with("nature", "ratio")
        .child(Element::text(
            "labl",
            &format!("Sampling weight of {column}: the field `weight` of the column"),
        ))
        .child(Element::new("varFormat").with("type", "numeric"))
}
