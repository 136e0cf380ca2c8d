//! What encryption binds to a ciphertext.
//!
//! SOURCE: Key Management Service API reference, `encryption_context` (an object of texts, at most 8192 characters) and
//! `additional_authenticated_data` (a text of 1 to 128 characters), which took its place (read 2026-11-22). Some clients send
//! the object as a text. How they are bound together is ours: the text is one more pair, under its own name.

use claviger_model::EncryptionContext;

use crate::error::WireError;
use crate::error::codes;
use crate::fields::Fields;
use crate::row::Input;

/// Longest object, in characters.
const CONTEXT_LIMIT: usize = 8192;
/// Longest text, in characters.
const DATA_LIMIT: usize = 128;

const CONTEXT: &str = "encryption_context";
const DATA: &str = "additional_authenticated_data";

impl Input<'_> {
    /// What the request binds. Absent, empty and `{}` are the same. A repeated name is refused, because JSON libraries
    /// differ in which they take.
    ///
    /// # Errors
    /// KMS.0208.
    pub(crate) fn context(&self) -> Result<EncryptionContext, WireError> {
        let mut context = EncryptionContext::default();
        let wrong = || codes::K0208.on(CONTEXT);
        if let Some(json) = self.fields.json(CONTEXT).map_err(|_| wrong())? {
            if longer(&json, CONTEXT_LIMIT) {
                return Err(wrong());
            }
            let pairs = Fields::parse(json.as_bytes()).map_err(|_| wrong())?;
            for (name, value) in pairs.entries() {
                let value = value.ok_or_else(wrong)?.into_owned();
                if !context.add(name.to_owned(), value) {
                    return Err(wrong());
                }
            }
        }
        self.bind(DATA, &mut context)?;
        Ok(context)
    }

    /// What the request binds by a text under this name alone.
    ///
    /// # Errors
    /// KMS.0208.
    pub(crate) fn data(&self, name: &str) -> Result<EncryptionContext, WireError> {
        let mut context = EncryptionContext::default();
        self.bind(name, &mut context)?;
        Ok(context)
    }

    fn bind(&self, name: &str, context: &mut EncryptionContext) -> Result<(), WireError> {
        let wrong = || codes::K0208.on(name);
        if let Some(data) = self.fields.text(name).map_err(|_| wrong())?
            && (longer(&data, DATA_LIMIT) || !context.add(DATA.to_owned(), data.into_owned()))
        {
            return Err(wrong());
        }
        Ok(())
    }
}

fn longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}
