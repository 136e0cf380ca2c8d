//! What the fuzz targets share: how long they run, what they begin with, and how that is changed.
//!
//! A target is a test in `tests/fuzz/`. `cargo test` runs each for a moment and `cargo xtask fuzz` for longer, both with
//! random input; `cargo bolero test` runs one guided by coverage. `README.md` says how.
//!
//! The crate is a tool: nothing of the product uses it, and a target asks a crate of the product no more than its users
//! can.

mod http;
mod recipe;
mod seeds;

use std::time::Duration;

pub use http::Request;
pub use recipe::{Edit, Recipe, Seeds};
pub use seeds::{recorded, recorded_sdk, words};

/// How long a target runs where nobody says.
const MOMENT: Duration = Duration::from_millis(250);

/// How long one target may run: `FUZZ_SECONDS`, or a moment.
pub fn time() -> Duration {
    let seconds = std::env::var_os("FUZZ_SECONDS").and_then(|text| text.to_str()?.parse().ok());
    seconds.map_or(MOMENT, Duration::from_secs)
}

/// A target named after the function it stands in, bounded by [`time`].
#[macro_export]
macro_rules! target {
    () => {
        ::bolero::check!()
            .with_iterations(usize::MAX)
            .with_test_time($crate::time())
    };
}
