//! Temporary credentials, from AssumeRole to their end.

use claviger_dialect_alibaba::Api;
use claviger_model::SignedDuration;
use claviger_testkit::{Algorithm, Client, Hash};
use serde_json::Value;

use crate::estate::Estate;
use crate::kms::{Answer, Kms};

/// An access key that opens something together with its token only.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) token: String,
}

impl Session {
    pub(crate) fn of(estate: &Estate, taken: &Value) -> Self {
        let credentials = &taken["Credentials"];
        Self {
            client: estate.client(credentials),
            token: credentials["SecurityToken"].as_str().unwrap().to_owned(),
        }
    }

    /// A call of the session in the RPC scheme.
    pub(crate) async fn call(
        &self,
        kms: &Kms,
        api: Api,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        let request = self.client.rpc_request(action, parameters);
        let request = request
            .set("Version", api.version())
            .set("SecurityToken", &self.token);
        kms.send(&request.sign_in_body(&self.client)).await
    }
}

/// Takes the role `auditor` as `alice`.
async fn take(estate: &Estate, further: &[(&str, &str)]) -> Answer {
    let role = estate.role("auditor");
    let parameters = [&[("RoleArn", &*role), ("RoleSessionName", "alice@work")], further].concat();
    let alice = estate.who("alice");
    estate.kms.ask(alice, Api::Sts, "AssumeRole", &parameters).await
}

pub(crate) async fn take_with_policy(estate: &Estate, policy: &str) -> Session {
    Session::of(estate, &take(estate, &[("Policy", policy)]).await.ok())
}

#[tokio::test]
async fn a_session_calls_in_every_scheme_and_is_who_it_says() {
    let estate = Estate::new().await;
    let taken = take(&estate, &[]).await.ok();
    assert_eq!(
        taken["AssumedRoleUser"]["Arn"],
        format!("{}/alice@work", estate.role("auditor"))
    );
    assert_eq!(taken["Credentials"]["Expiration"], "2026-11-21T13:00:00Z");
    let session = Session::of(&estate, &taken);
    assert!(session.client.access_key_id().starts_with("STS."));
    let identity = session
        .call(&estate.kms, Api::Sts, "GetCallerIdentity", &[])
        .await
        .ok();
    assert_eq!(
        (
            &identity["IdentityType"],
            &identity["Arn"],
            &identity["PrincipalId"]
        ),
        (
            &"AssumedRoleUser".into(),
            &taken["AssumedRoleUser"]["Arn"],
            &taken["AssumedRoleUser"]["AssumedRoleId"]
        )
    );
    assert!(identity.get("UserId").is_none());
    for algorithm in [Algorithm::Acs3(Hash::Sha256), Algorithm::Acs4(Hash::Sha256)] {
        let request = session
            .client
            .acs_request(algorithm, "DescribeKey", &[("KeyId", &estate.key)]);
        let request = request.set("x-acs-security-token", &session.token);
        estate.kms.send(&request.sign(&session.client)).await.ok();
    }
    let encrypt = [("KeyId", &*estate.key), ("Plaintext", "SGk=")];
    let answer = session.call(&estate.kms, Api::Kms, "Encrypt", &encrypt).await;
    answer.refused(403, "Forbidden.NoPermission");
}

#[tokio::test]
async fn a_token_belongs_to_its_access_key() {
    let estate = Estate::new().await;
    let session = Session::of(&estate, &take(&estate, &[]).await.ok());
    let other = Session::of(&estate, &take(&estate, &[]).await.ok());
    let identity = async |client: &Client, token: &str| {
        let request = client
            .rpc_request("GetCallerIdentity", &[])
            .set("Version", Api::Sts.version());
        let request = request.set("SecurityToken", token);
        estate.kms.send(&request.sign(client)).await
    };
    identity(&session.client, &session.token).await.ok();
    let mismatch = "InvalidSecurityToken.MismatchWithAccessKey";
    identity(&session.client, &other.token)
        .await
        .refused(400, mismatch);
    identity(estate.who("alice"), &session.token)
        .await
        .refused(400, mismatch);
    let cut = &session.token[..session.token.len() - 8];
    for damaged in [cut, "CAIS", "!", &"A".repeat(5000)] {
        identity(&session.client, damaged)
            .await
            .refused(400, "InvalidSecurityToken.Malformed");
    }
    identity(&session.client, "")
        .await
        .refused(404, "InvalidAccessKeyId.NotFound");
    let forged = session.client.with_secret("guess");
    identity(&forged, &session.token)
        .await
        .refused(400, "SignatureDoesNotMatch");
}

/// The header must be among the signed ones, or somebody on the way could change it.
#[tokio::test]
async fn a_token_beside_the_signature_is_refused() {
    let estate = Estate::new().await;
    let session = Session::of(&estate, &take(&estate, &[]).await.ok());
    let request = session
        .client
        .acs_request(Algorithm::Acs3(Hash::Sha256), "DescribeRegions", &[]);
    let unsigned = request.sign(&session.client);
    let answer = estate
        .kms
        .send(&unsigned.with_header("x-acs-security-token", &session.token))
        .await;
    let message = answer.refused(400, "IncompleteSignature");
    assert!(message.contains("x-acs-security-token"), "{message}");
}

/// Key management has another word for it than the other APIs.
#[tokio::test]
async fn a_session_ends_when_it_was_said_to() {
    let estate = Estate::new().await;
    let session = Session::of(&estate, &take(&estate, &[("DurationSeconds", "900")]).await.ok());
    estate.kms.world.advance(SignedDuration::from_secs(899));
    session
        .call(&estate.kms, Api::Sts, "GetCallerIdentity", &[])
        .await
        .ok();
    estate.kms.world.advance(SignedDuration::from_secs(1));
    for (api, action, status, code) in [
        (Api::Sts, "GetCallerIdentity", 400, "InvalidSecurityToken.Expired"),
        (Api::Ram, "ListUsers", 400, "InvalidSecurityToken.Expired"),
        (Api::Kms, "DescribeRegions", 404, "InvalidAccessKeyId.NotFound"),
    ] {
        session
            .call(&estate.kms, api, action, &[])
            .await
            .refused(status, code);
    }
}

#[tokio::test]
async fn a_session_ends_with_its_role() {
    let estate = Estate::new().await;
    let session = Session::of(&estate, &take(&estate, &[]).await.ok());
    session
        .call(&estate.kms, Api::Sts, "GetCallerIdentity", &[])
        .await
        .ok();
    let readers = [
        ("RoleName", "auditor"),
        ("PolicyName", "readers"),
        ("PolicyType", "Custom"),
    ];
    estate.ram("DetachPolicyFromRole", &readers).await;
    let describe = [("KeyId", &*estate.key)];
    // Without its policies at once, and without its role too.
    let answer = session
        .call(&estate.kms, Api::Kms, "DescribeKey", &describe)
        .await;
    answer.refused(403, "Forbidden.NoPermission");
    estate.ram("DeleteRole", &readers[..1]).await;
    let answer = session
        .call(&estate.kms, Api::Sts, "GetCallerIdentity", &[])
        .await;
    answer.refused(404, "InvalidAccessKeyId.NotFound");
}

#[tokio::test]
async fn what_is_asked_of_a_session_is_checked() {
    let estate = Estate::new().await;
    let long = "x".repeat(2049);
    for (name, value, code) in [
        ("DurationSeconds", "899", "InvalidParameter.DurationSeconds"),
        ("DurationSeconds", "7201", "InvalidParameter.DurationSeconds"),
        ("DurationSeconds", "an hour", "InvalidParameter.DurationSeconds"),
        ("Policy", "{", "InvalidParameter.PolicyGrammar"),
        ("Policy", &long, "InvalidParameter.PolicySize"),
        ("ExternalId", "x", "InvalidParameter.ExternalId"),
        ("ExternalId", "a b", "InvalidParameter.ExternalId"),
        ("SourceIdentity", "alice", "InvalidParameter.SourceIdentity"),
    ] {
        take(&estate, &[(name, value)]).await.refused(400, code);
    }
    take(&estate, &[("DurationSeconds", "7200")]).await.ok();
    let alice = estate.who("alice");
    let with = async |role: &str, session: &str| {
        let parameters = [("RoleArn", role), ("RoleSessionName", session)];
        estate.kms.ask(alice, Api::Sts, "AssumeRole", &parameters).await
    };
    let account = estate.kms.world.root().account();
    for wrong in [
        "auditor",
        "acs:ram::12:role/auditor",
        &format!("acs:ram::{account}:user/alice"),
        &format!("acs:ram::{account}:role/"),
        &format!("acs:ram::{account}:role/a/b"),
        &format!("acs:ram:x:{account}:role/a"),
        &format!("acs:ram::{account}:role/{}", "x".repeat(65)),
    ] {
        let message = with(wrong, "me").await.refused(400, "InvalidParameter.RoleArn");
        assert_eq!(message, "The parameter RoleArn is wrongly formed.");
    }
    for wrong in ["x", "a b", "a/b", &"x".repeat(65)] {
        with(&estate.role("auditor"), wrong)
            .await
            .refused(400, "InvalidParameter.RoleSessionName");
    }
    with(&estate.role("none"), "me")
        .await
        .refused(404, "EntityNotExist.Role");
}

#[tokio::test]
async fn everybody_can_ask_who_they_are() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let account = root.account().to_string();
    let asked = async |client: &Client| {
        let answer = estate.kms.ask(client, Api::Sts, "GetCallerIdentity", &[]).await;
        answer.ok()
    };
    let identity = asked(root).await;
    assert_eq!(identity["IdentityType"], "Account");
    assert_eq!(identity["Arn"], format!("acs:ram::{account}:root"));
    for name in ["AccountId", "UserId", "PrincipalId"] {
        assert_eq!(identity[name], account);
    }
    let identity = asked(estate.who("bob")).await;
    assert_eq!(identity["IdentityType"], "RAMUser");
    assert_eq!(identity["Arn"], format!("acs:ram::{account}:user/bob"));
    assert_eq!(identity["AccountId"], account);
    let identity = asked(estate.who("oss")).await;
    assert_eq!(identity["IdentityType"], "Service");
    assert_eq!(identity["Arn"], format!("acs:claviger::{account}:service/oss"));
}

/// Neither the secret nor the token of anything that is made reaches the log.
#[tokio::test]
async fn the_log_holds_no_secret_of_an_access_key() {
    let estate = Estate::new().await;
    let taken = take(&estate, &[]).await.ok();
    let session = Session::of(&estate, &taken);
    session
        .call(&estate.kms, Api::Sts, "GetCallerIdentity", &[])
        .await
        .ok();
    let secrets = [
        session.client.secret().to_owned(),
        session.token.clone(),
        estate.who("bob").secret().to_owned(),
        estate.who("oss").secret().to_owned(),
    ];
    for record in estate.kms.world.audit_records().await {
        let text = record.to_string();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}
