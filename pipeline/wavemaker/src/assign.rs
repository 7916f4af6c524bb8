//! Who gets which answer, when the number of each answer is fixed and everybody leans some way.
//!
//! In: how strongly each person leans to each answer, and how many of each there must be. Out: an answer for each person.
//! Ties go to whoever comes first, so the same leanings always give the same answers.

/// Leanings below this say "never".
pub(crate) const NEVER: f64 = -50.0;

/// People by their leaning, strongest first.
pub(crate) fn strongest(leanings: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..leanings.len()).collect();
    order.sort_by(|&a, &b| leanings[b].total_cmp(&leanings[a]).then(a.cmp(&b)));
    order
}

/// One answer each on an ordered scale: those who score lowest get the first answer, and so on up.
pub(crate) fn cut(scores: &[f64], quotas: &[usize]) -> Vec<usize> {
    let mut answers = vec![0; scores.len()];
    let mut people = strongest(scores).into_iter().rev();
    for (answer, quota) in quotas.iter().enumerate() {
        for person in people.by_ref().take(*quota) {
            answers[person] = answer;
        }
    }
    answers
}

/// One answer each, strongest leaning first. `None` when the answers left over are ones that somebody never gives.
pub(crate) fn allot(leanings: &[Vec<f64>], quotas: &[usize]) -> Option<Vec<usize>> {
    let mut left = quotas.to_vec();
    let mut answers: Vec<Option<usize>> = vec![None; leanings.len()];
    for (person, answer) in pairs(leanings) {
        if answers[person].is_none() && left[answer] > 0 {
            answers[person] = Some(answer);
            left[answer] -= 1;
        }
    }
    answers.into_iter().collect()
}

/// One answer at least for everybody, several for some. `None` when the quotas cannot be met so.
pub(crate) fn cover(leanings: &[Vec<f64>], quotas: &[usize], covered: &[bool]) -> Option<Vec<Vec<bool>>> {
    let mut left = quotas.to_vec();
    let mut ticked: Vec<Vec<bool>> = vec![vec![false; quotas.len()]; leanings.len()];
    let mut has = covered.to_vec();
    for (person, answer) in pairs(leanings) {
        if !has[person] && left[answer] > 0 {
            ticked[person][answer] = true;
            has[person] = true;
            left[answer] -= 1;
        }
    }
    let mut order = pairs(leanings);
    order.sort_by(|a, b| leanings[b.0][b.1].total_cmp(&leanings[a.0][a.1]).then(a.cmp(b)));
    for (person, answer) in order {
        if !ticked[person][answer] && left[answer] > 0 {
            ticked[person][answer] = true;
            left[answer] -= 1;
        }
    }
    (has.iter().all(|has| *has) && left.iter().all(|left| *left == 0)).then_some(ticked)
}

/// Every person with every answer that they may give: first those who have fewest to choose from, who would otherwise be
/// left with nothing; then the strongest leaning.
fn pairs(leanings: &[Vec<f64>]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, f64, usize, usize)> = Vec::new();
    for (person, row) in leanings.iter().enumerate() {
        let choices = row.iter().filter(|leaning| **leaning > NEVER).count();
        for (answer, leaning) in row.iter().enumerate() {
            if *leaning > NEVER {
                pairs.push((choices, *leaning, person, answer));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then((a.2, a.3).cmp(&(b.2, b.3))));
    pairs.into_iter().map(|(_, _, person, answer)| (person, answer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_gives_low_answers_to_low_scores() {
        assert_eq!(cut(&[0.3, -1.0, 2.0, 0.1], &[1, 2, 1]), [1, 0, 2, 1]);
    }

    #[test]
    fn allot_meets_quotas_and_follows_leanings() {
        let leanings = vec![vec![1.0, 0.0], vec![0.9, 0.8], vec![0.1, 0.5]];
        assert_eq!(allot(&leanings, &[1, 2]), Some(vec![0, 1, 1]));
    }

    #[test]
    fn allot_tells_when_somebody_is_left_with_an_answer_they_never_give() {
        assert_eq!(allot(&[vec![1.0, -100.0], vec![0.0, -100.0]], &[1, 1]), None);
    }

    #[test]
    fn cover_gives_everybody_something() {
        let leanings = vec![vec![5.0, 4.0], vec![0.0, -1.0], vec![1.0, 0.0]];
        let ticked = cover(&leanings, &[2, 2], &[false; 3]).unwrap_or_default();
        assert!(ticked.iter().all(|row| row.contains(&true)));
        assert_eq!(ticked.iter().filter(|row| row[0]).count(), 2);
        assert_eq!(ticked.iter().filter(|row| row[1]).count(), 2);
    }

    #[test]
    fn cover_tells_when_there_are_too_few_answers_to_go_round() {
        assert_eq!(cover(&[vec![1.0], vec![1.0]], &[1], &[false; 2]), None);
    }
}
