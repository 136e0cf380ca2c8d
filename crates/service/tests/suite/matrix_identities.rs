//! One call of each operation about users, groups, roles and policies.

use claviger_model::{AccessKeyStatus, Holder, PolicyRef, Tags};
use claviger_service::ops::identity as id;

use crate::matrix_calls::{Answer, Asker, DOCUMENT, TRUST, names};

impl Asker<'_> {
    pub(crate) async fn users(&self, operation: &str) -> Option<Answer> {
        let (account, name) = (self.account(), || "none".parse().unwrap());
        let (holder, key) = (
            || id::KeyHolder::User("none".parse().unwrap()),
            self.people.access_key.clone().unwrap(),
        );
        match operation {
            "CreateUser" => {
                let create = id::CreateUser {
                    account,
                    name: "new".parse().unwrap(),
                    display_name: String::new(),
                    mobile_phone: String::new(),
                    email: String::new(),
                    comments: String::new(),
                };
                self.asks(create).await
            }
            "GetUser" => {
                self.asks(id::GetUser {
                    account,
                    name: name(),
                })
                .await
            }
            "UpdateUser" => {
                let update = id::UpdateUser {
                    account,
                    name: name(),
                    new_name: Some("other".parse().unwrap()),
                    display_name: None,
                    mobile_phone: None,
                    email: None,
                    comments: None,
                };
                self.asks(update).await
            }
            "DeleteUser" => {
                self.asks(id::DeleteUser {
                    account,
                    name: name(),
                })
                .await
            }
            "ListUsers" => {
                self.asks(id::ListUsers {
                    account,
                    page: names(),
                })
                .await
            }
            "CreateAccessKey" => {
                let holder = holder();
                self.asks(id::CreateAccessKey { account, holder }).await
            }
            "UpdateAccessKey" => {
                let update = id::UpdateAccessKey {
                    account,
                    holder: holder(),
                    id: key,
                    status: AccessKeyStatus::Inactive,
                };
                self.asks(update).await
            }
            "DeleteAccessKey" => {
                let (holder, id) = (holder(), key);
                self.asks(id::DeleteAccessKey { account, holder, id }).await
            }
            "ListAccessKeys" => {
                let holder = holder();
                self.asks(id::ListAccessKeys { account, holder }).await
            }
            "GetAccessKeyLastUsed" => {
                let (holder, id) = (holder(), key);
                self.asks(id::GetAccessKeyLastUsed { account, holder, id }).await
            }
            _ => None,
        }
    }

    pub(crate) async fn groups(&self, operation: &str) -> Option<Answer> {
        let (account, name) = (self.account(), || "group".parse().unwrap());
        let (user, group) = (|| "group".parse().unwrap(), name);
        match operation {
            "CreateGroup" => {
                let (name, comments) = ("new".parse().unwrap(), String::new());
                self.asks(id::CreateGroup {
                    account,
                    name,
                    comments,
                })
                .await
            }
            "GetGroup" => {
                self.asks(id::GetGroup {
                    account,
                    name: name(),
                })
                .await
            }
            "UpdateGroup" => {
                let update = id::UpdateGroup {
                    account,
                    name: name(),
                    new_name: Some("other".parse().unwrap()),
                    comments: None,
                };
                self.asks(update).await
            }
            "DeleteGroup" => {
                self.asks(id::DeleteGroup {
                    account,
                    name: name(),
                })
                .await
            }
            "ListGroups" => {
                self.asks(id::ListGroups {
                    account,
                    page: names(),
                })
                .await
            }
            "AddUserToGroup" => {
                let (user, group) = (user(), group());
                self.asks(id::AddUserToGroup { account, user, group }).await
            }
            "RemoveUserFromGroup" => {
                let (user, group) = (user(), group());
                self.asks(id::RemoveUserFromGroup { account, user, group }).await
            }
            "ListGroupsForUser" => {
                self.asks(id::ListGroupsForUser {
                    account,
                    user: user(),
                })
                .await
            }
            "ListUsersForGroup" => {
                let (group, page) = (group(), names());
                self.asks(id::ListUsersForGroup { account, group, page }).await
            }
            _ => None,
        }
    }

    pub(crate) async fn roles(&self, operation: &str) -> Option<Answer> {
        let (account, name) = (self.account(), || "open".parse().unwrap());
        match operation {
            "CreateRole" => {
                let create = id::CreateRole {
                    account,
                    name: "new".parse().unwrap(),
                    description: String::new(),
                    trust: TRUST.into(),
                    max_session: None,
                    tags: Tags::default(),
                };
                self.asks(create).await
            }
            "GetRole" => {
                self.asks(id::GetRole {
                    account,
                    name: name(),
                })
                .await
            }
            "UpdateRole" => {
                let update = id::UpdateRole {
                    account,
                    name: name(),
                    trust: Some(TRUST.into()),
                    max_session: None,
                    description: None,
                };
                self.asks(update).await
            }
            "DeleteRole" => {
                self.asks(id::DeleteRole {
                    account,
                    name: name(),
                })
                .await
            }
            "ListRoles" => {
                self.asks(id::ListRoles {
                    account,
                    page: names(),
                })
                .await
            }
            _ => None,
        }
    }

    pub(crate) async fn policies(&self, operation: &str) -> Option<Answer> {
        let (account, name) = (self.account(), self.people.policy.clone());
        let policy = PolicyRef::Custom(name.clone());
        match operation {
            "CreatePolicy" => {
                let create = id::CreatePolicy {
                    account,
                    name: Some("new".parse().unwrap()),
                    language: claviger_model::Language::Ram,
                    title: String::new(),
                    description: String::new(),
                    document: DOCUMENT.into(),
                    tags: Tags::default(),
                };
                self.asks(create).await
            }
            "GetPolicy" => self.asks(id::GetPolicy { account, policy }).await,
            "DeletePolicy" => {
                let cascade = true;
                self.asks(id::DeletePolicy {
                    account,
                    name,
                    cascade,
                })
                .await
            }
            "ListPolicies" => {
                let (system, page) = (None, names());
                self.asks(id::ListPolicies {
                    account,
                    system,
                    language: None,
                    server_language: claviger_model::Language::Ram,
                    page,
                })
                .await
            }
            "CreatePolicyVersion" => {
                let create = id::CreatePolicyVersion {
                    account,
                    name,
                    language: claviger_model::Language::Ram,
                    document: DOCUMENT.into(),
                    title: None,
                    description: None,
                    as_default: true,
                    drop_oldest: false,
                };
                self.asks(create).await
            }
            _ => self.policy_versions(operation).await,
        }
    }

    async fn policy_versions(&self, operation: &str) -> Option<Answer> {
        let (account, name) = (self.account(), self.people.policy.clone());
        let policy = PolicyRef::Custom(name.clone());
        match operation {
            "GetPolicyVersion" => {
                let number = 1;
                self.asks(id::GetPolicyVersion {
                    account,
                    policy,
                    number,
                })
                .await
            }
            "DeletePolicyVersion" => {
                let number = 1;
                self.asks(id::DeletePolicyVersion {
                    account,
                    name,
                    number,
                })
                .await
            }
            "ListPolicyVersions" => self.asks(id::ListPolicyVersions { account, policy }).await,
            "SetDefaultPolicyVersion" => {
                let number = 1;
                self.asks(id::SetDefaultPolicyVersion {
                    account,
                    name,
                    number,
                })
                .await
            }
            "ListEntitiesForPolicy" => self.asks(id::ListEntities { account, policy }).await,
            _ => None,
        }
    }

    pub(crate) async fn attachments(&self, operation: &str) -> Option<Answer> {
        let (account, policy) = (self.account(), PolicyRef::Custom(self.people.policy.clone()));
        let holder = match operation.rsplit_once("User").or(operation.rsplit_once("Group")) {
            Some(_) if operation.ends_with("User") => Holder::User("none".parse().unwrap()),
            Some(_) => Holder::Group("group".parse().unwrap()),
            None => Holder::Role("open".parse().unwrap()),
        };
        match operation {
            "AttachPolicyToUser" | "AttachPolicyToGroup" | "AttachPolicyToRole" => {
                self.asks(id::Attach {
                    extent: claviger_model::Extent::Everywhere,
                    account,
                    policy,
                    holder,
                })
                .await
            }
            "DetachPolicyFromUser" | "DetachPolicyFromGroup" | "DetachPolicyFromRole" => {
                self.asks(id::Detach {
                    extent: claviger_model::Extent::Everywhere,
                    account,
                    policy,
                    holder,
                })
                .await
            }
            "ListPoliciesForUser" | "ListPoliciesForGroup" | "ListPoliciesForRole" => {
                self.asks(id::ListAttached { account, holder }).await
            }
            _ => None,
        }
    }
}
