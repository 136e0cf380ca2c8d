//! Who has a connection, what it is at, and who has to leave.
//!
//! Each connection has a seat. Where somebody comes while all are taken, one that waits for a request leaves: first those
//! that never got an answer, then those whose last one was longest ago. Whoever is being served stays.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use atomic_waker::AtomicWaker;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long somebody at the door waits before looking again for one that may leave, while everybody is being served.
const PAUSE: Duration = Duration::from_millis(50);

/// A call is being served.
const CALL: u64 = u64::MAX;
/// An answer is on its way to the socket.
const ANSWER: u64 = CALL - 1;
/// Waiting, after an answer. With it goes a number that grows: the smaller it is, the longer that was ago.
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
    /// [`CALL`], [`ANSWER`], or since when it waits, as a place in an order.
    state: AtomicU64,
    order: Arc<AtomicU64>,
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
        if let Some(seat) = waiting.min_by_key(|seat| seat.state.load(Ordering::Relaxed)) {
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
        // It never fails: nobody closes the semaphore.
        let _ = self.places.acquire_many(self.size).await;
    }

    fn seats(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Seat>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub(crate) fn new(state: u64, order: Arc<AtomicU64>) -> Self {
        Self {
            state: AtomicU64::new(state),
            order,
            leaves: AtomicBool::new(false),
            closes: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// A request is here as a whole.
    pub(crate) fn call(&self) {
        self.state.store(CALL, Ordering::Relaxed);
    }

    /// The service hands an answer over.
    pub(crate) fn answer(&self) {
        self.state.store(ANSWER, Ordering::Relaxed);
    }

    /// Whether an answer of the service is on its way to the socket.
    pub(crate) fn is_answering(&self) -> bool {
        self.state.load(Ordering::Relaxed) == ANSWER
    }

    /// All that was written is with the socket.
    pub(crate) fn flushed(&self) {
        if self.is_answering() {
            let place = self.order.fetch_add(1, Ordering::Relaxed);
            self.state.store(SERVED | place, Ordering::Relaxed);
        }
    }

    fn is_waiting(&self) -> bool {
        self.state.load(Ordering::Relaxed) < ANSWER
    }

    /// Whether the request under way is the last one.
    pub(crate) fn closes(&self) -> bool {
        self.closes.load(Ordering::Acquire)
    }

    /// A request that came before the word to leave is served first.
    async fn until_sent_away(&self, mut connection: Pin<&mut impl Future<Output = ()>>) {
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            let ended = connection.as_mut().poll(cx);
            if ended.is_pending() && self.leaves.load(Ordering::Acquire) && self.is_waiting() {
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

    #[tokio::test]
    async fn a_room_without_guests_closes_at_once() {
        let room = Room::new(3);
        drop(room.enter().await);
        room.close().await;
    }
}
