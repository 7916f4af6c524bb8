//! The wave as a survey tool exports it, and the codes of its open answers.

use crate::calendar;
use crate::chance::Chance;
use crate::codebook::Codebook;
use crate::columns::{self, Column, Holds};
use crate::fault::Fault;
use crate::layout::{self, Layout};
use crate::recipe::{Clock, Recipe};
use crate::spss;
use crate::wave::Wave;

/// When a respondent began and ended, and the tool's number.
pub(crate) struct Visit {
    /// The number.
    pub(crate) id: u64,
    /// Seconds since 1970 of the first answer.
    pub(crate) started: i64,
    /// Seconds since 1970 of the last.
    pub(crate) ended: i64,
}

/// A file of the wave.
pub(crate) struct ExportFile {
    /// Its name.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// Rows below its header.
    pub(crate) rows: usize,
}

/// The export and the codes of its open answers, both marked as synthetic by their names.
pub(crate) fn files(wave: &Wave, recipe: &Recipe, codebook: &Codebook) -> Result<Vec<ExportFile>, Fault> {
    let visits = visits(&recipe.clock, recipe.seed, wave.people)?;
    let mut order: Vec<usize> = (0..wave.people).collect();
    order.sort_by_key(|person| visits[*person].id);

    let mut columns: Vec<Column<'_>> = Vec::new();
    for question in &codebook.questions {
        columns.extend(columns::of(question, wave, codebook, &recipe.clock, &visits)?);
    }
    let (name, bytes) = match &recipe.export {
        None => ("responses.synthetic.csv", delimited(&plain(&columns, &order), ',')?),
        Some(layout) => (layout.file.as_str(), laid_out(layout, recipe, &columns, &order)?),
    };
    let responses = ExportFile { name: name.to_owned(), bytes, rows: order.len() };

    let mut codes = vec![["respondent_id", "question", "code"].map(String::from).to_vec()];
    for person in &order {
        let own = wave.codes.iter().filter(|(coded, _, _)| coded == person);
        codes.extend(
            own.map(|(_, question, code)| {
                vec![visits[*person].id.to_string(), question.clone(), code.clone()]
            }),
        );
    }
    let codings = ExportFile {
        name: "open-codings.synthetic.csv".to_owned(),
        bytes: delimited(&codes, ',')?,
        rows: codes.len() - 1,
    };
    Ok(vec![responses, codings])
}

/// The export in a form of its own.
fn laid_out(
    layout: &Layout,
    recipe: &Recipe,
    columns: &[Column<'_>],
    order: &[usize],
) -> Result<Vec<u8>, Fault> {
    match (&layout.text, &layout.spss) {
        (Some(look), None) => {
            let text = delimited(&layout::rows(layout, look, columns, order)?, look.separator)?;
            encoded(&text, &look.encoding)
        }
        (None, Some(look)) => spss::file(layout, look, &layout.named(columns)?, order, recipe.seed),
        _ => Err(Fault::step("export", "it is either `text` or `spss`")),
    }
}

/// The export as the codebook describes it: one row of names, and its own words for answers.
fn plain(columns: &[Column<'_>], order: &[usize]) -> Vec<Vec<String>> {
    let mut rows = vec![columns.iter().map(header).collect::<Vec<String>>()];
    let cell = |column: &Column<'_>, person: usize| match (&column.cells[person], column.holds) {
        (None, _) => String::new(),
        (Some(label), Holds::Labels(set)) => set.answer(label),
        (Some(said), _) => said.clone(),
    };
    rows.extend(order.iter().map(|person| columns.iter().map(|column| cell(column, *person)).collect()));
    rows
}

/// The codebook's own name of a column: `Question [Item] [Box]`.
fn header(column: &Column<'_>) -> String {
    let mut header = column.question.column.clone().unwrap_or_default();
    let item = column.item.and_then(|item| item.answer.as_deref());
    for part in item.into_iter().chain(column.tick.map(|(_, text)| text)) {
        header.push_str(&format!(" [{part}]"));
    }
    header
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

fn delimited(rows: &[Vec<String>], separator: char) -> Result<Vec<u8>, Fault> {
    let byte = u8::try_from(separator);
    let byte =
        byte.map_err(|_| Fault::step("export", format!("`{separator}` cannot stand between cells")))?;
    let mut writer = csv::WriterBuilder::new().delimiter(byte).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| Fault::step("export", error.to_string()))?;
    }
    writer.into_inner().map_err(|error| Fault::step("export", error.to_string()))
}

/// Text in another encoding. A character that it does not have is a fault, not a question mark.
fn encoded(text: &[u8], encoding: &str) -> Result<Vec<u8>, Fault> {
    let wrong = |message: String| Fault::step("export", message);
    let known = encoding_rs::Encoding::for_label(encoding.as_bytes());
    let known = known.ok_or_else(|| wrong(format!("no encoding is called `{encoding}`")))?;
    let text = std::str::from_utf8(text).map_err(|error| wrong(error.to_string()))?;
    match known.encode(text) {
        (bytes, _, false) => Ok(bytes.into_owned()),
        (_, _, true) => Err(wrong(format!("`{encoding}` does not have all of its characters"))),
    }
}
