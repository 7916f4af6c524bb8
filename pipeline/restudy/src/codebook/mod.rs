//! The codebook: what was asked, of whom, with which answers; and the responses read in its light.
//!
//! In: the study's `codebook/` and raw tables. Out: a [`Codebook`], and [`Responses`] (and the other material) as typed,
//! labelled columns with a reason for every missing answer; or everything that is wrong, each fault with its place.
//!
//! - A codebook that loads is sound: every name it uses is one that it defines.
//! - A value that it does not know never gets through; nothing is guessed or dropped in silence.
//! - It knows neither Arrow nor Parquet nor what the study is about.

mod answers;
mod code_frame;
mod counted;
mod definitions;
mod expected;
mod fieldwork;
mod headers;
mod identities;
mod intake;
mod letters;
mod load;
mod material;
mod missing;
mod model;
mod open_codings;
pub mod project;
mod register;
mod sheet;
mod staged;
mod timestamp;
mod together;
mod universe;
mod validate;
mod variables;

pub use answers::Responses;
pub use code_frame::{Code, CodeFrame};
pub use counted::{Absent, Answer, Asked, Counts, Entry, Numbers, Times};
pub(crate) use definitions::UniverseEntry;
pub use expected::{Column, Takes};
pub use fieldwork::{Frame, pilots};
pub use intake::{Intake, read};
pub use letters::plain_letters;
pub use material::{Coding, Documents, Material, Segment};
pub use missing::{Missing, MissingReason};
pub use model::{Codebook, Item, Kind, LeftOut, Question, Stage, Universe, ValueLabel, ValueSet};
pub use register::claims;
pub use sheet::is_number;
pub use sheet::{Sheet, Values};
pub use timestamp::{Dates, in_iso, is_time};
pub use together::answers_in;
pub use variables::{Holds, Level, Variable};
