//! `claviger admin`: accounts, users, access keys, groups, roles, policies and services, why somebody may do what, and how
//! keys and the audit log are used.
//!
//! A command becomes a [`Task`]: calls of the operations that programs have too, and how the answer is shown. The calls
//! go either through the door of a service that this process starts on a data folder, or to a running server over HTTPS.
//! Both judge and record them alike. A new noun is a file under `nouns`.

mod credentials;
mod nouns;
mod offline;
mod online;
mod options;
mod reach;
mod show;
mod task;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde_json::Value;

pub(crate) use self::options::Admin;
use self::reach::{Facts, Reach};
use self::task::Task;
use crate::commands::runtime;
use crate::output::{Failure, hand_out, note, say};
use crate::private::must_be_new;

/// Runs a command of an administrator.
pub(crate) fn run(admin: &Admin) -> Result<(), Failure> {
    let task = admin.noun.task()?;
    if let Some(path) = &task.save {
        must_be_new("--save", path)?;
    }
    runtime()?.block_on(async {
        let mut reach = Reach::open(&admin.place, &task).await?;
        let done = task.perform(&mut reach).await;
        let done = done.and_then(|answer| present(admin.json, &task, answer, reach.facts()));
        let closed = reach.close().await;
        done.and(closed)
    })
}

/// Shows the answer, or saves the secret that is in it.
fn present(json: bool, task: &Task, mut answer: Value, facts: &Facts) -> Result<(), Failure> {
    let saved = match &task.save {
        Some(path) => Some((path, credentials::save(path, &mut answer, facts)?)),
        None => None,
    };
    let text = if json {
        format!("{answer:#}")
    } else {
        show::text(&answer, &task.view)
    };
    if task.secret && saved.is_none() {
        hand_out(text.trim_end()).map_err(|failure| {
            Failure::failed(format!(
                "{failure}; the access key was made and its secret is lost: delete it and make another"
            ))
        })?;
    } else {
        say(text.trim_end());
    }
    match saved {
        Some((path, id)) => note(&told_of_file(path, &id)),
        None if task.secret => note("the secret is shown this once; keep it now"),
        None => {}
    }
    Ok(())
}

fn told_of_file(path: &Path, id: &str) -> String {
    let path = path.display();
    format!("the secret of `{id}` is in `{path}`, and shown nowhere else; its owner alone can read the file")
}
