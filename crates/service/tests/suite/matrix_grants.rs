//! One call of each operation on grants and on stores of keys.

use claviger_model::{Action, GrantId, KeyId, Page, Party};
use claviger_service::ops::account::{Absent, KeyStoreWish, ListAbsent, WantKeyStore};
use claviger_service::ops::grant::{CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant};

use crate::matrix_calls::{Answer, Asker};

const PAGE: Page = Page { skip: 0, take: 10 };

impl Asker<'_> {
    /// Something that nobody is meant by may be done with a key.
    fn create_grant(&self, key: KeyId) -> CreateGrant {
        CreateGrant {
            key: self.people.root.key(key),
            name: "test".into(),
            grantee: Party::Unknown("somebody".into()),
            retiring: None,
            actions: vec![Action::DescribeKey],
            quota: 10_000,
        }
    }

    /// A grant of the key, if it can have one.
    async fn granted(&self, key: KeyId) -> GrantId {
        let (root, service) = (&self.people.root, self.people.world.service());
        let made = root.calls(&service, self.create_grant(key)).await;
        made.unwrap_or(GrantId::from_bytes([9; 32]))
    }

    pub(crate) async fn grants(&self, operation: &str, id: KeyId) -> Option<Answer> {
        let key = self.people.root.key(id);
        match operation {
            "CreateGrant" => self.asks(self.create_grant(id)).await,
            "RevokeGrant" => {
                let grant = self.granted(id).await;
                self.asks(RevokeGrant { key, grant }).await
            }
            // Root made it, and may give it up.
            "RetireGrant" => {
                let grant = self.granted(id).await;
                self.asks(RetireGrant { key, grant }).await
            }
            "ListGrants" => self.asks(ListGrants { key, page: PAGE }).await,
            _ => None,
        }
    }

    pub(crate) async fn key_stores(&self, operation: &str) -> Option<Answer> {
        let scope = self.people.root.scope.clone();
        let want = |wish| WantKeyStore {
            scope: scope.clone(),
            wish,
        };
        match operation {
            "ListRetirableGrants" => self.asks(ListRetirableGrants { scope, page: PAGE }).await,
            "ListKeyStores" => {
                let what = Absent::KeyStores;
                self.asks(ListAbsent { scope, what }).await
            }
            "GetKeyStore" => self.asks(want(KeyStoreWish::Show)).await,
            "ChangeKeyStore" => self.asks(want(KeyStoreWish::Change)).await,
            _ => None,
        }
    }
}
