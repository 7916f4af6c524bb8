//! Where an answer comes from: what a file says of itself once it has left the study's folder.

use crate::study::{Study, Wave};

/// The study and the wave behind an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Title of the study.
    pub study: String,
    /// Who wrote it.
    pub author: String,
    /// Language of its words (ISO 639-1).
    pub language: String,
    /// Region of the language (ISO 3166-1).
    pub region: String,
    /// Name of the wave.
    pub wave: String,
    /// The wave in words.
    pub wave_title: String,
    /// The wave's date (ISO 8601), which stands for the clock.
    pub published: String,
    /// Whether the wave's data were made rather than collected.
    pub synthetic: bool,
    /// What readers must know about the data; may be empty.
    pub notice: String,
    /// Confidence of intervals.
    pub confidence: f64,
}

impl Origin {
    /// Of what a wave of a study answers.
    pub fn of(study: &Study, wave: &Wave) -> Origin {
        Origin {
            study: study.title.clone(),
            author: study.author.clone(),
            language: study.language.clone(),
            region: study.region.clone(),
            wave: wave.id.clone(),
            wave_title: wave.title.clone(),
            published: wave.published.clone(),
            synthetic: wave.synthetic,
            notice: wave.notice.clone(),
            confidence: study.design.confidence,
        }
    }

    /// The language with its region: `en-GB`.
    pub fn locale(&self) -> String {
        if self.region.is_empty() {
            self.language.clone()
        } else {
            format!("{}-{}", self.language, self.region)
        }
    }

    /// What is said of the data in short: a notice that they are made, the wave's own words, or nothing.
    pub fn caution(&self) -> Option<String> {
        match (self.synthetic, self.notice.trim()) {
            (true, "") => Some("Synthetic data: nobody gave these answers.".to_owned()),
            (_, "") => None,
            (true, notice) => Some(format!("Synthetic data: nobody gave these answers. {notice}")),
            (false, notice) => Some(notice.to_owned()),
        }
    }
}
