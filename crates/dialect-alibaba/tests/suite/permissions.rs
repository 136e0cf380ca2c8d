//! Every operation of every API with no credentials, without the permission, and with it.

use claviger_dialect_alibaba::Api;
use claviger_testkit::Client;
use serde_json::Value;

use crate::estate::{APIS, Estate};
use crate::kms::{Answer, Kms};
use crate::scene::{Parameters, Scene, borrowed};

/// Operations that need no permission.
const FREE: [&str; 2] = ["DescribeRegions", "GetCallerIdentity"];

/// A user of the first account, who may do nothing.
pub(crate) async fn user(kms: &Kms, name: &str) -> Client {
    let root = kms.world.root();
    let parameters = [("UserName", name)];
    kms.ask(root, Api::Ram, "CreateUser", &parameters).await.ok();
    let made = kms.ask(root, Api::Ram, "CreateAccessKey", &parameters).await.ok();
    let text = |name: &str| made["AccessKey"][name].as_str().unwrap().to_owned();
    root.with_access_key_id(&text("AccessKeyId"))
        .with_secret(&text("AccessKeySecret"))
}

/// Whatever a request asks for: no signature, a wrong one, an access key that nobody has.
pub(crate) async fn turned_away(kms: &Kms, api: Api, action: &str, parameters: &Parameters) {
    let root = kms.world.root();
    let request = root
        .rpc_request(action, &borrowed(parameters))
        .set("Version", api.version());
    let mut unsigned = request.sign_in_body(root);
    let body = String::from_utf8(unsigned.body).unwrap();
    let pairs = body.split('&').filter(|pair| {
        !["Signature=", "AccessKeyId="]
            .iter()
            .any(|name| pair.starts_with(name))
    });
    unsigned.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
    kms.send(&unsigned).await.refused(400, "MissingParameter");
    let forged = request.sign_in_body(&root.with_secret("guess"));
    kms.send(&forged).await.refused(400, "SignatureDoesNotMatch");
    let nobody = root.with_access_key_id("LTAInobody");
    let unknown = request.set("AccessKeyId", "LTAInobody").sign_in_body(&nobody);
    kms.send(&unknown)
        .await
        .refused(404, "InvalidAccessKeyId.NotFound");
}

#[tokio::test]
async fn nothing_is_served_without_credentials() {
    let (scene, estate) = (Scene::new().await, Estate::new().await);
    for action in Api::Kms.served() {
        turned_away(&scene.kms, Api::Kms, action, &scene.parameters(action)).await;
    }
    for api in APIS {
        for action in api.served() {
            turned_away(&estate.kms, api, action, &estate.parameters(api, action)).await;
        }
    }
}

/// The code of a denied call.
fn denial(api: Api) -> &'static str {
    match api {
        Api::Kms => "Forbidden.NoPermission",
        Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => "NoPermission",
    }
}

/// Checks an answer to somebody who may do nothing, and gives the action that a policy would have to allow.
fn denied(api: Api, action: &str, answer: &Answer, account: &str) -> String {
    answer.refused(403, denial(api));
    let detail = answer.json()["AccessDeniedDetail"].clone();
    let text = |name: &str| {
        detail[name]
            .as_str()
            .unwrap_or_else(|| panic!("{action}: {detail}"))
    };
    assert_eq!(
        (
            text("NoPermissionType"),
            text("PolicyType"),
            text("AuthPrincipalType"),
            text("AuthPrincipalOwnerId"),
        ),
        (
            "ImplicitDeny",
            "AccountLevelIdentityBasedPolicy",
            "SubUser",
            account
        ),
        "{action}"
    );
    let id = text("AuthPrincipalDisplayName");
    assert!(
        id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit()),
        "{id}"
    );
    assert!(detail.get("EncodedDiagnosticMessage").is_none());
    text("AuthAction").to_owned()
}

#[tokio::test]
async fn nothing_is_served_to_who_may_do_nothing() {
    let (scene, estate) = (Scene::new().await, Estate::new().await);
    let account = scene.kms.world.root().account().to_string();
    let nobody = user(&scene.kms, "nobody").await;
    let mut words = Vec::new();
    for action in Api::Kms.served() {
        let parameters = scene.parameters(action);
        let answer = scene.kms.call_as(&nobody, action, &borrowed(&parameters)).await;
        if FREE.contains(&action) {
            answer.ok();
            continue;
        }
        words.push((action, denied(Api::Kms, action, &answer, &account)));
    }
    let account = estate.kms.world.root().account().to_string();
    for api in APIS {
        for action in api.served() {
            let parameters = estate.parameters(api, action);
            let bob = estate.who("bob");
            let answer = estate.kms.ask(bob, api, action, &borrowed(&parameters)).await;
            if FREE.contains(&action) {
                answer.ok();
                continue;
            }
            words.push((action, denied(api, action, &answer, &account)));
        }
    }
    // Policies call an action like its operation, but for these.
    let differing: Vec<_> = words
        .iter()
        .filter(|(action, word)| word.split_once(':').map(|(_, name)| name) != Some(action))
        .map(|(action, word)| format!("{action} {word}"))
        .collect();
    assert_eq!(
        differing,
        [
            "ReEncrypt kms:ReEncryptFrom",
            "CreateServiceAccessKey ram:CreateAccessKey",
            "DeleteServiceAccessKey ram:DeleteAccessKey",
            "GetLogin ram:GetUser",
            "ListServiceAccessKeys ram:ListAccessKeys",
            "SetPassword ram:CreateLoginProfile",
            "UpdateLogin ram:UpdateUser",
            "UpdateServiceAccessKey ram:UpdateAccessKey",
        ]
    );
}

/// Action and resource of a refusal, as policies name them.
fn needed(answer: &Answer) -> (String, String) {
    let json = answer.json();
    let action = json["AccessDeniedDetail"]["AuthAction"].as_str();
    let words = json["Message"].as_str().unwrap().split(' ');
    let mut resources = words.filter(|word| word.starts_with("acs:"));
    let resource = resources.next().unwrap_or_else(|| panic!("{json}"));
    let resource = resource.trim_end_matches('.');
    (action.unwrap().to_owned(), resource.to_owned())
}

/// Gives a user what it is denied, step by step, until it is served; gives the answer and the actions it took.
pub(crate) async fn permitted(
    kms: &Kms,
    caller: &Client,
    name: &str,
    api: Api,
    action: &str,
    parameters: &Parameters,
) -> (Answer, Vec<String>) {
    let root = kms.world.root();
    let mut allowed: Vec<(String, String)> = Vec::new();
    loop {
        let answer = kms.ask(caller, api, action, &borrowed(parameters)).await;
        if answer.status != 403 {
            let mut actions: Vec<_> = allowed.into_iter().map(|(action, _)| action).collect();
            actions.dedup();
            return (answer, actions);
        }
        let (word, mut resource) = needed(&answer);
        if allowed.contains(&(word.clone(), resource.clone())) {
            // Where an alias leads is not told to who may not touch the key.
            assert!(resource.contains(":alias/"), "{action}: {}", answer.text);
            resource = "*".into();
        }
        let document = serde_json::json!({
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": word, "Resource": resource}],
        });
        let policy = format!("may-{}", allowed.len());
        let made = [
            ("PolicyName", &*policy),
            ("PolicyDocument", &document.to_string()),
        ];
        kms.ask(root, Api::Ram, "CreatePolicy", &made).await.ok();
        let on_user = [
            ("PolicyName", &*policy),
            ("PolicyType", "Custom"),
            ("UserName", name),
        ];
        kms.ask(root, Api::Ram, "AttachPolicyToUser", &on_user).await.ok();
        let more = (word, resource);
        assert!(
            !allowed.contains(&more),
            "{action}: {more:?} is allowed, and denied all the same: {}",
            answer.text
        );
        allowed.push(more);
    }
}

/// What a user needs for an operation is what the refusals say, and nothing else.
#[tokio::test]
async fn whoever_has_the_permission_is_served() {
    for action in Api::Kms.served() {
        let scene = Scene::of(action).await;
        let caller = user(&scene.kms, "caller").await;
        let parameters = scene.parameters(action);
        let (answer, allowed) = permitted(&scene.kms, &caller, "caller", Api::Kms, action, &parameters).await;
        let expected: &[&str] = match action {
            "DescribeRegions" => &[],
            "ReEncrypt" => &["kms:ReEncryptFrom", "kms:ReEncryptTo"],
            _ => &[&format!("kms:{action}")],
        };
        assert_eq!(allowed, expected, "{action}");
        if action == "OpenKmsService" {
            answer.refused(400, "Forbidden.Opened");
        } else {
            answer.ok();
        }
    }
}

#[tokio::test]
async fn whoever_has_the_permission_is_served_with_identities_too() {
    for api in APIS {
        for action in api.served() {
            let estate = Estate::new().await;
            let bob = estate.who("bob").clone();
            let parameters = match action {
                // These are about the access key or the name of the caller itself otherwise.
                "UpdateAccessKey" | "DeleteAccessKey" => {
                    let alice = estate.who("alice").access_key_id().to_owned();
                    let mut of_alice = vec![("UserName", "alice".to_owned()), ("UserAccessKeyId", alice)];
                    if action == "UpdateAccessKey" {
                        of_alice.push(("Status", "Inactive".into()));
                    }
                    of_alice
                }
                _ => estate.parameters(api, action),
            };
            let (answer, allowed) = permitted(&estate.kms, &bob, "bob", api, action, &parameters).await;
            assert_eq!(
                allowed.len(),
                usize::from(!FREE.contains(&action)),
                "{action}: {allowed:?}"
            );
            answer.ok();
        }
    }
}

/// The whole detail, in both forms, for each kind of caller and of policy.
#[tokio::test]
async fn a_denied_caller_is_told_by_which_kind_of_policy() {
    let estate = Estate::new().await;
    let session = crate::sessions::take_with_policy(&estate, crate::estate::TAKERS).await;
    let deny = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}]}"#;
    let made = [("PolicyName", "deny"), ("PolicyDocument", deny)];
    estate.ram("CreatePolicy", &made).await;
    let on_alice = [
        ("PolicyName", "deny"),
        ("PolicyType", "Custom"),
        ("UserName", "alice"),
    ];
    estate.ram("AttachPolicyToUser", &on_alice).await;
    let trust_others = r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["oss.aliyuncs.com"]}}]}"#;
    let closed = [("RoleName", "closed"), ("AssumeRolePolicyDocument", trust_others)];
    estate.ram("CreateRole", &closed).await;
    let parts = |answer: &Answer| {
        let detail = answer.json()["AccessDeniedDetail"].clone();
        let part = |name: &str| {
            detail[name]
                .as_str()
                .unwrap_or_else(|| panic!("{detail}"))
                .to_owned()
        };
        [
            part("AuthPrincipalType"),
            part("NoPermissionType"),
            part("PolicyType"),
            part("AuthAction"),
        ]
    };
    let encrypt = [("KeyId", &*estate.key), ("Plaintext", "SGk=")];
    let alice = estate.who("alice");
    let answer = estate.kms.call_as(alice, "Encrypt", &encrypt).await;
    assert_eq!(
        parts(&answer),
        [
            "SubUser",
            "ExplicitDeny",
            "AccountLevelIdentityBasedPolicy",
            "kms:Encrypt"
        ]
    );
    let describe = [("KeyId", &*estate.key)];
    let answer = session
        .call(&estate.kms, Api::Kms, "DescribeKey", &describe)
        .await;
    assert_eq!(
        parts(&answer),
        [
            "AssumedRoleUser",
            "ImplicitDeny",
            "SessionPolicy",
            "kms:DescribeKey"
        ]
    );
    assert_eq!(
        answer.json()["AccessDeniedDetail"]["AuthPrincipalDisplayName"],
        "auditor:alice@work"
    );
    let closed = [("RoleArn", &*estate.role("closed")), ("RoleSessionName", "me")];
    let answer = estate.kms.ask(alice, Api::Sts, "AssumeRole", &closed).await;
    assert_eq!(
        parts(&answer),
        ["SubUser", "ImplicitDeny", "AssumeRolePolicy", "sts:AssumeRole"]
    );
    let root = estate.kms.world.root();
    let answer = estate.kms.ask(root, Api::Sts, "AssumeRole", &closed).await;
    assert_eq!(
        answer.refused(403, "NoPermission"),
        "Roles may not be assumed by root accounts."
    );
}

#[tokio::test]
async fn the_detail_is_in_the_xml_form_too() {
    let estate = Estate::new().await;
    let bob = estate.who("bob");
    for (api, action, parameters, word) in [
        (
            Api::Kms,
            "DescribeKey",
            vec![("KeyId", &*estate.key)],
            "kms:DescribeKey",
        ),
        (Api::Ram, "GetUser", vec![("UserName", "alice")], "ram:GetUser"),
    ] {
        let request = bob.rpc_request(action, &parameters);
        let request = request.set("Version", api.version()).set("Format", "XML");
        let answer = estate.kms.send(&request.sign(bob)).await;
        answer.refused(403, denial(api));
        let node = answer.xml();
        let detail = node.child("AccessDeniedDetail").unwrap();
        assert_eq!(detail.text_of("AuthAction"), word);
        assert_eq!(detail.text_of("NoPermissionType"), "ImplicitDeny");
    }
}

/// Who may not look is told the same whether something is there or not.
#[tokio::test]
async fn a_denied_caller_does_not_learn_what_is_there() {
    let estate = Estate::new().await;
    let bob = estate.who("bob");
    let told = async |api, action, name, value: &str| {
        let parameters = [(name, value), ("RoleSessionName", "me")];
        let answer = estate.kms.ask(bob, api, action, &parameters).await;
        let mut told = answer.json();
        let members = told.as_object_mut().unwrap();
        members.remove("RequestId");
        Value::Object(members.clone())
            .to_string()
            .replace(value, "<name>")
    };
    for (api, action, name, there, gone) in [
        (Api::Ram, "GetUser", "UserName", "alice", "nobody"),
        (Api::Ram, "DeleteGroup", "GroupName", "dev", "none"),
        (Api::Ram, "GetRole", "RoleName", "auditor", "none"),
        (
            Api::Sts,
            "AssumeRole",
            "RoleArn",
            &estate.role("auditor"),
            &estate.role("none"),
        ),
    ] {
        assert_eq!(
            told(api, action, name, there).await,
            told(api, action, name, gone).await,
            "{action}"
        );
    }
}
