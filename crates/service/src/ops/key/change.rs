//! Enable, disable, describe anew, name anew.

use claviger_audit::record::Fields;
use claviger_model::{Action, Again, Change, Error, Existing, Field, Key, Refusal, Title};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Puts a key into use.
#[derive(Debug)]
pub struct EnableKey {
    /// The key.
    pub key: KeyRef,
    /// What becomes of the call where the key is in use already.
    pub again: Again,
}

/// Takes a key out of use.
#[derive(Debug)]
pub struct DisableKey {
    /// The key.
    pub key: KeyRef,
    /// What becomes of the call where the key is out of use already.
    pub again: Again,
}

/// Replaces the description of a key.
#[derive(Debug)]
pub struct UpdateKeyDescription {
    /// The key.
    pub key: KeyRef,
    /// The new text.
    pub description: String,
}

/// Replaces the display name of a key.
///
/// Refused with [`Field::Title`] for names that are kept for keys of services, with [`Existing::Title`] where another key
/// has it.
#[derive(Debug)]
pub struct UpdateKeyTitle {
    /// The key.
    pub key: KeyRef,
    /// The new name.
    pub title: Title,
}

/// A change of state that may be there already.
fn again(made: Change<Key>, again: Again) -> Result<Change<Key>, Error> {
    match (made, again) {
        (Change::AlreadySo(key), Again::Refused) => Err(Refusal::AlreadySo(key.state.kind()).into()),
        (made, _) => Ok(made),
    }
}

/// Whether a key of the account may bear that name.
pub(super) fn check_title(title: &Title) -> Result<(), Error> {
    if title.is_reserved() {
        return Err(Error::Invalid(Field::Title));
    }
    Ok(())
}

impl Operation for EnableKey {
    const ACTION: Action = Action::EnableKey;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        change(cx, own_key(&permit, 0)?, note, move |key| {
            again(key.enable()?, self.again)
        })
        .await
    }
}

impl Operation for DisableKey {
    const ACTION: Action = Action::DisableKey;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        change(cx, own_key(&permit, 0)?, note, move |key| {
            again(key.disable()?, self.again)
        })
        .await
    }
}

impl Operation for UpdateKeyDescription {
    const ACTION: Action = Action::UpdateKeyDescription;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("description_bytes", self.description.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let text = self.description;
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.describe(text.clone())?)
        })
        .await
    }
}

impl Operation for UpdateKeyTitle {
    const ACTION: Action = Action::UpdateKeyTitle;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_title(&self.title)?;
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.text("title", self.title.as_str());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let (key, title) = (own_key(&permit, 0)?, self.title);
        let entitle = move |key: Key| Ok(key.entitle(title.clone())?);
        match change(cx, key, note, entitle.clone()).await {
            // Keys past their deletion have no name.
            Err(Error::Exists(Existing::Title)) => {
                cx.service.catch_up(cx.call.time).await;
                change(cx, key, note, entitle).await
            }
            made => made,
        }
    }
}
