//! One call of each operation about tokens, temporary access keys, logins and projects.

use claviger_model::SignedDuration;
use claviger_secret::SecretBytes;
use claviger_service::ops::identity as id;
use claviger_service::ops::session::{
    CreateTemporaryKey, GetCatalog, GetToken, ListDomains, ListProjects, RevokeToken,
};

use crate::matrix_calls::{Answer, Asker};

impl Asker<'_> {
    pub(crate) async fn sessions(&self, operation: &str) -> Option<Answer> {
        let account = self.account();
        let subject = SecretBytes::copied(b"no token");
        match operation {
            "GetToken" => self.asks(GetToken { subject }).await,
            "RevokeToken" => self.asks(RevokeToken { subject }).await,
            "CreateTemporaryKey" => {
                let (life, policy) = (SignedDuration::from_mins(15), None);
                self.asks(CreateTemporaryKey { life, policy }).await
            }
            "ListProjects" => self.asks(ListProjects).await,
            "ListDomains" => self.asks(ListDomains).await,
            "GetCatalog" => self.asks(GetCatalog).await,
            "SetPassword" => {
                let set = id::SetPassword {
                    account,
                    holder: id::LoginHolder::User("none".parse().unwrap()),
                    password: SecretBytes::copied(b"correct horse 1"),
                    original: None,
                };
                self.asks(set).await
            }
            "GetAccessKey" => {
                let get = id::GetAccessKey {
                    account,
                    holder: id::KeyHolder::User("none".parse().unwrap()),
                    id: self.people.access_key.clone().unwrap(),
                };
                self.asks(get).await
            }
            _ => None,
        }
    }
}
