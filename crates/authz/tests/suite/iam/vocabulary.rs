//! Names of actions and resources, wildcards over them, and the roles that come with the deployment.

use std::collections::BTreeSet;

use claviger_authz::languages::iam::{
    Kind, POLICY_LIMIT, ResourceName, SYSTEM_ROLES, action_names, key_words, parse, service_name, system_role,
};
use claviger_authz::languages::{Language, ram, system_document};
use claviger_authz::{KeyKind, policy::Policy};
use claviger_model::{Action, CertificateId, IdentityResource, KeySpec, Origin, Resource, Usage};

use super::{DOMAIN, KEY, allows, key, policy, scope, statements};

#[test]
fn what_has_a_name_in_one_language_has_one_in_the_other() {
    for &action in Action::ALL {
        let names = action_names(action);
        assert_eq!(names.is_empty(), ram::action_name(action).is_none(), "{action:?}");
        for name in names {
            let parts: Vec<_> = name.split(':').collect();
            assert!(
                parts.len() == 3 && parts.iter().all(|part| !part.is_empty()),
                "{name}"
            );
            assert_eq!(Some(parts[0]), service_name(action));
        }
    }
}

#[test]
fn documented_names_mean_their_operations() {
    for (name, actions) in [
        ("kms:cmk:create", &[Action::CreateKey][..]),
        ("kms:cmk:enable", &[Action::EnableKey]),
        ("kms:cmk:disable", &[Action::DisableKey]),
        (
            "kms:cmk:update",
            &[
                Action::UpdateKeyDescription,
                Action::ScheduleKeyDeletion,
                Action::CancelKeyDeletion,
            ],
        ),
        ("kms:cmk:get", &[Action::DescribeKey]),
        ("kms:cmk:list", &[Action::ListKeys]),
        ("kms:cmk:crypto", &[Action::Encrypt, Action::Decrypt]),
        ("kms:cmk:sign", &[Action::AsymmetricSign]),
        ("kms:cmk:verify", &[Action::AsymmetricVerify]),
        ("kms:cmk:getPublicKey", &[Action::GetPublicKey]),
        (
            "kms:dek:create",
            &[Action::GenerateDataKey, Action::GenerateDataKeyWithoutPlaintext],
        ),
        ("kms:cmk:updateRotation", &[Action::UpdateRotationPolicy]),
        ("kms:cmk:getMaterial", &[Action::GetParametersForImport]),
        ("kms:cmk:importMaterial", &[Action::ImportKeyMaterial]),
        ("kms:cmk:deleteMaterial", &[Action::DeleteKeyMaterial]),
        ("kms:cmkTag:create", &[Action::TagResource]),
        ("kms:cmkTag:delete", &[Action::UntagResource]),
        (
            "kms:cmkTag:batch",
            &[Action::TagResources, Action::UntagResources],
        ),
        (
            "kms:cmkTag:list",
            &[Action::ListResourceTags, Action::ListTagResources],
        ),
        ("kms:alias:create", &[Action::CreateAlias]),
        ("kms:alias:associate", &[Action::UpdateAlias]),
        ("kms:alias:delete", &[Action::DeleteAlias]),
        ("kms:alias:list", &[Action::ListAliases, Action::ListAliasesByKey]),
        ("kms:cmk:createDataKey", &[Action::GenerateDataKey]),
        ("kms:cmk:encryptData", &[Action::Encrypt]),
        ("kms:cmk:decryptData", &[Action::Decrypt]),
        ("iam:users:createUser", &[Action::CreateUser]),
        ("cts:trace:list", &[Action::LookupEvents]),
    ] {
        let policy = statements(&format!(r#"{{"Effect":"Allow","Action":["{name}"]}}"#));
        for action in actions {
            assert!(allows(&policy, *action, &key(KEY)), "{name} {action:?}");
        }
        let strange = Action::DescribeKey;
        assert_eq!(
            allows(&policy, strange, &key(KEY)),
            actions.contains(&strange),
            "{name}"
        );
    }
}

fn of_version(version: &str, action: &str) -> Policy {
    policy(&format!(
        r#"{{"Version":"{version}","Statement":[{{"Effect":"Allow","Action":["{action}"]}}]}}"#
    ))
}

#[test]
fn wildcards_of_policies_keep_to_their_own_names() {
    let data_key = |version, action| allows(&of_version(version, action), Action::GenerateDataKey, &key(KEY));
    // The newer name is understood where it is written out.
    for version in ["1.0", "1.1", "5.0"] {
        for right in [
            "kms:cmk:createDataKey",
            "KMS:CMK:createdatakey",
            "kms:dek:create",
            "kms:dek:*",
            "kms:*:create",
            "*:*:*",
            "*",
            "K*:d*:*t*",
        ] {
            assert!(data_key(version, right), "{version} {right}");
        }
        for wrong in ["kms:cmk:create", "kms:dek:crypto", "iam:*:*", "kms:*:get*"] {
            assert!(!data_key(version, wrong), "{version} {wrong}");
        }
    }
    for (version, expected) in [("1.0", false), ("1.1", false), ("5.0", true)] {
        assert_eq!(data_key(version, "kms:cmk:*"), expected, "{version}");
    }
}

#[test]
fn what_a_policy_of_identities_leaves_out_has_none_of_its_names() {
    let all_but = |action: &str| {
        policy(&format!(
            r#"{{"Version":"5.0","Statement":[{{"Effect":"Allow","NotAction":["{action}"]}}]}}"#
        ))
    };
    for name in ["kms:dek:create", "kms:cmk:createDataKey", "kms:cmk:createD*"] {
        let policy = all_but(name);
        assert!(!allows(&policy, Action::GenerateDataKey, &key(KEY)), "{name}");
        assert!(allows(&policy, Action::Encrypt, &key(KEY)));
        assert!(
            !allows(&policy, Action::RotateKey, &key(KEY)),
            "nobody's but the system's"
        );
    }
}

#[test]
fn resources_are_named_with_region_and_domain() {
    let scope = scope("cn-north-1");
    let identity = |what| Resource::Identity(scope.account, what);
    for (resource, name) in [
        (
            key(KEY),
            "kms:cn-north-1:@:KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f",
        ),
        (
            Resource::UnknownKey(scope.clone(), "k:1".into()),
            "kms:cn-north-1:@:KeyId:k:1",
        ),
        (
            Resource::Alias(scope.clone(), "a/b".parse().unwrap()),
            "kms:cn-north-1:@:alias:a/b",
        ),
        (Resource::Keys(scope.clone()), "kms:cn-north-1:@:KeyId:*"),
        (Resource::Aliases(scope.clone()), "kms:cn-north-1:@:alias:*"),
        (
            Resource::Certificate(scope.clone(), CertificateId::from_bytes([1; 16])),
            "kms:cn-north-1:@:certificate:01010101-0101-0101-0101-010101010101",
        ),
        (
            Resource::UnknownCertificate(scope.clone(), "c".into()),
            "kms:cn-north-1:@:certificate:c",
        ),
        (
            Resource::Certificates(scope.clone()),
            "kms:cn-north-1:@:certificate:*",
        ),
        (Resource::Service(scope.clone()), "kms:cn-north-1:@:service:*"),
        (Resource::Trail(scope.clone()), "cts:cn-north-1:@:trace:*"),
        (Resource::Deployment(scope.account), "claviger::@:deployment:*"),
        (identity(IdentityResource::Users), "iam::@:user:*"),
        (identity(IdentityResource::User("u".into())), "iam::@:user:u"),
        (identity(IdentityResource::Groups), "iam::@:group:*"),
        (identity(IdentityResource::Group("g".into())), "iam::@:group:g"),
        (identity(IdentityResource::Roles), "iam::@:agency:*"),
        (identity(IdentityResource::Role("r".into())), "iam::@:agency:r"),
        (identity(IdentityResource::Policies), "iam::@:policy:*"),
        (identity(IdentityResource::Policy("p".into())), "iam::@:policy:p"),
        (
            identity(IdentityResource::SystemPolicy("p".into())),
            "iam::system:policy:p",
        ),
    ] {
        for (domain, written) in [(Some(DOMAIN), DOMAIN), (None, "1234567890123456")] {
            let found = ResourceName {
                resource: &resource,
                domain,
            };
            assert_eq!(found.to_string(), name.replace('@', written));
        }
    }
}

#[test]
fn patterns_of_resources_are_five_parts_with_wildcards() {
    let scope = scope("cn-north-1");
    let alias = Resource::Alias(scope.clone(), "team/a".parse().unwrap());
    let (one, all) = (key(KEY), Resource::Keys(scope));
    let matching = |pattern: &str| {
        let document = format!(r#"{{"Effect":"Allow","Action":["*"],"Resource":["{pattern}"]}}"#);
        let policy = statements(&document);
        [&one, &all, &alias].map(|resource| allows(&policy, Action::DescribeKey, resource))
    };
    for (pattern, expected) in [
        ("*", [true, true, true]),
        ("kms:*:*:*:*", [true, true, true]),
        ("kms:*:*:KeyId:*", [true, true, false]),
        ("KMS:*:*:keyid:*", [true, true, false]),
        ("kms:::KeyId:", [true, true, false]),
        (
            "kms:::KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f",
            [true, false, false],
        ),
        (
            "kms:::KeyId:0D0466B0-E727-4D9C-B35D-F84BB474A37F",
            [false, false, false],
        ),
        ("kms:cn-*::KeyId:0d04*", [true, false, false]),
        ("kms:cn-north-4:*:KeyId:*", [false, false, false]),
        ("kms:*:0123456789abcdef0123456789abcdef:*:*", [true, true, true]),
        ("kms:*:1234567890123456:*:*", [false, false, false]),
        ("kms:*:*:alias:team/*", [false, false, true]),
        ("obs:*:*:*:*", [false, false, false]),
        ("*:*:*:alias:*", [false, false, true]),
    ] {
        assert_eq!(matching(pattern), expected, "{pattern}");
    }
}

#[test]
fn system_roles_give_what_they_are_for() {
    let names: Vec<_> = SYSTEM_ROLES.iter().map(|role| role.name).collect();
    assert!(names.is_sorted());
    let ids: BTreeSet<_> = SYSTEM_ROLES.iter().map(|role| role.id).collect();
    assert_eq!(ids.len(), SYSTEM_ROLES.len());
    let hex = |id: &str| {
        id.len() == 32
            && id
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    assert!(ids.iter().all(|id| hex(id)));
    let actions = [
        Action::DescribeKey,
        Action::ListKeys,
        Action::GetPublicKey,
        Action::ListAliases,
        Action::Encrypt,
        Action::GenerateDataKey,
        Action::AsymmetricSign,
        Action::GetParametersForImport,
        Action::ScheduleKeyDeletion,
        Action::CreateKey,
        Action::TagResource,
        Action::CreateCertificate,
        Action::CreateUser,
        Action::LookupEvents,
        Action::CreateAccount,
    ];
    for (name, title, expected) in [
        ("KMS-Administrator", "KMS Administrator", "oooooooooooo..."),
        ("KMS-CMKAdmin", "KMS CMK Admin", "ooooooooooo...."),
        ("KMS-CMKFullAccess", "KMS CMKFullAccess", "ooooooooooo...."),
        (
            "KMS-CMKReadOnlyAccess",
            "KMS CMKReadOnlyAccess",
            "oooo...........",
        ),
        ("KMSReadOnlyPolicy", "KMSReadOnlyPolicy", "oooo..........."),
        (
            "Security-Administrator",
            "Security Administrator",
            "............o..",
        ),
        ("Tenant-Administrator", "Tenant Administrator", "oooooooooooo.o."),
        ("Tenant-Guest", "Tenant Guest", "oooo.........o."),
        ("CTS-Administrator", "CTS Administrator", ".............o."),
    ] {
        let role = system_role(name).unwrap();
        assert_eq!(role.title, title);
        let policy = parse(role.document, Kind::Any, POLICY_LIMIT).unwrap();
        let found: String = actions
            .iter()
            .map(|action| {
                if allows(&policy, *action, &key(KEY)) {
                    'o'
                } else {
                    '.'
                }
            })
            .collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(system_document(name), Some((Language::Iam, role.document)));
        assert_eq!(ram::system_policy(name), None);
    }
    assert_eq!(names.len(), 9);
    let ram = system_document("AdministratorAccess");
    assert!(matches!(ram, Some((Language::Ram, _))));
    assert_eq!(system_document("KMS Administrator"), None);
}

#[test]
fn kinds_of_keys_have_words() {
    let words = |spec, usage, origin| {
        let words = key_words(KeyKind { spec, usage, origin });
        (words.spec, words.usage, words.origin)
    };
    assert_eq!(
        words(KeySpec::Aes256, Usage::EncryptDecrypt, Origin::Generated),
        ("AES_256", "ENCRYPT_DECRYPT", "kms")
    );
    assert_eq!(
        words(KeySpec::EcP256k, Usage::SignVerify, Origin::External),
        ("SECP256K1", "SIGN_VERIFY", "external")
    );
    assert_eq!(
        words(KeySpec::HmacSm3, Usage::GenerateVerifyMac, Origin::Generated),
        ("HMAC_SM3", "GENERATE_VERIFY_MAC", "kms")
    );
    let all: BTreeSet<_> = KeySpec::ALL
        .iter()
        .map(|spec| words(*spec, Usage::SignVerify, Origin::Generated).0)
        .collect();
    assert_eq!(all.len(), KeySpec::ALL.len());
}
