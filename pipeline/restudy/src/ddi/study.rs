//! `docDscr` and `stdyDscr`: what the document is, and what study its data come from.

use datafusion::arrow::array::cast::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use survey::rounding::fixed;

use super::Material;
use super::element::Element;
use crate::codebook::Entry;
use crate::store::Tables;
use crate::study::design::{FRAME, Names, each};
use crate::study::{Design, Study, Wave};

/// The identifier of the description of a design's weights.
pub(super) fn weight_id(column: &str) -> String {
    format!("W_{column}")
}

/// What the document itself is.
pub(super) fn document(study: &Study, wave: &Wave) -> Element {
    let title = format!("Codebook: {}, {}", study.title, wave.title);
    let software = Element::text("software", "restudy").with("version", env!("CARGO_PKG_VERSION"));
    let production = Element::new("prodStmt")
        .child(Element::text("prodDate", &wave.published).with("date", &wave.published))
        .child(software);
    Element::new("docDscr").child(
        Element::new("citation")
            .child(Element::new("titlStmt").child(Element::text("titl", &title)))
            .child(production),
    )
}

/// What the study is, whom it asked, and how its sample was drawn.
pub(super) fn study(material: &Material<'_>) -> Element {
    let Material { study, wave, .. } = material;
    let titles = Element::new("titlStmt")
        .child(Element::text("titl", &study.title))
        .children(said("subTitl", &study.subtitle));
    let responsible = Element::new("rspStmt").child(Element::text("AuthEnty", &study.author));
    let published = Element::new("prodStmt")
        .child(Element::text("prodDate", &wave.published).with("date", &wave.published));
    let series = Element::new("serStmt").child(Element::text("serName", &wave.title));
    let citation = Element::new("citation").child(titles).child(responsible).child(published).child(series);
    let notice = said("notes", &wave.notice).map(|note| {
        let about = if wave.synthetic { "synthetic data" } else { "data" };
        note.with("type", "data").with("subject", about)
    });
    Element::new("stdyDscr")
        .child(citation)
        .child(Element::new("stdyInfo").child(summary(material)).children(notice))
        .child(method(material))
}

fn summary(material: &Material<'_>) -> Element {
    let Material { study, wave, entries, .. } = material;
    let mut collected = vec![Element::text("collDate", &wave.fieldwork).with("cycle", &wave.id)];
    if let Some((first, last)) = collected_between(entries) {
        collected.push(Element::text("collDate", &first).with("date", &first).with("event", "start"));
        collected.push(Element::text("collDate", &last).with("date", &last).with("event", "end"));
    }
    let kind = if wave.synthetic { "survey data, synthetic" } else { "survey data" };
    Element::new("sumDscr")
        .children(collected)
        .child(Element::text("universe", &study.respondents))
        .child(Element::text("dataKind", kind))
}

/// The first and the last day on which somebody answered, where the survey tool recorded times.
fn collected_between(entries: &[Entry]) -> Option<(String, String)> {
    let times =
        || entries.iter().flat_map(|e| &e.variables).flat_map(|v| &v.waves).filter_map(|w| w.times.as_ref());
    let day = |time: &String| time.split(' ').next().unwrap_or_default().to_owned();
    Some((times().map(|t| day(&t.first)).min()?, times().map(|t| day(&t.last)).max()?))
}

fn method(material: &Material<'_>) -> Element {
    let Material { study, wave, entries, tables } = material;
    let designs = study.designs(wave);
    let sampling = designs
        .iter()
        .map(|(column, design)| Element::text("sampProc", &format!("{column}: {}", drawn(design))));
    let weights = designs.iter().map(|(column, design)| {
        Element::text("weight", &format!("{column}: {}", weighted(design))).with("ID", &weight_id(column))
    });
    let collection = Element::new("dataColl").children(sampling).children(weights);
    let respondents =
        entries.iter().flat_map(|e| &e.variables).flat_map(|v| &v.waves).map(|w| w.respondents).next();
    let rate = invited(tables, &wave.id).zip(respondents).filter(|(invited, _)| *invited > 0).map(
        |(invited, answered)| {
            let share = fixed(100.0 * answered as f64 / invited as f64, 1);
            Element::text("respRate", &format!("{answered} answered of {invited} invited: {share}%"))
        },
    );
    let appraisal = rate.map(|rate| Element::new("anlyInfo").child(rate));
    Element::new("method").child(collection).children(appraisal)
}

/// How many people were invited to answer in `wave`.
fn invited(tables: &Tables, wave: &str) -> Option<i64> {
    let parts = tables.parts("frame");
    let (_, frame) = parts.iter().find(|(part, _)| *part == Some(wave))?;
    let invited = frame.column_by_name("invited")?;
    Some(invited.as_primitive_opt::<Int64Type>()?.iter().flatten().sum())
}

/// How a sample was drawn, in words.
fn drawn(design: &Design) -> String {
    let mut parts = Vec::new();
    if let Some(strata) = design.strata.as_ref().map(listed) {
        let by_class = if design.classes.is_empty() { "" } else { " in classes" };
        parts.push(format!("strata by {strata}{by_class}"));
    }
    if let Some(units) = design.units.as_ref().map(listed) {
        parts.push(format!("sampling units {units}"));
    }
    if let Some(population) = &design.fpc {
        let names = each(population);
        parts.push(if names.iter().any(|(name, _)| *name == FRAME) {
            "the population is those invited".to_owned()
        } else {
            format!("the population is given by {}", listed(population))
        });
    }
    if parts.is_empty() {
        "every respondent counts once, in no strata or units".to_owned()
    } else {
        parts.join("; ")
    }
}

/// What the weights of a design are, in words.
fn weighted(design: &Design) -> String {
    let mut parts = vec![match (&design.weight, &design.fpc) {
        (Some(weight), _) => format!("weights are those of the column {}", weight.get_ref()),
        (None, Some(_)) => {
            "a weight is the population over the sample, of the respondent's stratum and units".to_owned()
        }
        (None, None) => "every weight is 1".to_owned(),
    }];
    if let Some(replicates) = &design.replicates {
        let replicates = replicates.get_ref();
        let columns = replicates.columns.as_ref().map_or("made from strata and units".to_owned(), listed);
        parts.push(format!("replicate weights by {}: {columns}", replicates.method().word()));
    }
    parts.join("; ")
}

fn listed(names: &toml::Spanned<Names>) -> String {
    let named: Vec<&str> =
        each(names).into_iter().map(|(name, _)| name).filter(|name| !name.is_empty()).collect();
    named.join(", then ")
}

/// An element, where there is something to say.
fn said(name: &'static str, text: &str) -> Option<Element> {
    (!text.is_empty()).then(|| Element::text(name, text))
}
