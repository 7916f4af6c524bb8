//! Whether a sample design makes sense by itself: its words, its stages, what goes together.
//!
//! In: a [`Design`] and a way from byte ranges to places. Out: its faults. What needs the export is told by `sample`.

use std::collections::HashMap;
use std::ops::Range;

use super::design::{Design, FRAME, LONELY, Method, Numbers, Replicates, each};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count, nearest};

/// A way from byte ranges of study.toml to places.
type Placing<'a> = &'a dyn Fn(Range<usize>) -> Place;

/// What is wrong with `design`.
pub(super) fn check(design: &Design, place: Placing<'_>) -> Diagnostics {
    let mut faults = Told { faults: Diagnostics::new(), place };
    if let Some(policy) = &design.lonely_psu {
        let known = LONELY.map(|(word, _)| word);
        let what = "policy for strata with one sampled unit";
        faults.known_word(policy.get_ref(), policy.span(), &known, what);
    }
    stages(design, &mut faults);
    classes(design, &mut faults);
    if let Some(replicates) = &design.replicates {
        self::replicates(replicates.get_ref(), replicates.span(), &mut faults);
    }
    faults.faults
}

/// The faults met so far, with a way to tell the next.
struct Told<'a> {
    faults: Diagnostics,
    place: Placing<'a>,
}

impl Told<'_> {
    fn fault(&mut self, message: impl Into<String>, at: Range<usize>, hint: impl Into<String>) {
        self.faults.push(Diagnostic::error(message).at((self.place)(at)).hint(hint));
    }

    fn known_word(&mut self, word: &str, at: Range<usize>, known: &[&str], what: &str) {
        if known.contains(&word) {
            return;
        }
        let listed: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        let near = nearest(word, known.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        let hint = format!("{}Those that it knows are {}", near.unwrap_or_default(), listed.join(", "));
        self.fault(format!("`{word}` is no {what} that restudy knows"), at, hint);
    }
}

/// The units of the last stage, and of no other, may be the respondents.
fn stages(design: &Design, told: &mut Told<'_>) {
    let units = design.units.as_ref().map_or(0, |units| units.get_ref().len());
    for (names, what) in [(&design.strata, "strata"), (&design.fpc, "fpc")] {
        let Some(names) = names else { continue };
        if names.get_ref().len() > units + 1 {
            let message = format!(
                "`{what}` has {}, and `units` names {}",
                count(names.get_ref().len(), "stage"),
                count(units, "stage")
            );
            told.fault(message, names.span(), "name the sampling unit of every stage but the last");
        }
    }
    for (names, what) in [(&design.strata, "strata"), (&design.units, "units"), (&design.fpc, "fpc")] {
        for (stage, (name, at)) in names.iter().flat_map(each).enumerate() {
            if name.trim().is_empty() && what != "strata" {
                told.fault(format!("`{what}` names no column for stage {}", stage + 1), at, "name it");
            } else if name == FRAME && what == "fpc" && stage > 0 {
                let hint = "the frame counts those invited, which are the units of the first stage";
                told.fault(format!("`{FRAME}` is no population of stage {}", stage + 1), at, hint);
            }
        }
    }
}

fn classes(design: &Design, told: &mut Told<'_>) {
    let stratified = design.strata.iter().flat_map(each).next().is_some_and(|(name, _)| !name.is_empty());
    if let Some(first) = design.classes.keys().next().filter(|_| !stratified) {
        let hint = "name the column whose labels they are of";
        told.fault("classes of strata, and no `strata`", first.span(), hint);
    }
    if let Some(rest) = design.rest.as_ref().filter(|_| design.classes.is_empty()) {
        let hint = "add the `classes` that it is the rest of, or take it out";
        told.fault("a rest, and no classes", rest.span(), hint);
    }
    if let Some(rest) = design.rest.as_ref().filter(|rest| design.classes.contains_key(*rest)) {
        told.fault(
            format!("the rest is called `{}`, as a class is", rest.get_ref()),
            rest.span(),
            "rename one",
        );
    }
    let mut first: HashMap<&str, &str> = HashMap::new();
    for (class, labels) in &design.classes {
        for label in labels {
            if let Some(before) = first.insert(label.get_ref(), class.get_ref()) {
                let message =
                    format!("`{}` is in the classes `{before}` and `{}`", label.get_ref(), class.get_ref());
                told.fault(message, label.span(), "leave it in one");
            }
        }
    }
}

fn replicates(replicates: &Replicates, whole: Range<usize>, told: &mut Told<'_>) {
    let Some(word) = &replicates.method else {
        return told.fault(
            "replicates without a `method`",
            whole,
            "say how they were made: `method = \"JKn\"`",
        );
    };
    let Some(method) = Method::from_word(word.get_ref()) else {
        let known = Method::ALL.map(|(word, _)| word);
        return told.known_word(word.get_ref(), word.span(), &known, "way of making replicates");
    };
    let given = replicates.columns.is_some();
    if !given && !method.is_made() {
        let message = format!("replicates of method `{}` are not made here", method.word());
        told.fault(message, word.span(), "name the columns that hold them, or another method");
    }
    match &replicates.rho {
        None if method == Method::Fay => {
            told.fault(
                "Fay's method without `rho`",
                word.span(),
                "write the rho that was used, such as `rho = 0.3`",
            );
        }
        Some(rho) if method != Method::Fay => {
            told.fault(
                format!("`{}` takes no `rho`", method.word()),
                rho.span(),
                "take it out, or write `Fay`",
            );
        }
        Some(rho) if !(0.0..1.0).contains(rho.get_ref()) => {
            let message = format!("a rho of {} is not from 0 to below 1", rho.get_ref());
            told.fault(message, rho.span(), "it is how much of a half-sample's weight the other half keeps");
        }
        _ => {}
    }
    if let Some(scale) =
        replicates.scale.as_ref().filter(|scale| !(*scale.get_ref() > 0.0 && scale.get_ref().is_finite()))
    {
        told.fault(
            format!("a scale of {} is not above 0", scale.get_ref()),
            scale.span(),
            "see the data's handbook",
        );
    }
    if method == Method::Other && given && replicates.scale.is_none() {
        let hint = "the data's handbook gives the factor of the sum of squares; write `scale = 1` where there is none";
        told.fault("replicates of another method without `scale`", word.span(), hint);
    }
    if method == Method::Jkn && given && replicates.rscales.is_none() {
        let hint = "for each column, write (n - 1) / n of the stratum of which it leaves a unit out";
        told.fault("JKn replicates without `rscales`", word.span(), hint);
    }
    if let Some(rscales) = &replicates.rscales {
        let all = match rscales.get_ref() {
            Numbers::One(one) => std::slice::from_ref(one),
            Numbers::Many(many) => many,
        };
        if let Some(wrong) = all.iter().find(|r| !(**r >= 0.0 && r.is_finite())) {
            told.fault(
                format!("an rscale of {wrong} is below 0"),
                rscales.span(),
                "write numbers of 0 or more",
            );
        }
    }
    of_one_kind(replicates, method, told);
}

/// Tells what is only for replicates of the other kind: those of the export, or those that are made.
fn of_one_kind(replicates: &Replicates, method: Method, told: &mut Told<'_>) {
    let given = replicates.columns.is_some();
    let of_given = [
        (replicates.scale.as_ref().map(toml::Spanned::span), "scale"),
        (replicates.rscales.as_ref().map(toml::Spanned::span), "rscales"),
        (replicates.combined.as_ref().map(toml::Spanned::span), "combined"),
    ];
    let of_made = [
        (replicates.count.as_ref().map(toml::Spanned::span), "count"),
        (replicates.seed.as_ref().map(toml::Spanned::span), "seed"),
    ];
    for (at, field) in of_given {
        if let Some(at) = at.filter(|_| !given) {
            let message = format!("`{field}` is for replicates that the export has");
            told.fault(
                message,
                at,
                "name their `columns`, or take it out: restudy knows those that it makes",
            );
        }
    }
    for (at, field) in of_made {
        if let Some(at) = at.filter(|_| given || method != Method::Bootstrap) {
            told.fault(format!("`{field}` is for a bootstrap that restudy makes"), at, "take it out");
        }
    }
    if let Some(few) = replicates.count.as_ref().filter(|count| *count.get_ref() < 2) {
        let message = format!(
            "a bootstrap of {}",
            count(usize::try_from(*few.get_ref()).unwrap_or_default(), "replicate")
        );
        told.fault(message, few.span(), "make hundreds: fewer than 2 have no variance");
    }
}
