//! What one client may ask of the server before it is heard.

use std::time::Duration;

/// Bounds on every door.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest request body, in bytes.
    pub body_bytes: usize,
    /// Longest request head (request line and headers), in bytes. The target alone is bounded at 65,534 bytes by the
    /// HTTP library.
    pub head_bytes: usize,
    /// How long a client may take to send a request head, and how long it may take nothing of an answer; an idle
    /// kept-alive connection is closed after it too.
    pub head_time: Duration,
    /// How long a client may take to send a body.
    pub body_time: Duration,
    /// Connections held at a time. Beyond that, one that waits for a request makes room, and while all are being served, new
    /// ones wait. Each may hold a body, so this bounds their memory.
    pub connections: usize,
    /// Requests being served at a time; more are refused as throttled. One whose body is under way does not count.
    pub in_flight: usize,
    /// How long a stop waits for answers that are under way.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            head_bytes: 128 * 1024,
            head_time: Duration::from_secs(60),
            body_time: Duration::from_secs(30),
            connections: 4096,
            in_flight: 2048,
            drain_time: Duration::from_secs(20),
        }
    }
}
