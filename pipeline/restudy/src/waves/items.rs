//! The items of a question that is called otherwise now.
//!
//! In: proposals for the columns of an export. Out: the same, those of a block beyond doubt whose columns are one by one named
//! like the items of one question.

use super::compare::{KNOWN, Proposal, SURE};
use super::likeness::of_answers;
use crate::codebook::{self, Codebook};

/// Columns that stand together, begin alike and are, item by item, named like the items of one question are those items,
/// whatever the question is called now.
pub(super) fn by_block(codebook: &Codebook, columns: &[codebook::Column], proposals: &mut [Proposal]) {
    let mut from = 0;
    while from < proposals.len() {
        let of_first = proposals.get(from).and_then(first_question(columns));
        let prefix =
            proposals.get(from).and_then(|p| p.text.split_once(": ")).map(|(prefix, _)| prefix.to_owned());
        let length = proposals.get(from..).unwrap_or_default().iter().take_while(|proposal| {
            let begins = proposal.text.split_once(": ").map(|(prefix, _)| prefix);
            begins == prefix.as_deref() && first_question(columns)(proposal) == of_first
        });
        let to = from + length.count().max(1);
        if let (Some(question), Some(_), Some(block)) = (of_first, prefix, proposals.get_mut(from..to)) {
            settle_block(codebook, columns, &question, block);
        }
        from = to;
    }
}

/// The question of the first candidate, if it has items.
fn first_question(columns: &[codebook::Column]) -> impl Fn(&Proposal) -> Option<String> {
    move |proposal| {
        let column = columns.get(proposal.candidates.first()?.column)?;
        column.item.is_some().then(|| column.question.clone())
    }
}

fn settle_block(codebook: &Codebook, columns: &[codebook::Column], question: &str, block: &mut [Proposal]) {
    const FEWEST: usize = 3;
    let Some(question) = codebook.question(question) else { return };
    let likeness = |proposal: &Proposal| -> Option<f64> {
        let column = columns.get(proposal.candidates.first()?.column)?;
        let item = question.items.iter().find(|item| column.item.as_ref() == Some(&item.name))?;
        let (_, own) = proposal.text.split_once(": ")?;
        Some(of_answers(own, item.answer.as_deref()?).max(of_answers(own, &item.label)))
    };
    let fits = |proposal: &Proposal| likeness(proposal).is_some_and(|likeness| likeness >= SURE);
    let means: Vec<usize> = block.iter().filter_map(|p| Some(p.candidates.first()?.column)).collect();
    let alike = block.iter().filter(|proposal| fits(proposal)).count();
    if alike < FEWEST || alike * 10 < block.len() * 8 {
        return;
    }
    for (number, proposal) in block.iter_mut().enumerate() {
        let is_one = means.iter().enumerate().all(|(n, of)| n == number || means.get(number) != Some(of));
        let known = proposal.candidates.first().is_some_and(|first| first.answers >= KNOWN);
        if is_one && known && fits(proposal) {
            (proposal.sure, proposal.doubt) = (true, None);
        }
    }
}
