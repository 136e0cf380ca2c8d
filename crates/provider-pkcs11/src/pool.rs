//! Brings calls to session threads and their answers back.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use claviger_provider::{Answer, Answers, ProviderError};
use tokio::sync::oneshot;

use crate::link::Link;
use crate::module::lock;
use crate::queue::{Call, Lane, Progress, Work};
use crate::seat::Seat;
use crate::trouble::Fault;
use crate::worker::Worker;
use crate::{Pkcs11Error, reference::Id};

/// How long an answer is waited for once a token works on it: longer than any makes an RSA key.
const LONGEST: Duration = Duration::from_secs(120);

/// How long the threads have to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Whether a token can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHealth {
    /// Its label.
    pub token: String,
    /// Whether it could be reached when it was last needed.
    pub reachable: bool,
    /// Why it was not found, if it never was; those that are there are named.
    pub absence: Option<String>,
}

/// The tokens that hold the same keys, with their threads.
pub(crate) struct Pool {
    links: Arc<[Arc<Link>]>,
    patience: Duration,
    /// Every thread holds the other end.
    ended: Mutex<mpsc::Receiver<()>>,
}

/// How a call may go from token to token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// To any that is there, to use a key.
    Any,
    /// To any that is there, with work that may take long.
    Aside,
    /// To any, but not on to another once begun: it makes the key with this id.
    Makes(Id),
}

impl Pool {
    /// Starts the threads.
    pub(crate) fn start(links: Vec<Arc<Link>>, patience: Duration) -> Result<Self, Pkcs11Error> {
        let links: Arc<[Arc<Link>]> = links.into();
        let (alive, ended) = mpsc::channel();
        let pool = Self {
            links: links.clone(),
            patience,
            ended: Mutex::new(ended),
        };
        for link in links.iter() {
            for (at, place) in link.places.iter().enumerate() {
                let worker = Worker {
                    link: link.clone(),
                    place: place.clone(),
                    links: links.clone(),
                    lane: if at == 0 { Lane::Make } else { Lane::Use },
                };
                let alive = alive.clone();
                let work = move || {
                    worker.run();
                    drop(alive);
                };
                thread::Builder::new()
                    .name("pkcs11".to_owned())
                    .spawn(work)
                    .map_err(Pkcs11Error::Threads)?;
            }
        }
        Ok(pool)
    }

    /// Whether the tokens can be reached.
    pub(crate) fn health(&self) -> Vec<TokenHealth> {
        let health = |link: &Arc<Link>| TokenHealth {
            token: link.label().to_owned(),
            reachable: link.is_well(),
            absence: link.absence(),
        };
        self.links.iter().map(health).collect()
    }

    /// Has a session do some work. It may be done more than once, if sessions are lost over it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        route: Route,
        work: impl FnMut(&mut Seat) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let link = self.links.iter().find(|link| link.is_well());
        let link = link.or(self.links.first()).ok_or(ProviderError::Unavailable)?;
        self.send(link, route, false, work)?.answer(self.patience).await
    }

    /// Has a session of every token do some work.
    pub(crate) async fn call_all(
        &self,
        work: impl Fn(&mut Seat) -> Result<(), Fault> + Clone + Send + 'static,
    ) -> Result<(), ProviderError> {
        let mut waiting = Vec::new();
        for link in self.links.iter() {
            waiting.push(self.send(link, Route::Aside, true, work.clone())?);
        }
        let mut done = Ok(());
        for answer in waiting {
            done = done.and(answer.answer(self.patience).await);
        }
        done
    }

    fn send<T: Send + 'static>(
        &self,
        link: &Link,
        route: Route,
        pinned: bool,
        work: impl FnMut(&mut Seat) -> Result<T, Fault> + Send + 'static,
    ) -> Result<Waiting<T>, ProviderError> {
        let (sender, receiver) = oneshot::channel();
        let (lane, makes) = match route {
            Route::Any => (Lane::Use, None),
            Route::Aside => (Lane::Make, None),
            Route::Makes(id) => (Lane::Make, Some(id)),
        };
        let progress = Arc::new(Progress::default());
        let call = Call {
            lane,
            work: Box::new(Task {
                work,
                caller: Some(sender),
                makes,
                done: None,
            }),
            progress: progress.clone(),
            deadline: Instant::now() + self.patience,
            stays: makes.is_some(),
            pinned,
            pause: Duration::ZERO,
            losses: 0,
            doubted: false,
            missed: Vec::new(),
        };
        link.push(call).map_err(|_| ProviderError::Unavailable)?;
        Ok(Waiting { receiver, progress })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for link in self.links.iter() {
            link.close();
        }
        // Modules do not like it when the process ends while a thread is in them. One that hangs is left behind.
        let _ = lock(&self.ended).recv_timeout(LAST_WAIT);
    }
}

/// An answer that is to come.
struct Waiting<T> {
    receiver: oneshot::Receiver<Told<T>>,
    progress: Arc<Progress>,
}

impl<T> Waiting<T> {
    /// Waits for the answer, in vain if nobody begins with the work in time.
    async fn answer(mut self, patience: Duration) -> Result<T, ProviderError> {
        let answer = match tokio::time::timeout(patience, &mut self.receiver).await {
            Ok(answer) => answer,
            Err(_) if self.progress.abandon() => return Err(ProviderError::Unavailable),
            Err(_) => tokio::time::timeout(LONGEST, self.receiver)
                .await
                .map_err(|_| ProviderError::Unavailable)?,
        };
        // A thread that ended without an answer panicked.
        answer.map_or(Err(ProviderError::Unavailable), |(done, _)| done)
    }
}

/// Work whose result goes to a caller.
struct Task<T, F> {
    work: F,
    caller: Option<oneshot::Sender<Told<T>>>,
    makes: Option<Id>,
    done: Option<Result<T, ProviderError>>,
}

/// What a caller gets, and what it hands on by dropping it.
type Told<T> = (Result<T, ProviderError>, Answers);

impl<T: Send, F: FnMut(&mut Seat) -> Result<T, Fault> + Send> Work for Task<T, F> {
    fn run(&mut self, seat: &mut Seat) -> Result<(), Fault> {
        let done = Ok((self.work)(seat)?);
        let Some(id) = self.makes else {
            self.done = Some(done);
            return Ok(());
        };
        let caller = self.caller.take();
        let told = caller.is_some_and(|caller| caller.send((done, Answers::default())).is_ok());
        // Otherwise nobody knows of the key, and nobody will.
        if !told && seat.destroy_all(&id).is_err() {
            tracing::warn!("a key that nobody asked for any more stays in the PKCS#11 token");
        }
        Ok(())
    }

    fn fail(&mut self, error: ProviderError) {
        self.done = Some(Err(error));
    }
}

impl<T: Send, F: Send> Answer for Task<T, F> {
    fn give(self: Box<Self>, others: Answers) {
        if let (Some(caller), Some(done)) = (self.caller, self.done) {
            // A caller that went away does not want it. Then the others get theirs from here.
            let _ = caller.send((done, others));
        }
    }
}
