//! Which operation a request is for.

use claviger_dialect_alibaba::Api;
use claviger_testkit::{HOST, VERSION};

use crate::kms::Kms;

#[tokio::test]
async fn operations_of_the_version_that_are_not_served_say_so() {
    let kms = Kms::new().await;
    for action in Api::Kms.not_served() {
        let message = kms.call(action, &[]).await.refused(400, "UnsupportedOperation");
        assert_eq!(message, "This action is not supported.");
        let signed = kms.world.sign_acs3(action, &[]);
        kms.send(&signed).await.refused(400, "UnsupportedOperation");
    }
}

/// Each version has its own operations, whatever those of the others are called.
#[tokio::test]
async fn operations_belong_to_their_version() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for api in Api::ALL {
        for other in Api::ALL {
            for action in other.served() {
                if api.served().any(|own| own == action) || api.not_served().contains(&action) {
                    continue;
                }
                let answer = kms.ask(root, api, action, &[]).await;
                answer.refused(404, "InvalidAction.NotFound");
            }
        }
        for action in api.not_served() {
            kms.ask(root, api, action, &[])
                .await
                .refused(400, "UnsupportedOperation");
        }
    }
    // In KMS these are about the access to dedicated instances.
    let served = |api: Api, name| api.served().any(|known| known == name);
    for name in ["CreatePolicy", "DeletePolicy"] {
        assert!(served(Api::Ram, name) && !served(Api::Kms, name));
    }
    let listed = async |api| kms.ask(root, api, "ListPolicies", &[]).await.ok();
    assert_eq!(listed(Api::Kms).await["TotalCount"], 0);
    let policies = &listed(Api::Ram).await["Policies"]["Policy"];
    assert!(!policies.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn other_names_are_no_operations() {
    let kms = Kms::new().await;
    for action in [
        "Nonsense",
        "encrypt",
        "ENCRYPT",
        "Encrypt ",
        "Encrypt\0",
        "kms:Encrypt",
        "ListAliasesByKey",
        "DescribeServic",
    ] {
        kms.call(action, &[]).await.refused(404, "InvalidAction.NotFound");
    }
    let names: Vec<_> = Api::Kms
        .served()
        .chain(Api::Kms.not_served().iter().copied())
        .collect();
    assert!(names.iter().all(|name| !name.is_empty()));
}

#[tokio::test]
async fn other_versions_are_not_served() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for version in ["2020-07-07", "2016-01-20 ", "2026-01-20", "1", "latest"] {
        let request = root.rpc_request("DescribeRegions", &[]).set("Version", version);
        kms.send(&request.sign(root)).await.refused(400, "InvalidVersion");
    }
    let request = root.rpc_request("DescribeRegions", &[]).set("Version", VERSION);
    kms.send(&request.sign(root)).await.ok();
}

/// Other methods are refused before anything else of the request is looked at.
#[tokio::test]
async fn methods_but_get_and_post_are_refused() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for method in [
        "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get",
    ] {
        let request = root.rpc_request("ListKeys", &[]).method(method);
        let answer = kms.send(&request.sign(root)).await;
        assert_eq!(
            answer.refused(403, "UnsupportedHTTPMethod"),
            "This http method is not supported."
        );
    }
}

#[tokio::test]
async fn other_paths_are_no_operations() {
    let kms = Kms::new().await;
    for path in [
        "//",
        "/kms",
        "/?x/y",
        "/.",
        "/%2F",
        "/v1.0/x/kms/list-keys",
        "/index.html?Action=ListKeys",
    ] {
        let request = http::Request::post(path)
            .header("host", HOST)
            .body(Vec::new())
            .unwrap();
        if request.uri().path() == "/" {
            kms.deliver(request).await.refused(400, "MissingParameter");
        } else {
            kms.deliver(request).await.refused(404, "InvalidAction.NotFound");
        }
    }
}
