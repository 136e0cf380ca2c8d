//! Grants: others use a key, under their own projects, until that is taken back or given up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::SignedDuration;
use claviger_testkit::{Client, REGION, World};
use serde_json::{Value, json};

use crate::cts::query;
use crate::desk::text;
use crate::kms::{Answer, Draft, Kms};

/// An id as samples have it.
const NOBODY: &str = "13gg44z4g2sglzk0egw0u726zoyzvrs8";

/// Two accounts, and users without any policy in both.
struct Stage {
    kms: Kms,
    key: String,
    /// Of the first account.
    alice: Client,
    /// Of the second account.
    bob: Client,
    carol: Client,
}

impl Stage {
    async fn new() -> Self {
        let builder = World::build().caller("LTAIfirst", "first-secret");
        let builder = builder.caller("LTAIother", "other-secret").region("eu-west-1");
        let kms = Kms::over(builder).await;
        let (first, other) = (kms.world.root().account(), kms.world.caller(1).account());
        Self {
            key: kms.create_key("shared").await,
            alice: kms.world.add_user(first, "alice", &[]).await,
            bob: kms.world.add_user(other, "bob", &[]).await,
            carol: kms.world.add_user(other, "carol", &[]).await,
            kms,
        }
    }

    fn root(&self) -> &Client {
        self.kms.world.root()
    }

    /// The root of the second account.
    fn other_root(&self) -> &Client {
        self.kms.world.caller(1)
    }

    async fn asks(&self, caller: &Client, call: &str) -> Answer {
        let body = json!({"key_id": self.key, "plain_text": "text", "pending_days": 7});
        self.kms.by(caller, call, body).await
    }

    async fn grants(&self, caller: &Client, members: Value) -> Answer {
        let mut body = json!({"key_id": self.key, "operations": ["describe-key"]});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        self.kms.by(caller, "create-grant", body).await
    }

    /// Makes a grant and gives its id.
    async fn granted(&self, caller: &Client, to: &Client, operations: &[&str]) -> String {
        let grantee = self.kms.id_of(to).await;
        // Grants are listed by their age.
        self.kms.world.advance(SignedDuration::from_millis(1));
        let members = json!({"grantee_principal": grantee, "operations": operations});
        text(&self.grants(caller, members).await.ok()["grant_id"])
    }

    async fn ends(&self, caller: &Client, call: &str, grant: &str) -> Answer {
        let body = json!({"key_id": self.key, "grant_id": grant});
        self.kms.by(caller, call, body).await
    }

    async fn list(&self) -> Value {
        self.kms
            .asks("list-grants", json!({"key_id": self.key}))
            .await
            .ok()
    }
}

#[tokio::test]
async fn a_grant_is_listed_with_everything_that_it_was_made_with() {
    let stage = Stage::new().await;
    let domain = stage.kms.domain(stage.other_root().account()).await;
    let issuer = stage.kms.id_of(stage.root()).await;
    let members = json!({
        "grantee_principal": domain,
        "grantee_principal_type": "domain",
        "operations": ["retire-grant", "encrypt-data", "create-datakey", "encrypt-data"],
        "name": "my_grant:/-1",
        "retiring_principal": NOBODY,
    });
    let first = stage.grants(stage.root(), members).await.ok();
    stage.kms.world.advance(SignedDuration::from_millis(1));
    let second = stage
        .grants(stage.root(), json!({"grantee_principal": NOBODY}))
        .await;
    let second_id = text(&second.ok()["grant_id"]);
    assert_eq!(second.text, format!(r#"{{"grant_id":"{second_id}"}}"#));
    assert!(second_id.len() == 64 && second_id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let now = stage.kms.world.now().as_millisecond();
    assert_eq!(
        stage.list().await,
        json!({
            "grants": [
                {
                    "key_id": stage.key,
                    "grant_id": first["grant_id"],
                    "grantee_principal": domain,
                    "grantee_principal_type": "domain",
                    "operations": ["create-datakey", "retire-grant", "encrypt-data"],
                    "issuing_principal": issuer,
                    "creation_date": (now - 1).to_string(),
                    "name": "my_grant:/-1",
                    "retiring_principal": NOBODY,
                },
                {
                    "key_id": stage.key,
                    "grant_id": second_id,
                    "grantee_principal": NOBODY,
                    "grantee_principal_type": "user",
                    "operations": ["describe-key"],
                    "issuing_principal": issuer,
                    "creation_date": now.to_string(),
                    "name": "",
                    "retiring_principal": "",
                },
            ],
            "next_marker": "",
            "truncated": "false",
            "total": 2,
        })
    );
    let body = json!({"key_id": stage.key, "limit": "1"});
    let page = stage.kms.asks("list-grants", body).await.ok();
    assert_eq!(
        (&page["next_marker"], &page["truncated"]),
        (&json!("1"), &json!("true"))
    );
    let body = json!({"key_id": stage.key, "limit": 1, "marker": 1});
    let page = stage.kms.asks("list-grants", body).await.ok();
    assert_eq!(page["grants"][0]["grant_id"], second_id);
    let quotas = stage.kms.get("kms/user-quotas").await.ok();
    assert_eq!(
        quotas["quotas"]["resources"][1],
        json!({"type": "grant_per_CMK", "used": 2, "quota": 100})
    );
}

#[tokio::test]
async fn a_user_of_the_account_does_what_is_granted_and_no_more_until_it_is_revoked() {
    let stage = Stage::new().await;
    let alice = &stage.alice;
    for call in [
        "describe-key",
        "encrypt-data",
        "create-grant",
        "list-grants",
        "enable-key",
    ] {
        let refused = if call == "create-grant" {
            stage.grants(alice, json!({"grantee_principal": NOBODY})).await
        } else {
            stage.asks(alice, call).await
        };
        refused.kms("KMS.0306");
    }
    let grant = stage
        .granted(stage.root(), alice, &["encrypt-data", "describe-key"])
        .await;
    let made = stage.asks(alice, "encrypt-data").await.ok();
    stage.asks(alice, "describe-key").await.ok();
    let body = json!({"cipher_text": made["cipher_text"]});
    stage
        .kms
        .by(alice, "decrypt-data", body.clone())
        .await
        .kms("KMS.0306");
    assert_eq!(
        stage.kms.asks("decrypt-data", body).await.ok()["plain_text"],
        "text"
    );
    for call in [
        "create-datakey",
        "schedule-key-deletion",
        "list-grants",
        "get-key-rotation-status",
    ] {
        stage.asks(alice, call).await.kms("KMS.0306");
    }
    stage.ends(alice, "revoke-grant", &grant).await.kms("KMS.0306");
    assert_eq!(
        stage
            .ends(stage.root(), "revoke-grant", &grant.to_uppercase())
            .await
            .text,
        "{}"
    );
    stage.asks(alice, "encrypt-data").await.kms("KMS.0306");
    stage
        .ends(stage.root(), "revoke-grant", &grant)
        .await
        .kms("KMS.2501");
}

#[tokio::test]
async fn a_user_of_another_account_calls_under_its_own_project() {
    let stage = Stage::new().await;
    let (bob, other_root) = (&stage.bob, stage.other_root());
    // Whoever has no grant hears what it would hear of a key that is nowhere.
    stage.asks(bob, "describe-key").await.kms("KMS.0306");
    stage.asks(other_root, "describe-key").await.kms("KMS.0207");
    let all = [
        "encrypt-data",
        "decrypt-data",
        "describe-key",
        "create-datakey",
        "decrypt-datakey",
    ];
    let grant = stage.granted(stage.root(), bob, &all).await;

    let shown = stage.asks(bob, "describe-key").await.ok();
    let (domain, details) = (stage.kms.domain(stage.root().account()).await, &shown["key_info"]);
    assert_eq!(*details, stage.kms.shown(&stage.key).await);
    assert_eq!(
        (&details["domain_id"], &details["realm"]),
        (&json!(domain), &json!(REGION))
    );
    let made = stage.asks(bob, "encrypt-data").await.ok();
    for key in [json!(null), json!(stage.key)] {
        let body = json!({"key_id": key, "cipher_text": made["cipher_text"]});
        let opened = stage.kms.by(bob, "decrypt-data", body).await.ok();
        assert_eq!(opened["plain_text"], "text");
    }
    let made = stage.asks(bob, "create-datakey").await.ok();
    let body = json!({"key_id": stage.key, "cipher_text": made["cipher_text"], "datakey_cipher_length": 32});
    let opened = stage.kms.by(bob, "decrypt-datakey", body).await.ok();
    assert_eq!(opened["data_key"], made["plain_text"]);
    // From another region of its account, too.
    let project = stage.kms.project(bob, "eu-west-1").await;
    let target = format!("/v1.0/{project}/kms/describe-key");
    let draft = Draft::new("POST", &target, &json!({"key_id": stage.key}).to_string());
    let far = stage.kms.send(&draft.sign(bob, &stage.kms.time())).await.ok();
    assert_eq!(far["key_info"]["realm"], REGION);
    // Under the project of the owner it is nobody.
    let draft = Draft::verb("describe-key", &json!({"key_id": stage.key}).to_string());
    stage
        .kms
        .send(&draft.sign(bob, &stage.kms.time()))
        .await
        .kms("KMS.0321");
    // The key is in no list of its project, and others of its account have nothing from it.
    assert_eq!(
        stage.kms.by(other_root, "list-keys", json!({})).await.ok()["total"],
        0
    );
    stage.asks(other_root, "encrypt-data").await.kms("KMS.0207");
    stage.asks(&stage.carol, "encrypt-data").await.kms("KMS.0306");
    stage.asks(bob, "schedule-key-deletion").await.kms("KMS.0306");

    stage.ends(stage.root(), "revoke-grant", &grant).await.ok();
    stage.asks(bob, "encrypt-data").await.kms("KMS.0306");
    let foreign = stage.asks(stage.root(), "encrypt-data").await.ok()["cipher_text"].clone();
    let mut unknown = STANDARD.decode(foreign.as_str().unwrap()).unwrap();
    unknown[35] = if unknown[35] == b'0' { b'1' } else { b'0' };
    let [foreign, unknown] =
        [foreign, json!(STANDARD.encode(unknown))].map(|text| json!({"cipher_text": text}));
    for (caller, code) in [(bob, "KMS.0306"), (other_root, "KMS.0207")] {
        let there = stage.kms.by(caller, "decrypt-data", foreign.clone()).await;
        there.kms(code);
        let nowhere = stage.kms.by(caller, "decrypt-data", unknown.clone()).await;
        assert_eq!(nowhere.text, there.text);
    }
}

#[tokio::test]
async fn a_grant_to_a_domain_is_for_everybody_in_it() {
    let stage = Stage::new().await;
    let domain = stage.kms.domain(stage.other_root().account()).await;
    for caller in [&stage.bob, &stage.carol, stage.other_root()] {
        assert_ne!(stage.asks(caller, "describe-key").await.status, 200);
    }
    // The same text as the id of a user is nobody.
    stage
        .grants(stage.root(), json!({"grantee_principal": domain}))
        .await
        .ok();
    stage.asks(&stage.bob, "describe-key").await.kms("KMS.0306");
    let members = json!({"grantee_principal": domain, "grantee_principal_type": "domain"});
    stage.grants(stage.root(), members).await.ok();
    for caller in [&stage.bob, &stage.carol, stage.other_root()] {
        stage.asks(caller, "describe-key").await.ok();
    }
    stage.asks(&stage.alice, "describe-key").await.kms("KMS.0306");
    // Nor is a domain that is not there anybody.
    let members = json!({"grantee_principal": "f".repeat(32), "grantee_principal_type": "domain"});
    stage.grants(stage.root(), members).await.ok();
}

#[tokio::test]
async fn a_grantee_passes_on_what_it_holds_and_that_stays() {
    let stage = Stage::new().await;
    let held = ["create-grant", "describe-key", "encrypt-data"];
    let first = stage.granted(stage.root(), &stage.bob, &held).await;
    let alice = stage.kms.id_of(&stage.alice).await;
    stage.kms.world.advance(SignedDuration::from_millis(1));
    let pass = |operations: Value| json!({"grantee_principal": alice, "operations": operations});
    for more in [json!(["decrypt-data"]), json!(["describe-key", "create-datakey"])] {
        stage.grants(&stage.bob, pass(more)).await.kms("KMS.0306");
    }
    stage
        .grants(&stage.bob, pass(json!(["encrypt-data", "create-grant"])))
        .await
        .ok();
    stage.asks(&stage.alice, "encrypt-data").await.ok();
    let bob = stage.kms.id_of(&stage.bob).await;
    assert_eq!(stage.list().await["grants"][1]["issuing_principal"], bob);
    stage.ends(stage.root(), "revoke-grant", &first).await.ok();
    stage.asks(&stage.bob, "encrypt-data").await.kms("KMS.0306");
    stage.asks(&stage.alice, "encrypt-data").await.ok();
}

#[tokio::test]
async fn a_grant_is_given_up_by_its_issuer_its_retiring_principal_and_a_grantee_that_may() {
    let stage = Stage::new().await;
    let carol = stage.kms.id_of(&stage.carol).await;
    let bob = stage.kms.id_of(&stage.bob).await;
    let members = json!({"grantee_principal": bob, "retiring_principal": carol});
    let grant = text(&stage.grants(stage.root(), members.clone()).await.ok()["grant_id"]);
    // The root of the first account is the issuer.
    for (caller, code) in [
        (&stage.bob, "KMS.0306"),
        (&stage.alice, "KMS.0306"),
        (stage.other_root(), "KMS.0207"),
    ] {
        stage.ends(caller, "retire-grant", &grant).await.kms(code);
    }
    assert_eq!(stage.ends(&stage.carol, "retire-grant", &grant).await.text, "{}");
    stage.asks(&stage.bob, "describe-key").await.kms("KMS.0306");
    let grant = text(&stage.grants(stage.root(), members).await.ok()["grant_id"]);
    stage.ends(stage.root(), "retire-grant", &grant).await.ok();
    let grant = stage.granted(stage.root(), &stage.bob, &["retire-grant"]).await;
    stage.ends(&stage.bob, "retire-grant", &grant).await.ok();
    assert_eq!(stage.list().await["total"], 0);
}

#[tokio::test]
async fn whoever_is_named_to_give_grants_up_sees_them() {
    let stage = Stage::new().await;
    // It needs no policy for that.
    let other = &stage.carol;
    let carol = stage.kms.id_of(other).await;
    let members = json!({"grantee_principal": NOBODY, "retiring_principal": carol});
    let grant = stage.grants(stage.root(), members).await.ok();
    for body in ["", "{}", r#"{"limit":"","marker":0}"#] {
        let listed = stage
            .kms
            .of(other, "POST", "kms/list-retirable-grants", body)
            .await
            .ok();
        assert_eq!(listed["grants"][0]["grant_id"], grant["grant_id"]);
        assert_eq!(
            (&listed["total"], &listed["truncated"], &listed["next_marker"]),
            (&json!(1), &json!("false"), &json!(""))
        );
    }
    for caller in [stage.root(), stage.other_root(), &stage.bob] {
        let none = stage.kms.by(caller, "list-retirable-grants", json!({})).await;
        assert_eq!(none.ok()["grants"], json!([]));
    }
    for (body, code) in [
        (r#"{"limit":1001}"#, "KMS.1601"),
        (r#"{"marker":"x"}"#, "KMS.1602"),
    ] {
        stage
            .kms
            .of(other, "POST", "kms/list-retirable-grants", body)
            .await
            .kms(code);
    }
}

#[tokio::test]
async fn grants_of_a_wrong_form_are_refused_each_with_its_code() {
    let stage = Stage::new().await;
    let operations = |operations: Value| json!({"grantee_principal": NOBODY, "operations": operations});
    for (members, code) in [
        (operations(json!(["create-grant"])), "KMS.2401"),
        (operations(json!(["create-grant", "create-grant"])), "KMS.2401"),
        (operations(json!([])), "KMS.0308"),
        (operations(json!(["sign"])), "KMS.0308"),
        (operations(json!("describe-key")), "KMS.0308"),
        (operations(json!(vec!["describe-key"; 11])), "KMS.0308"),
        (operations(json!(null)), "KMS.0204"),
        (json!({"grantee_principal": ""}), "KMS.0204"),
        (json!({"grantee_principal": "not one"}), "KMS.2402"),
        (json!({"grantee_principal": "x".repeat(65)}), "KMS.2402"),
        (json!({"grantee_principal": []}), "KMS.2402"),
        (
            json!({"grantee_principal": NOBODY, "retiring_principal": "a-b"}),
            "KMS.2402",
        ),
        (
            json!({"grantee_principal": NOBODY, "retiring_principal": {}}),
            "KMS.2402",
        ),
        (
            json!({"grantee_principal": NOBODY, "grantee_principal_type": "group"}),
            "KMS.0308",
        ),
        (json!({"grantee_principal": NOBODY, "name": "a b"}), "KMS.0308"),
        (
            json!({"grantee_principal": NOBODY, "name": "x".repeat(256)}),
            "KMS.0308",
        ),
    ] {
        stage.grants(stage.root(), members.clone()).await.kms(code);
    }
    let grant = stage.granted(stage.root(), &stage.bob, &["describe-key"]).await;
    let other = stage.kms.create_key("other").await;
    for call in ["revoke-grant", "retire-grant"] {
        for id in ["x", &"0".repeat(64), &grant[1..]] {
            stage.ends(stage.root(), call, id).await.kms("KMS.2501");
        }
        let body = json!({"key_id": other, "grant_id": grant});
        stage.kms.asks(call, body).await.kms("KMS.2502");
    }
}

#[tokio::test]
async fn a_key_has_as_many_grants_as_are_set() {
    let settings = claviger_dialect_huawei::Settings {
        grants: 3,
        ..claviger_dialect_huawei::Settings::DEFAULT
    };
    let kms = Kms::with(World::build(), settings).await;
    let key = kms.create_key("one").await;
    for _ in 0..3 {
        kms.grant(&key, NOBODY, &["describe-key"]).await;
    }
    let body = json!({"key_id": key, "grantee_principal": NOBODY, "operations": ["describe-key"]});
    kms.asks("create-grant", body).await.kms("KMS.2404");
}

#[tokio::test]
async fn the_owner_of_a_key_sees_who_of_another_account_used_it() {
    let stage = Stage::new().await;
    stage.granted(stage.root(), &stage.bob, &["encrypt-data"]).await;
    stage.kms.world.settle().await;
    stage.asks(&stage.bob, "encrypt-data").await.ok();
    // What is not allowed is no affair of the owner's.
    stage.asks(&stage.bob, "decrypt-data").await.code();
    stage.kms.world.advance(SignedDuration::from_secs(1));

    let traces = query(&stage.kms, "&trace_name=encryptData").await;
    let [trace] = traces["traces"].as_array().unwrap().as_slice() else {
        panic!("one use: {traces}");
    };
    assert_eq!(
        (&trace["resource_id"], &trace["code"]),
        (&json!(stage.key), &json!("200"))
    );
    let user = &trace["user"];
    let abroad = stage.other_root().account().to_string();
    assert_eq!(user["user_name"], "bob");
    assert_eq!(
        (&user["account_id"], &user["domain"]),
        (&json!(abroad), &json!({"id": abroad}))
    );
}
