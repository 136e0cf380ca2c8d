//! What is said on the socket of the managed HSM: bytes only, no input or output.
//!
//! A connection is a stream of frames: a big-endian u32, and as many bytes as it says.
//!
//! 1. The HSM sends a hello: [`MAGIC`], the range of versions that it speaks, a nonce, its name.
//! 2. The client chooses a version, and adds a nonce of its own and a proof that it knows the [`AccessKey`].
//! 3. The HSM answers with its own proof and the name of its capability table.
//! 4. Then the client sends requests, each with a sequence number: the first is 1, and each is the one before and 1. The
//!    HSM answers in any order, with the number of the request.
//!
//! Both proofs cover both nonces, so what was recorded of one connection is worth nothing on another; inside of a
//! connection, the numbers betray what is played again. Whoever breaks a rule gets no answer: the connection ends.
//!
//! No frame is longer than [`MAX_FRAME`], before the end of the handshake than [`MAX_GREETING`]. Buffers grow with what
//! has come, never with what a length says is to come. They hold plaintexts, so they are wiped when they are used again
//! or dropped.
//!
//! [`AccessKey`]: crate::AccessKey

pub(crate) mod answer;
mod buffer;
mod codes;
mod fields;
mod frame;
mod handshake;
mod inbound;
mod place;
mod request;

pub use answer::{Answer, Reply, write_answer};
pub use buffer::Buffer;
pub use fields::Malformed;
pub use frame::{FrameError, Frames, MAX_FRAME, MAX_GREETING, TooLong};
pub use handshake::{Accepted, Challenge, HandshakeError, MAGIC, NONCE_LEN, Pledge, VERSIONS};
pub use inbound::{Inbound, Violation};
pub use place::Store;
pub use request::Request;

#[cfg(test)]
mod tests;
