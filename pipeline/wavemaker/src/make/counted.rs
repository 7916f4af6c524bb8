//! Counts of a recipe, made whole: every `"rest"` a number, and numbers that cannot be met told.

use crate::fault::Fault;
use crate::recipe::{Count, Counts};

/// Labels with their counts. `answering` is how many answer, when that is known; else the counts must say it, or `"rest"`
/// takes all of the `asked`. Counts that were `fitted` to another size give way to the number of those who are there.
pub(super) fn resolve<'c>(
    counts: &'c Counts,
    answering: Option<usize>,
    asked: usize,
    what: &str,
    fitted: bool,
) -> Result<Vec<(&'c str, usize)>, Fault> {
    let number = |count: &Count| if let Count::Exactly(number) = count { *number } else { 0 };
    let mut numbers: Vec<usize> = counts.values().map(number).collect();
    let room = answering.unwrap_or(asked).min(asked);
    if fitted {
        give_way(&mut numbers, room);
    }
    let fixed: usize = numbers.iter().sum();
    let rests = counts.values().filter(|count| matches!(count, Count::Rest(_))).count();
    if let Some(word) = counts.values().find_map(|count| match count {
        Count::Rest(word) if word != "rest" => Some(word),
        _ => None,
    }) {
        return Err(Fault::step(what, format!("`{word}` is neither a count nor `rest`")));
    }
    if rests > 1 {
        return Err(Fault::step(what, "only one label can have the rest"));
    }
    let total = answering.unwrap_or(if rests == 1 { asked } else { fixed });
    if total > asked {
        return Err(Fault::step(what, format!("{total} should answer, but only {asked} can be asked")));
    }
    if fixed > total || (rests == 0 && fixed != total) {
        return Err(Fault::step(what, format!("its counts add to {fixed}, but {total} answer")));
    }
    let whole = |(count, number): (&Count, usize)| match count {
        Count::Exactly(_) => number,
        Count::Rest(_) => total - fixed,
    };
    let labels = counts.keys().map(String::as_str);
    Ok(labels.zip(counts.values().zip(numbers).map(whole)).collect())
}

/// Takes from the largest numbers, one by one, until all together find room.
fn give_way(numbers: &mut [usize], room: usize) {
    while numbers.iter().sum::<usize>() > room {
        let Some(largest) = numbers.iter_mut().rev().max() else { return };
        *largest -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(yes: usize, rest: bool) -> Counts {
        let mut counts = Counts::new();
        counts.insert("yes".into(), Count::Exactly(yes));
        if rest {
            counts.insert("no".into(), Count::Rest("rest".into()));
        }
        counts
    }

    #[test]
    fn the_rest_is_what_is_left() {
        let counts = counts(3, true);
        let resolved = resolve(&counts, Some(10), 12, "x", false).unwrap_or_default();
        assert_eq!(resolved, [("yes", 3), ("no", 7)]);
    }

    #[test]
    fn counts_of_another_size_give_way() {
        let counts = counts(13, true);
        assert_eq!(resolve(&counts, None, 12, "x", true).unwrap_or_default(), [("yes", 12), ("no", 0)]);
    }

    #[test]
    fn too_much_is_told_with_the_numbers() {
        let fault = resolve(&counts(13, false), None, 12, "club", false).err().map(|fault| fault.to_string());
        let expected = "step `club`: 13 should answer, but only 12 can be asked";
        assert_eq!(fault.as_deref(), Some(expected));
    }
}
