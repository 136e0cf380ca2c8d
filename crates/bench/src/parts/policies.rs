//! What permission costs: a user whose policies have many statements against the root of its account, and the same user
//! among many identities.

use std::fmt::Write as _;

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work, field};
use crate::load::Target;
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::Choice;
use crate::sign::Scheme;

/// Policies on the user, and statements in each.
const POLICIES: usize = 5;
const STATEMENTS: usize = 20;

/// Identities in the full store beside the user that is measured, and in a quick run.
const USERS: usize = 9_999;
const DOCUMENTS: usize = 99_990;
const QUICK: usize = 500;

/// Share of the rate that must be kept.
const TARGET: f64 = 0.95;

/// A server with a key and a user who may make data keys with it.
struct Estate {
    server: Server,
    target: Target,
    keys: Vec<String>,
    id: String,
    secret: String,
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let few = Estate::make(bench, "few-identities")?;
    let many = Estate::make(bench, "many-identities")?;
    let quick = bench.options.quick;
    let (users, documents) = if quick { (QUICK, QUICK) } else { (USERS, DOCUMENTS) };
    many.fill(users, documents)?;
    let mut samples = [Vec::new(), Vec::new(), Vec::new()];
    let [root, user, crowded] = &mut samples;
    // The differences are small, and the machine is not quiet.
    for _ in 0..2 * bench.options.rounds() {
        root.push(few.sample(bench, false)?);
        user.push(few.sample(bench, true)?);
        crowded.push(many.sample(bench, true)?);
    }
    let count = POLICIES * STATEMENTS;
    let names = [
        "GenerateDataKey by the root of the account".to_owned(),
        format!("GenerateDataKey by a user with {count} statements"),
        format!("the same, {users} other users and {documents} other policies in the store"),
    ];
    let [root, user, crowded] = &samples;
    let [root_name, user_name, crowded_name] = names;
    bench.add(root, Sample::row(root_name, root));
    bench.add(user, row(user_name, user, root, "root's"));
    bench.add(crowded, row(crowded_name, crowded, user, "the one among few"));
    Ok(())
}

/// Compared by processor time: what the user costs, not how busy the disk is at the moment.
fn row(name: String, samples: &[Sample], others: &[Sample], whose: &str) -> Row {
    let ratio = Sample::by_cpu(samples, others);
    Row {
        measured: format!("{ratio:.2} of {whose}, by processor time"),
        target: format!(">= {TARGET:.2}"),
        verdict: Some(Verdict::from(ratio >= TARGET)),
        ..Sample::row(name, samples)
    }
}

impl Estate {
    fn make(bench: &Bench<'_>, name: &str) -> Result<Self, Error> {
        let (server, keys) = bench.server_with_keys(name, 1)?;
        let target = server.plain()?;
        let ram = Kms::identities(&server, &target)?;
        ram.call("CreateUser", &[("UserName", "worker")])?;
        for number in 0..POLICIES {
            let policy = format!("policy-{number}");
            let document = document(number + 1 == POLICIES);
            ram.call(
                "CreatePolicy",
                &[("PolicyName", &policy), ("PolicyDocument", &document)],
            )?;
            let attachment = [
                ("PolicyType", "Custom"),
                ("PolicyName", policy.as_str()),
                ("UserName", "worker"),
            ];
            ram.call("AttachPolicyToUser", &attachment)?;
        }
        let key = ram.call("CreateAccessKey", &[("UserName", "worker")])?;
        let id = field(&key, "/AccessKey/AccessKeyId")?.to_owned();
        let secret = field(&key, "/AccessKey/AccessKeySecret")?.to_owned();
        Ok(Self {
            server,
            target,
            keys,
            id,
            secret,
        })
    }

    fn fill(&self, users: usize, documents: usize) -> Result<(), Error> {
        let ram = Kms::identities(&self.server, &self.target)?;
        let names = |what: &str, count: usize| -> Vec<String> {
            (0..count).map(|number| format!("{what}-{number:06}")).collect()
        };
        let users = names("user", users);
        ram.for_names("CreateUser", &[("UserName", "user-000000")], &users)?;
        let (policies, document) = (names("many", documents), document(false));
        let parameters = [
            ("PolicyName", "many-000000"),
            ("PolicyDocument", document.as_str()),
        ];
        ram.for_names("CreatePolicy", &parameters, &policies)
    }

    fn sample(&self, bench: &Bench<'_>, as_user: bool) -> Result<Sample, Error> {
        let mut kms = Kms::new(&self.server, &self.target)?;
        if as_user {
            kms = kms.with_key(&self.id, &self.secret);
        }
        let mut requests = kms.work(Scheme::Rpc, Work::GenerateDataKey, &self.keys, Choice::First)?;
        bench.sample(&self.server, &self.target, CONNECTIONS, &mut requests)
    }
}

/// A policy with statements about other things, the last of which may be about data keys.
fn document(allows: bool) -> String {
    let mut text = r#"{"Version":"1","Statement":["#.to_owned();
    for number in 0..STATEMENTS {
        let last = number + 1 == STATEMENTS;
        let action = if allows && last {
            "kms:GenerateDataKey"
        } else {
            "kms:Describe*"
        };
        let _ = write!(
            text,
            r#"{}{{"Effect":"Allow","Action":["{action}","kms:List*"],"Resource":"acs:kms:*:*:{}"}}"#,
            if number == 0 { "" } else { "," },
            if allows && last {
                "*".to_owned()
            } else {
                format!("key/team-{number}-*")
            },
        );
    }
    text.push_str("]}");
    text
}
