//! The bar of a large export that is being read: rows, speed, time left; on a terminal and nowhere else.

use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sources::SoFar;

/// Bytes from which a file takes so long that somebody waits for it.
const LARGE: u64 = 1 << 25;

/// How often a second the bar is drawn at most.
const OFTEN: u8 = 10;

/// A bar that is on the terminal.
#[derive(Debug)]
pub(super) struct Bar {
    doing: &'static str,
    bar: ProgressBar,
}

impl Bar {
    /// The bar for what is done `so_far`; none where that is soon over.
    pub(super) fn of(so_far: &SoFar<'_>) -> Option<Bar> {
        if so_far.of < LARGE {
            return None;
        }
        let bar = ProgressBar::with_draw_target(Some(so_far.of), ProgressDrawTarget::stderr_with_hz(OFTEN));
        let counted = "  {prefix} [{bar:24}] {msg}{decimal_bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(counted) {
            bar.set_style(style.progress_chars("=> "));
        }
        let name = so_far.file.rsplit('/').next().unwrap_or(so_far.file);
        bar.set_prefix(format!("{} {}", so_far.doing, name.chars().take(30).collect::<String>()));
        bar.enable_steady_tick(Duration::from_secs(1));
        Some(Bar { doing: so_far.doing, bar })
    }

    /// Whether it is about what is done `so_far`.
    pub(super) fn is_about(&self, so_far: &SoFar<'_>) -> bool {
        self.doing == so_far.doing && self.bar.length() == Some(so_far.of)
    }

    /// Draws it anew, where it is time.
    pub(super) fn draw(&self, so_far: &SoFar<'_>) {
        if let Some(rows) = so_far.rows {
            self.bar.set_message(format!("{} rows, ", HumanCount(u64::try_from(rows).unwrap_or(u64::MAX))));
        }
        self.bar.set_position(so_far.bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
