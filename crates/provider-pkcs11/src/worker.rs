//! The threads of the sessions.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use claviger_provider::{Answers, ProviderError};

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
/// Calls that are answered together, and how long the first of them waits for the others.
const TOGETHER: usize = 16;
const TOGETHER_TIME: Duration = Duration::from_millis(1);

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
    /// It is to be answered.
    Done(Call),
    /// Another token has it, or nobody wants it any more.
    Gone,
    Again(Call),
    /// There is no session.
    Open(Call),
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
                Next::Call(call) => self.serve_some(call),
                Next::Nothing => {
                    self.open();
                }
                Next::Closed => break,
            }
        }
        *lock(&self.place.seat) = None;
    }

    /// Serves a call, and those behind it that are served soon, and answers them together.
    fn serve_some(&self, first: Call) {
        let begun = Instant::now();
        let mut answers = Answers::default();
        let mut next = Some(first);
        while let Some(call) = next {
            self.serve(call, &mut answers);
            let more = answers.len() < TOGETHER && begun.elapsed() < TOGETHER_TIME;
            next = more.then(|| self.link.queue(self.lane).poll()).flatten();
        }
        answers.give();
    }

    fn serve(&self, call: Call, answers: &mut Answers) {
        let mut step = self.attempt(call);
        loop {
            step = match step {
                Step::Done(call) => return answers.push(call.work),
                Step::Gone => return,
                Step::Again(call) => self.attempt(call),
                Step::Open(call) => {
                    // What follows may take long.
                    answers.give();
                    if self.open() {
                        Step::Again(call)
                    } else {
                        self.away(call)
                    }
                }
                Step::Wait(mut call) => {
                    let pause = call.pause.clamp(FIRST_PAUSE, LONGEST_PAUSE);
                    thread::sleep(pause);
                    call.pause = pause * 2;
                    self.pass_on(call).map_or(Step::Gone, Step::Again)
                }
            };
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
            return Step::Gone;
        }
        let mut place = lock(&self.place.seat);
        let Some(seat) = place.as_mut() else {
            return Step::Open(call);
        };
        if !call.progress.start() {
            return Step::Gone;
        }
        call.pinned |= call.stays;
        match call.work.run(seat) {
            Ok(()) => Step::Done(call),
            Err(Fault::Is(error)) => fail(call, error),
            Err(Fault::Away | Fault::Stale) => {
                *place = None;
                drop(place);
                self.link.lost();
                call.losses += 1;
                call.progress.pause();
                if call.losses >= MOST_LOSSES {
                    return fail(call, ProviderError::Unavailable);
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
            _ => fail(call, ProviderError::BadMaterial),
        }
    }

    /// The token cannot be reached. Another may.
    fn away(&self, call: Call) -> Step {
        self.link.lost();
        let useful = |link: &&Arc<Link>| link.is_well() && !call.missed.contains(&link.number);
        match self.links.iter().find(useful) {
            Some(other) if !call.pinned => hand_over(other, call),
            _ if call.is_late() => fail(call, ProviderError::Unavailable),
            _ => Step::Wait(call),
        }
    }

    fn is_open(&self) -> bool {
        lock(&self.place.seat).is_some()
    }

    fn open(&self) -> bool {
        self.link.connect(&self.place)
    }
}

fn hand_over(link: &Link, call: Call) -> Step {
    match link.push(call) {
        Ok(()) => Step::Gone,
        Err(call) => fail(call, ProviderError::Unavailable),
    }
}

fn fail(mut call: Call, error: ProviderError) -> Step {
    call.work.fail(error);
    Step::Done(call)
}
