//! The end of waiting for a client that does not take its answers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Sleep;

/// How long writing may stand still: counted from the first write that has to wait until one goes on.
pub(crate) struct Stall {
    limit: Duration,
    /// There while something waits.
    end: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, end: None }
    }

    /// Passes on what became of a write. One that has to wait beyond the limit has failed.
    pub(crate) fn bound<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.end = None;
            return written;
        }
        let limit = self.limit;
        let end = self
            .end
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(end.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::courtesy::Courteous;
    use crate::room::Seat;

    const LIMIT: Duration = Duration::from_secs(60);

    fn bounded<S>(socket: S) -> Courteous<S> {
        Courteous::new(
            socket,
            Arc::new(Seat::new(0, Arc::default())),
            Arc::new(|_| b"words".into()),
            Stall::new(LIMIT),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_takes_fails_after_the_limit() {
        let (client, server) = duplex(64);
        let mut server = bounded(server);
        let start = Instant::now();
        server.write_all(&[0; 64]).await.unwrap();
        let error = server.write_all(&[0; 1]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!((LIMIT..LIMIT * 2).contains(&start.elapsed()));
        drop(client);
    }

    /// Words in place of an answer of the library wait no longer than others.
    #[tokio::test(start_paused = true)]
    async fn words_that_nobody_takes_fail_as_well() {
        let (client, server) = duplex(4);
        let mut server = bounded(server);
        let error = server.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_slowly_is_written_to_its_end() {
        let (mut client, server) = duplex(64);
        let mut server = bounded(server);
        let start = Instant::now();
        let writing = async {
            server.write_all(&[7; 640]).await.unwrap();
            server.flush().await.unwrap();
            drop(server);
        };
        let reading = async {
            let mut taken = 0;
            let mut piece = [0; 64];
            loop {
                tokio::time::advance(LIMIT / 2).await;
                match client.read(&mut piece).await.unwrap() {
                    0 => break taken,
                    length => taken += length,
                }
            }
        };
        let ((), taken) = tokio::join!(writing, reading);
        assert_eq!(taken, 640);
        assert!(start.elapsed() > LIMIT * 4);
    }
}
