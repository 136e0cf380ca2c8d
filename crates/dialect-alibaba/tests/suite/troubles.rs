//! What is not the caller's fault, and what the front refuses before the door is asked.

use claviger_dialect_alibaba::AlibabaDoor;
use claviger_front::{Door as _, Trouble};
use claviger_testkit::HOST;

use crate::kms::{Answer, Kms, http_request};

/// Clients understand nothing but an error in the shape of the vendor, whoever words it.
#[tokio::test]
async fn refusals_of_the_front_have_the_shape_of_all_errors() {
    let kms = Kms::new().await;
    let service = kms.world.service();
    let door = AlibabaDoor::new(service.clone());
    let (head, ()) = http::Request::post("/")
        .header("host", HOST)
        .body(())
        .unwrap()
        .into_parts();
    for (trouble, status, code) in [
        (Trouble::Malformed, 400, "ParseRequestParameterException"),
        (Trouble::LongTarget, 414, "ParseRequestParameterException"),
        (Trouble::LargeHead, 431, "ParseRequestParameterException"),
        (Trouble::LargeBody, 413, "ParseRequestParameterException"),
        (Trouble::SlowBody, 408, "ParseRequestParameterException"),
        (Trouble::Overload, 429, "Rejected.Throttling"),
        (Trouble::Fault, 500, "InternalFailure"),
    ] {
        let (id, _) = service.begin().unwrap();
        for (head, host) in [(Some(&head), HOST), (None, "")] {
            let answer = Answer::check(door.refuse(trouble, id, head), &id.to_string());
            answer.refused(status, code);
            assert_eq!(answer.json()["HostId"], host);
        }
    }
}

#[tokio::test]
async fn without_the_store_calls_are_put_off() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    kms.world.settle().await;
    kms.world.store().close().unwrap();
    // The caller is known from before; the key is not.
    for parameters in [[("KeyId", &*key)], [("KeyId", "alias/app")]] {
        kms.call("DescribeKey", &parameters)
            .await
            .refused(503, "ServiceUnavailableTemporary");
    }
    kms.call("CreateKey", &[])
        .await
        .refused(503, "ServiceUnavailableTemporary");
    kms.call("ListKeys", &[])
        .await
        .refused(503, "ServiceUnavailableTemporary");
    let fresh = Kms::new().await;
    fresh.world.store().close().unwrap();
    fresh
        .call("DescribeRegions", &[])
        .await
        .refused(503, "ServiceUnavailableTemporary");
}

/// Material that its provider cannot open is a fault of the server: told as such, recorded as such, without a detail.
#[tokio::test]
async fn material_that_does_not_open_is_a_fault() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let good = kms.create_key().await;
    let id = kms.world.add_spoiled_key(root.account(), &good).await;
    let request = root.sign_rpc("Encrypt", &[("KeyId", &id), ("Plaintext", "x")]);
    let answer = kms.deliver_to_broken(http_request(&request)).await;
    let message = answer.refused(500, "InternalFailure");
    assert_eq!(message, "Internal Failure.");
    let records = kms.world.audited_calls().await;
    let record = records
        .iter()
        .find(|record| record["id"] == answer.id.as_str())
        .unwrap();
    assert_eq!(record["outcome"], "failed");
    assert_eq!(record["error"]["wire"], "InternalFailure");
    kms.encrypt(&good, "others are served on").await;
}
