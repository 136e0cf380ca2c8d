//! Every operation of the core, served, refused and failed: each leaves one record, which tells what it was and how it
//! ended.

use std::collections::BTreeSet;

use claviger_model::{Action, KeyId, KeySpec, KeyVersionId, Usage};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{AsymmetricEncrypt, VersionRef};
use claviger_service::ops::deployment::{CreateAccount, DeleteAccount, DeleteService};
use claviger_service::ops::identity;
use claviger_service::ops::key::CreateKey;
use claviger_service::ops::session::{Evidence, GetToken, RevokeToken, TokenWish};
use claviger_service::{Operation, Service};
use serde_json::Value;

use crate::actors::Way;
use crate::calls::Root;
use crate::certificate_desk::{OAEP, decrypt, encrypt, issued};
use crate::lifetimes::{DAY, MATERIAL};
use crate::logins::opens;
use crate::matrix_calls::go;
use crate::matrix_people::People;
use crate::states::Subject;

/// What nobody can call, as halves of another operation, what the server does by itself and what only those want who are
/// nobody yet; and what leaves no record.
const NOT_RECORDED: [Action; 7] = [
    Action::DescribeRegions,
    Action::ReEncryptFrom,
    Action::ReEncryptTo,
    Action::DeleteKey,
    Action::RotateKey,
    Action::WarnDeletion,
    Action::CreateToken,
];

/// Operations and what they are asked of, in an order in which root is served.
const SERVED: &[(&str, &str)] = &[
    (
        "plain",
        "DescribeKey UpdateKeyDescription UpdateKeyTitle Encrypt Decrypt EncryptDataKey DecryptDataKey ReEncrypt \
         GenerateDataKey GenerateDataKeyWithoutPlaintext CreateGrant ListGrants RetireGrant RevokeGrant \
         GenerateAndExportDataKey ExportDataKey DisableKey EnableKey BeginRotation AlterRotation GetRotationStatus \
         EndRotation RotateOnDemand UpdateRotationPolicy DescribeKeyVersion \
         ListKeyVersions TagResource ListResourceTags UntagResource TagResources ListTagResources UntagResources \
         SetKeyPolicy GetKeyPolicy CreateAlias UpdateAlias ListAliasesByKey DeleteAlias GetKeyUsage \
         ScheduleKeyDeletion CancelKeyDeletion SetDeletionProtection",
    ),
    (
        "import",
        "GetParametersForImport ImportKeyMaterial DeleteKeyMaterial",
    ),
    (
        "ec",
        "AsymmetricSign AsymmetricVerify GetPublicKey CreateCsr CreateKeyVersion",
    ),
    ("rsa", "AsymmetricEncrypt AsymmetricDecrypt"),
    ("mac", "GenerateMac VerifyMac"),
    (
        "certificate",
        "GetCertificate DescribeCertificate CertificatePrivateKeySign CertificatePublicKeyVerify TagResource \
         ListResourceTags UntagResource UploadCertificate UpdateCertificateStatus DeleteCertificate",
    ),
    (
        "here",
        "CreateKey ListKeys FindKeys CountKeys GetQuotas ListTagValues GenerateRandom ListAliases CreateCertificate \
         DescribeService OpenService ListInstances ListAccessPoints ListRetirableGrants ListKeyStores GetKeyStore \
         ChangeKeyStore ListClientKeys ListNetworkRules ListAccessRules GetCallerIdentity LookupEvents DescribeTrails GetAuditStatus \
         ListProjects ListDomains GetCatalog CreateTemporaryKey SetPassword \
         CreateUser GetUser ListUsers UpdateAccessKey ListAccessKeys GetAccessKeyLastUsed GetAccessKey DeleteAccessKey \
         CreateAccessKey CreateGroup GetGroup ListGroups ListGroupsForUser ListUsersForGroup RemoveUserFromGroup \
         AddUserToGroup CreateRole GetRole UpdateRole ListRoles CreatePolicy GetPolicy ListPolicies \
         CreatePolicyVersion SetDefaultPolicyVersion GetPolicyVersion ListPolicyVersions AttachPolicyToUser \
         ListPoliciesForUser AttachPolicyToGroup ListPoliciesForGroup AttachPolicyToRole ListPoliciesForRole \
         ListEntitiesForPolicy DetachPolicyFromUser DetachPolicyFromGroup DetachPolicyFromRole DeleteRole \
         CreatePolicyVersion DeletePolicyVersion DeletePolicy UpdateGroup UpdateUser CreateAccount GetAccount \
         UpdateAccount ListAccounts CreateService GetService ListServices ExplainDecision",
    ),
];

/// Somebody who goes through all operations and looks what the trail tells of each.
struct Tour {
    people: People,
    /// Records that were looked at.
    seen: usize,
    told: BTreeSet<String>,
}

impl Tour {
    async fn new() -> Self {
        let mut tour = Self {
            people: People::new().await,
            seen: 0,
            told: BTreeSet::new(),
        };
        tour.seen = tour.people.world.audited_calls().await.len();
        tour
    }

    /// The record of the call that was just made. What it took to make it possible may have left others.
    async fn record(&mut self, action: &str, outcome: &str) -> Value {
        let calls = self.people.world.audited_calls().await;
        let mut new: Vec<_> = calls.into_iter().skip(self.seen).collect();
        self.seen += new.len();
        new.retain(|call| call["action"] == action && call["outcome"] == outcome);
        assert_eq!(new.len(), 1, "{action} {outcome}: {new:?}");
        let record = new.remove(0);
        let known = Action::of_name(action).unwrap();
        assert_eq!(record["writes"], known.writes(), "{action}");
        assert!(record["request"].is_object(), "{action}");
        assert_eq!(record["response"].is_object(), outcome == "served", "{action}");
        assert_eq!(record["error"].is_object(), outcome != "served", "{action}");
        self.told.insert(action.to_owned());
        record
    }

    async fn goes(&mut self, who: &str, way: Way, operation: &str, thing: &str) -> Value {
        let answer = go(&self.people, who, way, operation, thing).await;
        let outcome = match &answer {
            Ok(()) => "served",
            Err(error) if error.is_fault() => "failed",
            Err(_) => "refused",
        };
        let record = self.record(operation, outcome).await;
        match answer {
            Ok(()) => assert_eq!(record["error"], Value::Null),
            Err(error) => assert_eq!(record["error"]["code"], error.code(), "{operation}: {error}"),
        }
        record
    }

    /// What nobody told of yet.
    fn misses(&self) -> Vec<&'static str> {
        called().filter(|name| !self.told.contains(*name)).collect()
    }

    /// What the lists of operations cannot say: calls on things that are made for them.
    async fn goes_astray(&mut self) {
        let [shown, gone] = [self.token().await, self.token().await];
        self.served(GetToken { subject: shown }).await;
        self.served(RevokeToken { subject: gone }).await;
        let service = self.people.world.service();
        let account = self.people.root.scope.account;
        let (certificate, _) = issued(&self.people.root, &service, KeySpec::Rsa2048).await;
        let blob = encrypt(&self.people.root, &service, &certificate, 5)
            .await
            .unwrap();
        self.record("CertificatePublicKeyEncrypt", "served").await;
        decrypt(&self.people.root, &service, &certificate, &blob)
            .await
            .unwrap();
        self.record("CertificatePrivateKeyDecrypt", "served").await;
        let user = identity::DeleteUser {
            account,
            name: "new".parse().unwrap(),
        };
        self.served(user).await;
        let group = identity::DeleteGroup {
            account,
            name: "new".parse().unwrap(),
        };
        self.served(group).await;
        let service = DeleteService {
            name: "new".parse().unwrap(),
        };
        self.served(service).await;
        let made = self.served(CreateAccount { name: "gone".into() }).await;
        self.served(DeleteAccount {
            id: made.0.account.id,
        })
        .await;
    }

    /// A token of root.
    async fn token(&mut self) -> SecretBytes {
        let service = self.people.world.service();
        let root = self.people.world.root();
        let by = Evidence::Secret {
            access_key: root.access_key_id().into(),
            secret: SecretBytes::copied(root.secret().as_bytes()),
        };
        let token = opens(&service, TokenWish { by, scope: None }).await;
        self.record("CreateToken", "served").await;
        token.unwrap().unwrap().text
    }

    async fn served<O: Operation>(&mut self, operation: O) -> O::Output {
        let (service, action) = (self.people.world.service(), operation.action());
        let output = self.people.root.calls(&service, operation).await;
        let output = output.unwrap_or_else(|error| unreachable!("{action:?}: {error}"));
        self.record(action.name(), "served").await;
        output
    }
}

/// Something that the operation can be asked of, whether or not it would be served.
fn thing_of(operation: &str) -> &'static str {
    let mut things = SERVED.iter();
    let thing = things.find(|(_, operations)| operations.split(' ').any(|name| name == operation));
    match thing {
        Some((thing @ ("here" | "certificate"), _)) => thing,
        Some(_) => "plain",
        None if operation == "AssumeRole" => "open",
        None if operation.starts_with("Certificate") => "certificate",
        None => "here",
    }
}

/// The names of those that are called and recorded.
fn called() -> impl Iterator<Item = &'static str> {
    let all = Action::ALL.iter().map(|action| action.name());
    all.filter(|name| !NOT_RECORDED.iter().any(|action| action.name() == *name))
}

/// Keys on which the operations are served that a symmetric key does not serve.
async fn add_other_keys(people: &mut People) {
    for (name, spec, usage) in [
        ("ec", KeySpec::EcP256, None),
        ("rsa", KeySpec::Rsa2048, Some(Usage::EncryptDecrypt)),
        ("mac", KeySpec::HmacSha256, None),
    ] {
        let create = CreateKey {
            spec,
            usage,
            ..people.root.create_key()
        };
        let service = people.world.service();
        let key = people.root.calls(&service, create).await.unwrap();
        let blob = match spec {
            KeySpec::Rsa2048 => rsa_blob(&people.root, &service, key.id).await,
            _ => Vec::new(),
        };
        let subject = Subject {
            id: key.id,
            version: people.root.versions(&service, key.id).await[0].id,
            blob,
            ..bare(key.id)
        };
        people.add_subject(name, subject);
    }
    let service = people.world.service();
    let id = people.root.makes_empty_key(&service).await;
    let parameters = people.root.prepares_import(&service, id).await;
    let import = people.root.import(&parameters, MATERIAL, None);
    people.root.calls(&service, import).await.unwrap();
    let subject = Subject {
        parameters: Some(parameters),
        ..bare(id)
    };
    people.add_subject("import", subject);
}

fn bare(id: KeyId) -> Subject {
    Subject {
        id,
        version: KeyVersionId::from_bytes([0; 16]),
        alias: "none".into(),
        blob: Vec::new(),
        data_key: Vec::new(),
        parameters: None,
        bystander: id,
    }
}

/// Something that the key pair opens.
async fn rsa_blob(root: &Root, service: &Service, key: KeyId) -> Vec<u8> {
    let encrypt = AsymmetricEncrypt {
        key: root.key(key),
        version: VersionRef::Named(Some(root.versions(service, key).await[0].id)),
        algorithm: OAEP,
        plaintext: SecretBytes::copied(b"text"),
    };
    root.calls(service, encrypt).await.unwrap().bytes
}

#[tokio::test]
async fn every_operation_that_is_served_leaves_its_record() {
    let mut tour = Tour::new().await;
    add_other_keys(&mut tour.people).await;
    // Versions are made by hand at most once a week.
    tour.people.world.advance(8 * DAY);
    tour.seen = tour.people.world.audited_calls().await.len();
    let mut wrong = Vec::new();
    for (thing, operations) in SERVED {
        for operation in operations.split(' ') {
            if operation == "DeleteRole" {
                // Nobody takes it any more afterwards.
                tour.goes("ram", Way::Really, "AssumeRole", "open").await;
            }
            let record = tour.goes("root", Way::Really, operation, thing).await;
            assert_eq!(record["caller"]["type"], "root", "{operation}");
            // The service is open from the beginning, and there are no stores of keys.
            let expected = match operation {
                "OpenService" | "GetKeyStore" | "ChangeKeyStore" => "refused",
                _ => "served",
            };
            if record["outcome"] != expected {
                wrong.push(format!("{operation} {thing}: {}", record["error"]));
            }
        }
    }
    tour.goes_astray().await;
    assert!(wrong.is_empty(), "these were to be served: {wrong:#?}");
    assert_eq!(tour.misses(), [""; 0]);
}

#[tokio::test]
async fn every_operation_that_is_refused_leaves_its_record() {
    let mut tour = Tour::new().await;
    for operation in called() {
        // Who one is everybody may ask. Asking whether one may is refused then.
        let (way, code) = match operation {
            "GetCallerIdentity"
            | "ListProjects"
            | "ListDomains"
            | "GetCatalog"
            | "CreateTemporaryKey"
            | "ListRetirableGrants" => (Way::Asks, "dry_run"),
            "GetToken" | "RevokeToken" => (Way::Really, "token_not_found"),
            _ => (Way::Really, "denied"),
        };
        let record = tour.goes("none", way, operation, thing_of(operation)).await;
        assert_eq!(record["outcome"], "refused", "{operation}: {record}");
        assert_eq!(record["error"]["code"], code, "{operation}: {record}");
        assert_eq!(record["caller"]["user"], "none", "{operation}");
    }
    assert_eq!(tour.misses(), [""; 0]);
}

#[tokio::test]
async fn every_operation_that_fails_leaves_its_record() {
    let mut tour = Tour::new().await;
    for operation in called() {
        let who = if operation == "AssumeRole" { "ram" } else { "root" };
        let record = tour.goes(who, Way::Breaks, operation, thing_of(operation)).await;
        assert_eq!(record["outcome"], "failed", "{operation}: {record}");
        assert_eq!(record["error"]["code"], "internal", "{operation}: {record}");
    }
    assert_eq!(tour.misses(), [""; 0]);
}

#[tokio::test]
async fn to_list_regions_leaves_no_record() {
    let tour = Tour::new().await;
    for (who, way) in [("root", Way::Really), ("none", Way::Asks), ("root", Way::Breaks)] {
        let answer = go(&tour.people, who, way, "DescribeRegions", "here").await;
        assert_eq!(answer.is_ok(), way == Way::Really);
    }
    let calls = tour.people.world.audited_calls().await;
    assert_eq!(calls.len(), tour.seen);
}
