//! SOURCE: Key Management Service API reference, "Managing a Dedicated Keystore" (read 2026-11-22). There are none here, and none
//! can be made.

use claviger_model::Action;
use claviger_service::ops::account::{Absent, KeyStoreWish, ListAbsent, WantKeyStore};

use super::page::{bounded, number};
use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct ListKeyStores;
pub(super) struct CreateKeyStore;
pub(super) struct ShowKeyStore;
/// To delete one, to enable it, to disable it.
pub(super) struct ChangeKeyStore;

impl WireOp for ListKeyStores {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListKeyStores;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        bounded(number(input, "limit", codes::K1601)?, 1, super::page::LARGEST)?;
        number(input, "offset", codes::K1603)?;
        Ok(ListAbsent {
            scope: input.scope.clone(),
            what: Absent::KeyStores,
        })
    }

    fn encode(_: &Shown<'_>, (): (), answer: &mut Answer) {
        answer.number("total", 0);
        answer.objects("keystores", [(); 0], |_, ()| {});
    }
}

fn want(input: &Input<'_>, wish: KeyStoreWish) -> WantKeyStore {
    WantKeyStore {
        scope: input.scope.clone(),
        wish,
    }
}

impl WireOp for CreateKeyStore {
    type Op = WantKeyStore;

    const ACTION: Action = Action::ChangeKeyStore;
    const REQUIRED: &'static [&'static str] = &["keystore_alias"];

    fn decode(input: &Input<'_>) -> Result<WantKeyStore, Fault> {
        Ok(want(input, KeyStoreWish::Make))
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ShowKeyStore {
    type Op = WantKeyStore;

    fn decode(input: &Input<'_>) -> Result<WantKeyStore, Fault> {
        Ok(want(input, KeyStoreWish::Show))
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ChangeKeyStore {
    type Op = WantKeyStore;

    const ACTION: Action = Action::ChangeKeyStore;

    fn decode(input: &Input<'_>) -> Result<WantKeyStore, Fault> {
        Ok(want(input, KeyStoreWish::Change))
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}
