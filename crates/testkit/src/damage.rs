//! What no caller can do to a core: states without an operation, spoiled material, a log that fails.

use claviger_audit::record::Source;
use claviger_model::{
    AccountId, Caller, Change, Identity, Key, KeyId, KeyState, KeyVersion, KeyVersionId, Material,
};
use claviger_service::Call;
use claviger_store::{Draft, Store as _};

use crate::World;

fn draft() -> Draft {
    Draft(br#"{"kind":"test","event":"changed past the service"}"#[..].into())
}

impl World {
    /// Puts a key into a state that no operation leads to yet, and restarts the service, whose caches could not know.
    pub async fn force_state(&mut self, account: AccountId, key: &str, state: KeyState) {
        let (scope, id) = (self.scope(account), key.parse::<KeyId>().unwrap());
        let force = move |mut key: Key| {
            key.state = state;
            Ok(Change::Changed(key))
        };
        let changed = self
            .store()
            .update_key(&scope, id, draft(), Box::new(force))
            .await;
        changed.unwrap();
        self.restart().await;
    }

    /// Puts a key beside another that is like it, but whose material no provider opens. Gives its id.
    pub async fn add_spoiled_key(&self, account: AccountId, like: &str) -> String {
        let (store, scope) = (self.store(), self.scope(account));
        let found = store.key(&scope, like.parse().unwrap()).await.unwrap();
        let version = KeyVersion {
            id: KeyVersionId::from_bytes([8; 16]),
            key: KeyId::from_bytes([9; 16]),
            scope,
            created: self.now(),
            material: Material(b"spoiled".to_vec().into()),
        };
        let key = Key {
            id: version.key,
            primary: Some(version.id),
            ..found.unwrap()
        };
        let id = key.id.to_string();
        store.create_key(key, Some(version), draft()).await.unwrap();
        id
    }

    /// Makes the disk fail and lets a call find out, so that the service knows of it.
    pub async fn fail_log(&self) {
        self.disk().fail();
        let service = self.service();
        let (id, time) = service.begin().unwrap();
        let account = self.root().account();
        let caller = Caller {
            account,
            identity: Identity::Root,
            access_key: None,
        };
        let call = Call {
            id,
            time,
            caller: &caller,
            scope: &self.scope(account),
            dialect: "test",
            source: Source {
                address: [127, 0, 0, 1].into(),
                agent: "",
                host: "",
                secure: false,
            },
            wire_code: |_, error| error.code(),
            dry_run: false,
        };
        service
            .refuse(&call, "Nothing", "nothing")
            .await
            .into_inner()
            .unwrap_err();
    }
}
