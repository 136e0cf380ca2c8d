//! Takes connections, and stops without breaking answers off.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use claviger_service::Service;

use crate::connection::Connection;
use crate::remark::Remark;
use crate::room::Room;
use crate::{Door, Limits, Listener};

/// Pause after a failed accept, for example while file descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// All doors behind all sockets.
#[derive(Debug, Clone)]
pub struct Front {
    pub(crate) doors: Arc<[Arc<dyn Door>]>,
    pub(crate) service: Arc<Service>,
    pub(crate) limits: Limits,
    pub(crate) in_flight: Arc<AtomicUsize>,
    pub(crate) remarks: Vec<Remark>,
}

impl Front {
    /// The first door answers what no other claims.
    pub fn new(
        first: Arc<dyn Door>,
        others: Vec<Arc<dyn Door>>,
        service: Arc<Service>,
        limits: Limits,
    ) -> Self {
        let doors = std::iter::once(first).chain(others).collect();
        Self {
            doors,
            service,
            limits,
            in_flight: Arc::default(),
            remarks: Vec::new(),
        }
    }

    /// Lets `/readyz` say, in a line of its own, what is wrong with a part that not every call needs. `remark` is asked
    /// each time, and says nothing while all is well.
    #[must_use]
    pub fn remarking(mut self, remark: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.remarks.push(Remark::new(remark));
        self
    }

    /// The door for a request.
    pub(crate) fn door(&self, head: &http::request::Parts) -> Option<&Arc<dyn Door>> {
        self.doors
            .iter()
            .find(|door| door.claims(head))
            .or_else(|| self.doors.first())
    }

    /// Serves until `stop` resolves; then takes no more connections and waits for the answers under way, at most
    /// [`Limits::drain_time`].
    pub async fn serve(&self, listeners: Vec<Listener>, stop: impl Future<Output = ()>) {
        let room = Room::new(self.limits.connections);
        let mut loops = tokio::task::JoinSet::new();
        for listener in listeners {
            loops.spawn(self.clone().accept(listener, Arc::clone(&room)));
        }
        stop.await;
        loops.shutdown().await;
        if tokio::time::timeout(self.limits.drain_time, room.close())
            .await
            .is_err()
        {
            tracing::warn!("connections were broken off because their answers took too long");
        }
    }

    async fn accept(self, listener: Listener, room: Arc<Room>) {
        loop {
            let (socket, peer) = match listener.socket.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(guest) = room.enter().await else { return };
            // Answers are small and whole: waiting to fill a segment would only delay them.
            let _ = socket.set_nodelay(true);
            let connection = Connection {
                front: self.clone(),
                peer: peer.ip(),
                tls: listener.tls.clone(),
                seat: guest.seat(),
            };
            tokio::spawn(async move { guest.stay(pin!(connection.run(socket))).await });
        }
    }
}
