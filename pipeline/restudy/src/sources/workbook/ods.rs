//! The sheet of a workbook of OpenDocument.
//!
//! In: `content.xml`. Out: the cells that hold something. Repeated cells and rows are counted, and written out only where
//! they hold something.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::{At, Held, MOST_HELD, Sheet, chosen};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::Source;

/// Rows and columns of the largest sheet.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u32 = 1 << 14;

/// Bytes of text in the largest sheet, and copies of cells: a few bytes of a file can stand for very many.
const LARGEST: usize = 1 << 28;
const MOST_COPIES: usize = 1 << 20;

/// A cell as it is read.
#[derive(Debug, Default)]
struct Open {
    kind: String,
    value: Option<String>,
    is_error: bool,
    is_formula: bool,
    repeated: u32,
    spans: (u32, u32),
    paragraphs: usize,
    text: String,
}

/// Where the reader is.
#[derive(Debug, Default)]
struct Reading {
    sheets: Vec<Sheet>,
    row: u32,
    column: u32,
    rows_repeated: u32,
    cells_of_row: Vec<(u32, Held)>,
    merged_of_row: Vec<(u32, (u32, u32))>,
    cell: Option<Open>,
    /// How deep in what is not the cell's own text: a comment, a drawing.
    aside: usize,
    depth: usize,
    /// Bytes of text so far, cells, and copies of cells.
    size: usize,
    cells: usize,
    copies: usize,
}

/// Why a sheet cannot be read.
type Reason = String;

/// The sheet of `content` that is declared, or the only one that holds anything.
pub(super) fn sheet(source: &Source, content: &[u8]) -> Result<Sheet, Diagnostics> {
    let mut reading = Reading::default();
    reading.read(content).map_err(|reason| {
        let fault = Diagnostic::error("the workbook cannot be read").at(Place::file(&*source.file));
        Diagnostics::from(fault.note(reason).hint("open it in LibreOffice, and save it again"))
    })?;
    let mut sheets = reading.sheets;
    let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    let holding = sheets.iter().filter(|sheet| !sheet.cells.is_empty());
    let holding: Vec<String> = holding.map(|sheet| sheet.name.clone()).collect();
    let name = chosen(source, &names, &holding)?;
    let number = names.iter().position(|other| *other == name).unwrap_or_default();
    Ok(sheets.swap_remove(number))
}

impl Reading {
    fn read(&mut self, content: &[u8]) -> Result<(), Reason> {
        let mut reader = Reader::from_reader(content);
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
                Event::Start(element) => self.start(&element)?,
                Event::End(element) => self.end(element.name().as_ref())?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content().into_owned();
                    match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                        Some(c) => self.text(c.encode_utf8(&mut [0; 4]))?,
                        None => {
                            let text = resolve_predefined_entity(&name);
                            self.text(text.ok_or_else(|| format!("it uses the entity `{name}`"))?)?;
                        }
                    }
                }
                Event::DocType(_) => return Err("it declares entities".to_owned()),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Reason> {
        self.depth += 1;
        if self.depth > 200 {
            return Err("its elements are too deep".to_owned());
        }
        if self.aside > 0 {
            self.aside += 1;
            return Ok(());
        }
        match (element.name().as_ref(), &mut self.cell) {
            ("table:table", None) => {
                let name = attribute(element, "table:name")?.unwrap_or_default();
                self.sheets.push(Sheet { name, ..Sheet::default() });
                (self.row, self.column) = (0, 0);
            }
            ("table:table-row", None) => {
                self.rows_repeated = number(element, "table:number-rows-repeated")?;
                self.column = 0;
            }
            ("table:table-cell" | "table:covered-table-cell", None) => {
                let value =
                    ["office:value", "office:date-value", "office:time-value", "office:boolean-value"];
                let mut open = Open {
                    kind: attribute(element, "office:value-type")?.unwrap_or_default(),
                    is_error: attribute(element, "calcext:value-type")?.as_deref() == Some("error"),
                    is_formula: attribute(element, "table:formula")?.is_some(),
                    repeated: number(element, "table:number-columns-repeated")?,
                    spans: (
                        number(element, "table:number-rows-spanned")?,
                        number(element, "table:number-columns-spanned")?,
                    ),
                    ..Open::default()
                };
                for name in value.into_iter().chain(["office:string-value"]) {
                    open.value = open.value.or(attribute(element, name)?);
                }
                self.cell = Some(open);
            }
            ("office:annotation" | "draw:frame" | "table:table", Some(_)) => self.aside = 1,
            ("text:p", Some(cell)) => {
                cell.paragraphs += 1;
                if cell.paragraphs > 1 {
                    self.text("\n")?;
                }
            }
            ("text:s", Some(_)) => {
                let spaces = number(element, "text:c")?;
                self.text(&" ".repeat(usize::try_from(spaces).unwrap_or(0).min(1000)))?;
            }
            ("text:tab", Some(_)) => self.text("\t")?,
            ("text:line-break", Some(_)) => self.text("\n")?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Reason> {
        self.depth = self.depth.saturating_sub(1);
        if self.aside > 0 {
            self.aside -= 1;
            return Ok(());
        }
        match name {
            "table:table-cell" | "table:covered-table-cell" => self.end_of_cell(),
            "table:table-row" if self.cell.is_none() => self.end_of_row(),
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        let Some(cell) = self.cell.as_mut().filter(|cell| self.aside == 0 && cell.paragraphs > 0) else {
            return Ok(());
        };
        cell.text.push_str(text);
        self.grown(text.len(), 0, 0)
    }

    fn grown(&mut self, bytes: usize, cells: usize, copies: usize) -> Result<(), Reason> {
        self.size = self.size.saturating_add(bytes);
        self.cells = self.cells.saturating_add(cells);
        self.copies = self.copies.saturating_add(copies);
        match self.size > LARGEST || self.cells > MOST_HELD || self.copies > MOST_COPIES {
            true => Err("it holds more than can be read".to_owned()),
            false => Ok(()),
        }
    }

    fn end_of_cell(&mut self) -> Result<(), Reason> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let (column, repeated) = (self.column, cell.repeated);
        self.column = self.column.saturating_add(repeated).min(MOST_COLUMNS);
        if cell.spans.0 > 1 || cell.spans.1 > 1 {
            self.merged_of_row.push((column, cell.spans));
        }
        let Some(held) = cell.held() else { return Ok(()) };
        let size = if let Held::Text(text) = &held { text.len() } else { 0 };
        for column in column..self.column {
            self.grown(size, 0, usize::from(repeated > 1))?;
            self.cells_of_row.push((column, held.clone()));
        }
        Ok(())
    }

    fn end_of_row(&mut self) -> Result<(), Reason> {
        let rows = self.row..self.row.saturating_add(self.rows_repeated).min(MOST_ROWS);
        let is_repeated = rows.len() > 1;
        self.row = rows.end;
        let cells = std::mem::take(&mut self.cells_of_row);
        let merged = std::mem::take(&mut self.merged_of_row);
        if cells.is_empty() {
            return Ok(());
        }
        for row in rows {
            let size = cells.iter().map(|(_, held)| if let Held::Text(text) = held { text.len() } else { 0 });
            self.grown(size.sum(), cells.len(), if is_repeated { cells.len() } else { 0 })?;
            let Some(sheet) = self.sheets.last_mut() else { return Ok(()) };
            let at = |column: u32| -> At { (row, column) };
            sheet.cells.extend(cells.iter().map(|(column, held)| (at(*column), held.clone())));
            sheet.merged.extend(merged.iter().map(|(column, (down, right))| {
                (at(*column), (row.saturating_add(down - 1), column.saturating_add(right - 1)))
            }));
        }
        Ok(())
    }
}

impl Open {
    /// What the cell holds, if anything.
    fn held(self) -> Option<Held> {
        if self.is_error || self.is_formula && self.text.starts_with("Err:") {
            let shown = if self.text.is_empty() { "#ERR".to_owned() } else { self.text };
            return Some(Held::Error(shown));
        }
        let text = match (self.kind.as_str(), self.value) {
            ("float" | "percentage" | "currency", Some(value)) => match value.parse::<f64>() {
                Ok(number) => (number + 0.0).to_string(),
                Err(_) => value,
            },
            ("boolean", Some(value)) => value.to_ascii_uppercase(),
            ("date" | "time", Some(value)) => plain_time(&value),
            ("", None) if self.is_formula && self.text.is_empty() => return Some(Held::Unworked),
            ("string", Some(value)) => value,
            _ => self.text,
        };
        (!text.trim().is_empty()).then_some(Held::Text(text))
    }
}

/// A time in ISO 8601 as the program writes times: a space before the clock, whole seconds, lengths of time as a clock.
pub(super) fn plain_time(text: &str) -> String {
    if let Some(length) = text.strip_prefix("PT") {
        let mut seconds = Some(0);
        let mut digits = String::new();
        for c in length.chars() {
            let unit = match c {
                'H' => 3600.0,
                'M' => 60.0,
                'S' => 1.0,
                _ => {
                    digits.push(c);
                    continue;
                }
            };
            let more = digits.parse::<f64>().ok().and_then(|n| crate::sources::calendar::whole(n * unit));
            seconds = seconds.zip(more).map(|(seconds, more)| seconds + more);
            digits.clear();
        }
        return seconds.map_or_else(|| text.to_owned(), crate::sources::calendar::clock);
    }
    let whole = text.split('.').next().unwrap_or(text);
    let plain = whole.replacen('T', " ", 1);
    plain.strip_suffix(" 00:00:00").map_or(plain.clone(), str::to_owned)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Reason> {
    let found = element.try_get_attribute(name).map_err(|error| error.to_string())?;
    found
        .map(|a| a.normalized_value(quick_xml::XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned))
        .transpose()
        .map_err(|e| e.to_string())
}

/// A count of at least 1; 1 where there is none.
fn number(element: &BytesStart<'_>, name: &str) -> Result<u32, Reason> {
    let Some(text) = attribute(element, name)? else { return Ok(1) };
    text.parse::<u32>().map(|number| number.max(1)).map_err(|_| format!("`{name}` is `{text}`"))
}
