//! What programs written for the Huawei-style cloud KMS see.
//!
//! What it is for: today the traces of calls, as that cloud's trace service (CTS) shows them; the export of the audit
//! log uses them. It must never know a store or a provider, and no rule of key management lives here: it spells what the
//! core says. Another shape of something is a module of its own beside [`mod@trace`].

pub mod trace;

pub use trace::trace;
