//! What an answer is called.

use super::columns::Column;
use super::{Answer, columns::Kind};
use crate::evidence::printed::capital;

/// The answer's title; where it has none, one made of the names of its columns: `N and share by school type`.
pub(super) fn title(answer: &Answer, columns: &[Column]) -> String {
    if let Some(title) = &answer.title {
        return title.clone();
    }
    let mut numbers: Vec<String> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for column in columns {
        let name = column.path.first().map(|name| name.replace('_', " ")).unwrap_or_default();
        let names = match column.kind {
            Kind::Text | Kind::Boolean => &mut texts,
            _ => &mut numbers,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let title = match (numbers.as_slice(), texts.as_slice()) {
        ([], texts) => listed(texts),
        (numbers, []) => listed(numbers),
        (numbers, texts) => format!("{} by {}", listed(numbers), listed(texts)),
    };
    capital(&title)
}

/// What a chart of one column is called: `Share by school type and year`.
pub(super) fn by(drawn: &str, keys: &[String]) -> String {
    let name = |name: &str| name.replace('_', " ");
    let keys: Vec<String> = keys.iter().map(|key| name(key)).collect();
    match keys.as_slice() {
        [] => capital(&name(drawn)),
        keys => capital(&format!("{} by {}", name(drawn), listed(keys))),
    }
}

/// `a, b and c`; of many the first ones.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, second, third, _, _, ..] => format!("{first}, {second}, {third} and others"),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}
