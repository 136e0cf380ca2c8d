//! Requests for identities by the official clients, recorded byte for byte, against an account that has what they ask for.

use claviger_model::{ProjectId, Scope};
use claviger_testkit::World;
use serde_json::{Value, json};

use crate::kms::{Answer, Kms};
use crate::recorded::{files, request, time};

/// The password in the records.
const PASSWORD: &str = "P@ss wörd";
const REGION: &str = "eu-test-1";
const PROJECT: &str = "0123456789abcdef0123456789abcdef";

async fn stage(credentials: &Value) -> Kms {
    let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let builder = World::build().region(REGION);
    // The access key of the records is the root's of the first account, and the user is in another one.
    let kms = Kms::over(builder.caller(&text("access_key"), &text("secret_key"))).await;
    let domain = kms.world.add_account("IAMDomain").await;
    let body = json!({"user": {"name": "IAMUser", "password": PASSWORD}}).to_string();
    kms.ask(&domain, "POST", "/v3/users", &body).await.made();
    kms
}

#[tokio::test]
async fn every_recorded_request_is_answered_as_its_client_needs_it() {
    let files = files();
    let kms = stage(&files[0]["credentials"]).await;
    let scope = Scope {
        account: kms.world.root().account(),
        region: REGION.parse().unwrap(),
    };
    let project: ProjectId = kms.world.service().project(&scope).await.unwrap();
    let mut answered = Vec::new();
    for vector in files.iter().flat_map(|file| file["vectors"].as_array().unwrap()) {
        let request = request(vector);
        if let Some(time) = time(&request) {
            kms.world.clock().set(time.parse().unwrap());
        }
        let path = request.target.split('?').next().unwrap();
        let check: fn(&Answer, &str) = match (request.method.as_str(), path) {
            ("GET", "/v3/projects") => |answer, project| {
                let projects = answer.ok()["projects"].clone();
                assert_eq!(projects.as_array().unwrap().len(), 1);
                assert_eq!(
                    (&projects[0]["name"], &projects[0]["id"]),
                    (&json!(REGION), &json!(project))
                );
            },
            ("GET", "/v3/auth/domains") => |answer, _| {
                assert_eq!(answer.ok()["domains"].as_array().unwrap().len(), 1);
            },
            ("POST", "/v3/auth/tokens") => |answer, _| {
                let token = answer.made()["token"].clone();
                assert_eq!(token["user"]["name"], "IAMUser");
                assert_eq!(token["project"]["name"], REGION);
                assert!(answer.header("x-subject-token").len() > 40);
            },
            // The token in the records is of another place.
            ("GET", "/v3/auth/tokens") => |answer, _| answer.keystone(404),
            ("POST", "/v3.0/OS-CREDENTIAL/securitytokens") => |answer, _| {
                assert!(answer.made()["credential"]["securitytoken"].is_string());
            },
            ("GET", "/v3") => |answer, _| {
                assert!(answer.ok()["version"]["id"].as_str().unwrap().starts_with("v3"));
            },
            _ => continue,
        };
        check(&kms.send(&request).await, &project.to_string());
        answered.push(format!("{} {path}", request.method));
    }
    answered.sort_unstable();
    answered.dedup();
    assert_eq!(
        answered,
        [
            "GET /v3",
            "GET /v3/auth/domains",
            "GET /v3/auth/tokens",
            "GET /v3/projects",
            "POST /v3.0/OS-CREDENTIAL/securitytokens",
            "POST /v3/auth/tokens",
        ]
    );
    assert_ne!(project.to_string(), PROJECT);
}
