//! The threads of the sessions.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use claviger_provider::ProviderError;

use crate::link::Link;
use crate::module::lock;
use crate::place::Place;
use crate::queue::{Call, Lane, Next};
use crate::trouble::Fault;

/// How often an idle thread looks whether a lost token is back.
const LOOK: Duration = Duration::from_secs(1);
/// Between tries for a caller who waits: the first pause, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(320);
/// Sessions that may be lost over one call while the token seems to be there.
const MOST_LOSSES: u32 = 4;

/// One session thread of one token.
pub(crate) struct Worker {
    pub(crate) link: Arc<Link>,
    pub(crate) place: Arc<Place>,
    /// All tokens that hold the same keys.
    pub(crate) links: Arc<[Arc<Link>]>,
    /// What it does. Who makes keys also looks for the token while nobody calls: it has the most time.
    pub(crate) lane: Lane,
}

/// What is to be done with a call after a try.
enum Step {
    Done,
    Again(Call),
    /// The token is away; the call waits.
    Wait(Call),
}

impl Worker {
    /// Serves calls until the provider is dropped.
    pub(crate) fn run(&self) {
        loop {
            let looks = self.lane == Lane::Make && !(self.link.is_well() && self.is_open());
            let patience = looks.then_some(LOOK);
            match self.link.queue(self.lane).next(patience) {
                Next::Call(call) => self.serve(call),
                Next::Nothing => {
                    self.open();
                }
                Next::Closed => break,
            }
        }
        *lock(&self.place.seat) = None;
    }

    fn serve(&self, mut call: Call) {
        loop {
            call = match self.attempt(call) {
                Step::Done => return,
                Step::Again(call) => call,
                Step::Wait(mut call) => {
                    let pause = call.pause.clamp(FIRST_PAUSE, LONGEST_PAUSE);
                    thread::sleep(pause);
                    call.pause = pause * 2;
                    match self.pass_on(call) {
                        Some(call) => call,
                        None => return,
                    }
                }
            }
        }
    }

    /// Lets the next token look whether it is back.
    fn pass_on(&self, call: Call) -> Option<Call> {
        let count = self.links.len();
        let next = (1..count)
            .filter_map(|step| self.links.get((self.link.number + step) % count))
            .find(|link| !call.missed.contains(&link.number));
        match next {
            Some(next) if !call.pinned => next.push(call).err(),
            _ => Some(call),
        }
    }

    fn attempt(&self, mut call: Call) -> Step {
        if call.progress.is_abandoned() {
            return Step::Done;
        }
        let mut place = lock(&self.place.seat);
        let Some(seat) = place.as_mut() else {
            drop(place);
            return if self.open() {
                Step::Again(call)
            } else {
                self.away(call)
            };
        };
        if !call.progress.start() {
            return Step::Done;
        }
        call.pinned |= call.stays;
        match call.work.run(seat) {
            Ok(()) => Step::Done,
            Err(Fault::Is(error)) => {
                call.work.fail(error);
                Step::Done
            }
            Err(Fault::Away | Fault::Stale) => {
                *place = None;
                drop(place);
                self.link.lost();
                call.losses += 1;
                call.progress.pause();
                if call.losses >= MOST_LOSSES {
                    return give_up(call);
                }
                Step::Again(call)
            }
            Err(Fault::Doubt) if !call.doubted => {
                *place = None;
                drop(place);
                call.doubted = true;
                call.progress.pause();
                self.link.renew();
                Step::Again(call)
            }
            Err(Fault::Doubt | Fault::NotHere) => {
                drop(place);
                self.missed(call)
            }
        }
    }

    /// The token does not have the key. Another may.
    fn missed(&self, mut call: Call) -> Step {
        call.missed.push(self.link.number);
        let other = |link: &&Arc<Link>| !call.missed.contains(&link.number);
        match self.links.iter().find(other) {
            Some(other) if !call.pinned => {
                call.progress.pause();
                hand_over(other, call)
            }
            _ => {
                call.work.fail(ProviderError::BadMaterial);
                Step::Done
            }
        }
    }

    /// The token cannot be reached. Another may.
    fn away(&self, mut call: Call) -> Step {
        self.link.lost();
        let useful = |link: &&Arc<Link>| link.is_well() && !call.missed.contains(&link.number);
        match self.links.iter().find(useful) {
            Some(other) if !call.pinned => hand_over(other, call),
            _ if call.is_late() => {
                call.work.fail(ProviderError::Unavailable);
                Step::Done
            }
            _ => Step::Wait(call),
        }
    }

    fn is_open(&self) -> bool {
        lock(&self.place.seat).is_some()
    }

    fn open(&self) -> bool {
        let seat = self.link.connect();
        let open = seat.is_some();
        *lock(&self.place.seat) = seat;
        open
    }
}

fn hand_over(link: &Link, call: Call) -> Step {
    match link.push(call) {
        Ok(()) => Step::Done,
        Err(call) => give_up(call),
    }
}

fn give_up(mut call: Call) -> Step {
    call.work.fail(ProviderError::Unavailable);
    Step::Done
}
