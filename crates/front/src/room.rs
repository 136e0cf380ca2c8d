//! Who has a connection, what it is at, and who has to leave.
//!
//! Each connection has a seat. Where somebody comes while all are taken, one leaves that has sent no whole request: first those
//! that had their time for one and never got an answer, then the one that was heard of longest ago. Whoever is being served
//! stays.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use atomic_waker::AtomicWaker;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long somebody at the door waits before looking again for one that may leave, while everybody is being served.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a new connection has for a request before it is the first to leave: time for a handshake over a bad line.
const NOVICE_TIME: Duration = Duration::from_secs(5);

/// A call is being served.
const CALL: u64 = u64::MAX;
/// Goes with the number of one that waits after an answer.
const SERVED: u64 = 1 << 62;

/// Room for a number of connections.
#[derive(Debug)]
pub(crate) struct Room {
    places: Arc<Semaphore>,
    size: u32,
    seats: Mutex<BTreeMap<u64, Arc<Seat>>>,
    order: Arc<AtomicU64>,
}

/// What a connection is at, and what it is told.
#[derive(Debug)]
pub(crate) struct Seat {
    /// [`CALL`], or since when it waits: a number that grows with all that is heard of connections.
    state: AtomicU64,
    /// An answer is on its way to the socket. The next call may begin before it is there.
    answering: AtomicBool,
    order: Arc<AtomicU64>,
    came: Instant,
    /// It has to leave as soon as it is not served.
    leaves: AtomicBool,
    /// It gets no other request.
    closes: AtomicBool,
    waker: AtomicWaker,
}

/// Whoever has a seat.
#[derive(Debug)]
pub(crate) struct Guest {
    room: Arc<Room>,
    number: u64,
    seat: Arc<Seat>,
    _place: OwnedSemaphorePermit,
}

impl Room {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let size = u32::try_from(limit.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Arc::new(Self {
            places: Arc::new(Semaphore::new(size as usize)),
            size,
            seats: Mutex::default(),
            order: Arc::default(),
        })
    }

    /// Gives a seat to a new connection, as soon as there is one. Nothing once the room is closed.
    pub(crate) async fn enter(self: &Arc<Self>) -> Option<Guest> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait_for_place().await?,
        };
        let number = self.order.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat::new(number, Arc::clone(&self.order)));
        self.seats().insert(number, Arc::clone(&seat));
        Some(Guest {
            room: Arc::clone(self),
            number,
            seat,
            _place: place,
        })
    }

    async fn wait_for_place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            self.send_one_away();
            let place = Arc::clone(&self.places).acquire_owned();
            if let Ok(place) = tokio::time::timeout(PAUSE, place).await {
                return place.ok();
            }
        }
    }

    fn send_one_away(&self) {
        let seats = self.seats();
        let waiting = seats
            .values()
            .filter(|seat| seat.is_waiting() && !seat.leaves.load(Ordering::Relaxed));
        if let Some(seat) = waiting.min_by_key(|seat| seat.rank()) {
            seat.leaves.store(true, Ordering::Release);
            seat.waker.wake();
        }
    }

    /// Lets nobody else in, and waits until all have left; each may still get the answer that is under way.
    pub(crate) async fn close(&self) {
        for seat in self.seats().values() {
            seat.closes.store(true, Ordering::Release);
            seat.waker.wake();
        }
        if self.places.acquire_many(self.size).await.is_ok() {
            self.places.close();
        }
    }

    fn seats(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Seat>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub(crate) fn new(state: u64, order: Arc<AtomicU64>) -> Self {
        Self {
            state: AtomicU64::new(state),
            answering: AtomicBool::new(false),
            order,
            came: Instant::now(),
            leaves: AtomicBool::new(false),
            closes: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// The head of a request is here.
    pub(crate) fn hear(&self) {
        let was = self.state.load(Ordering::Relaxed);
        self.state.store((was & SERVED) | self.next(), Ordering::Relaxed);
    }

    /// A request is here as a whole.
    pub(crate) fn call(&self) {
        self.state.store(CALL, Ordering::Relaxed);
    }

    /// The service hands an answer over.
    pub(crate) fn answer(&self) {
        self.answering.store(true, Ordering::Relaxed);
        self.state.store(SERVED | self.next(), Ordering::Relaxed);
    }

    /// Whether an answer of the service is on its way to the socket.
    pub(crate) fn is_answering(&self) -> bool {
        self.answering.load(Ordering::Relaxed)
    }

    /// All that was written is with the socket.
    pub(crate) fn flushed(&self) {
        self.answering.store(false, Ordering::Relaxed);
    }

    fn next(&self) -> u64 {
        self.order.fetch_add(1, Ordering::Relaxed)
    }

    /// Of those that wait, the one with the least leaves.
    fn rank(&self) -> (bool, u64) {
        let state = self.state.load(Ordering::Relaxed);
        let is_mute = state & SERVED == 0 && self.came.elapsed() > NOVICE_TIME;
        (!is_mute, state & !SERVED)
    }

    fn is_waiting(&self) -> bool {
        self.state.load(Ordering::Relaxed) != CALL && !self.is_answering()
    }

    /// Whether the request under way is the last one.
    pub(crate) fn closes(&self) -> bool {
        self.closes.load(Ordering::Acquire) || self.leaves()
    }

    fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Acquire)
    }

    /// A request that came before the word to leave is served first.
    async fn until_sent_away(&self, mut connection: Pin<&mut impl Future<Output = ()>>) {
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            let ended = connection.as_mut().poll(cx);
            if ended.is_pending() && self.leaves() && self.is_waiting() {
                return Poll::Ready(());
            }
            ended
        })
        .await;
    }
}

impl Guest {
    pub(crate) fn seat(&self) -> Arc<Seat> {
        Arc::clone(&self.seat)
    }

    /// Lets the connection be until it ends or has to leave.
    pub(crate) async fn stay(self, connection: Pin<&mut impl Future<Output = ()>>) {
        self.seat.until_sent_away(connection).await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.room.seats().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    /// What came before the word to leave is served to its end.
    #[tokio::test]
    async fn a_request_that_came_just_in_time_is_served() {
        let room = Room::new(1);
        let guest = room.enter().await.unwrap();
        let seat = guest.seat();
        let mut step = 0;
        let connection = pin!(poll_fn(|_| {
            step += 1;
            match step {
                1 => seat.call(),
                2 => seat.answer(),
                _ => seat.flushed(),
            }
            Poll::Pending
        }));
        room.send_one_away();
        let mut stay = pin!(guest.stay(connection));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(stay.as_mut().poll(&mut cx).is_pending());
        assert!(stay.as_mut().poll(&mut cx).is_pending());
        assert!(stay.as_mut().poll(&mut cx).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_asks_leaves_first_after_a_while() {
        for (wait, leaves) in [(NOVICE_TIME, "asked"), (NOVICE_TIME + PAUSE, "mute")] {
            let room = Room::new(2);
            let asked = room.enter().await.unwrap();
            asked.seat.answer();
            asked.seat.flushed();
            let mute = room.enter().await.unwrap();
            tokio::time::advance(wait).await;
            room.send_one_away();
            assert_eq!(asked.seat.leaves(), leaves == "asked");
            assert_eq!(mute.seat.leaves(), leaves == "mute");
        }
    }

    /// The head of a request counts as a sign of life.
    #[tokio::test]
    async fn who_is_about_to_ask_stays() {
        let room = Room::new(2);
        let (old, young) = (room.enter().await.unwrap(), room.enter().await.unwrap());
        old.seat.hear();
        room.send_one_away();
        assert!(young.seat.leaves() && !old.seat.leaves());
    }

    #[tokio::test]
    async fn a_room_without_guests_closes_at_once() {
        let room = Room::new(3);
        drop(room.enter().await);
        room.close().await;
        assert!(room.enter().await.is_none());
    }
}
