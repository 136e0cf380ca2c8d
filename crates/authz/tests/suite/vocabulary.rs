//! Names of actions and resources, and the policies that come with the deployment.

use std::collections::BTreeSet;

use claviger_authz::Facts;
use claviger_authz::languages::ram::{
    ResourceName, action_name, algorithms_apply, foreign_accounts_may, key_tags_apply, read_action,
    read_resource,
};
use claviger_authz::languages::{self, Assumed, system_policies, system_policy};
use claviger_model::{
    AccountId, Action, CertificateId, EncryptionAlgorithm, IdentityResource, KeyId, Language, Resource, Scope,
};

use crate::scene::{KEY, alice, allows, at, identity_policy, ip, tags};

#[test]
fn actions_are_named_like_their_operations_but_for_a_few() {
    let same = |action: Action| {
        let services = ["kms", "ram", "sts", "actiontrail", "claviger"];
        let mut names = services
            .iter()
            .map(|service| format!("{service}:{}", action.name()));
        names.any(|name| action_name(action) == Some(&name))
    };
    let odd: Vec<_> = Action::ALL
        .iter()
        .filter(|action| !same(**action))
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
        (Action::ListInstances, Some("kms:ListKmsInstances")),
        (Action::ListAccessPoints, Some("kms:ListApplicationAccessPoints")),
        (Action::ListAccessRules, Some("kms:ListPolicies")),
        (Action::GetCallerIdentity, None),
        (Action::ExplainDecision, Some("claviger:Explain")),
        (Action::UpdateKeyTitle, Some("kms:UpdateKeyDescription")),
        (Action::EncryptDataKey, Some("kms:Encrypt")),
        (Action::DecryptDataKey, Some("kms:Decrypt")),
        (Action::RotateOnDemand, Some("kms:UpdateRotationPolicy")),
        (Action::BeginRotation, Some("kms:UpdateRotationPolicy")),
        (Action::AlterRotation, Some("kms:UpdateRotationPolicy")),
        (Action::EndRotation, Some("kms:UpdateRotationPolicy")),
        (Action::GetRotationStatus, Some("kms:DescribeKey")),
        (Action::CountKeys, Some("kms:ListKeys")),
        (Action::GetQuotas, Some("kms:ListKeys")),
        (Action::FindKeys, Some("kms:ListKeys")),
        (Action::ListTagValues, Some("kms:ListTagResources")),
        (Action::WarnDeletion, None),
        (Action::CreateToken, None),
        (Action::GetToken, None),
        (Action::RevokeToken, None),
        (Action::CreateTemporaryKey, None),
        (Action::ListProjects, None),
        (Action::ListDomains, None),
        (Action::GetCatalog, None),
        (Action::SetPassword, Some("ram:CreateLoginProfile")),
    ];
    assert_eq!(odd, expected);
    // Read back a name is the action that has it as its own.
    let mut seen = BTreeSet::new();
    for &action in Action::ALL {
        let Some(name) = action_name(action) else { continue };
        let read = read_action(&name.to_uppercase()).unwrap();
        assert_eq!(read == action, seen.insert(name), "{action:?} {read:?}");
        assert_eq!(action_name(read), Some(name));
        assert_eq!(languages::read_action(name), Some(read));
    }
    assert_eq!(
        ["kms:*", "kms:Nothing", "Encrypt", ""].map(read_action),
        [None; 4]
    );
}

#[test]
fn actions_belong_to_the_service_that_serves_them() {
    for (action, name) in [
        (Action::Encrypt, "kms:Encrypt"),
        (Action::CreateUser, "ram:CreateUser"),
        (Action::AttachPolicyToGroup, "ram:AttachPolicyToGroup"),
        (Action::AssumeRole, "sts:AssumeRole"),
        (Action::CreateAccount, "claviger:CreateAccount"),
        (Action::LookupEvents, "actiontrail:LookupEvents"),
        (Action::DescribeTrails, "actiontrail:DescribeTrails"),
        (Action::GetKeyUsage, "claviger:GetKeyUsage"),
        (Action::GetAuditStatus, "claviger:GetAuditStatus"),
    ] {
        assert_eq!(action_name(action), Some(name));
    }
}

/// A condition or a policy that is about one operation is about all that bear its name.
#[test]
fn what_bears_one_name_is_judged_alike() {
    for &action in Action::ALL {
        let Some(named) = action_name(action).and_then(read_action) else {
            continue;
        };
        assert_eq!(key_tags_apply(action), key_tags_apply(named), "{action:?}");
        assert_eq!(algorithms_apply(action), algorithms_apply(named), "{action:?}");
        assert_eq!(
            foreign_accounts_may(action),
            foreign_accounts_may(named),
            "{action:?}"
        );
    }
}

#[test]
fn conditions_of_keys_apply_to_what_touches_a_key() {
    for (action, tags, algorithms, foreign) in [
        (Action::Decrypt, true, true, true),
        (Action::ReEncryptTo, true, true, true),
        (Action::AsymmetricSign, true, false, true),
        (Action::DescribeKey, true, false, true),
        (Action::ScheduleKeyDeletion, true, false, false),
        (Action::EncryptDataKey, true, true, true),
        (Action::DecryptDataKey, true, true, true),
        (Action::RotateOnDemand, true, false, false),
        (Action::BeginRotation, true, false, false),
        (Action::AlterRotation, true, false, false),
        (Action::EndRotation, true, false, false),
        (Action::CreateGrant, true, false, false),
        (Action::GenerateRandom, false, false, false),
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

const NO_RESOURCES: &[&str] = &[
    "",
    "*",
    "acs:kms:cn-hangzhou:1234567890123456",
    "acs:kms:*:1234567890123456:key/a",
    "acs:kms:cn-hangzhou:*:key/a",
    "acs:kms:cn-hangzhou:1234567890123456:secret/a",
    "acs:kms:cn-hangzhou:1234567890123456:alias/a b",
    "acs:oss:cn-hangzhou:1234567890123456:key/a",
    "arn:kms:cn-hangzhou:1234567890123456:key/a",
    "acs:ram::1234567890123456:user",
    "acs:ram::1234567890123456:user/",
    "acs:ram::1234567890123456:root",
    "acs:ram:cn-hangzhou:1234567890123456:user/a",
    "acs:claviger::1234567890123456:else",
    "acs:actiontrail:cn-hangzhou:1234567890123456:trail/a",
    "acs:actiontrail::1234567890123456:*",
];

#[test]
fn resources_are_named_with_region_and_account() {
    let scope = Scope {
        account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
        region: "cn-hangzhou".parse().unwrap(),
    };
    let (account, identity) = (scope.account, |what| Resource::Identity(scope.account, what));
    let cases = [
        (
            Resource::Key(scope.clone(), KeyId::from_bytes([7; 16])),
            "acs:kms:cn-hangzhou:@:key/07070707-0707-0707-0707-070707070707",
        ),
        (
            Resource::UnknownKey(scope.clone(), "k1:x/y".into()),
            "acs:kms:cn-hangzhou:@:key/k1:x/y",
        ),
        (
            Resource::Alias(scope.clone(), "a/b".parse().unwrap()),
            "acs:kms:cn-hangzhou:@:alias/a/b",
        ),
        (Resource::Keys(scope.clone()), "acs:kms:cn-hangzhou:@:key"),
        (Resource::Aliases(scope.clone()), "acs:kms:cn-hangzhou:@:alias"),
        (
            Resource::Certificate(scope.clone(), CertificateId::from_bytes([1; 16])),
            "acs:kms:cn-hangzhou:@:certificate/01010101-0101-0101-0101-010101010101",
        ),
        (
            Resource::UnknownCertificate(scope.clone(), "c".into()),
            "acs:kms:cn-hangzhou:@:certificate/c",
        ),
        (
            Resource::Certificates(scope.clone()),
            "acs:kms:cn-hangzhou:@:certificate",
        ),
        (Resource::Service(scope.clone()), "acs:kms:cn-hangzhou:@:*"),
        (Resource::Trail(scope.clone()), "acs:actiontrail:cn-hangzhou:@:*"),
        (identity(IdentityResource::Users), "acs:ram::@:user/*"),
        (identity(IdentityResource::User("u".into())), "acs:ram::@:user/u"),
        (identity(IdentityResource::Groups), "acs:ram::@:group/*"),
        (
            identity(IdentityResource::Group("g".into())),
            "acs:ram::@:group/g",
        ),
        (identity(IdentityResource::Roles), "acs:ram::@:role/*"),
        (identity(IdentityResource::Role("r".into())), "acs:ram::@:role/r"),
        (identity(IdentityResource::Policies), "acs:ram::@:policy/*"),
        (
            identity(IdentityResource::Policy("p".into())),
            "acs:ram::@:policy/p",
        ),
        (
            identity(IdentityResource::SystemPolicy("p".into())),
            "acs:ram::system:policy/p",
        ),
        (Resource::Deployment(account), "acs:claviger::@:deployment"),
    ];
    for (resource, name) in cases {
        let name = name.replace('@', "1234567890123456");
        assert_eq!(ResourceName(&resource).to_string(), name);
        assert_eq!(read_resource(&name, account), Some(resource));
    }
    for wrong in NO_RESOURCES {
        assert_eq!(read_resource(wrong, account), None, "{wrong}");
    }
}

#[test]
fn system_policies_give_what_they_are_for() {
    let names: Vec<_> = system_policies(Language::Ram)
        .iter()
        .map(|policy| policy.name)
        .collect();
    assert!(names.is_sorted() && names.len() == 9);
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
        "actiontrail:LookupEvents",
        "actiontrail:CreateTrail",
    ];
    for (name, expected) in [
        ("AdministratorAccess", "ooooooooooooooo"),
        ("AliyunActionTrailFullAccess", ".............oo"),
        ("AliyunActionTrailReadOnlyAccess", ".............o."),
        ("AliyunKMSFullAccess", "ooooooooooo...."),
        ("AliyunKMSReadOnlyAccess", "....ooo........"),
        ("AliyunKMSCryptoUserAccess", "ooooo.........."),
        ("AliyunKMSSecretUserAccess", ".......o......."),
        ("AliyunRAMFullAccess", "...........o..."),
        ("AliyunSTSAssumeRoleAccess", "............o.."),
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

#[test]
fn circumstances_are_told_by_condition_keys() {
    let told = |pairs: &[(&str, &[&str])]| {
        let owned = pairs.iter().map(|(key, values)| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            ((*key).to_owned(), values)
        });
        Assumed::read(&owned.collect::<Vec<_>>())
    };
    let present = Facts {
        secure: true,
        ..Facts::at(at("2026-11-22T12:00:00Z"))
    };
    let assumed = told(&[
        ("ACS:CurrentTime", &["2030-01-01T08:00:00+08:00"]),
        ("acs:SourceIp", &["2001:db8::1"]),
        ("acs:MFAPresent", &["true"]),
        ("acs:RequestTag/team", &["a"]),
        ("acs:TagKeys", &["x", "y"]),
        ("kms:tag/Project", &["p"]),
        ("kms:EncryptionAlgorithm", &["SM2PKE"]),
        ("sts:ExternalId", &["word"]),
        ("x:many", &["1", "2"]),
        ("g:MFAAge", &["5"]),
    ])
    .unwrap();
    assumed.with(present, |facts| {
        assert_eq!(facts.now, at("2030-01-01T00:00:00Z"));
        assert_eq!(facts.source, Some(ip("2001:db8::1")));
        assert_eq!((facts.secure, facts.mfa), (true, Some(true)));
        assert_eq!(facts.tags, [("team", "a")]);
        assert_eq!(facts.tag_keys, ["team", "x", "y"]);
        assert_eq!(facts.algorithm, Some(EncryptionAlgorithm::Sm2Pke));
        assert_eq!(facts.external_id, Some("word"));
        assert_eq!(facts.further, [("x:many", &["1", "2"][..]), ("g:MFAAge", &["5"])]);
    });
    assert_eq!(assumed.resource_tags(), Some(&tags(&[("Project", "p")])));
    let of_iam = told(&[
        ("g:currenttime", &["2031-01-01T00:00:00Z"]),
        ("G:SourceIp", &["192.0.2.1"]),
        ("g:RequestTag/team", &["a"]),
        ("g:ResourceTag/Project", &["p"]),
    ])
    .unwrap();
    of_iam.with(present, |facts| {
        assert_eq!(facts.now, at("2031-01-01T00:00:00Z"));
        assert_eq!(facts.source, Some(ip("192.0.2.1")));
        assert_eq!(facts.tags, [("team", "a")]);
    });
    assert_eq!(of_iam.resource_tags(), Some(&tags(&[("Project", "p")])));
    let nothing = told(&[]).unwrap();
    assert_eq!(nothing.resource_tags(), None);
    nothing.with(present, |facts| assert_eq!(facts.now, present.now));
    for (key, values) in [
        ("SourceIp", &["10.0.0.1"][..]),
        ("acs:SourceIp", &["10.0.0.0/8"]),
        ("acs:SourceIp", &["10.0.0.1", "10.0.0.2"]),
        ("acs:CurrentTime", &["soon"]),
        ("acs:SecureTransport", &["yes"]),
        ("acs:PrincipalARN", &["acs:ram::1234567890123456:user/a"]),
        ("kms:EncryptionAlgorithm", &["ROT13"]),
        ("kms:tag/a", &[]),
        ("g:UserName", &["a"]),
        ("g:Unknown", &["a"]),
        ("kms:KeySpec", &["AES_256"]),
    ] {
        assert!(told(&[(key, values)]).is_err(), "{key} {values:?}");
    }
}
