//! The codebook as the report prints it: every question that the wave was asked, in order.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::codebook::{Codebook, Question};

/// One entry for each question of the wave.
pub fn entries(codebook: &Codebook, wave: &str) -> Value {
    let asked = codebook.questions.iter().filter(|q| q.asked_in(wave));
    Value::Array(
        asked
            .map(|q| {
                json!({
                    "question": q.name,
                    "label": q.label,
                    "text": q.text,
                    "kind": q.kind.word(),
                    "universe": q.asked_if.as_ref().map(|u| codebook.in_words(u)),
                    "items": q.items.iter().map(|i| &i.label).collect::<Vec<_>>(),
                    "values": values(codebook, q),
                })
            })
            .collect(),
    )
}

fn values(codebook: &Codebook, question: &Question) -> Vec<String> {
    let of_set = question.values.as_deref().and_then(|name| codebook.set(name));
    let from_set = of_set.into_iter().flat_map(|s| &s.labels).map(|l| l.label.clone());
    let stages = question.stages.iter().map(|s| s.label.clone());
    let beside = question.none.iter().chain(&question.unknown).map(|l| l.label.clone());
    from_set.chain(stages).chain(beside).collect()
}

/// The ordered sets of labels, by name, from the low end to the high end.
pub fn scales(codebook: &Codebook) -> IndexMap<String, Vec<String>> {
    let ordered = codebook.sets.iter().filter(|s| s.ordered);
    ordered.map(|s| (s.name.clone(), s.answers().map(|l| l.label.clone()).collect())).collect()
}
