//! Names of actions and resources, and the policies that come with the deployment.

use std::collections::BTreeSet;

use claviger_authz::languages::ram::{
    ResourceName, SYSTEM_POLICIES, action_name, algorithms_apply, foreign_accounts_may, key_tags_apply,
    system_policy,
};
use claviger_model::{AccountId, Action, KeyId, Resource, Scope};

use crate::scene::{KEY, alice, allows, identity_policy};

#[test]
fn actions_are_named_like_their_operations_but_for_a_few() {
    let odd: Vec<_> = Action::ALL
        .iter()
        .filter(|action| action_name(**action) != Some(&format!("kms:{}", action.name())))
        .map(|action| (*action, action_name(*action)))
        .collect();
    let expected = [
        (Action::ReEncrypt, None),
        (Action::DeleteKey, None),
        (Action::RotateKey, None),
        (Action::ListAliasesByKey, Some("kms:ListAliasesByKeyId")),
        (Action::DescribeRegions, None),
        (Action::DescribeService, Some("kms:DescribeAccountKmsStatus")),
        (Action::OpenService, Some("kms:OpenKmsService")),
    ];
    assert_eq!(odd, expected);
    let names: BTreeSet<_> = Action::ALL
        .iter()
        .filter_map(|action| action_name(*action))
        .collect();
    assert_eq!(names.len(), Action::ALL.len() - 4, "every name once");
}

#[test]
fn conditions_of_keys_apply_to_what_touches_a_key() {
    for (action, tags, algorithms, foreign) in [
        (Action::Decrypt, true, true, true),
        (Action::ReEncryptTo, true, true, true),
        (Action::AsymmetricSign, true, false, true),
        (Action::DescribeKey, true, false, true),
        (Action::ScheduleKeyDeletion, true, false, false),
        (Action::SetKeyPolicy, false, false, false),
        (Action::TagResource, false, false, false),
        (Action::CreateAlias, false, false, false),
        (Action::ListKeys, false, false, false),
    ] {
        let found = (
            key_tags_apply(action),
            algorithms_apply(action),
            foreign_accounts_may(action),
        );
        assert_eq!(found, (tags, algorithms, foreign), "{action:?}");
    }
}

#[test]
fn resources_are_named_with_region_and_account() {
    let scope = Scope {
        account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
        region: "cn-hangzhou".parse().unwrap(),
    };
    let cases = [
        (
            Resource::Key(scope.clone(), KeyId::from_bytes([7; 16])),
            "key/07070707-0707-0707-0707-070707070707",
        ),
        (Resource::UnknownKey(scope.clone(), "k1".into()), "key/k1"),
        (
            Resource::Alias(scope.clone(), "a/b".parse().unwrap()),
            "alias/a/b",
        ),
        (Resource::Keys(scope.clone()), "key"),
        (Resource::Aliases(scope.clone()), "alias"),
        (Resource::Certificates(scope.clone()), "certificate"),
        (Resource::Service(scope), "*"),
    ];
    for (resource, tail) in cases {
        let expected = format!("acs:kms:cn-hangzhou:1234567890123456:{tail}");
        assert_eq!(ResourceName(&resource).to_string(), expected);
    }
}

#[test]
fn system_policies_give_what_they_are_for() {
    let names: Vec<_> = SYSTEM_POLICIES.iter().map(|policy| policy.name).collect();
    assert!(names.is_sorted() && names.len() == 7);
    let actions = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:AsymmetricSign",
        "kms:GetPublicKey",
        "kms:DescribeKey",
        "kms:ListKeys",
        "kms:GetSecretValue",
        "kms:ScheduleKeyDeletion",
        "kms:CreateKey",
        "kms:TagResource",
        "ram:CreateUser",
        "sts:AssumeRole",
    ];
    for (name, expected) in [
        ("AdministratorAccess", "ooooooooooooo"),
        ("AliyunKMSFullAccess", "ooooooooooo.."),
        ("AliyunKMSReadOnlyAccess", "....ooo......"),
        ("AliyunKMSCryptoUserAccess", "ooooo........"),
        ("AliyunKMSSecretUserAccess", ".......o....."),
        ("AliyunRAMFullAccess", "...........o."),
        ("AliyunSTSAssumeRoleAccess", "............o"),
    ] {
        let policy = identity_policy(system_policy(name).unwrap().document);
        let found: String = actions
            .iter()
            .map(|action| {
                if allows(&policy, action, KEY, &alice()) {
                    'o'
                } else {
                    '.'
                }
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(system_policy("aliyunkmsfullaccess"), None);
}
