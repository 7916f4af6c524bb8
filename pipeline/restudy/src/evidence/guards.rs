//! Conditions that a sentence stands on: `stem_support_offered[science club].share > 0.5`.
//!
//! In: a condition and the evidence. Out: whether it holds, with the values that it read, or what is wrong with it.
//!
//! References as in `lookup.rs`, numbers, `'text'`, `+ - * /`, `== != < <= > >=`, `and`, `or`, `not` and
//! parentheses; `and` binds closer than `or`, a comparison closer than both. A value that is missing makes the condition
//! an error, not false: a sentence must not stand or fall on nothing. Both sides of `and` and `or` are always worked
//! out, so that a bad reference is found whatever the data say.

#![expect(clippy::result_large_err, reason = "a fault ends the build: its size costs nothing")]

use super::lookup::{Cell, Evidence};
use crate::diagnostic::Diagnostic;

/// What a condition came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Whether it holds.
    pub holds: bool,
    /// The references that it read, each once, with their values as text.
    pub values: Vec<(String, String)>,
}

/// Works out a condition.
///
/// # Errors
/// It cannot be read, names something that does not exist, compares what cannot be compared, or reads a missing value.
pub fn evaluate(condition: &str, evidence: &Evidence) -> Result<Outcome, Diagnostic> {
    let tokens = tokens(condition)?;
    let mut parser = Parser { condition, tokens, at: 0, evidence, values: Vec::new(), depth: 0 };
    let value = parser.or()?;
    if let Some((_, at)) = parser.peek() {
        return Err(unreadable(condition, *at, "the end of the condition"));
    }
    match value {
        Value::Boolean(holds) => Ok(Outcome { holds, values: parser.values }),
        other => Err(Diagnostic::error(format!("`{condition}` is {} and not a condition", other.kind()))
            .hint("compare it with something: `… > 0.5`")),
    }
}

/// Deepest nesting that a condition may have.
const DEEPEST: usize = 64;

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    Boolean(bool),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::Boolean(_) => "true or false",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Reference(String),
    Number(f64),
    Text(String),
    And,
    Or,
    Not,
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "≤", "≥"];

/// Tokens with the position, in characters from 1, at which each begins.
fn tokens(condition: &str) -> Result<Vec<(Token, usize)>, Diagnostic> {
    let mut tokens = Vec::new();
    let mut rest = condition;
    loop {
        rest = rest.trim_start();
        let at = condition[..condition.len() - rest.len()].chars().count() + 1;
        let Some(first) = rest.chars().next() else { break };
        let (token, length) = if first.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let number = rest[..length].parse().map_err(|_| unreadable(condition, at, "a number"))?;
            (Token::Number(number), length)
        } else if first == '\'' || first == '"' {
            let end =
                rest[1..].find(first).ok_or_else(|| unreadable(condition, at, "text in quotes that end"))?;
            (Token::Text(rest[1..1 + end].to_owned()), end + 2)
        } else if first.is_alphabetic() || first == '_' {
            word(condition, rest, at)?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(unreadable(condition, at, "a reference, a number, 'text' or a comparison"));
        };
        tokens.push((token, at));
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// `and`, `or`, `not`, or a reference; a row's name in brackets may hold anything but `].`.
fn word(condition: &str, rest: &str, at: usize) -> Result<(Token, usize), Diagnostic> {
    let name_end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let mut end = name_end(rest);
    match &rest[..end] {
        "and" => return Ok((Token::And, end)),
        "or" => return Ok((Token::Or, end)),
        "not" => return Ok((Token::Not, end)),
        _ => {}
    }
    if rest[end..].starts_with('[') {
        let close = rest[end..].find("].").ok_or_else(|| unreadable(condition, at, "`query[row].column`"))?;
        end += close + 1;
    }
    if !rest[end..].starts_with('.') {
        return Err(unreadable(condition, at, "`query[row].column` or `query.column`"));
    }
    end += 1;
    end += name_end(&rest[end..]);
    Ok((Token::Reference(rest[..end].to_owned()), end))
}

fn unreadable(condition: &str, at: usize, wanted: &str) -> Diagnostic {
    let from: String = condition.chars().skip(at.saturating_sub(1)).take(20).collect();
    let found = if from.is_empty() { "its end".to_owned() } else { format!("`{from}`") };
    Diagnostic::error(format!("the condition cannot be read at {found}: it wants {wanted}"))
        .note(format!("the condition is `{condition}`"))
}

struct Parser<'a> {
    condition: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    evidence: &'a Evidence,
    values: Vec<(String, String)>,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&(Token, usize)> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let there = self.peek().is_some_and(|(token, _)| token == wanted);
        self.at += usize::from(there);
        there
    }

    fn take_sign(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        match self.peek() {
            Some((Token::Sign(sign), _)) if wanted.contains(sign) => {
                let sign = *sign;
                self.at += 1;
                Some(sign)
            }
            _ => None,
        }
    }

    fn or(&mut self) -> Result<Value, Diagnostic> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Diagnostic::error("the condition is nested too deeply"));
        }
        let mut value = self.and()?;
        while self.take(&Token::Or) {
            let right = self.and()?;
            value = Value::Boolean(self.truth(value)? | self.truth(right)?);
        }
        self.depth -= 1;
        Ok(value)
    }

    fn and(&mut self) -> Result<Value, Diagnostic> {
        let mut value = self.not()?;
        while self.take(&Token::And) {
            let right = self.not()?;
            value = Value::Boolean(self.truth(value)? & self.truth(right)?);
        }
        Ok(value)
    }

    fn not(&mut self) -> Result<Value, Diagnostic> {
        let mut turned = false;
        let mut any = false;
        while self.take(&Token::Not) {
            turned = !turned;
            any = true;
        }
        let value = self.comparison()?;
        if any { Ok(Value::Boolean(self.truth(value)? != turned)) } else { Ok(value) }
    }

    fn comparison(&mut self) -> Result<Value, Diagnostic> {
        let left = self.sum()?;
        let Some(sign) = self.take_sign(&["==", "!=", "<=", ">=", "<", ">", "≤", "≥"]) else {
            return Ok(left);
        };
        let right = self.sum()?;
        let holds = match (&left, &right) {
            (Value::Number(a), Value::Number(b)) => match sign {
                "==" => a == b,
                "!=" => a != b,
                "<" => a < b,
                ">" => a > b,
                "<=" | "≤" => a <= b,
                _ => a >= b,
            },
            (Value::Text(a), Value::Text(b)) if sign == "==" => a == b,
            (Value::Text(a), Value::Text(b)) if sign == "!=" => a != b,
            (Value::Boolean(a), Value::Boolean(b)) if sign == "==" => a == b,
            (Value::Boolean(a), Value::Boolean(b)) if sign == "!=" => a != b,
            _ => {
                return Err(Diagnostic::error(format!(
                    "`{}` compares {} with {} by `{sign}`",
                    self.condition,
                    left.kind(),
                    right.kind()
                )));
            }
        };
        Ok(Value::Boolean(holds))
    }

    fn sum(&mut self) -> Result<Value, Diagnostic> {
        let mut value = self.product()?;
        while let Some(sign) = self.take_sign(&["+", "-"]) {
            let right = self.product()?;
            let (a, b) = (self.figure(value)?, self.figure(right)?);
            value = Value::Number(if sign == "+" { a + b } else { a - b });
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<Value, Diagnostic> {
        let mut value = self.factor()?;
        while let Some(sign) = self.take_sign(&["*", "/"]) {
            let right = self.factor()?;
            let (a, b) = (self.figure(value)?, self.figure(right)?);
            if sign == "/" && b == 0.0 {
                return Err(Diagnostic::error(format!("`{}` divides by 0", self.condition)));
            }
            value = Value::Number(if sign == "*" { a * b } else { a / b });
        }
        Ok(value)
    }

    fn factor(&mut self) -> Result<Value, Diagnostic> {
        let mut negative = false;
        let mut any = false;
        while self.take_sign(&["-"]).is_some() {
            negative = !negative;
            any = true;
        }
        let value = self.atom()?;
        if any {
            let figure = self.figure(value)?;
            return Ok(Value::Number(if negative { -figure } else { figure }));
        }
        Ok(value)
    }

    fn atom(&mut self) -> Result<Value, Diagnostic> {
        if self.take_sign(&["("]).is_some() {
            let value = self.or()?;
            if self.take_sign(&[")"]).is_none() {
                let at = self.peek().map_or(self.condition.chars().count() + 1, |(_, at)| *at);
                return Err(unreadable(self.condition, at, "`)`"));
            }
            return Ok(value);
        }
        match self.peek().cloned() {
            Some((Token::Number(number), _)) => {
                self.at += 1;
                Ok(Value::Number(number))
            }
            Some((Token::Text(text), _)) => {
                self.at += 1;
                Ok(Value::Text(text))
            }
            Some((Token::Reference(reference), _)) => {
                self.at += 1;
                self.read(&reference)
            }
            other => {
                let at = other.map_or(self.condition.chars().count() + 1, |(_, at)| at);
                Err(unreadable(self.condition, at, "a reference, a number or 'text'"))
            }
        }
    }

    fn read(&mut self, reference: &str) -> Result<Value, Diagnostic> {
        let (value, shown) = match self.evidence.cell(reference)? {
            Cell::Number(statistic) => match statistic.value {
                Some(value) => (Value::Number(value), exact(value, &statistic.printed)),
                None => return Err(missing(reference)),
            },
            Cell::Text(text) => (Value::Text(text.clone()), format!("'{text}'")),
            Cell::Boolean(value) => (Value::Boolean(value), value.to_string()),
            Cell::Missing => return Err(missing(reference)),
        };
        if !self.values.iter().any(|(known, _)| known == reference) {
            self.values.push((reference.to_owned(), shown));
        }
        Ok(value)
    }

    fn truth(&self, value: Value) -> Result<bool, Diagnostic> {
        match value {
            Value::Boolean(value) => Ok(value),
            other => Err(Diagnostic::error(format!(
                "`{}` uses {} where it wants true or false",
                self.condition,
                other.kind()
            ))),
        }
    }

    fn figure(&self, value: Value) -> Result<f64, Diagnostic> {
        match value {
            Value::Number(value) => Ok(value),
            other => Err(Diagnostic::error(format!("`{}` does sums with {}", self.condition, other.kind()))),
        }
    }
}

fn missing(reference: &str) -> Diagnostic {
    Diagnostic::error(format!("`{reference}` has no value, so nothing can be said with it"))
}

/// The value as compared, with its printed form where that says less: `0.5087 (51%)`.
fn exact(value: f64, printed: &str) -> String {
    let four = survey::rounding::fixed(value, 4);
    let short = four.trim_end_matches('0').trim_end_matches('.');
    if short == printed { short.to_owned() } else { format!("{short} ({printed})") }
}
