//! Words for what the HTTP library refuses by itself, and an end to answers that nobody takes.
//!
//! A request line that is not HTTP, a target beyond 65,534 bytes, a head beyond its bound: the library answers these
//! itself, with an empty body, which clients of the vendors take for success or for garbage. This wrapper around the
//! socket sees such an answer go by and puts the door's words in its place. The library bounds no writing either: the
//! wrapper ends what waits for too long.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::room::Seat;
use crate::stall::Stall;

/// Gives the whole HTTP answer for a status that the library chose.
pub(crate) type Words = Arc<dyn Fn(u16) -> Vec<u8> + Send + Sync>;

/// The wrapper.
pub(crate) struct Courteous<S> {
    socket: S,
    seat: Arc<Seat>,
    words: Words,
    stall: Stall,
    /// A replacement on its way out: its bytes, and how many are written.
    pending: Option<(Vec<u8>, usize)>,
}

impl<S> Courteous<S> {
    pub(crate) fn new(socket: S, seat: Arc<Seat>, words: Words, stall: Stall) -> Self {
        Self {
            socket,
            seat,
            words,
            stall,
            pending: None,
        }
    }

    /// The status in the bytes of an answer that the library made alone.
    fn lone_refusal(&self, bytes: &[u8]) -> Option<u16> {
        if self.seat.is_answering() {
            return None;
        }
        let status = bytes
            .strip_prefix(b"HTTP/1.1 ")
            .or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?;
        std::str::from_utf8(status.get(..3)?)
            .ok()?
            .parse()
            .ok()
            .filter(|status| *status >= 400)
    }
}

impl<S: AsyncWrite + Unpin> Courteous<S> {
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((bytes, written)) = &mut self.pending {
            let Some(rest) = bytes.get(*written..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            let count = ready!(Pin::new(&mut self.socket).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written += count;
        }
        self.pending = None;
        Poll::Ready(Ok(()))
    }

    /// Writes what the service made, or the words in place of what the library made.
    fn poll_own(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.pending.is_none() {
            let Some(status) = self.lone_refusal(buf) else {
                return Pin::new(&mut self.socket).poll_write(cx, buf);
            };
            self.pending = Some(((self.words)(status), 0));
        }
        ready!(self.poll_pending(cx))?;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_all(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.socket).poll_flush(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Courteous<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Courteous<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.poll_own(cx, buf);
        self.stall.bound(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = bufs.first().map_or(&[][..], |buf| buf);
        if self.pending.is_some() || self.lone_refusal(first).is_some() {
            return self.poll_write(cx, first);
        }
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.stall.bound(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.poll_all(cx);
        ready!(self.stall.bound(cx, flushed))?;
        self.seat.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.stall.bound(cx, ended)
    }
}
