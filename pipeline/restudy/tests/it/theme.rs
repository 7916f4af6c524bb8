//! What the theme promises, compiled: `theme.typ` asserts it.

use restudy::report::line_map::LineMap;
use restudy::typst::{Home, Job, compile, timestamp};

use super::report_material::{root, templates, typst};

#[test]
fn the_theme_keeps_its_promises() {
    let Some(typst) = typst() else { return };
    let job = Job {
        root: &root(),
        document: "pipeline/restudy/tests/it/theme.typ",
        fonts: &root().join("report-templates/theme/fonts"),
        date: timestamp("2013-08-01").unwrap(),
        limit: std::time::Duration::from_secs(60),
    };
    let (lines, templates) = (LineMap::default(), templates(""));
    compile(&typst, &job, &Home { lines: &lines, templates: &templates }).unwrap_or_else(|e| panic!("{e}"));
}
