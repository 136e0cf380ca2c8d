//! Every row of identities: for nobody, for somebody without rights, and for who may; and each recorded.

use std::collections::BTreeSet;

use claviger_testkit::{Client, REGION};
use serde_json::{Value, json};

use crate::kms::{Answer, Draft, Kms, PROJECT};

/// Rows that need no permission: they are about the caller itself.
const FREE: [&str; 11] = [
    "create-token",
    "show-token",
    "check-token",
    "revoke-token",
    "show-catalog",
    "list-auth-projects",
    "list-auth-domains",
    "list-projects",
    "show-project",
    "create-security-token",
    "show-caller-identity",
];
/// Rows that nobody is served by.
const NEVER: [&str; 2] = ["create-project", "update-project"];

/// A request for each row, in an order in which all of them succeed, with things that are there.
struct Stage {
    kms: Kms,
    nobody: Client,
    variables: Vec<(&'static str, String)>,
}

const ORDER: [(&str, &str); 55] = [
    ("list-users", ""),
    ("create-user", r#"{"user":{"name":"new-one"}}"#),
    ("create-os-user", r#"{"user":{"name":"new-two"}}"#),
    ("show-user", ""),
    ("show-os-user", ""),
    ("update-user", r#"{"user":{"description":"x"}}"#),
    ("update-os-user", r#"{"user":{"description":"y"}}"#),
    ("change-password", r#"{"user":{"password":"correct horse 3"}}"#),
    ("list-groups", ""),
    ("create-group", r#"{"group":{"name":"new"}}"#),
    ("show-group", ""),
    ("update-group", r#"{"group":{"description":"x"}}"#),
    ("add-user-to-group", ""),
    ("check-user-in-group", ""),
    ("list-users-for-group", ""),
    ("list-groups-for-user", ""),
    ("remove-user-from-group", ""),
    ("list-roles", ""),
    ("show-role", ""),
    ("assign-project-role", ""),
    ("check-project-role", ""),
    ("list-project-roles", ""),
    ("withdraw-project-role", ""),
    ("assign-domain-role", ""),
    ("check-domain-role", ""),
    ("list-domain-roles", ""),
    ("withdraw-domain-role", ""),
    ("assign-inherited-role", ""),
    ("check-inherited-role", ""),
    ("list-inherited-roles", ""),
    ("withdraw-inherited-role", ""),
    ("list-custom-policies", ""),
    (
        "create-custom-policy",
        r#"{"role":{"display_name":"x","type":"XA","policy":{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}}}"#,
    ),
    ("show-custom-policy", ""),
    ("update-custom-policy", r#"{"role":{"description":"x"}}"#),
    ("list-credentials", ""),
    ("create-credential", r#"{"credential":{"user_id":"{user_id}"}}"#),
    ("show-credential", ""),
    ("update-credential", r#"{"credential":{"status":"inactive"}}"#),
    ("delete-credential", ""),
    ("list-projects-for-user", ""),
    ("list-auth-projects", ""),
    ("list-auth-domains", ""),
    ("list-projects", ""),
    ("show-project", ""),
    ("create-project", r#"{"project":{"name":"x"}}"#),
    ("update-project", r#"{"project":{"name":"x"}}"#),
    ("show-catalog", ""),
    ("show-token", ""),
    ("check-token", ""),
    (
        "create-security-token",
        r#"{"auth":{"identity":{"methods":["token"]}}}"#,
    ),
    ("show-caller-identity", ""),
    ("delete-custom-policy", ""),
    ("delete-group", ""),
    ("delete-user", ""),
];

impl Stage {
    async fn new() -> Self {
        let kms = Kms::new().await;
        let root = kms.world.root().clone();
        let user = kms.make_user("alice").await;
        let group = kms.make_group("team").await;
        let role = kms.role("KMS Administrator").await;
        let body = json!({"credential": {"user_id": user}}).to_string();
        let key = kms
            .ask(&root, "POST", "/v3.0/OS-CREDENTIAL/credentials", &body)
            .await;
        let key = key.made()["credential"]["access"].as_str().unwrap().to_owned();
        let policy = r#"{"role":{"display_name":"y","type":"XA","policy":{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}}}"#;
        let made = kms.ask(&root, "POST", "/v3.0/OS-ROLE/roles", policy).await.made();
        let custom = made["role"]["id"].as_str().unwrap().to_owned();
        let domain = kms.domain(root.account()).await;
        let nobody = kms.world.add_user(root.account(), "nobody", &[]).await;
        Self {
            variables: vec![
                ("user_id", user),
                ("group_id", group),
                ("access_key", key),
                ("custom_id", custom),
                ("role_id", role),
                ("domain_id", domain),
                ("project_id", PROJECT.into()),
            ],
            kms,
            nobody,
        }
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    fn draft(&self, name: &str, body: &str, subject: &str) -> Draft {
        let row = claviger_dialect_huawei::served()
            .find(|row| row.name == name)
            .unwrap();
        let path = if name.contains("custom-policy") {
            row.path.replace("{role_id}", "{custom_id}")
        } else {
            row.path
        };
        let draft = Draft::new(row.method, &self.filled(&path), &self.filled(body));
        if name.ends_with("-token") {
            draft.header("x-subject-token", subject)
        } else {
            draft
        }
    }

    async fn token(&self) -> String {
        self.kms
            .log_in("alice", json!({"project": {"name": REGION}}))
            .await
            .token()
    }
}

/// A refusal in the words of the paths it is under.
fn forbidden(answer: &Answer, target: &str) {
    if target.starts_with("/v3/") {
        answer.keystone(403);
    } else {
        answer.extension(403, "IAM.0003");
    }
}

#[test]
fn every_row_is_in_the_table() {
    let rows: BTreeSet<_> = claviger_dialect_huawei::served()
        .filter(|row| row.api == "iam")
        .map(|row| row.name)
        .collect();
    let mut table: BTreeSet<_> = ORDER.iter().map(|(name, _)| *name).collect();
    // These two are about tokens only, and have tests of their own.
    table.extend(["create-token", "revoke-token"]);
    assert_eq!(rows, table);
}

#[tokio::test]
async fn nobody_is_served_without_credentials() {
    let stage = Stage::new().await;
    for (name, body) in ORDER {
        let answer = stage.kms.send(&stage.draft(name, body, "x").unsigned()).await;
        answer.gateway(401, "APIGW.0301");
    }
}

#[tokio::test]
async fn who_has_no_right_learns_and_changes_nothing() {
    let stage = Stage::new().await;
    let token = stage.token().await;
    for (name, body) in ORDER {
        let draft = stage.draft(name, body, &token);
        let target = draft.target.clone();
        let time = stage.kms.time();
        let answer = stage.kms.send(&draft.sign(&stage.nobody, &time)).await;
        if FREE.contains(&name) {
            assert!(matches!(answer.status, 200 | 201), "{name}: {answer:?}");
        } else if NEVER.contains(&name) {
            answer.keystone(403);
        } else {
            forbidden(&answer, &target);
        }
        // What is not there is told no other way.
        let mut other = target.clone();
        for (variable, value) in &stage.variables {
            if ["user_id", "group_id", "access_key", "custom_id", "role_id"].contains(variable) {
                other = other.replace(value, &"f".repeat(32));
            }
        }
        if other != target && !NEVER.contains(&name) {
            let draft = Draft {
                target: other,
                ..stage.draft(name, body, &token)
            };
            let absent = stage.kms.send(&draft.sign(&stage.nobody, &time)).await;
            forbidden(&absent, &target);
        }
    }
    let still = stage.kms.log_in("alice", Value::Null).await;
    still.token();
}

#[tokio::test]
async fn every_row_serves_who_may_and_is_recorded_under_its_name() {
    let stage = Stage::new().await;
    let token = stage.token().await;
    for (name, body) in ORDER {
        let answer = stage.kms.draft(stage.draft(name, body, &token)).await;
        let row = claviger_dialect_huawei::served()
            .find(|row| row.name == name)
            .unwrap();
        if NEVER.contains(&name) {
            answer.keystone(403);
        } else {
            assert_eq!(answer.status, row.status, "{name}: {answer:?}");
        }
    }
    let records = stage.kms.world.audited_calls().await;
    let recorded: BTreeSet<&str> = records
        .iter()
        .filter(|record| record["api"] == "iam" && record["dialect"] == "huawei")
        .filter_map(|record| record["operation"].as_str())
        .collect();
    for (name, _) in ORDER {
        assert!(recorded.contains(name), "{name}");
    }
    assert!(recorded.contains("create-token"));
}

#[tokio::test]
async fn other_methods_and_paths_are_told_in_the_words_of_their_api() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    kms.ask(&root, "PUT", "/v3/users", "").await.keystone(405);
    kms.ask(&root, "PATCH", "/v3.0/OS-USER/users", "")
        .await
        .extension(405, "IAM.0007");
    kms.ask(&root, "GET", "/v3/OS-FEDERATION/mappings", "")
        .await
        .gateway(404, "APIGW.0101");
    kms.ask(&root, "GET", "/v5/users", "")
        .await
        .gateway(404, "APIGW.0101");
}
