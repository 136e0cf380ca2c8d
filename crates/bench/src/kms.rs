//! The server's operations, as real clients call them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::error::Error;
use crate::load::{Load, Outcome, Script as _, Target, Until};
use crate::process::Server;
use crate::requests::{Choice, Requests};
use crate::sign::{Call, Client, Scheme, Signer, Template};

/// Connections of a busy client.
pub(crate) const CONNECTIONS: usize = 64;

/// What a key for everyday encryption is made with.
pub(crate) const SYMMETRIC: &[(&str, &str)] = &[("KeyUsage", "ENCRYPT/DECRYPT")];

/// Ciphertexts that a Decrypt measurement takes in turn.
const BLOBS: usize = 16;

/// The operations of the hot path that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// 64 bytes.
    Encrypt,
    /// Of what `Encrypt` made.
    Decrypt,
    /// 256 bits.
    GenerateDataKey,
}

impl Work {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "Encrypt 64 B",
            Self::Decrypt => "Decrypt 64 B",
            Self::GenerateDataKey => "GenerateDataKey",
        }
    }
}

/// One door of a running server with an access key for it.
pub(crate) struct Kms<'a> {
    target: &'a Target,
    client: Client<'a>,
}

impl<'a> Kms<'a> {
    /// Takes the access key from the server's credentials file.
    pub(crate) fn new(server: &'a Server, target: &'a Target) -> Result<Self, Error> {
        let client = Client {
            access_key_id: server.credential("access_key_id")?,
            access_key_secret: server.credential("access_key_secret")?,
            region: server.credential("region")?,
            version: "2016-01-20",
            host: &target.host,
        };
        Ok(Self { target, client })
    }

    /// The same access key, for the administration of identities.
    pub(crate) fn identities(server: &'a Server, target: &'a Target) -> Result<Self, Error> {
        let mut kms = Self::new(server, target)?;
        kms.client.version = "2015-05-01";
        Ok(kms)
    }

    /// The same access key, for questions about the past.
    pub(crate) fn events(server: &'a Server, target: &'a Target) -> Result<Self, Error> {
        let mut kms = Self::new(server, target)?;
        kms.client.version = "2020-07-06";
        Ok(kms)
    }

    /// With another access key.
    pub(crate) fn with_key(self, id: &'a str, secret: &'a str) -> Self {
        let client = Client {
            access_key_id: id,
            access_key_secret: secret,
            ..self.client
        };
        Self { client, ..self }
    }

    /// Makes this call for each of `names`, which stand in for `parameters`' first value and are as long as it.
    pub(crate) fn for_names(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
        names: &[String],
    ) -> Result<(), Error> {
        let (_, first) = parameters
            .first()
            .ok_or_else(|| Error::Unfit("no parameters".to_owned()))?;
        let call = Call { action, parameters };
        let requests = self.keyed(Scheme::Rpc, &call, first, "RequestId")?;
        let mut requests = requests.naming(names, Choice::InTurn);
        let mut load = Load::connect(self.target, CONNECTIONS)?;
        let outcome = load.closed(&mut requests, Until::Count(names.len()))?;
        match outcome.first_error {
            Some(error) => Err(Error::Protocol(format!("refused {action}: {error}"))),
            None => Ok(()),
        }
    }

    /// One call, for preparations.
    pub(crate) fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<Value, Error> {
        let mut requests = self.repeated(&Call { action, parameters }, "")?;
        let mut request = Vec::new();
        requests.request(&mut request);
        let (status, body) = self.target.call(request)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        match serde_json::from_str(&body) {
            Ok(value) if status == 200 => Ok(value),
            _ => Err(Error::Refused {
                action: action.to_owned(),
                status,
                body: body.chars().take(400).collect(),
            }),
        }
    }

    /// Makes `count` keys with these parameters over many connections; gives their ids and how it went.
    pub(crate) fn create_keys(
        &self,
        count: usize,
        parameters: &[(&str, &str)],
    ) -> Result<(Vec<String>, Outcome), Error> {
        let mut requests = self.creation(parameters)?;
        let mut load = Load::connect(self.target, CONNECTIONS.min(count))?;
        let outcome = load.closed(&mut requests, Until::Count(count))?;
        if let Some(error) = outcome.first_error {
            return Err(Error::Protocol(format!("refused to create a key: {error}")));
        }
        Ok((requests.into_ids(), outcome))
    }

    /// Requests that make keys with these parameters.
    pub(crate) fn creation(&self, parameters: &[(&str, &str)]) -> Result<Requests<'static>, Error> {
        let action = "CreateKey";
        Ok(self
            .repeated(&Call { action, parameters }, "KeyId")?
            .keeping_ids())
    }

    /// The same call again and again. A right answer holds `needle`.
    pub(crate) fn repeated(&self, call: &Call<'_>, needle: &str) -> Result<Requests<'static>, Error> {
        self.requests(Scheme::Rpc, std::slice::from_ref(call), needle)
    }

    /// A call for each of `keys` in turn. A right answer holds `needle`.
    pub(crate) fn for_each<'k>(
        &self,
        action: &str,
        keys: &'k [String],
        needle: &str,
    ) -> Result<Requests<'k>, Error> {
        let first = keys.first().ok_or_else(|| Error::Unfit("no keys".to_owned()))?;
        let parameters: &[_] = &[("KeyId", first.as_str())];
        let requests = self.keyed(Scheme::Rpc, &Call { action, parameters }, first, needle)?;
        Ok(requests.naming(keys, Choice::InTurn))
    }

    /// Requests of the hot path. Fails when the server's answers do not fit together.
    pub(crate) fn work<'k>(
        &self,
        scheme: Scheme,
        work: Work,
        keys: &'k [String],
        choice: Choice,
    ) -> Result<Requests<'k>, Error> {
        let first = keys.first().ok_or_else(|| Error::Unfit("no keys".to_owned()))?;
        let plaintext = STANDARD.encode([0x5a; 64]);
        let key = ("KeyId", first.as_str());
        let requests = match work {
            Work::Encrypt => {
                let parameters = [key, ("Plaintext", plaintext.as_str())];
                self.keyed(
                    scheme,
                    &Call {
                        action: "Encrypt",
                        parameters: &parameters,
                    },
                    first,
                    "CiphertextBlob",
                )?
            }
            Work::GenerateDataKey => {
                let parameters = [key, ("KeySpec", "AES_256")];
                self.keyed(
                    scheme,
                    &Call {
                        action: "GenerateDataKey",
                        parameters: &parameters,
                    },
                    first,
                    "Plaintext",
                )?
            }
            Work::Decrypt => {
                let mut blobs = Vec::new();
                for _ in 0..BLOBS {
                    let answer = self.call("Encrypt", &[key, ("Plaintext", &plaintext)])?;
                    blobs.push([("CiphertextBlob", field(&answer, "/CiphertextBlob")?.to_owned())]);
                }
                let parameters: Vec<_> = blobs
                    .iter()
                    .map(|blob| blob.each_ref().map(|(name, value)| (*name, value.as_str())))
                    .collect();
                let calls: Vec<_> = parameters
                    .iter()
                    .map(|parameters| Call {
                        action: "Decrypt",
                        parameters,
                    })
                    .collect();
                // Every answer must hold the very plaintext.
                self.requests(scheme, &calls, &plaintext)?
            }
        };
        Ok(requests.naming(keys, choice))
    }

    fn keyed<'k>(
        &self,
        scheme: Scheme,
        call: &Call<'_>,
        key: &str,
        needle: &str,
    ) -> Result<Requests<'k>, Error> {
        let template = Template::new(scheme, call, &self.client, Some(key))?;
        self.signed(scheme, vec![template], needle)
    }

    fn requests<'k>(&self, scheme: Scheme, calls: &[Call<'_>], needle: &str) -> Result<Requests<'k>, Error> {
        let templates = calls
            .iter()
            .map(|call| Template::new(scheme, call, &self.client, None));
        self.signed(scheme, templates.collect::<Result<_, _>>()?, needle)
    }

    fn signed<'k>(
        &self,
        scheme: Scheme,
        templates: Vec<Template>,
        needle: &str,
    ) -> Result<Requests<'k>, Error> {
        Requests::new(
            Signer::new(scheme, self.client.access_key_secret),
            templates,
            needle,
        )
    }
}

/// A text in an answer, by its JSON pointer.
pub(crate) fn field<'v>(answer: &'v Value, pointer: &str) -> Result<&'v str, Error> {
    let value = answer.pointer(pointer).and_then(Value::as_str);
    value.ok_or_else(|| Error::Protocol(format!("left `{pointer}` out of an answer: {answer}")))
}
