//! One request, done by the engine.

use std::sync::Arc;

use claviger_provider::Provider;
use claviger_provider_managed::protocol::{Answer, Malformed, Reply, Request, Store};
use claviger_secret::SecretBytes;

/// Does what the content of a frame asks for.
///
/// It owns what it needs, so that it can go on while the next frames are read.
pub(crate) async fn perform(
    engine: Arc<dyn Provider>,
    content: SecretBytes,
) -> Result<Reply<Answer>, Malformed> {
    let mut store = Store::default();
    let request = Request::read(content.expose(), &mut store)?;
    Ok(ask(engine.as_ref(), request).await)
}

async fn ask(engine: &dyn Provider, request: Request<'_>) -> Reply<Answer> {
    match request {
        Request::Ping => Ok(Answer::Done),
        Request::Generate(binding) => engine.generate(&binding).await.map(Answer::Material),
        Request::Encrypt(sealed, additional, plaintext) => {
            let mut out = Vec::new();
            let done = engine.encrypt(sealed, additional, plaintext, &mut out).await;
            done.map(|()| Answer::Bytes(out))
        }
        Request::Decrypt(sealed, additional, body) => {
            let opened = engine.decrypt(sealed, additional, body).await;
            opened.map(Answer::Secret)
        }
        Request::Sign(sealed, algorithm, digest) => {
            engine.sign(sealed, algorithm, digest).await.map(Answer::Bytes)
        }
        Request::Verify(sealed, algorithm, digest, signature) => {
            let verdict = engine.verify(sealed, algorithm, digest, signature).await;
            verdict.map(Answer::Verdict)
        }
        Request::EncryptTo(sealed, algorithm, plaintext) => {
            let sent = engine.encrypt_to(sealed, algorithm, plaintext).await;
            sent.map(Answer::Bytes)
        }
        Request::DecryptFrom(sealed, algorithm, ciphertext) => {
            let opened = engine.decrypt_from(sealed, algorithm, ciphertext).await;
            opened.map(Answer::Secret)
        }
        Request::PublicKey(sealed) => engine.public_key(sealed).await.map(Answer::Bytes),
        Request::Mac(sealed, message) => engine.mac(sealed, message).await.map(Answer::Bytes),
        Request::VerifyMac(sealed, message, code) => {
            let verdict = engine.verify_mac(sealed, message, code).await;
            verdict.map(Answer::Verdict)
        }
        Request::WrappingKey(binding) => engine.wrapping_key(&binding).await.map(Answer::WrappingKey),
        Request::Import(wrapped, binding) => engine.import(wrapped, &binding).await.map(Answer::Imported),
        Request::Random(length) => random(engine, length).await,
        Request::Rewrap(sealed) => engine.rewrap(sealed).await.map(Answer::Rewrapped),
        Request::Destroy(binding) => engine.destroy(&binding).await.map(|()| Answer::Done),
    }
}

/// No more bytes than fit into an answer: the length comes from outside.
async fn random(engine: &dyn Provider, length: u32) -> Reply<Answer> {
    use claviger_provider::ProviderError::BadInput;
    use claviger_provider_managed::protocol::MAX_FRAME;

    let length = usize::try_from(length).map_err(|_| BadInput)?;
    if length > MAX_FRAME {
        return Err(BadInput);
    }
    engine.random(length).await.map(Answer::Secret)
}
