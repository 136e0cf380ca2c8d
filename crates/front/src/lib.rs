//! HTTP glue that all front doors share: connections, TLS, limits, health, the request line in the log.
//!
//! A [`Door`] speaks one dialect over whole requests; it never sees a socket. What goes wrong before a door is asked
//! (a body too large, too much work in flight, a request line that is not HTTP) is worded by the door too, because
//! clients of a vendor understand nothing but the vendor's shape of an error.

mod connection;
mod courtesy;
mod door;
mod headers;
mod host;
mod limits;
mod line;
mod listener;
mod remark;
mod room;
mod server;
mod stall;
mod written;

pub use door::{Door, Line, Reply, Request, Trouble};
pub use headers::{HeaderView, header};
pub use limits::Limits;
pub use listener::{Listener, Tls};
pub use server::Front;
