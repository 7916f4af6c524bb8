//! What is followed from wave to wave: shares of the answers that the questionnaire offers, and means of numbers.

use crate::codebook::{Codebook, Holds, Kind};

/// A share or a mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Indicator {
    /// Its variable's number in the codebook.
    pub(super) variable: usize,
    /// Its variable's name.
    pub(super) name: String,
    /// The label whose share it is; none for a mean.
    pub(super) answer: Option<String>,
}

/// The indicators of `codebook`, in its order. Of two labels one is enough: the other's share is what is left. What coders
/// gave is left out: it depends on who coded as much as on who answered.
pub(super) fn of(codebook: &Codebook) -> Vec<Indicator> {
    let mut indicators = Vec::new();
    for (number, variable) in codebook.variables().into_iter().enumerate() {
        let Some(question) = codebook.question(&variable.question) else { continue };
        let item = question.items.iter().find(|item| variable.item.as_ref() == Some(&item.name));
        if question.kind == Kind::Coded || item.is_some_and(|item| item.coded_from.is_some()) {
            continue;
        }
        let indicator =
            |answer: Option<String>| Indicator { variable: number, name: variable.name.clone(), answer };
        match variable.holds {
            Holds::Labels => {
                let followed = if variable.labels.len() == 2 { 1 } else { variable.labels.len() };
                indicators.extend(
                    variable.labels.iter().take(followed).map(|label| indicator(Some(label.clone()))),
                );
            }
            Holds::Number => indicators.push(indicator(None)),
            Holds::Text | Holds::Timestamp => {}
        }
    }
    indicators
}
