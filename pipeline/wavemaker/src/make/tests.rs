//! Margins are met, the same seed gives the same rows, and what cannot be is told.
