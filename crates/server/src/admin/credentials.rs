//! Files of credentials: what `init` and `dev` write, and what `--save` writes for a program.

use std::path::Path;

use claviger_secret::SecretBytes;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::reach::Facts;
use crate::output::Failure;
use crate::private::write_new;

/// The members that count here; `init` writes more.
#[derive(Debug, Deserialize)]
struct Members {
    access_key_id: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    access_key_secret: Option<SecretBytes>,
    account_id: Option<String>,
    domain_id: Option<String>,
    domain_name: Option<String>,
    project_id: Option<String>,
    region: Option<String>,
    https_endpoint: Option<String>,
    http_endpoint: Option<String>,
    ca_file: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretBytes>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(SecretBytes::from))
}

/// An access key, and where to use it.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: SecretBytes,
    pub(super) facts: Facts,
}

/// Reads a file of credentials.
pub(super) fn read(path: &Path) -> Result<Credentials, Failure> {
    let text = std::fs::read(path).map(SecretBytes::from);
    let name = path.display();
    let text =
        text.map_err(|error| Failure::usage(format!("cannot read the credentials `{name}`: {error}")))?;
    // What the parser says may quote the file.
    let file: Members = serde_json::from_slice(text.expose()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "{name}:{line}:{column}: not a file of credentials in JSON"
        ))
    })?;
    let missing = |member| Failure::usage(format!("`{name}` has no `{member}`"));
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(Credentials {
        access_key_id: file.access_key_id.ok_or_else(|| missing("access_key_id"))?,
        access_key_secret: file
            .access_key_secret
            .ok_or_else(|| missing("access_key_secret"))?,
        facts: Facts {
            account: file.account_id,
            domain: file.domain_id,
            domain_name: file.domain_name,
            project: file.project_id,
            region: file.region,
            https_endpoint: file.https_endpoint,
            http_endpoint: file.http_endpoint,
            // Found from the folder of this file.
            ca_file: file.ca_file.map(|ca| folder.join(ca).display().to_string()),
        },
    })
}

/// Moves the secret of a new access key from an answer to a file that only its owner can read. Gives the key's id.
///
/// Both faces of the server can be used with it, as with the file of `init`.
pub(super) fn save(path: &Path, answer: &mut Value, facts: &Facts) -> Result<String, Failure> {
    let id = text(answer, "/AccessKey/AccessKeyId").unwrap_or_default();
    let facts = &of_new_account(answer, facts);
    let key = answer.get_mut("AccessKey").and_then(Value::as_object_mut);
    let secret = key.and_then(|key| key.remove("AccessKeySecret"));
    let file = json!({
        "account_id": facts.account,
        "domain_id": facts.domain,
        "domain_name": facts.domain_name,
        "project_id": facts.project,
        "region": facts.region,
        "access_key_id": id,
        "access_key_secret": secret,
        "https_endpoint": facts.https_endpoint,
        "http_endpoint": facts.http_endpoint,
        "ca_file": facts.ca_file,
    });
    let file = SecretBytes::from(format!("{file:#}\n"));
    write_new(path, file.expose()).map_err(|failure| {
        Failure::failed(format!(
            "{failure}; the access key `{id}` was made and its secret is lost: delete it and make another"
        ))
    })?;
    Ok(id)
}

fn text(value: &Value, at: &str) -> Option<String> {
    value.pointer(at).and_then(Value::as_str).map(str::to_owned)
}

/// Who is new is at home in its own account, where one was made with it, and not in that of who asked.
fn of_new_account(answer: &Value, facts: &Facts) -> Facts {
    let Some(account) = text(answer, "/Account/AccountId") else {
        return facts.clone();
    };
    let projects = answer.pointer("/Projects/Project").and_then(Value::as_array);
    let here = |project: &&Value| text(project, "/RegionId") == facts.region;
    let project = projects.into_iter().flatten().find(here);
    Facts {
        account: Some(account),
        domain: text(answer, "/Account/DomainId"),
        domain_name: text(answer, "/Account/AccountName"),
        project: project.and_then(|project| text(project, "/ProjectId")),
        ..facts.clone()
    }
}
