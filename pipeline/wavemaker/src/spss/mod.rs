//! The export as an SPSS system file: answers as codes with labels, codes for no answer, strata and weights.
//!
//! In: columns under their names. Out: the bytes of a `.sav` file, packed by bytecode.

mod system_file;

use indexmap::IndexMap;

use crate::calendar;
use crate::chance::Chance;
use crate::codebook::ValueSet;
use crate::columns::Holds;
use crate::fault::Fault;
use crate::layout::{Absent, Layout, Named, Spss, Strata};
use system_file::{Kind, SystemFile, Variable};

/// The file, with its cases in this order of respondents.
pub(crate) fn file(
    layout: &Layout,
    look: &Spss,
    columns: &[Named<'_>],
    order: &[usize],
    seed: u64,
) -> Result<Vec<u8>, Fault> {
    let mut variables = Vec::new();
    for (place, named) in columns.iter().enumerate() {
        variables.push(variable(layout, look, columns, place, named, order)?);
    }
    variables.extend(of_strata(&look.strata, order.len(), seed)?);
    let weight = look.strata.weight[0].clone();
    SystemFile { written: look.written.clone(), weight, cases: order.len(), variables }.bytes()
}

fn variable(
    layout: &Layout,
    look: &Spss,
    columns: &[Named<'_>],
    place: usize,
    named: &Named<'_>,
    order: &[usize],
) -> Result<Variable, Fault> {
    let column = named.column;
    let mut variable = Variable::new(&named.code, &named.text, Kind::Number { decimals: 0 });
    if column.question.kind == "text" {
        let texts = order.iter().map(|person| column.cells[*person].clone().unwrap_or_default()).collect();
        variable.kind = Kind::Text(texts);
        return Ok(variable);
    }
    if matches!(column.holds, Holds::Time) {
        variable.kind = Kind::Time;
    }
    let absent = |what: &str| {
        look.missing.get(what).ok_or_else(|| Fault::step("export", format!("no code says `{what}`")))
    };
    let (not_shown, no_answer) = (absent("not shown")?, absent("no answer")?);
    let codes = match column.holds {
        Holds::Labels(set) => codes(layout, look, set, absent("refused")?),
        _ => IndexMap::new(),
    };
    let asks = !matches!(column.question.kind.as_str(), "id" | "timestamp");
    for person in order {
        let said = match (&column.cells[*person], column.holds) {
            (Some(_), Holds::Tick) => Some(1.0),
            (None, Holds::Tick) => column.answered[*person].then_some(0.0),
            (Some(label), Holds::Labels(set)) => {
                codes.get(&layout.answer(set, label)).map(|code| f64::from(*code))
            }
            (Some(text), Holds::Time) => calendar::seconds(text).map(system_file::time),
            (Some(text), Holds::Plain) => text.parse().ok(),
            (None, _) => None,
        };
        let went_on = || columns[place..].iter().any(|later| later.column.answered[*person]);
        variable.numbers.push(match said {
            Some(number) => Some(number),
            None if !asks => None,
            None if !column.opened[*person] => Some(f64::from(not_shown.code)),
            None => went_on().then_some(f64::from(no_answer.code)),
        });
    }
    if asks {
        variable.labels.extend(codes.iter().map(|(label, code)| (*code, label.clone())));
        if matches!(column.holds, Holds::Tick) {
            variable.labels.extend((0..).zip(look.boxes.clone()));
        }
        let has_refused = matches!(column.holds, Holds::Labels(set) if set.labels.iter().any(|known| known.missing.is_some()));
        for absent in look.missing.iter().filter(|(what, _)| *what != "refused" || has_refused) {
            variable.labels.push((absent.1.code, absent.1.label.clone()));
            variable.missing.push(absent.1.code);
        }
        variable.labels.sort_unstable();
        variable.labels.dedup();
        variable.ordered = matches!(column.holds, Holds::Labels(set) if set.ordered);
    }
    Ok(variable)
}

/// The codes of a set's answers: from 1 on in their order or against it. Answers that became one have one code.
fn codes(layout: &Layout, look: &Spss, set: &ValueSet, refused: &Absent) -> IndexMap<String, i32> {
    let mut labels: Vec<_> = set.labels.iter().collect();
    if look.reversed.iter().any(|name| name == set.name()) {
        labels.reverse();
    }
    let mut codes = IndexMap::new();
    for label in labels {
        let next = i32::try_from(codes.len()).map_or(i32::MAX, |before| before + 1);
        let code = if label.missing.is_some() { refused.code } else { next };
        codes.entry(layout.answer(set, &label.label)).or_insert(code);
    }
    codes
}

/// Stratum, size of its population and weight of each respondent, who are in the strata by chance.
fn of_strata(strata: &Strata, people: usize, seed: u64) -> Result<[Variable; 3], Fault> {
    let mut places: Vec<usize> = Vec::new();
    for (place, stratum) in strata.strata.iter().enumerate() {
        places.extend(std::iter::repeat_n(place, stratum.respondents));
    }
    if places.len() != people {
        let message = format!("{} are in strata, but {people} answered", places.len());
        return Err(Fault::step("export", message));
    }
    let order = Chance::named(seed, "strata").shuffled(people);
    let variable =
        |[name, label]: &[String; 2], decimals| Variable::new(name, label, Kind::Number { decimals });
    let mut stratum = variable(&strata.stratum, 0);
    let mut population = variable(&strata.population, 0);
    let mut weight = variable(&strata.weight, 4);
    stratum.labels = (1..).zip(strata.strata.iter().map(|stratum| stratum.label.clone())).collect();
    for person in order {
        let place = places[person];
        let own = &strata.strata[place];
        stratum.numbers.push(Some(place as f64 + 1.0));
        population.numbers.push(Some(own.population as f64));
        weight.numbers.push(Some(own.population as f64 / own.respondents as f64));
    }
    Ok([stratum, population, weight])
}
