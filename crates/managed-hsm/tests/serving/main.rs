//! The HSM as its clients see it, through a real socket.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod away;
mod conforms;
mod hostile;
mod line;
mod listener;
mod load;
mod rig;
mod slow;
