//! What each operation on identities answers, byte for byte, in both forms.

use claviger_dialect_alibaba::Api;
use serde_json::Value;

use crate::estate::{APIS, Estate};
use crate::golden::{Mask, compare};
use crate::kms::Answer;
use crate::scene::borrowed;

/// Members whose value is another one in each run.
const RANDOM: [&str; 12] = [
    "AccessKeyId",
    "AccessKeySecret",
    "AccountId",
    "AssumedRoleId",
    "DomainId",
    "PrincipalId",
    "ProjectId",
    "RequestId",
    "RoleId",
    "SecurityToken",
    "UserAccessKeyId",
    "UserId",
];

/// The folder of an API's answers.
fn folder(api: Api) -> &'static str {
    match api {
        Api::Kms => "kms",
        Api::Ram => "ram",
        Api::Sts => "sts",
        Api::ActionTrail => "actiontrail",
        Api::ActionTrail2017 => "actiontrail-2017",
        Api::Admin => "admin",
    }
}

/// Every value of a member whose value is random.
fn random<'a>(json: &'a Value, found: &mut Vec<(&'static str, &'a str)>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                match (RANDOM.iter().find(|known| *known == name), value) {
                    (Some(name), Value::String(text)) if !text.is_empty() => found.push((name, text)),
                    _ => random(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| random(item, found)),
        _ => {}
    }
}

pub(crate) fn masked(estate: &Estate, answer: &Answer) -> String {
    let mut mask = Mask::default();
    let json = answer.json();
    let mut values = Vec::new();
    random(&json, &mut values);
    mask.name(&estate.kms.world.root().account().to_string(), "account");
    mask.name(&estate.second, "second account");
    // The longest first: some are parts of others.
    values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    for (name, value) in values {
        mask.name(value, name);
    }
    mask.apply(&answer.text) + "\n"
}

#[tokio::test]
async fn every_operation_on_identities_answers_as_documented() {
    let mut files = Vec::new();
    for api in APIS {
        for action in api.served() {
            let estate = Estate::new().await;
            let text = masked(&estate, &estate.call(api, action).await);
            files.push((format!("answers/{}/{action}.json", folder(api)), text));
        }
    }
    compare(&files);
}

/// Random members of both forms are of the same length.
fn smoothed(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let smooth = |(name, value): (&String, &Value)| match value {
                Value::String(text) if RANDOM.contains(&name.as_str()) => {
                    (name.clone(), "x".repeat(text.len()).into())
                }
                other => (name.clone(), smoothed(other)),
            };
            members.iter().map(smooth).collect()
        }
        Value::Array(items) => items.iter().map(smoothed).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_xml_form_of_identities_says_the_same() {
    for api in APIS {
        for action in api.served() {
            let (one, other) = (Estate::new().await, Estate::new().await);
            let json = one.call(api, action).await.ok();
            let parameters = other.parameters(api, action);
            let caller = other.caller(action);
            let request = caller.rpc_request(action, &borrowed(&parameters));
            let request = request.set("Version", api.version()).set("Format", "XML");
            let xml = other.kms.send(&request.sign_in_body(caller)).await;
            assert_eq!(xml.status, 200, "{action}: {}", xml.text);
            let node = xml.xml();
            assert_eq!(node.name, format!("{action}Response"));
            let smooth = node.with_texts(&|name, text| {
                if RANDOM.contains(&name) {
                    "x".repeat(text.len())
                } else {
                    unnumbered(text)
                }
            });
            let expected = strings(&smoothed(&json), &unnumbered);
            assert!(smooth.says(&expected), "{action}: {} and {expected}", xml.text);
        }
    }
}

/// Account numbers in names and texts differ from world to world, too.
fn unnumbered(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect()
}

/// The value with its texts, numbers but not truth values, changed.
fn strings(json: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match json {
        Value::Object(members) => {
            let changed = members
                .iter()
                .map(|(name, value)| (name.clone(), strings(value, change)));
            changed.collect()
        }
        Value::Array(items) => items.iter().map(|item| strings(item, change)).collect(),
        Value::String(text) => change(text).into(),
        Value::Number(number) => change(&number.to_string()).into(),
        other => other.clone(),
    }
}

/// Groups and users, roles and policies come back as they were described.
#[tokio::test]
async fn what_was_said_about_an_identity_comes_back() {
    let estate = Estate::new().await;
    let user = &estate.ram("GetUser", &[("UserName", "alice")]).await["User"];
    let user = user.clone();
    for (name, value) in [
        ("UserName", "alice"),
        ("DisplayName", "测试 Alice"),
        ("MobilePhone", "86-18600000000"),
        ("Email", "alice@example.com"),
        ("Comments", "a<b>&\"c\""),
        ("CreateDate", "2026-11-21T12:00:00Z"),
    ] {
        assert_eq!(user[name], value, "{user}");
    }
    let id = user["UserId"].as_str().unwrap();
    assert!(id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit()));
    let renamed = [
        ("UserName", "alice"),
        ("NewUserName", "alicia"),
        ("NewComments", ""),
    ];
    let renamed = estate.ram("UpdateUser", &renamed).await["User"].clone();
    assert_eq!(
        (&renamed["UserId"], &renamed["Comments"], &renamed["DisplayName"]),
        (&user["UserId"], &"".into(), &user["DisplayName"])
    );
    let role = estate.ram("GetRole", &[("RoleName", "auditor")]).await["Role"].clone();
    assert_eq!(role["AssumeRolePolicyDocument"], estate.trust());
    assert_eq!(
        (&role["Arn"], &role["MaxSessionDuration"], &role["Description"]),
        (
            &estate.role("auditor").into(),
            &7200.into(),
            &"looks at\nkeys".into()
        )
    );
}

#[tokio::test]
async fn policies_have_up_to_five_versions_of_which_one_counts() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let versions = async || {
        let named = [("PolicyType", "Custom"), ("PolicyName", "readers")];
        let listed = estate.ram("ListPolicyVersions", &named).await;
        let rows = listed["PolicyVersions"]["PolicyVersion"]
            .as_array()
            .unwrap()
            .clone();
        let name = |row: &Value| {
            let mark = if row["IsDefaultVersion"] == true { "!" } else { "" };
            format!("{}{mark}", row["VersionId"].as_str().unwrap())
        };
        rows.iter().map(name).collect::<Vec<_>>()
    };
    let add = [
        ("PolicyName", "readers"),
        ("PolicyDocument", crate::estate::WRITERS),
    ];
    for _ in 0..3 {
        estate.ram("CreatePolicyVersion", &add).await;
    }
    assert_eq!(versions().await, ["v1!", "v2", "v3", "v4", "v5"]);
    let full = estate.kms.ask(root, Api::Ram, "CreatePolicyVersion", &add).await;
    full.refused(409, "LimitExceeded.Policy.Version");
    let rotated = [
        &add[..],
        &[
            ("SetAsDefault", "true"),
            ("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded"),
        ],
    ]
    .concat();
    let made = estate.ram("CreatePolicyVersion", &rotated).await;
    assert_eq!(made["PolicyVersion"]["VersionId"], "v6");
    assert_eq!(made["PolicyVersion"]["IsDefaultVersion"], true);
    assert_eq!(versions().await, ["v1", "v3", "v4", "v5", "v6!"]);
    let chosen = [("PolicyName", "readers"), ("VersionId", "v3")];
    estate.ram("SetDefaultPolicyVersion", &chosen).await;
    assert_eq!(versions().await, ["v1", "v3!", "v4", "v5", "v6"]);
    let refused = estate
        .kms
        .ask(root, Api::Ram, "DeletePolicyVersion", &chosen)
        .await;
    refused.refused(409, "DeleteConflict.Policy.Version.Default");
}

#[tokio::test]
async fn the_policies_of_the_server_are_listed_and_shown() {
    let estate = Estate::new().await;
    let listed = estate.ram("ListPolicies", &[("PolicyType", "System")]).await;
    let listed = listed["Policies"]["Policy"].as_array().unwrap().clone();
    let names: Vec<_> = listed
        .iter()
        .map(|row| row["PolicyName"].as_str().unwrap())
        .collect();
    assert!(
        names.is_sorted() && names.contains(&"AliyunKMSFullAccess"),
        "{names:?}"
    );
    let full_access = [("PolicyType", "System"), ("PolicyName", "AliyunKMSFullAccess")];
    let shown = estate.ram("GetPolicy", &full_access).await;
    assert_eq!(shown["Policy"]["PolicyType"], "System");
    assert_eq!(shown["DefaultPolicyVersion"]["VersionId"], "v1");
    let document = shown["Policy"]["PolicyDocument"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(document).unwrap()["Version"], "1");
    let on_user = [&full_access[..], &[("UserName", "bob")]].concat();
    estate.ram("AttachPolicyToUser", &on_user).await;
    let entities = estate.ram("ListEntitiesForPolicy", &full_access).await;
    assert_eq!(entities["Users"]["User"][0]["UserName"], "bob");
}

#[tokio::test]
async fn access_keys_show_their_secret_once_and_say_when_they_were_used() {
    let estate = Estate::new().await;
    let bob = estate.who("bob").clone();
    let about = [("UserName", "bob"), ("UserAccessKeyId", bob.access_key_id())];
    let used = estate.ram("GetAccessKeyLastUsed", &about).await;
    assert_eq!(used["AccessKeyLastUsed"]["LastUsedDate"], "");
    let listed = estate.ram("ListAccessKeys", &[("UserName", "bob")]).await;
    let listed = &listed["AccessKeys"]["AccessKey"][0];
    assert_eq!(listed["AccessKeyId"], bob.access_key_id());
    assert!(listed.get("AccessKeySecret").is_none());
    // Switched off and on again, each counts at once.
    let identity = async || estate.kms.ask(&bob, Api::Sts, "GetCallerIdentity", &[]).await;
    identity().await.ok();
    let set = async |status| {
        let parameters = [&about[..], &[("Status", status)]].concat();
        estate.ram("UpdateAccessKey", &parameters).await;
    };
    set("Inactive").await;
    identity().await.refused(403, "InvalidAccessKeyId.Inactive");
    set("Active").await;
    assert_eq!(identity().await.ok()["IdentityType"], "RAMUser");
    estate.ram("DeleteAccessKey", &about).await;
    identity().await.refused(404, "InvalidAccessKeyId.NotFound");
}

/// A third key would be one too many: two are needed to change one for another.
#[tokio::test]
async fn a_user_has_two_access_keys() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let bob = [("UserName", "bob")];
    estate.ram("CreateAccessKey", &bob).await;
    let third = estate.kms.ask(root, Api::Ram, "CreateAccessKey", &bob).await;
    third.refused(409, "LimitExceeded.User.AccessKey");
}

/// Every call leaves one record, served and refused, with the code that its caller saw.
#[tokio::test]
async fn every_call_on_identities_leaves_its_record() {
    for api in APIS {
        for action in api.served() {
            let estate = Estate::new().await;
            let before = estate.kms.world.audited_calls().await.len();
            let bob = estate.who("bob");
            let parameters = estate.parameters(api, action);
            let refused = estate.kms.ask(bob, api, action, &borrowed(&parameters)).await;
            let answer = estate.call(api, action).await;
            let records = estate.kms.world.audited_calls().await.split_off(before);
            assert_eq!(records.len(), 2, "{action}: {records:?}");
            for answer in [&refused, &answer] {
                let mut found = records.iter().filter(|record| record["id"] == answer.id.as_str());
                let record = found.next().unwrap_or_else(|| panic!("{action}: {records:?}"));
                assert_eq!(record["dialect"], "alibaba");
                // Access keys of services are made like those of users, and logins are theirs; Explain is called by what it
                // does.
                let name = record["action"].as_str().unwrap();
                let (of_user, login) = (action.replace("Service", ""), action.replace("Login", "User"));
                let known = [action, &of_user, &login, "ExplainDecision"].contains(&name);
                assert!(known, "{action}: {record}");
                if answer.status == 200 {
                    assert_eq!(record["outcome"], "served", "{action}: {record}");
                } else {
                    assert_eq!(record["outcome"], "refused", "{action}: {record}");
                    assert_eq!(record["error"]["wire"], answer.code(), "{action}");
                    assert_eq!(record["caller"]["user"], "bob", "{action}: {record}");
                }
            }
        }
    }
}
