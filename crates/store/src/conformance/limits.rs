//! Values at the edges of what a store must keep.

use claviger_model::{Material, TAG_LIMIT, Timestamp};

use super::Subject;
use super::make::{Maker, add, describe, draft};
use crate::{Draft, SealedCell};

const STRANGE: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "\r\n\t",
    "'; DROP TABLE keys; --",
    "%_\\?*\"`",
    "{\"json\": [1]}",
    "名前 キー 🔑 ключ",
    "e\u{301} \u{202e}rtl\u{202c} \u{feff}",
    "\u{10ffff}",
    " trailing ",
];

/// Descriptions, policies, reasons, account names, as they are.
pub async fn long_and_strange_texts_read_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope(&"r".repeat(40));
    let long = ["x".repeat(8192), "🔑".repeat(8192), "\0".repeat(8192)];
    for text in STRANGE.iter().copied().chain(long.iter().map(String::as_str)) {
        let mut key = maker.key(&scope);
        key.description = text.into();
        key.deletion_protection = Some(text.into());
        key.policy = Some(text.into());
        let mut key = add(&*store, &mut maker, key).await;
        assert_eq!(store.key(&scope, key.id).await.unwrap().as_ref(), Some(&key));
        for text in ["short", text] {
            key.description = text.into();
            store
                .update_key(&scope, key.id, draft("d"), describe(text))
                .await
                .unwrap();
            assert_eq!(store.key(&scope, key.id).await.unwrap().as_ref(), Some(&key));
        }
        let mut account = maker.account();
        account.name = text.into();
        let access_key = maker.access_key(&account);
        store
            .create_account(account.clone(), access_key, draft("a"))
            .await
            .unwrap();
        assert_eq!(store.account(account.id).await.unwrap(), Some(account));
    }
    let mut key = maker.key(&scope);
    key.id = maker.key_id();
    let key = add(&*store, &mut maker, key).await;
    let name = "n".repeat(255);
    let alias = maker.alias(&key, &name);
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), super::make::any())
        .await
        .unwrap();
    assert_eq!(store.alias(&scope, &alias.name).await.unwrap(), Some(alias));
}

/// As many as fit, with any text on both sides.
pub async fn tags_read_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut key = maker.key(&scope);
    for (name, value) in STRANGE.iter().zip(STRANGE.iter().rev()) {
        key.tags.set((*name).into(), (*value).into()).unwrap();
    }
    for n in key.tags.len()..TAG_LIMIT {
        key.tags
            .set(format!("{n}").repeat(100), "v".repeat(1000))
            .unwrap();
    }
    let key = add(&*store, &mut maker, key).await;
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
}

/// Material, secrets, cells and drafts of any bytes: none, one, all values, more than a page of any database.
pub async fn large_blobs_read_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    for length in [0, 1, 256, 5000, 300_000] {
        let bytes: Box<[u8]> = (0..=255).cycle().take(length).collect();
        let mut key = maker.key(&scope);
        let mut version = maker.version(&mut key);
        version.material = Some(Material(bytes.clone()));
        store
            .create_key(key, Some(version.clone()), u32::MAX, Draft(bytes.clone()))
            .await
            .unwrap();
        assert_eq!(store.key_version(version.id).await.unwrap(), Some(version));
        let last = store.outbox(0, 1000).await.unwrap().pop().unwrap();
        assert_eq!(last.value, Draft(bytes.clone()));

        let account = maker.account();
        let mut access_key = maker.access_key(&account);
        access_key.secret = SealedCell(bytes.clone());
        store
            .create_account(account, access_key.clone(), draft("a"))
            .await
            .unwrap();
        assert_eq!(store.access_key(&access_key.id).await.unwrap(), Some(access_key));

        store.set_cell("cell", SealedCell(bytes.clone())).await.unwrap();
        assert_eq!(store.cell("cell").await.unwrap(), Some(SealedCell(bytes)));
    }
}

/// Milliseconds at least, also before 1970 and far ahead.
pub async fn moments_keep_their_milliseconds(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    for millisecond in [
        0,
        1,
        -1,
        1_767_225_600_123,
        -62_135_596_800_000,
        253_000_000_000_999,
    ] {
        let moment = Timestamp::from_millisecond(millisecond).unwrap();
        let mut key = maker.key(&scope);
        (key.created, key.last_rotated) = (moment, moment);
        let key = add(&*store, &mut maker, key).await;
        assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    }
}
