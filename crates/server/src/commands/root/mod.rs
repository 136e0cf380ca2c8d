//! `claviger root`: the root key and the HSM's master key.

mod change;
mod drill;
mod made;
mod options;
mod retire;
mod shares;
mod show;
mod target;
mod waiting;

use std::process::ExitCode;

pub(crate) use self::options::RootCommand;
use self::options::{RecoveryTask, SealTask, Task};
pub(crate) use self::shares::print as print_shares;
use crate::output::Failure;

/// Runs the command. `Ok` with another code than 0 means that a drill proved nothing.
pub(crate) fn run(command: &RootCommand) -> Result<ExitCode, Failure> {
    let json = command.place.json;
    if let Task::Recovery(RecoveryTask::Drill { from, shares }) = &command.task {
        return drill::run(from, shares, json);
    }
    let target = command.place.target()?;
    match &command.task {
        Task::Show => show::key(&target, json),
        Task::Seal(SealTask::List) => show::seals(&target, json),
        Task::Rotate => change::rotate(&target, json),
        Task::Retire(asked) => retire::run(&target, asked, json),
        Task::Renew => change::renew(&target, json),
        Task::Copy(copy) => change::copy(&target, copy, json),
        Task::Seal(SealTask::Add(add)) => change::add(&target, add, json),
        Task::Seal(SealTask::Remove { id }) => change::remove(&target, id, json),
        Task::Recovery(RecoveryTask::Create { shares, threshold }) => {
            change::create_shares(&target, *shares, *threshold, json)
        }
        Task::Recovery(RecoveryTask::Open(open)) => change::open_with_shares(&target, open, json),
        Task::Recovery(RecoveryTask::Drill { .. }) => Ok(()),
    }?;
    Ok(ExitCode::SUCCESS)
}
