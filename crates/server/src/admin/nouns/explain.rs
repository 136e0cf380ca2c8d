//! `claviger admin explain`.

use clap::Args;

use super::pair;
use crate::admin::task::{Call, Part, Task};

/// Nothing is done: the question alone is judged.
#[derive(Debug, Args)]
pub(in crate::admin) struct Explain {
    /// Who would ask: `root`, `user/NAME`, `role/NAME/SESSION` or `service/NAME`.
    #[arg(long = "as", value_name = "WHO", value_parser = who)]
    as_who: String,
    /// What would be asked for, such as `kms:Decrypt`.
    #[arg(long)]
    action: String,
    /// On what, such as `acs:kms:cn-hangzhou:1234567890123456:key/…`.
    #[arg(long, value_name = "ARN")]
    resource: String,
    /// A fact about the call, such as `acs:SourceIp=10.0.0.7`; may be given several times.
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = pair)]
    facts: Vec<(String, String)>,
}

impl Explain {
    pub(in crate::admin) fn task(&self) -> Task {
        let call = Call::admin("Explain")
            .with("As", &self.as_who)
            .with("AskedAction", &self.action)
            .with("AskedResource", &self.resource)
            .pairs("Condition", &self.facts);
        Task::new([call], [Part::Decision, STATEMENTS])
    }
}

fn who(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('/').collect();
    let fits = match parts.as_slice() {
        ["root"] => true,
        ["user" | "service", name] => !name.is_empty(),
        ["role", name, session] => !name.is_empty() && !session.is_empty(),
        _ => false,
    };
    if fits {
        Ok(text.to_owned())
    } else {
        Err("it must be `root`, `user/NAME`, `role/NAME/SESSION` or `service/NAME`".to_owned())
    }
}

const STATEMENTS: Part = Part::Table {
    title: Some("statements that apply"),
    list: ["MatchedStatements", "MatchedStatement"],
    columns: &[
        ("DECIDES", "Decides"),
        ("EFFECT", "Effect"),
        ("STATEMENT", "Statement"),
        ("POLICY", "Policy"),
    ],
    none: "none",
};
