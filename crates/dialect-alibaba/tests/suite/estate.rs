//! Two accounts with identities of every kind, and for every operation on them a call that succeeds there.

use claviger_dialect_alibaba::Api;
use claviger_testkit::Client;
use serde_json::Value;

use crate::kms::{Answer, Kms};
use crate::scene::{Parameters, borrowed};

/// An account with the users `alice`, `bob` and `leaver`, the groups `dev` and `empty`, the roles `auditor` and `spare`,
/// the policies `readers`, `takers` and `unused`, the service `oss`; and a second account.
pub(crate) struct Estate {
    pub(crate) kms: Kms,
    /// The access keys of users and services by the name of their owner.
    keys: Vec<(&'static str, Client)>,
    /// The second account.
    pub(crate) second: String,
    /// The key that root made first.
    pub(crate) key: String,
}

/// A policy that allows to look at keys.
pub(crate) const READERS: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Describe*","kms:List*"],"Resource":"*"}]}"#;
/// Another one.
pub(crate) const WRITERS: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#;
/// One that allows to take any role.
pub(crate) const TAKERS: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;

/// The APIs on identities.
pub(crate) const APIS: [Api; 3] = [Api::Ram, Api::Sts, Api::Admin];

impl Estate {
    pub(crate) async fn new() -> Self {
        let mut estate = Self {
            kms: Kms::new().await,
            keys: Vec::new(),
            second: String::new(),
            key: String::new(),
        };
        estate.key = estate.kms.create_key().await;
        estate.people().await;
        estate.papers().await;
        let made = estate.admin("CreateAccount", &[("AccountName", "second")]).await;
        made["Account"]["AccountId"]
            .as_str()
            .unwrap()
            .clone_into(&mut estate.second);
        for (name, text) in [("oss", "object store"), ("idle", "")] {
            let parameters = [("ServiceName", name), ("Description", text)];
            estate.admin("CreateService", &parameters).await;
        }
        let made = estate
            .admin("CreateServiceAccessKey", &[("ServiceName", "oss")])
            .await;
        estate.keep("oss", &made);
        estate
    }

    /// Users and groups, who may do nothing yet.
    async fn people(&mut self) {
        let alice = [
            ("UserName", "alice"),
            ("DisplayName", "测试 Alice"),
            ("MobilePhone", "86-18600000000"),
            ("Email", "alice@example.com"),
            ("Comments", "a<b>&\"c\""),
        ];
        self.ram("CreateUser", &alice).await;
        for name in ["bob", "leaver"] {
            self.ram("CreateUser", &[("UserName", name)]).await;
        }
        for name in ["alice", "bob"] {
            let made = self.ram("CreateAccessKey", &[("UserName", name)]).await;
            self.keep(name, &made);
        }
        for name in ["dev", "empty"] {
            let parameters = [("GroupName", name), ("Comments", "a group")];
            self.ram("CreateGroup", &parameters).await;
        }
        self.ram("AddUserToGroup", &[("UserName", "alice"), ("GroupName", "dev")])
            .await;
    }

    /// Policies and roles. Of all, only `alice` may do something: take roles, and look at keys.
    async fn papers(&self) {
        let trust = self.trust();
        for name in ["auditor", "spare"] {
            let parameters = [
                ("RoleName", name),
                ("Description", "looks at\nkeys"),
                ("AssumeRolePolicyDocument", &*trust),
                ("MaxSessionDuration", "7200"),
                ("Tag.1.Key", "team"),
                ("Tag.1.Value", name),
            ];
            self.ram("CreateRole", &parameters).await;
        }
        for (name, document) in [("readers", READERS), ("takers", TAKERS), ("unused", READERS)] {
            let parameters = [
                ("PolicyName", name),
                ("PolicyDocument", document),
                ("Description", name),
                ("Tag.1.Key", "team"),
                ("Tag.1.Value", "a"),
            ];
            self.ram("CreatePolicy", &parameters).await;
        }
        let version = [("PolicyName", "readers"), ("PolicyDocument", WRITERS)];
        self.ram("CreatePolicyVersion", &version).await;
        for (action, parameter, name, policy) in [
            ("AttachPolicyToUser", "UserName", "alice", "takers"),
            ("AttachPolicyToUser", "UserName", "alice", "readers"),
            ("AttachPolicyToGroup", "GroupName", "dev", "readers"),
            ("AttachPolicyToRole", "RoleName", "auditor", "readers"),
        ] {
            let parameters = [
                (parameter, name),
                ("PolicyName", policy),
                ("PolicyType", "Custom"),
            ];
            self.ram(action, &parameters).await;
        }
    }

    /// A trust policy that lets everybody of the account take a role, if their policies do.
    pub(crate) fn trust(&self) -> String {
        let root = format!("acs:ram::{}:root", self.kms.world.root().account());
        format!(
            r#"{{"Version":"1","Statement":[{{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{{"RAM":["{root}"]}}}}]}}"#
        )
    }

    /// The ARN of a role of the first account.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("acs:ram::{}:role/{name}", self.kms.world.root().account())
    }

    fn keep(&mut self, owner: &'static str, made: &Value) {
        let client = self.client(&made["AccessKey"]);
        self.keys.push((owner, client));
    }

    /// Somebody with an access key from an answer.
    pub(crate) fn client(&self, key: &Value) -> Client {
        let text = |name: &str| key[name].as_str().unwrap_or_else(|| panic!("{name}: {key}"));
        let root = self.kms.world.root();
        root.with_access_key_id(text("AccessKeyId"))
            .with_secret(text("AccessKeySecret"))
    }

    /// A user or service with its access key.
    pub(crate) fn who(&self, owner: &str) -> &Client {
        let found = self.keys.iter().find(|(known, _)| *known == owner);
        &found.unwrap_or_else(|| panic!("no access key of {owner}")).1
    }

    /// A call of root on identities that succeeds.
    pub(crate) async fn ram(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let root = self.kms.world.root();
        self.kms.ask(root, Api::Ram, action, parameters).await.ok()
    }

    async fn admin(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let root = self.kms.world.root();
        self.kms.ask(root, Api::Admin, action, parameters).await.ok()
    }

    /// Who makes the call of an operation that succeeds: roots take no roles.
    pub(crate) fn caller(&self, action: &str) -> &Client {
        if action == "AssumeRole" {
            self.who("alice")
        } else {
            self.kms.world.root()
        }
    }

    /// The call of an operation that succeeds.
    pub(crate) async fn call(&self, api: Api, action: &str) -> Answer {
        let parameters = self.parameters(api, action);
        self.call_with(api, action, &parameters).await
    }

    pub(crate) async fn call_with(&self, api: Api, action: &str, parameters: &Parameters) -> Answer {
        let caller = self.caller(action);
        self.kms.ask(caller, api, action, &borrowed(parameters)).await
    }

    /// Every parameter that an operation reads, each with a value that is right here.
    pub(crate) fn parameters(&self, api: Api, action: &str) -> Parameters {
        match api {
            Api::Kms => panic!("a scene has those"),
            Api::ActionTrail | Api::ActionTrail2017 => crate::trail::parameters(api, action),
            Api::Ram => self.of_ram(action),
            Api::Sts => self.of_sts(action),
            Api::Admin => self.of_admin(action),
        }
    }

    fn of_ram(&self, action: &str) -> Parameters {
        let (alice, dev) = (text("UserName", "alice"), text("GroupName", "dev"));
        let auditor = text("RoleName", "auditor");
        let readers = [text("PolicyType", "Custom"), text("PolicyName", "readers")];
        let page = [text("Marker", "QQ"), text("MaxItems", "50")];
        let tag = [text("Tag.1.Key", "team"), text("Tag.1.Value", "a")];
        match action {
            "AddUserToGroup" => vec![text("UserName", "bob"), dev],
            "RemoveUserFromGroup" => vec![alice, dev],
            "GetUser" | "ListGroupsForUser" | "ListPoliciesForUser" => vec![alice],
            "CreateAccessKey" | "ListAccessKeys" => vec![text("UserName", "bob")],
            "DeleteUser" => vec![text("UserName", "leaver")],
            "GetGroup" | "ListPoliciesForGroup" => vec![dev],
            "DeleteGroup" => vec![text("GroupName", "empty")],
            "GetRole" | "ListPoliciesForRole" => vec![auditor],
            "DeleteRole" => vec![text("RoleName", "spare")],
            "GetPolicy" | "ListPolicyVersions" | "ListEntitiesForPolicy" => readers.into(),
            "GetPolicyVersion" => [&readers[..], &[text("VersionId", "v2")]].concat(),
            "DeletePolicyVersion" | "SetDefaultPolicyVersion" => {
                vec![text("PolicyName", "readers"), text("VersionId", "v2")]
            }
            "DeletePolicy" => vec![text("PolicyName", "unused"), text("CascadingDelete", "true")],
            "ListUsers" | "ListGroups" => page.into(),
            "ListUsersForGroup" => [&page[..], &[dev]].concat(),
            "ListRoles" => [
                &page[..],
                &[text("Tag.1.Key", "team"), text("Tag.1.Value", "auditor")],
            ]
            .concat(),
            "ListPolicies" => [&page[..], &tag, &[text("PolicyType", "Custom")]].concat(),
            "AttachPolicyToUser" => [&readers[..], &[text("UserName", "bob")]].concat(),
            "AttachPolicyToGroup" => [&readers[..], &[text("GroupName", "empty")]].concat(),
            "AttachPolicyToRole" => [&readers[..], &[text("RoleName", "spare")]].concat(),
            "DetachPolicyFromUser" => [&readers[..], &[alice]].concat(),
            "DetachPolicyFromGroup" => [&readers[..], &[dev]].concat(),
            "DetachPolicyFromRole" => [&readers[..], &[auditor]].concat(),
            "UpdateAccessKey" => [&self.access_key("bob")[..], &[text("Status", "Inactive")]].concat(),
            "DeleteAccessKey" | "GetAccessKeyLastUsed" => self.access_key("bob"),
            other => self.of_making(other),
        }
    }

    fn of_making(&self, action: &str) -> Parameters {
        let tag = [text("Tag.1.Key", "team"), text("Tag.1.Value", "a/b")];
        let trust = self.trust();
        match action {
            "CreateUser" => vec![
                text("UserName", "carol"),
                text("DisplayName", "Carol"),
                text("MobilePhone", "86-18600000001"),
                text("Email", "carol@example.com"),
                text("Comments", "new"),
            ],
            "UpdateUser" => vec![
                text("UserName", "leaver"),
                text("NewUserName", "stayer"),
                text("NewDisplayName", "Stayer"),
                text("NewMobilePhone", "86-18600000002"),
                text("NewEmail", "stayer@example.com"),
                text("NewComments", "stays"),
            ],
            "CreateGroup" => vec![text("GroupName", "ops"), text("Comments", "operators")],
            "UpdateGroup" => vec![
                text("GroupName", "empty"),
                text("NewGroupName", "void"),
                text("NewComments", "still empty"),
            ],
            "CreateRole" => [
                &[
                    text("RoleName", "backup"),
                    text("Description", "makes copies"),
                    text("AssumeRolePolicyDocument", &trust),
                    text("MaxSessionDuration", "43200"),
                ][..],
                &tag,
            ]
            .concat(),
            "UpdateRole" => vec![
                text("RoleName", "spare"),
                text("NewDescription", "another text"),
                text("NewAssumeRolePolicyDocument", &trust),
                text("NewMaxSessionDuration", "3600"),
            ],
            "CreatePolicy" => [
                &[
                    text("PolicyName", "writers"),
                    text("Description", "may do everything with keys"),
                    text("PolicyDocument", WRITERS),
                ][..],
                &tag,
            ]
            .concat(),
            "CreatePolicyVersion" => vec![
                text("PolicyName", "readers"),
                text("PolicyDocument", WRITERS),
                text("SetAsDefault", "true"),
                text("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded"),
            ],
            other => panic!("no call for {other}"),
        }
    }

    fn access_key(&self, owner: &str) -> Parameters {
        vec![
            text("UserName", owner),
            text("UserAccessKeyId", self.who(owner).access_key_id()),
        ]
    }

    fn of_sts(&self, action: &str) -> Parameters {
        match action {
            "AssumeRole" => vec![
                text("RoleArn", &self.role("auditor")),
                text("RoleSessionName", "alice@work"),
                text("DurationSeconds", "900"),
                text("Policy", READERS),
                text("ExternalId", "x-1"),
            ],
            "GetCallerIdentity" => Vec::new(),
            other => panic!("no call for {other}"),
        }
    }

    fn of_admin(&self, action: &str) -> Parameters {
        let (account, oss) = (text("AccountId", &self.second), text("ServiceName", "oss"));
        let key = text("UserAccessKeyId", self.who("oss").access_key_id());
        match action {
            "CreateAccount" => vec![text("AccountName", "third & <last>")],
            "GetAccount" | "DeleteAccount" => vec![account],
            "UpdateAccount" => vec![account, text("AccountName", "renamed")],
            "ListAccounts" | "ListServices" | "GetAuditStatus" => Vec::new(),
            "GetKeyUsage" => vec![text("KeyId", &self.key)],
            "CreateService" => vec![text("ServiceName", "rds"), text("Description", "databases")],
            "GetService" | "CreateServiceAccessKey" | "ListServiceAccessKeys" => vec![oss],
            "DeleteService" => vec![text("ServiceName", "idle")],
            "UpdateServiceAccessKey" => vec![oss, key, text("Status", "Inactive")],
            "DeleteServiceAccessKey" => vec![oss, key],
            "GetLogin" => vec![text("UserName", "bob")],
            "UpdateLogin" => vec![text("UserName", "bob"), text("Status", "Inactive")],
            "SetPassword" => vec![
                text("UserName", "bob"),
                text("Password", "correct horse 1"),
                text("OriginalPassword", "battery staple 2"),
            ],
            "Explain" => vec![
                text("As", "user/alice"),
                text("AskedAction", "kms:DescribeKey"),
                text(
                    "AskedResource",
                    &Kms::arn(self.kms.world.root(), &format!("key/{}", self.key)),
                ),
                text("Condition.1.Key", "acs:SourceIp"),
                text("Condition.1.Value", "192.0.2.1"),
            ],
            other => panic!("no call for {other}"),
        }
    }
}

fn text(name: &'static str, value: &str) -> (&'static str, String) {
    (name, value.to_owned())
}

#[tokio::test]
async fn every_operation_on_identities_has_a_call_that_succeeds() {
    for api in APIS {
        for action in api.served() {
            Estate::new().await.call(api, action).await.ok();
        }
    }
}
