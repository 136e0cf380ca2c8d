//! The ids of traces. One request may lead to several records, and each of them is a trace; so an id is made of the record: of its
//! moment, by which it is found again, and of a hash of what tells it from others.

use claviger_audit::view::Event;
use claviger_model::{RequestId, Timestamp};
use claviger_signing::Hash;

/// The version of such ids. SOURCE: RFC 9562 section 5.8: version 8 is for layouts of one's own.
const VERSION: u8 = 8;

/// The id of the trace of a record: the same at every look.
pub(super) fn of(event: &Event<'_>) -> String {
    let error = event.error.as_ref();
    let parts = [
        event.id.as_ref(),
        &event.action,
        event.operation(),
        event.request.get(),
        &event.outcome,
        event.response.map_or("", |response| response.get()),
        error.map_or("", |error| &error.code),
        error.map_or("", |error| &error.wire),
    ];
    let mut noted = Vec::new();
    for part in parts {
        noted.extend_from_slice(part.as_bytes());
        // A byte that is in no text.
        noted.push(0xFF);
    }
    let mut id = [0; 16];
    let [_, _, moment @ ..] = event.time.as_millisecond().to_be_bytes();
    let (first, rest) = id.split_at_mut(moment.len());
    first.copy_from_slice(&moment);
    for (byte, drawn) in rest.iter_mut().zip(Hash::Sha256.digest(&noted)) {
        *byte = drawn;
    }
    let mut id = u128::from_be_bytes(id);
    id = (id & !(0xF << 76)) | (u128::from(VERSION) << 76);
    id = (id & !(0b11 << 62)) | (0b10 << 62);
    RequestId::from_bytes(id.to_be_bytes()).to_string()
}

/// The moment of the trace with this id; none for what is not the id of a trace.
pub(crate) fn moment(id: &str) -> Option<Timestamp> {
    let id: RequestId = id.to_ascii_lowercase().parse().ok()?;
    let id = u128::from_be_bytes(*id.as_bytes());
    if (id >> 76) & 0xF != u128::from(VERSION) {
        return None;
    }
    Timestamp::from_millisecond(i64::try_from(id >> 80).ok()?).ok()
}
