//! Names of actions and resources, wildcards over them, and the roles that come with the deployment.

use std::collections::BTreeSet;

use claviger_authz::languages::iam::{
    ResourceName, action_names, domain_in, key_words, read_action, read_resource, service_name,
};
use claviger_authz::languages::ram::IDENTITY_LIMIT;
use claviger_authz::languages::{self, Layer, ram, system_policies, system_policy};
use claviger_authz::policy::Policy;
use claviger_model::{
    AccountId, Action, CertificateId, IdentityResource, KeyKind, KeySpec, Language, Origin, Resource, Usage,
};

use super::{DOMAIN, KEY, allows, domain, key, policy, scope, statements};

#[test]
fn what_has_a_name_in_one_language_has_one_in_the_other() {
    for &action in Action::ALL {
        let names = action_names(action);
        assert_eq!(names.is_empty(), ram::action_name(action).is_none(), "{action:?}");
        for name in names {
            let parts: Vec<_> = name.split(':').collect();
            // The vendor has one name without a type.
            let full = parts.iter().all(|part| !part.is_empty()) || *name == "kms::generateRandom";
            assert!(parts.len() == 3 && full, "{name}");
            assert_eq!(Some(parts[0]), service_name(action));
            let read = read_action(&name.to_uppercase()).unwrap();
            assert!(action_names(read).contains(name), "{action:?} {read:?}");
        }
    }
}

/// Names of the vendor with what they are for.
const DOCUMENTED: &[(&str, &[Action])] = &[
    ("kms:cmk:create", &[Action::CreateKey]),
    ("kms:cmk:enable", &[Action::EnableKey]),
    ("kms:cmk:disable", &[Action::DisableKey]),
    (
        "kms:cmk:update",
        &[
            Action::ScheduleKeyDeletion,
            Action::CancelKeyDeletion,
            Action::UpdateKeyTitle,
            Action::UpdateKeyDescription,
        ],
    ),
    ("kms:cmk:get", &[Action::DescribeKey]),
    ("kms:cmk:list", &[Action::ListKeys]),
    ("kms:cmk:getInstance", &[Action::CountKeys]),
    ("kms:cmk:getQuota", &[Action::GetQuotas]),
    ("kms:cmk:generate", &[Action::GenerateRandom]),
    ("kms::generateRandom", &[Action::GenerateRandom]),
    ("kms:cmk:crypto", &[Action::Encrypt, Action::Decrypt]),
    ("kms:cmk:encryptData", &[Action::Encrypt]),
    ("kms:cmk:decryptData", &[Action::Decrypt]),
    (
        "kms:dek:create",
        &[Action::GenerateDataKey, Action::GenerateDataKeyWithoutPlaintext],
    ),
    ("kms:cmk:createDataKey", &[Action::GenerateDataKey]),
    (
        "kms:cmk:createDataKeyWithoutPlaintext",
        &[Action::GenerateDataKeyWithoutPlaintext],
    ),
    (
        "kms:dek:crypto",
        &[Action::EncryptDataKey, Action::DecryptDataKey],
    ),
    ("kms:cmk:encryptDataKey", &[Action::EncryptDataKey]),
    ("kms:cmk:decryptDataKey", &[Action::DecryptDataKey]),
    ("kms:cmk:sign", &[Action::AsymmetricSign]),
    ("kms:cmk:verify", &[Action::AsymmetricVerify]),
    ("kms:cmk:getPublicKey", &[Action::GetPublicKey]),
    ("kms:cmk:generateMac", &[Action::GenerateMac]),
    ("kms:cmk:verifyMac", &[Action::VerifyMac]),
    ("kms:cmk:enableRotation", &[Action::BeginRotation]),
    ("kms:cmk:disableRotation", &[Action::EndRotation]),
    ("kms:cmk:updateRotation", &[Action::AlterRotation]),
    ("kms:cmk:getRotation", &[Action::GetRotationStatus]),
    ("kms:cmk:rotateOnDemand", &[Action::RotateOnDemand]),
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
        &[Action::ListResourceTags, Action::ListTagValues],
    ),
    ("kms:cmkTag:listInstance", &[Action::FindKeys]),
    ("kms:grant:create", &[Action::CreateGrant]),
    ("kms:grant:revoke", &[Action::RevokeGrant]),
    ("kms:grant:retire", &[Action::RetireGrant]),
    ("kms:cmk:retireGrant", &[Action::RetireGrant]),
    (
        "kms:grant:list",
        &[Action::ListGrants, Action::ListRetirableGrants],
    ),
    ("kms:alias:create", &[Action::CreateAlias]),
    ("kms:alias:associate", &[Action::UpdateAlias]),
    ("kms:alias:delete", &[Action::DeleteAlias]),
    ("kms:alias:list", &[Action::ListAliases, Action::ListAliasesByKey]),
    ("kms:keystore:list", &[Action::ListKeyStores]),
    ("kms:keystore:get", &[Action::GetKeyStore]),
    ("kms:keystore:create", &[Action::ChangeKeyStore]),
    ("kms:keystore:enable", &[Action::ChangeKeyStore]),
    ("iam:users:createUser", &[Action::CreateUser]),
    ("iam:users:updateUser", &[Action::UpdateUser, Action::SetPassword]),
    ("iam:credentials:getCredential", &[Action::GetAccessKey]),
    ("cts:trace:list", &[Action::LookupEvents]),
];

#[test]
fn documented_names_mean_their_operations() {
    for (name, actions) in DOCUMENTED {
        let policy = statements(&format!(r#"{{"Effect":"Allow","Action":["{name}"]}}"#));
        for action in *actions {
            assert!(allows(&policy, *action, &key(KEY)), "{name} {action:?}");
        }
        for strange in [Action::DescribeKey, Action::CreateGrant, Action::GenerateRandom] {
            assert_eq!(
                allows(&policy, strange, &key(KEY)),
                actions.contains(&strange),
                "{name}"
            );
        }
        // Asked by its name, what this face offers is meant.
        let read = read_action(name).unwrap();
        assert!(actions.contains(&read), "{name} {read:?}");
        assert_eq!(languages::read_action(name), Some(read));
    }
    assert_eq!(["kms:cmk:*", "kms:cmk", "", "*"].map(read_action), [None; 4]);
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
        for (domain, written) in [(Some(domain()), DOMAIN), (None, "1234567890123456")] {
            let found = ResourceName {
                resource: &resource,
                domain,
            };
            let name = name.replace('@', written);
            assert_eq!(found.to_string(), name);
            assert_eq!(read_resource(&name, scope.account).as_ref(), Some(&resource));
            assert_eq!(
                languages::read_resource(&name, scope.account).as_ref(),
                Some(&resource)
            );
        }
    }
}

#[test]
fn names_of_resources_are_read_with_any_owner() {
    let (home, other) = (
        scope("cn-north-1").account,
        AccountId::from_number(6_543_210_987_654_321).unwrap(),
    );
    let owner = |name: &str| read_resource(name, home).map(|resource| resource.account());
    for (name, account) in [
        ("kms:cn-north-1::KeyId:a", home),
        ("KMS:cn-north-1::keyid:a", home),
        ("kms:cn-north-1:6543210987654321:KeyId:a", other),
        ("iam::6543210987654321:user:a", other),
    ] {
        assert_eq!(owner(name), Some(account), "{name}");
    }
    // Whose domain it is has to be looked up.
    let name = "kms:cn-north-1:0123456789abcdef0123456789abcdef:KeyId:a";
    assert_eq!(domain_in(name), Some(domain()));
    assert_eq!(
        read_resource(name, other).map(|resource| resource.account()),
        Some(other)
    );
    for name in ["kms:cn-north-1::KeyId:a", "iam::1234567890123456:user:a", ""] {
        assert_eq!(domain_in(name), None, "{name}");
    }
    for wrong in [
        "",
        "*",
        "kms:cn-north-1::KeyId",
        "kms:cn-north-1::KeyId:",
        "kms:*::KeyId:a",
        "kms:::KeyId:a",
        "kms:cn-north-1:*:KeyId:a",
        "kms:cn-north-1:acme:KeyId:a",
        "kms:cn-north-1::secret:a",
        "kms:cn-north-1::user:a",
        "kms:cn-north-1::alias:a b",
        "kms:cn-north-1::service:a",
        "obs:cn-north-1::KeyId:a",
        "iam:cn-north-1::user:a",
        "iam::system:user:a",
        "iam::system:policy:",
        "cts:cn-north-1::trace:a",
        "claviger:::deployment:a",
    ] {
        assert_eq!(owner(wrong), None, "{wrong}");
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
fn system_policies_of_all_languages_are_in_one_register() {
    for language in [Language::Ram, Language::Iam] {
        let policies = system_policies(language);
        assert!(policies.is_sorted_by_key(|policy| policy.name) && policies.len() == 9);
        for policy in policies {
            assert_eq!(system_policy(policy.name), Some(policy), "no name twice");
            assert_eq!(policy.language, language);
            assert_eq!(policy.role.is_some(), language == Language::Iam);
            assert!(languages::parse(language, policy.document, IDENTITY_LIMIT).is_ok());
        }
    }
    assert_eq!(system_policy("KMS Administrator"), None);
    let layer = |name| system_policy(name).unwrap().role.unwrap().layer;
    assert_eq!(layer("Security-Administrator"), Layer::Global);
    assert_eq!(layer("KMS-Administrator"), Layer::Project);
    let ids = system_policies(Language::Iam)
        .iter()
        .map(|policy| policy.role.unwrap().id);
    let ids: BTreeSet<_> = ids.collect();
    assert_eq!(ids.len(), 9);
    let hex = |id: &str| {
        id.len() == 32
            && id
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    assert!(ids.iter().all(|id| hex(id)));
}

#[test]
fn system_roles_give_what_they_are_for() {
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
        Action::CreateGrant,
        Action::ListGrants,
        Action::GetQuotas,
        Action::GenerateRandom,
        Action::SetPassword,
    ];
    for (name, title, expected) in [
        ("KMS-Administrator", "KMS Administrator", "oooooooooooo...oooo."),
        ("KMS-CMKAdmin", "KMS CMK Admin", "ooooooooooo....oooo."),
        ("KMS-CMKFullAccess", "KMS CMKFullAccess", "ooooooooooo....oooo."),
        (
            "KMS-CMKReadOnlyAccess",
            "KMS CMKReadOnlyAccess",
            "oooo............oo..",
        ),
        ("KMSReadOnlyPolicy", "KMSReadOnlyPolicy", "oooo............oo.."),
        (
            "Security-Administrator",
            "Security Administrator",
            "............o......o",
        ),
        (
            "Tenant-Administrator",
            "Tenant Administrator",
            "oooooooooooo.o.oooo.",
        ),
        ("Tenant-Guest", "Tenant Guest", "oooo.........o..oo.."),
        ("CTS-Administrator", "CTS Administrator", ".............o......"),
    ] {
        let role = system_policy(name).unwrap();
        assert_eq!(role.role.unwrap().title, title);
        let policy = languages::parse(Language::Iam, role.document, IDENTITY_LIMIT).unwrap();
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
    }
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
