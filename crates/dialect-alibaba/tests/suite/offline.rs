//! Calls without HTTP.

use claviger_dialect_alibaba::{AlibabaDoor, Api};
use serde_json::Value;

use crate::kms::Kms;

fn owned(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    parameters.iter().map(owned).collect()
}

#[tokio::test]
async fn a_call_without_http_goes_the_same_way() {
    let kms = Kms::new().await;
    let service = kms.world.service();
    let account = kms.world.root().account();
    let root = service.root_of(account).await.unwrap();
    let door = AlibabaDoor::new(service);
    let call = async |api: Api, action: &str, parameters: &[(&str, &str)]| {
        door.serve_as(&root, api.version(), action, &owned(parameters))
            .await
    };
    let made = call(Api::Ram, "CreateUser", &[("UserName", "alice")])
        .await
        .unwrap();
    let made: Value = serde_json::from_slice(&made).unwrap();
    assert_eq!(made["User"]["UserName"], "alice");
    let again = call(Api::Ram, "CreateUser", &[("UserName", "alice")])
        .await
        .unwrap_err();
    assert_eq!(again.code, "EntityAlreadyExists.User");
    assert_eq!(
        again.to_string(),
        "EntityAlreadyExists.User: The user does already exist."
    );
    let twice = [("UserName", "a"), ("UserName", "b")];
    for (version, action, parameters, code) in [
        (Api::Ram.version(), "Nonsense", &[][..], "InvalidAction.NotFound"),
        (Api::Ram.version(), "GetUser", &[], "MissingParameter"),
        (Api::Ram.version(), "GetUser", &twice, "MissingParameter"),
        ("2000-01-01", "GetUser", &[], "InvalidVersion"),
    ] {
        let refused = door.serve_as(&root, version, action, &owned(parameters)).await;
        assert_eq!(refused.unwrap_err().code, code);
    }
    let records = kms.world.audited_calls().await;
    let outcome = |record: &Value| {
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        format!("{} {}", text("action"), text("outcome"))
    };
    // Records of changes take another way into the log; what is said twice is refused before it is a call.
    let mut outcomes: Vec<_> = records.iter().map(outcome).collect();
    outcomes.sort();
    assert_eq!(
        outcomes,
        [
            "CreateUser refused",
            "CreateUser served",
            "GetUser refused",
            "GetUser refused",
            "Nonsense refused",
        ]
    );
    for record in &records {
        assert_eq!(record["id"].as_str().unwrap().len(), 36);
        assert_eq!(record["account"], account.to_string());
        assert_eq!(record["caller"]["type"], "root");
        assert_eq!(record["source"]["address"], "127.0.0.1");
        assert_eq!(record["source"]["agent"], "claviger admin");
    }
}
