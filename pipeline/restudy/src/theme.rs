//! The theme of new studies' reports: the files of `report-templates/theme/`, of which there is one copy in the tree.
//!
//! They are the program's and not the library's, so that a change to the theme compiles neither again: it only links.

macro_rules! theme {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../report-templates/theme/", $name)))
    };
}

/// The files by their names relative to `report-templates/theme/`.
pub(crate) const FILES: &[(&str, &[u8])] = &[
    theme!("answer.typ"),
    theme!("appendix.typ"),
    theme!("audit.typ"),
    theme!("axis.typ"),
    theme!("bars.typ"),
    theme!("boxes.typ"),
    theme!("captions.typ"),
    theme!("charts.typ"),
    theme!("dots.typ"),
    theme!("evidence.typ"),
    theme!("front.typ"),
    theme!("grouped.typ"),
    theme!("joint.typ"),
    theme!("lines.typ"),
    theme!("marks.typ"),
    theme!("palette.typ"),
    theme!("stacked.typ"),
    theme!("style.typ"),
    theme!("tables.typ"),
    theme!("theme.typ"),
    theme!("fonts/OFL-source-sans-3.txt"),
    theme!("fonts/OFL-source-serif-4.txt"),
    theme!("fonts/SourceSans3_400Regular.ttf"),
    theme!("fonts/SourceSans3_400Regular_Italic.ttf"),
    theme!("fonts/SourceSans3_600SemiBold.ttf"),
    theme!("fonts/SourceSans3_700Bold.ttf"),
    theme!("fonts/SourceSerif4_400Regular.ttf"),
    theme!("fonts/SourceSerif4_400Regular_Italic.ttf"),
    theme!("fonts/SourceSerif4_600SemiBold.ttf"),
    theme!("fonts/SourceSerif4_600SemiBold_Italic.ttf"),
];
