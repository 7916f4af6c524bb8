//! The wave as a survey tool exports it, and the codes of its open answers.

use crate::calendar;
use crate::chance::Chance;
use crate::codebook::{Codebook, Question, ValueSet};
use crate::fault::Fault;
use crate::recipe::{Clock, Recipe};
use crate::wave::Wave;

/// When a respondent began and ended, and the tool's number.
struct Visit {
    id: u64,
    started: i64,
    ended: i64,
}

/// A file of the wave.
pub(crate) struct ExportFile {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// Rows below its header.
    pub(crate) rows: usize,
}

/// The export and the codes of its open answers, both marked as synthetic by their names.
pub(crate) fn files(wave: &Wave, recipe: &Recipe, codebook: &Codebook) -> Result<[ExportFile; 2], Fault> {
    let visits = visits(&recipe.clock, recipe.seed, wave.people)?;
    let mut order: Vec<usize> = (0..wave.people).collect();
    order.sort_by_key(|person| visits[*person].id);

    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    for question in &codebook.questions {
        columns.extend(export_columns(question, wave, codebook, &recipe.clock, &visits)?);
    }
    let mut rows = vec![columns.iter().map(|(header, _)| header.clone()).collect::<Vec<String>>()];
    rows.extend(order.iter().map(|person| columns.iter().map(|(_, cells)| cells[*person].clone()).collect()));

    let mut codes = vec![["respondent_id", "question", "code"].map(String::from).to_vec()];
    for person in &order {
        let own = wave.codes.iter().filter(|(coded, _, _)| coded == person);
        codes.extend(
            own.map(|(_, question, code)| {
                vec![visits[*person].id.to_string(), question.clone(), code.clone()]
            }),
        );
    }
    Ok([csv_file("responses.synthetic.csv", &rows)?, csv_file("open-codings.synthetic.csv", &codes)?])
}

/// The columns of one question, with a cell for each respondent.
fn export_columns(
    question: &Question,
    wave: &Wave,
    codebook: &Codebook,
    clock: &Clock,
    visits: &[Visit],
) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let Some(column) = &question.column else { return Ok(Vec::new()) };
    let cells = |cell: &dyn Fn(usize) -> String| -> Vec<String> { (0..wave.people).map(cell).collect() };
    let plain = |variable: &str, person: usize| wave.answer(variable, person).unwrap_or_default().to_owned();
    let mut columns = Vec::new();
    match question.kind.as_str() {
        "id" => columns.push((column.clone(), cells(&|person| visits[person].id.to_string()))),
        "timestamp" if question.name == clock.started => {
            columns.push((column.clone(), cells(&|person| calendar::written(visits[person].started))));
        }
        // A questionnaire that was left before its end has no time of its last answer.
        "timestamp" => columns.push((
            column.clone(),
            cells(&|person| {
                if wave.submitted[person] { calendar::written(visits[person].ended) } else { String::new() }
            }),
        )),
        "text" => columns.push((column.clone(), cells(&|person| plain(&question.name, person)))),
        "single" => {
            let set = label_set(question, codebook)?;
            columns.push((column.clone(), cells(&|person| answer(set, wave.answer(&question.name, person)))));
        }
        kind => {
            for item in &question.items {
                let Some(text) = &item.answer else { continue };
                let variable = format!("{}__{}", question.name, item.name);
                match kind {
                    "grid" => {
                        let set = label_set(question, codebook)?;
                        columns.push((
                            format!("{column} [{text}]"),
                            cells(&|person| answer(set, wave.answer(&variable, person))),
                        ));
                    }
                    "numbers" => columns
                        .push((format!("{column} [{text}]"), cells(&|person| plain(&variable, person)))),
                    "multiple" => columns.push((
                        format!("{column} [{text}]"),
                        cells(&|person| ticked(wave.answer(&variable, person) == Some("selected"), text)),
                    )),
                    _ => {
                        for stage in &question.stages {
                            let used = format!("{variable}_{}", stage.name);
                            columns.push((
                                format!("{column} [{text}] [{}]", stage.answer),
                                cells(&|person| {
                                    ticked(wave.answer(&used, person) == Some("yes"), &stage.answer)
                                }),
                            ));
                        }
                        for tick in [&question.none, &question.unknown].into_iter().flatten() {
                            columns.push((
                                format!("{column} [{text}] [{}]", tick.answer),
                                cells(&|person| {
                                    ticked(
                                        wave.answer(&variable, person) == Some(tick.label.as_str()),
                                        &tick.answer,
                                    )
                                }),
                            ));
                        }
                    }
                }
            }
        }
    }
    Ok(columns)
}

fn label_set<'c>(question: &Question, codebook: &'c Codebook) -> Result<&'c ValueSet, Fault> {
    codebook.labels(question).ok_or_else(|| Fault::step(&question.name, "its labels are not in the codebook"))
}

/// The export's text of a label.
fn answer(set: &ValueSet, label: Option<&str>) -> String {
    let known = set.labels.iter().find(|known| Some(known.label.as_str()) == label);
    known.map(|known| known.answer.clone()).unwrap_or_default()
}

fn ticked(on: bool, text: &str) -> String {
    if on { text.to_owned() } else { String::new() }
}

/// When each respondent came: some more at the start, as invitations and reminders go out, and few at weekends.
fn visits(clock: &Clock, seed: u64, people: usize) -> Result<Vec<Visit>, Fault> {
    let bad = |text: &str| Fault::step("clock", format!("`{text}` is no date"));
    let first = calendar::day(&clock.first).ok_or_else(|| bad(&clock.first))?;
    let last = calendar::day(&clock.last).ok_or_else(|| bad(&clock.last))?;
    if last < first || clock.hours.is_empty() || clock.minutes[1] < clock.minutes[0] {
        return Err(Fault::step("clock", "days, hours and minutes must each leave some time"));
    }
    let mut chance = Chance::named(seed, "clock");
    let span = (last - first + 1) as u64;
    let mut times: Vec<(i64, i64)> = Vec::new();
    while times.len() < people {
        let day = first + chance.below(span).min(chance.below(span)) as i64;
        if calendar::weekday(day) >= 5 && chance.below(clock.weekend_one_in) > 0 {
            continue;
        }
        let hour = clock.hours[chance.below(clock.hours.len() as u64) as usize];
        let started = day * 86_400 + hour * 3600 + chance.below(3600) as i64;
        let longest = (clock.minutes[1] - clock.minutes[0]) * 60;
        let took = clock.minutes[0] * 60
            + chance.below(longest as u64 + 1).min(chance.below(longest as u64 + 1)) as i64;
        times.push((started, took));
    }
    times.sort_unstable();
    let mut id = clock.first_id;
    let mut visits: Vec<Visit> = Vec::new();
    for (started, took) in times {
        id += 1 + chance.below(clock.id_step);
        visits.push(Visit { id, started, ended: started + took });
    }
    let places = Chance::named(seed, "visits").shuffled(people);
    let mut slots: Vec<Option<Visit>> = visits.into_iter().map(Some).collect();
    Ok(places.into_iter().filter_map(|place| slots[place].take()).collect())
}

fn csv_file(name: &'static str, rows: &[Vec<String>]) -> Result<ExportFile, Fault> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| Fault::form(name, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| Fault::form(name, error))?;
    Ok(ExportFile { name, bytes, rows: rows.len() - 1 })
}
