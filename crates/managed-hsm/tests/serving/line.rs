//! A client down to the bytes, which may break the rules.

use std::os::unix::net::UnixStream as StdStream;

use claviger_provider_managed::AccessKey;
use claviger_provider_managed::protocol::{Buffer, Frames, MAX_FRAME, Pledge, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::rig::Rig;

/// One connection.
pub(crate) struct Line {
    stream: UnixStream,
    frames: Frames,
    /// What was said, to be said again.
    pub(crate) said: Vec<u8>,
}

impl Line {
    /// Connects and says nothing.
    pub(crate) fn connect(rig: &Rig) -> Self {
        // Without waiting, so that the order of connections is that of the calls.
        let stream = StdStream::connect(rig.socket()).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self {
            stream: UnixStream::from_std(stream).unwrap(),
            frames: Frames::new(MAX_FRAME),
            said: Vec::new(),
        }
    }

    /// Connects and keeps the rules.
    pub(crate) async fn greeted(rig: &Rig) -> Self {
        let mut line = Self::connect(rig);
        assert!(line.greet(&rig.access_key).await, "the client must be taken in");
        line
    }

    /// The handshake. Whether it worked.
    pub(crate) async fn greet(&mut self, key: &AccessKey) -> bool {
        let Some(hello) = self.frame().await else {
            return false;
        };
        let mut out = Buffer::new();
        let pledge = Pledge::new(key, &hello, &[7; 32], &mut out).unwrap();
        self.say(out.bytes()).await;
        match self.frame().await {
            Some(proof) => pledge.accept(key, &proof).is_ok(),
            None => false,
        }
    }

    /// Sends bytes, as far as they are taken.
    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        self.said.extend_from_slice(bytes);
        let _ = self.stream.write_all(bytes).await;
    }

    pub(crate) async fn request(&mut self, sequence: u64, request: &Request<'_>) {
        let mut out = Buffer::new();
        request.write(sequence, &mut out).unwrap();
        self.say(out.bytes()).await;
    }

    /// The same request many times, from the first number on and all at once.
    pub(crate) async fn requests(&mut self, count: u64, request: &Request<'_>) {
        let mut out = Buffer::new();
        for sequence in 1..=count {
            request.write(sequence, &mut out).unwrap();
        }
        self.say(out.bytes()).await;
    }

    /// Nothing more will be said.
    pub(crate) async fn hang_up(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// What comes next; nothing if the connection has ended.
    pub(crate) async fn frame(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(content) = self.frames.take().unwrap() {
                return Some(content.to_vec());
            }
            match self.stream.read(self.frames.space()).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.frames.filled(count),
            }
        }
    }

    /// Waits for the end, with nothing said before it.
    pub(crate) async fn ends(&mut self) {
        let more = self.frame().await;
        assert!(more.is_none(), "the HSM said {more:?} instead of ending");
    }
}
