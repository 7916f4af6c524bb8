//! An SPSS system file, byte by byte, as PSPP's manual "System File Format" has it.
//!
//! In: variables with their values. Out: the file: little-endian, UTF-8, packed by bytecode. A name, label or text that is
//! longer than such a file can hold is a fault.

use crate::fault::Fault;

/// The number that stands for nothing.
const BLANK: f64 = -f64::MAX;

/// What is taken from a byte that stands for a small number.
const BIAS: f64 = 100.0;

/// A file.
pub(crate) struct SystemFile {
    /// Day and time of writing.
    pub(crate) written: [String; 2],
    /// The variable that weighs the cases.
    pub(crate) weight: String,
    /// Number of cases.
    pub(crate) cases: usize,
    /// Variables, each with a value for each case.
    pub(crate) variables: Vec<Variable>,
}

/// A variable.
pub(crate) struct Variable {
    name: String,
    label: String,
    /// What its values are.
    pub(crate) kind: Kind,
    /// Whether its codes are a scale.
    pub(crate) ordered: bool,
    /// Labels of codes.
    pub(crate) labels: Vec<(i32, String)>,
    /// Codes that stand for no answer.
    pub(crate) missing: Vec<i32>,
    /// Values, unless they are texts.
    pub(crate) numbers: Vec<Option<f64>>,
}

/// What values are.
pub(crate) enum Kind {
    /// Numbers with so many decimals.
    Number {
        /// The decimals.
        decimals: u8,
    },
    /// Points in time.
    Time,
    /// Texts, one for each case.
    Text(Vec<String>),
}

impl Variable {
    /// A variable without values.
    pub(crate) fn new(name: &str, label: &str, kind: Kind) -> Self {
        let (name, label) = (name.to_owned(), label.to_owned());
        Self {
            name,
            label,
            kind,
            ordered: false,
            labels: Vec::new(),
            missing: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Bytes of its texts: the longest's, and one at least; 0 of numbers.
    fn width(&self) -> usize {
        match &self.kind {
            Kind::Text(texts) => texts.iter().map(String::len).max().unwrap_or_default().max(1),
            Kind::Number { .. } | Kind::Time => 0,
        }
    }

    /// Its format: decimals, width, kind.
    fn format(&self) -> i32 {
        let (kind, width, decimals) = match &self.kind {
            Kind::Number { decimals } => (5, 8, *decimals),
            Kind::Time => (22, 20, 0),
            Kind::Text(_) => (1, u8::try_from(self.width()).unwrap_or(u8::MAX), 0),
        };
        i32::from_le_bytes([decimals, width, kind, 0])
    }

    /// 1 for names, 2 for a scale, 3 for numbers.
    fn measure(&self) -> i32 {
        match self.kind {
            Kind::Text(_) => 1,
            _ if self.ordered => 2,
            _ if self.labels.iter().any(|(code, _)| !self.missing.contains(code)) => 1,
            _ => 3,
        }
    }

    /// Eights of bytes that a value takes.
    fn slots(&self) -> usize {
        self.width().div_ceil(8).max(1)
    }

    /// Its name, label and texts fit.
    fn check(&self) -> Result<(), Fault> {
        let too_long = |what: &str, limit: usize| {
            Fault::step(
                &self.name,
                format!("its {what} is longer than {limit} bytes, which is all that SPSS holds"),
            )
        };
        let is_name = self.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && self.name.starts_with(|c: char| c.is_ascii_alphabetic());
        match self {
            _ if self.name.len() > 64 => Err(too_long("name", 64)),
            _ if !is_name => Err(Fault::step(&self.name, "no variable of SPSS can have this name")),
            _ if self.label.len() > 255 => Err(too_long("label", 255)),
            _ if self.width() > 255 => Err(too_long("longest text", 255)),
            _ if self.labels.iter().any(|(_, label)| label.len() > 120) => Err(too_long("value label", 120)),
            _ if self.missing.len() > 3 => {
                Err(Fault::step(&self.name, "SPSS has three missing codes at most"))
            }
            _ => Ok(()),
        }
    }
}

/// A point in time, from its seconds since 1970: SPSS counts from the first day of the Gregorian calendar.
pub(crate) fn time(seconds: i64) -> f64 {
    (seconds + 141_428 * 86_400) as f64
}

impl SystemFile {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Fault> {
        self.variables.iter().try_for_each(Variable::check)?;
        let mut first = Vec::new();
        let mut slots = 0;
        for variable in &self.variables {
            first.push(slots);
            slots += variable.slots();
        }
        let weight = self.variables.iter().position(|variable| variable.name == self.weight);
        let weight = weight.ok_or_else(|| Fault::step(&self.weight, "no variable has the weights"))?;

        let mut out = Writer::default();
        out.text("$FL2", 4);
        out.text("@(#) SPSS DATA FILE wavemaker", 60);
        out.ints(&[2, slots, 1, first[weight] + 1, self.cases]);
        out.number(BIAS);
        out.text(&self.written[0], 9);
        out.text(&self.written[1], 8);
        out.text("", 64 + 3);
        for (place, variable) in self.variables.iter().enumerate() {
            out.variable(variable, place);
        }
        for (variable, first) in self.variables.iter().zip(&first) {
            out.value_labels(&variable.labels, first + 1);
        }
        out.extensions(&self.variables);
        out.ints(&[999, 0]);
        out.cases(&self.variables, self.cases);
        Ok(out.bytes)
    }
}

/// The name of eight bytes at most, under which the records know a variable.
fn short(place: usize) -> String {
    format!("V{:04}", place + 1)
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Text with spaces behind it.
    fn text(&mut self, text: &str, width: usize) {
        let end = self.bytes.len() + width;
        self.bytes.extend(text.bytes().take(width));
        self.bytes.resize(end, b' ');
    }

    fn int(&mut self, number: i32) {
        self.bytes.extend(number.to_le_bytes());
    }

    /// Numbers of things.
    fn ints(&mut self, numbers: &[usize]) {
        for number in numbers {
            self.int(i32::try_from(*number).unwrap_or(i32::MAX));
        }
    }

    fn number(&mut self, number: f64) {
        self.bytes.extend(number.to_le_bytes());
    }

    fn variable(&mut self, variable: &Variable, place: usize) {
        self.ints(&[2, variable.width(), 1, variable.missing.len()]);
        self.int(variable.format());
        self.int(variable.format());
        self.text(&short(place), 8);
        self.ints(&[variable.label.len()]);
        self.text(&variable.label, variable.label.len().next_multiple_of(4));
        for code in &variable.missing {
            self.number(f64::from(*code));
        }
        for _ in 1..variable.slots() {
            self.int(2);
            self.int(-1);
            self.ints(&[0, 0, 0, 0]);
            self.text("", 8);
        }
    }

    fn value_labels(&mut self, labels: &[(i32, String)], slot: usize) {
        if labels.is_empty() {
            return;
        }
        self.ints(&[3, labels.len()]);
        for (code, label) in labels {
            self.number(f64::from(*code));
            self.bytes.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
            self.text(label, (label.len() + 1).next_multiple_of(8) - 1);
        }
        self.ints(&[4, 1, slot]);
    }

    fn extensions(&mut self, variables: &[Variable]) {
        // Version, machine, floating point, packing, byte order, UTF-8.
        self.ints(&[7, 3, 4, 8, 20, 0, 0]);
        self.int(-1);
        self.ints(&[1, 1, 2, 65_001]);
        // Blank, highest, lowest.
        self.ints(&[7, 4, 8, 3]);
        self.number(BLANK);
        self.number(f64::MAX);
        self.number(BLANK.next_up());
        // Measure, width and alignment.
        self.ints(&[7, 11, 4, 3 * variables.len()]);
        for variable in variables {
            self.int(variable.measure());
            self.ints(&[variable.width().clamp(8, 40), 0]);
        }
        let names: Vec<String> = (0..)
            .zip(variables)
            .map(|(place, variable)| format!("{}={}", short(place), variable.name))
            .collect();
        let names = names.join("\t");
        self.ints(&[7, 13, 1, names.len()]);
        self.text(&names, names.len());
        self.ints(&[7, 20, 1, 5]);
        self.text("UTF-8", 5);
    }

    /// The cases: eight codes, then what those that stand for none of the small numbers say in full.
    fn cases(&mut self, variables: &[Variable], cases: usize) {
        let (mut codes, mut full): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
        let mut slot = |code: u8, value: &[u8]| {
            codes.push(code);
            full.extend(value);
            if codes.len() == 8 {
                self.bytes.append(&mut codes);
                self.bytes.append(&mut full);
            }
        };
        for case in 0..cases {
            for variable in variables {
                if let Kind::Text(texts) = &variable.kind {
                    let mut text = texts[case].clone().into_bytes();
                    text.resize(variable.slots() * 8, b' ');
                    for piece in text.chunks(8) {
                        if piece == [b' '; 8] { slot(254, &[]) } else { slot(253, piece) }
                    }
                    continue;
                }
                match variable.numbers[case] {
                    None => slot(255, &[]),
                    Some(number) if number.fract() == 0.0 && (-99.0..=151.0).contains(&number) => {
                        slot((number + BIAS) as u8, &[]);
                    }
                    Some(number) => slot(253, &number.to_le_bytes()),
                }
            }
        }
        codes.push(252);
        codes.resize(8, 0);
        self.bytes.append(&mut codes);
        self.bytes.append(&mut full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(variables: Vec<Variable>) -> Result<Vec<u8>, String> {
        let written = ["26 May 15".to_owned(), "09:30:00".to_owned()];
        let file = SystemFile { written, weight: "W".to_owned(), cases: 1, variables };
        file.bytes().map_err(|fault| fault.to_string())
    }

    fn number(name: &str, value: Option<f64>) -> Variable {
        Variable { numbers: vec![value], ..Variable::new(name, "", Kind::Number { decimals: 0 }) }
    }

    #[test]
    fn cases_are_codes_and_what_they_do_not_say() {
        let text = Variable::new("T", "", Kind::Text(vec!["nine bytes".to_owned()]));
        let bytes = file(vec![number("W", Some(1.5)), number("A", Some(-9.0)), number("B", None), text])
            .expect("a file");
        let codes = [253, 91, 255, 253, 253, 252, 0, 0];
        let full = [&1.5_f64.to_le_bytes()[..], b"nine byt", b"es      "].concat();
        assert!(bytes.ends_with(&[&codes[..], &full].concat()));
    }

    #[test]
    fn what_such_a_file_cannot_hold_is_told() {
        let long = Variable::new("T", "", Kind::Text(vec!["x".repeat(256)]));
        let told = file(vec![number("W", None), long]).expect_err("a fault");
        assert_eq!(told, "step `T`: its longest text is longer than 255 bytes, which is all that SPSS holds");
        let told = file(vec![number("W", None), number("1st", None)]).expect_err("a fault");
        assert_eq!(told, "step `1st`: no variable of SPSS can have this name");
        let told = file(vec![number("A", None)]).expect_err("a fault");
        assert_eq!(told, "step `W`: no variable has the weights");
    }
}
