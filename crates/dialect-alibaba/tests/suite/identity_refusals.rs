//! Refusals of the APIs on identities, byte for byte: what was changed in a call that would have succeeded, and the answer.

use std::fmt::Write as _;

use claviger_dialect_alibaba::Api;

use crate::estate::Estate;
use crate::golden::{Mask, compare};
use crate::scene::{Parameters, replaced, without};

/// A document with a fault inside.
const FAULTY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"},{"Effect":"Perhaps","Action":"kms:*","Resource":"*"}]}"#;

/// Operation, parameter, and what is sent in its place; `-` leaves it out, `*` is much too long.
const CASES: [(Api, &str, &str, &str); 96] = [
    (Api::Ram, "AddUserToGroup", "UserName", "nobody"),
    (Api::Ram, "AddUserToGroup", "GroupName", "none"),
    (Api::Ram, "AddUserToGroup", "UserName", "alice"),
    (Api::Ram, "AttachPolicyToGroup", "GroupName", "none"),
    (Api::Ram, "AttachPolicyToGroup", "GroupName", "dev"),
    (Api::Ram, "AttachPolicyToRole", "RoleName", "none"),
    (Api::Ram, "AttachPolicyToRole", "RoleName", "auditor"),
    (Api::Ram, "AttachPolicyToUser", "PolicyName", "none"),
    (Api::Ram, "AttachPolicyToUser", "PolicyType", "System"),
    (Api::Ram, "AttachPolicyToUser", "PolicyType", "custom"),
    (Api::Ram, "AttachPolicyToUser", "PolicyType", "-"),
    (Api::Ram, "AttachPolicyToUser", "UserName", "nobody"),
    (Api::Ram, "AttachPolicyToUser", "UserName", "alice"),
    (Api::Ram, "CreateAccessKey", "UserName", "nobody"),
    (Api::Ram, "CreateGroup", "GroupName", "dev"),
    (Api::Ram, "CreateGroup", "GroupName", "a b"),
    (Api::Ram, "CreateGroup", "Comments", "*"),
    (Api::Ram, "CreatePolicy", "PolicyName", "readers"),
    (Api::Ram, "CreatePolicy", "PolicyName", "a_b"),
    (Api::Ram, "CreatePolicy", "PolicyName", "*"),
    (Api::Ram, "CreatePolicy", "PolicyDocument", "{"),
    (Api::Ram, "CreatePolicy", "PolicyDocument", FAULTY),
    (Api::Ram, "CreatePolicy", "PolicyDocument", "*"),
    (Api::Ram, "CreatePolicy", "PolicyDocument", "-"),
    (Api::Ram, "CreatePolicy", "Description", "*"),
    (Api::Ram, "CreatePolicy", "Tag.1.Key", "acs:x"),
    (Api::Ram, "CreatePolicyVersion", "PolicyName", "none"),
    (Api::Ram, "CreatePolicyVersion", "PolicyDocument", "[]"),
    (Api::Ram, "CreatePolicyVersion", "SetAsDefault", "yes"),
    (Api::Ram, "CreatePolicyVersion", "RotateStrategy", "All"),
    (Api::Ram, "CreateRole", "RoleName", "spare"),
    (Api::Ram, "CreateRole", "RoleName", "a b"),
    (Api::Ram, "CreateRole", "AssumeRolePolicyDocument", FAULTY),
    (Api::Ram, "CreateRole", "MaxSessionDuration", "3599"),
    (Api::Ram, "CreateRole", "MaxSessionDuration", "43201"),
    (Api::Ram, "CreateRole", "MaxSessionDuration", "1h"),
    (Api::Ram, "CreateUser", "UserName", "alice"),
    (Api::Ram, "CreateUser", "UserName", "a b"),
    (Api::Ram, "CreateUser", "UserName", "*"),
    (Api::Ram, "CreateUser", "UserName", "-"),
    (Api::Ram, "CreateUser", "DisplayName", "*"),
    (Api::Ram, "CreateUser", "DisplayName", "a\nb"),
    (Api::Ram, "CreateUser", "MobilePhone", "call me"),
    (Api::Ram, "CreateUser", "Email", "at home"),
    (Api::Ram, "CreateUser", "Comments", "*"),
    (Api::Ram, "DeleteAccessKey", "UserName", "nobody"),
    (Api::Ram, "DeleteAccessKey", "UserAccessKeyId", "LTAInone"),
    (Api::Ram, "DeleteAccessKey", "UserAccessKeyId", "a b"),
    (Api::Ram, "DeleteGroup", "GroupName", "none"),
    (Api::Ram, "DeleteGroup", "GroupName", "dev"),
    (Api::Ram, "DeletePolicy", "PolicyName", "none"),
    (Api::Ram, "DeletePolicy", "PolicyName", "takers"),
    (Api::Ram, "DeletePolicyVersion", "PolicyName", "none"),
    (Api::Ram, "DeletePolicyVersion", "VersionId", "v1"),
    (Api::Ram, "DeletePolicyVersion", "VersionId", "v9"),
    (Api::Ram, "DeletePolicyVersion", "VersionId", "2"),
    (Api::Ram, "DeleteRole", "RoleName", "none"),
    (Api::Ram, "DeleteRole", "RoleName", "auditor"),
    (Api::Ram, "DeleteUser", "UserName", "nobody"),
    (Api::Ram, "DeleteUser", "UserName", "alice"),
    (Api::Ram, "DetachPolicyFromGroup", "GroupName", "empty"),
    (Api::Ram, "DetachPolicyFromRole", "RoleName", "spare"),
    (Api::Ram, "DetachPolicyFromUser", "UserName", "bob"),
    (Api::Ram, "DetachPolicyFromUser", "PolicyName", "none"),
    (Api::Ram, "GetAccessKeyLastUsed", "UserAccessKeyId", "LTAInone"),
    (Api::Ram, "GetGroup", "GroupName", "none"),
    (Api::Ram, "GetPolicy", "PolicyName", "none"),
    (Api::Ram, "GetPolicy", "PolicyType", "System"),
    (Api::Ram, "GetPolicyVersion", "VersionId", "v9"),
    (Api::Ram, "GetRole", "RoleName", "none"),
    (Api::Ram, "GetUser", "UserName", "nobody"),
    (Api::Ram, "ListEntitiesForPolicy", "PolicyName", "none"),
    (Api::Ram, "ListGroupsForUser", "UserName", "nobody"),
    (Api::Ram, "ListPoliciesForRole", "RoleName", "none"),
    (Api::Ram, "ListUsersForGroup", "GroupName", "none"),
    (Api::Ram, "RemoveUserFromGroup", "UserName", "bob"),
    (Api::Ram, "SetDefaultPolicyVersion", "VersionId", "v9"),
    (Api::Ram, "UpdateAccessKey", "Status", "Off"),
    (Api::Ram, "UpdateGroup", "NewGroupName", "dev"),
    (Api::Ram, "UpdateRole", "NewMaxSessionDuration", "1"),
    (Api::Ram, "UpdateUser", "NewUserName", "alice"),
    (Api::Ram, "UpdateUser", "NewUserName", "a/b"),
    (Api::Ram, "UpdateUser", "NewEmail", "at home"),
    (Api::Sts, "AssumeRole", "RoleArn", "auditor"),
    (Api::Sts, "AssumeRole", "RoleSessionName", "x"),
    (Api::Sts, "AssumeRole", "DurationSeconds", "60"),
    (Api::Sts, "AssumeRole", "Policy", FAULTY),
    (Api::Sts, "AssumeRole", "Policy", "*"),
    (Api::Admin, "CreateService", "ServiceName", "oss"),
    (Api::Admin, "CreateService", "ServiceName", "a.b"),
    (Api::Admin, "CreateServiceAccessKey", "ServiceName", "none"),
    (Api::Admin, "DeleteAccount", "AccountId", "1000000000000000"),
    (Api::Admin, "Explain", "As", "user/nobody"),
    (Api::Admin, "Explain", "As", "somebody"),
    (Api::Admin, "GetAccount", "AccountId", "12"),
    (Api::Admin, "GetService", "ServiceName", "none"),
];

fn changed(good: &Parameters, name: &'static str, value: &str) -> Parameters {
    match value {
        "-" => without(good, name),
        "*" => replaced(good, name, &"x".repeat(7000)),
        other => replaced(good, name, other),
    }
}

#[tokio::test]
async fn documented_refusals_of_identities_look_as_documented() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let mut lines = String::new();
    for (api, action, name, value) in CASES {
        let parameters = changed(&estate.parameters(api, action), name, value);
        let answer = estate.call_with(api, action, &parameters).await;
        assert!(
            (400..500).contains(&answer.status),
            "{action} {name} {value}: {}",
            answer.text
        );
        let mut mask = Mask::default();
        mask.name(&answer.id, "request");
        mask.name(&root.account().to_string(), "account");
        writeln!(lines, "{action} {name}={value}\n  {}", mask.apply(&answer.text)).unwrap();
    }
    compare(&[("refusals/identities.txt".into(), lines)]);
}

/// Each thing that keeps another from being deleted has a code of its own.
#[tokio::test]
async fn what_is_in_use_is_not_deleted() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let refused = async |action, parameters: &[(&str, &str)], code| {
        let answer = estate.kms.ask(root, Api::Ram, action, parameters).await;
        answer.refused(409, code);
    };
    let alice = [("UserName", "alice")];
    let key = estate.who("alice").access_key_id().to_owned();
    refused("DeleteUser", &alice, "DeleteConflict.User.AccessKey").await;
    let of_alice = [("UserName", "alice"), ("UserAccessKeyId", &key)];
    estate.ram("DeleteAccessKey", &of_alice).await;
    refused("DeleteUser", &alice, "DeleteConflict.User.Group").await;
    let dev = [("GroupName", "dev")];
    refused("DeleteGroup", &dev, "DeleteConflict.Group.User").await;
    estate.ram("RemoveUserFromGroup", &[alice[0], dev[0]]).await;
    refused("DeleteUser", &alice, "DeleteConflict.User.Policy").await;
    refused("DeleteGroup", &dev, "DeleteConflict.Group.Policy").await;
    let auditor = [("RoleName", "auditor")];
    refused("DeleteRole", &auditor, "DeleteConflict.Role.Policy").await;
    let readers = [("PolicyName", "readers"), ("PolicyType", "Custom")];
    for (action, holder, code) in [
        ("DetachPolicyFromUser", alice[0], "DeleteConflict.Policy.User"),
        ("DetachPolicyFromGroup", dev[0], "DeleteConflict.Policy.Group"),
        ("DetachPolicyFromRole", auditor[0], "DeleteConflict.Policy.Role"),
    ] {
        refused("DeletePolicy", &readers[..1], code).await;
        estate.ram(action, &[readers[0], readers[1], holder]).await;
    }
    refused("DeletePolicy", &readers[..1], "DeleteConflict.Policy.Version").await;
    estate
        .ram("DeletePolicy", &[readers[0], ("CascadingDelete", "true")])
        .await;
    estate.ram("DeleteRole", &auditor).await;
    estate.ram("DeleteGroup", &dev).await;
}

/// Documents may have 6144 bytes, and not one more.
#[tokio::test]
async fn documents_have_a_length() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let padded = |document: &str, length: usize| document.to_owned() + &" ".repeat(length - document.len());
    for (action, name, document, parameter) in [
        (
            "CreatePolicy",
            "PolicyName",
            crate::estate::READERS.to_owned(),
            "PolicyDocument",
        ),
        (
            "CreateRole",
            "RoleName",
            estate.trust(),
            "AssumeRolePolicyDocument",
        ),
    ] {
        let long = [(name, "long"), (parameter, &*padded(&document, 6145))];
        let answer = estate.kms.ask(root, Api::Ram, action, &long).await;
        answer.refused(400, &format!("InvalidParameter.{parameter}.Length"));
        let fits = [(name, "long"), (parameter, &*padded(&document, 6144))];
        estate.kms.ask(root, Api::Ram, action, &fits).await.ok();
    }
}

/// Refusals of the deployment that no changed parameter shows.
#[tokio::test]
async fn the_first_account_and_one_in_use_stay() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let delete = async |id: &str| {
        estate
            .kms
            .ask(root, Api::Admin, "DeleteAccount", &[("AccountId", id)])
            .await
    };
    let first = root.account().to_string();
    delete(&first).await.refused(409, "DeleteConflict.Account.First");
    let made = estate
        .kms
        .ask(root, Api::Admin, "CreateAccount", &[("AccountName", "full")])
        .await
        .ok();
    let theirs = estate.client(&made["AccessKey"]);
    let parameters = [("UserName", "someone")];
    estate
        .kms
        .ask(&theirs, Api::Ram, "CreateUser", &parameters)
        .await
        .ok();
    let id = made["Account"]["AccountId"].as_str().unwrap();
    delete(id).await.refused(409, "DeleteConflict.Account.Resource");
    estate
        .kms
        .ask(&theirs, Api::Ram, "DeleteUser", &parameters)
        .await
        .ok();
    delete(id).await.ok();
    let gone = estate.kms.ask(&theirs, Api::Sts, "GetCallerIdentity", &[]).await;
    gone.refused(404, "InvalidAccessKeyId.NotFound");
    // Only the account that runs the deployment has it in its hands.
    let second = [("AccountName", "second too")];
    let made = estate
        .kms
        .ask(root, Api::Admin, "CreateAccount", &second)
        .await
        .ok();
    let theirs = estate.client(&made["AccessKey"]);
    for action in ["ListAccounts", "ListServices"] {
        estate
            .kms
            .ask(&theirs, Api::Admin, action, &[])
            .await
            .refused(403, "NoPermission");
    }
}
