//! `claviger admin` and `claviger audit` as people use them: real processes, and what they print.
//!
//! A transcript is a Markdown file. What stands in `console` blocks behind `$ ` is run by a shell, and what stands below
//! is what it must print on both outputs: `…` stands for any text in a line, a line with nothing else for any lines,
//! and `? 3` at the end for another exit code than 0.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod client;
mod hsm;
mod retire;
mod scene;
mod sinks;
mod transcript;

use scene::Scene;

/// Runs a transcript against a stopped and a running server.
macro_rules! both_ways {
    ($($name:ident)*) => {$(
        mod $name {
            use super::Scene;

            const TEXT: &str = include_str!(concat!("transcripts/", stringify!($name), ".md"));

            #[test]
            fn offline() {
                Scene::stopped().plays(TEXT);
            }

            #[test]
            fn online() {
                Scene::running().plays(TEXT);
            }
        }
    )*};
}

both_ways! {
    accounts
    explain
    groups
    keys
    policies
    roles
    services
    users
}

#[test]
fn what_does_not_arrive() {
    Scene::stopped().plays(include_str!("transcripts/lost.md"));
}

#[test]
fn the_folder_of_another_user() {
    Scene::stopped().plays(include_str!("transcripts/foreign.md"));
}

#[test]
fn what_is_missing() {
    Scene::stopped().plays(include_str!("transcripts/missing.md"));
}

#[test]
fn usage_asked_of_a_server() {
    Scene::with_keys().plays(include_str!("transcripts/usage.md"));
}

#[test]
fn usage_asked_of_a_folder() {
    let mut scene = Scene::with_keys();
    scene.stop();
    scene.plays(include_str!("transcripts/usage.md"));
}

#[test]
fn the_log_of_a_running_server() {
    let scene = Scene::with_keys();
    scene.plays(include_str!("transcripts/log.md"));
    scene.plays(include_str!("transcripts/log_running.md"));
}

#[test]
fn the_log_of_a_stopped_server() {
    let mut scene = Scene::with_keys();
    scene.stop();
    scene.plays(include_str!("transcripts/log.md"));
    scene.plays(include_str!("transcripts/log_stopped.md"));
}

#[test]
fn root_keys_and_their_seals() {
    Scene::stopped().plays(include_str!("transcripts/root.md"));
}

#[test]
fn the_end_of_a_version() {
    Scene::stopped().plays(include_str!("transcripts/root_retire.md"));
}

#[test]
fn the_hsm_of_a_stopped_server() {
    Scene::stopped().plays(include_str!("transcripts/hsm.md"));
}

#[test]
fn shares_from_the_first_day() {
    Scene::empty().plays(include_str!("transcripts/shares.md"));
}

#[test]
fn root_keys_of_a_running_server() {
    Scene::running().plays(include_str!("transcripts/root_running.md"));
}

#[test]
fn refusals_without_a_server() {
    Scene::stopped().plays(include_str!("transcripts/stopped.md"));
}

#[test]
fn refusals_of_a_running_server() {
    Scene::running().plays(include_str!("transcripts/running.md"));
}

#[test]
fn the_walk_through() {
    Scene::with_keys().plays(include_str!("../../../../docs/admin.md"));
}
