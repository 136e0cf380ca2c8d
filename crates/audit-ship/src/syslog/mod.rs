//! Syslog over TCP (RFC 6587) and TLS (RFC 5425).
//!
//! Nothing is acknowledged in this protocol. A batch is taken once its connection stayed open for [`Timing::grace`] after
//! the batch was written: the system is told to drop a connection whose peer's system does not confirm bytes for four
//! fifths of that, and a peer that dies or closes is seen at once. At a stop this side closes first, and a peer that
//! closes then too has read everything.

pub(crate) mod message;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use claviger_audit::Seq;
use rustix::net::sockopt;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until, timeout};

use crate::address::Peer;
use crate::batch::Batch;
use crate::config::SinkConfig;
use crate::fault::{Fault, FileFault};
use crate::shipper::Timing;
use crate::sink::Sink;
use crate::tls::{Stream, Tls, fault};

/// A syslog server.
pub(crate) struct Syslog {
    config: SinkConfig,
    peer: Peer,
    timing: Timing,
    connection: Option<Connection>,
    /// Last lines of batches that were written and have to prove themselves, and since when.
    written: VecDeque<(Seq, Instant)>,
    taken: Option<Seq>,
}

/// Reads the files of the settings, to see that they can be. Gives where the sink is.
pub(crate) fn try_files(config: &SinkConfig) -> Result<Peer, FileFault> {
    let address = config.address.as_deref().unwrap_or_default();
    let peer = Peer::read(address).ok_or_else(|| fault(address.as_ref(), &"it is no address"))?;
    load(config, &peer)?;
    Ok(peer)
}

impl Syslog {
    /// See [`try_files`].
    pub(crate) fn new(config: &SinkConfig, timing: Timing) -> Result<Self, FileFault> {
        let peer = try_files(config)?;
        Ok(Self {
            config: config.clone(),
            peer,
            timing,
            connection: None,
            written: VecDeque::new(),
            taken: None,
        })
    }

    /// The connection; a new one where there is none. One that the peer closed while nothing was due is no failure.
    async fn connection(&mut self) -> Result<&mut Connection, Fault> {
        if self.written.is_empty()
            && let Some(connection) = &mut self.connection
            && connection.look().await.is_err()
        {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            gone @ None => {
                let connection = Connection::open(&self.config, &self.peer, self.timing).await?;
                Ok(gone.insert(connection))
            }
        }
    }
}

/// What the settings say of TLS, read anew for each connection, so that certificates can be exchanged.
fn load(config: &SinkConfig, peer: &Peer) -> Result<Option<Tls>, FileFault> {
    let tls = config.over_tls().then(|| Tls::load(config, &peer.host));
    tls.transpose()
}

#[async_trait]
impl Sink for Syslog {
    async fn send(&mut self, batch: &Batch) -> Result<(), Fault> {
        if batch.records > 0 {
            let patience = self.timing.patience;
            let connection = self.connection().await?;
            connection.write(&batch.bytes, patience).await?;
        } else if self.written.is_empty() {
            self.taken = Some(batch.last);
            return Ok(());
        }
        self.written.push_back((batch.last, Instant::now()));
        Ok(())
    }

    async fn taken(&mut self) -> Result<Option<Seq>, Fault> {
        if let Some(connection) = self.connection.as_mut().filter(|_| !self.written.is_empty()) {
            connection.look().await?;
        }
        let now = Instant::now();
        let grace = self.timing.grace;
        while let Some((seq, _)) = self.written.front().filter(|(_, since)| *since + grace <= now) {
            self.taken = Some(*seq);
            self.written.pop_front();
        }
        Ok(self.taken.take())
    }

    async fn finish(&mut self) -> Result<Option<Seq>, Fault> {
        if let (Some(connection), Some((last, since))) = (self.connection.take(), self.written.back()) {
            connection.close(*since + self.timing.grace).await?;
            self.taken = Some(*last);
        }
        self.written.clear();
        Ok(self.taken.take())
    }

    fn reset(&mut self) {
        self.connection = None;
        self.written.clear();
        self.taken = None;
    }
}

/// An open connection.
struct Connection {
    reader: ReadHalf<Box<dyn Stream>>,
    writer: WriteHalf<Box<dyn Stream>>,
}

impl Connection {
    async fn open(config: &SinkConfig, peer: &Peer, timing: Timing) -> Result<Self, Fault> {
        let patience = timing.patience;
        let opening = async {
            let (of_files, host) = (config.clone(), peer.clone());
            let tls = spawn_blocking(move || load(&of_files, &host)).await;
            let tls = tls.map_err(|_| Fault::Worker)??;
            let socket = TcpStream::connect((peer.host.as_str(), peer.port))
                .await
                .map_err(Fault::Connect)?;
            bound_silence(&socket, timing.grace).map_err(Fault::Connect)?;
            let stream: Box<dyn Stream> = match tls {
                Some(tls) => Box::new(tls.connect(socket).await?),
                None => Box::new(socket),
            };
            let (reader, writer) = split(stream);
            Ok(Self { reader, writer })
        };
        timeout(patience, opening)
            .await
            .map_err(|_| Fault::Slow(patience.as_millis()))?
    }

    /// Writes all of it. What the peer says meanwhile is dropped; if it ends, so does this.
    async fn write(&mut self, bytes: &[u8], patience: Duration) -> Result<(), Fault> {
        let writing = async {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await
        };
        tokio::select! {
            biased;
            fault = ended(&mut self.reader) => Err(fault),
            written = timeout(patience, writing) => match written {
                Ok(written) => written.map_err(Fault::Broken),
                Err(_) => Err(Fault::Slow(patience.as_millis())),
            },
        }
    }

    /// Whether it is open, as far as is known by now.
    async fn look(&mut self) -> Result<(), Fault> {
        tokio::select! {
            biased;
            fault = ended(&mut self.reader) => Err(fault),
            () = std::future::ready(()) => Ok(()),
        }
    }

    /// Says that nothing follows, and waits until the peer says so too, or until `proven`, if nothing goes wrong by then.
    async fn close(mut self, proven: Instant) -> Result<(), Fault> {
        self.look().await?;
        self.writer.shutdown().await.map_err(Fault::Broken)?;
        let fault = tokio::select! {
            biased;
            fault = ended(&mut self.reader) => fault,
            () = sleep_until(proven) => return Ok(()),
        };
        match fault {
            Fault::Closed => Ok(()),
            // A peer that leaves out the farewell of TLS.
            Fault::Broken(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            fault => Err(fault),
        }
    }
}

/// Drops what the peer says until it ends the connection.
async fn ended(reader: &mut ReadHalf<Box<dyn Stream>>) -> Fault {
    let mut buffer = [0; 1024];
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) => return Fault::Closed,
            Ok(_) => {}
            Err(error) => return Fault::Broken(error),
        }
    }
}

/// Has the system drop the connection when bytes are not confirmed for four fifths of `grace`.
///
/// SOURCE: tcp(7), `TCP_USER_TIMEOUT`, in milliseconds; 0 would be the system's own, which is long.
fn bound_silence(socket: &TcpStream, grace: Duration) -> io::Result<()> {
    let millis = u32::try_from(grace.as_millis() * 4 / 5).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(socket, millis.max(1))?;
    Ok(())
}
