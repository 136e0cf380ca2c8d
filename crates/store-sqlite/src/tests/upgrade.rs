//! What files of earlier releases hold afterwards, and can do.

use std::collections::BTreeSet;

use claviger_model::{
    Attachment, Extent, Holder, Key, KeyFilter, KeyState, Language, NamePage, Order, Page, PolicyRef,
    SignedDuration,
};
use claviger_store::{GrantStore as _, IdentityStore as _, LoginStore as _, Store};
use rusqlite::Connection;

use super::schema::{releases, write_release};
use super::{account_id, alias, draft, grant, key, moment, scope};
use crate::{Options, SqliteStore};

const ALL: Page = Page { skip: 0, take: 100 };

const NAMES: NamePage = NamePage {
    after: None,
    take: 100,
};

/// A key that waits for its deletion, half a day later, and one in use; an alias.
const KEYS: &str = "
    INSERT INTO keys (account, region, id, spec, usage, origin, protection, creator, created, state, due,
                      primary_version, last_rotated, description) VALUES
        (1234567890123456, 'cn-hangzhou', x'00000001000000000000000000000000', 'aes-256', 'encrypt', 'generated',
         'software', NULL, 1767225600123000, 'enabled', NULL, x'00000001000000000000000000000000',
         1767225600123000, ''),
        (1234567890123456, 'cn-hangzhou', x'00000002000000000000000000000000', 'aes-256', 'encrypt', 'generated',
         'software', NULL, 1767225600123000, 'pending-deletion', 1767268800123000,
         x'00000002000000000000000000000000', 1767225600123000, '');
    INSERT INTO aliases (account, region, name, key, created) VALUES
        (1234567890123456, 'cn-hangzhou', 'app', x'00000001000000000000000000000000', 1767225600123000);";

/// No titles, deletions that were not announced, aliases as of their birth; and all of it can be changed.
#[tokio::test]
async fn keys_of_every_release_get_what_is_new() {
    for (number, layout) in releases().into_iter().filter(|(number, _)| *number < 5) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let rotates = "UPDATE keys SET rotation = 3600 WHERE state = 'enabled'";
        let rows = [KEYS, if number > 1 { rotates } else { "" }].concat();
        write_release(&path, number, &layout, &rows);
        let store = SqliteStore::open(&path, Options::default()).unwrap();
        let hour = SignedDuration::from_hours(1);
        let first = Key {
            rotation: (number > 1).then_some(hour),
            ..key(1)
        };
        let due = moment() + hour * 12;
        let second = Key {
            state: KeyState::PendingDeletion { due },
            ..key(2)
        };
        let none = KeyFilter::default();
        let keys = store
            .whole_keys(&scope(), &none, Order::NewestFirst, ALL)
            .await
            .unwrap();
        assert_eq!(
            keys.items,
            [second.clone(), first.clone()],
            "from schema {number}"
        );
        let aliases = store.aliases_after(&scope(), None, NAMES).await.unwrap();
        assert_eq!(aliases.items, [alias("app", 1)]);
        assert_eq!(store.scope_of_key(first.id).await.unwrap(), Some(scope()));
        assert_eq!(store.key_count(&scope()).await.unwrap(), 2);

        assert_eq!(store.due_keys(moment(), 9).await.unwrap(), [(scope(), second.id)]);
        store
            .update_key(&scope(), second.id, draft("warn"), Box::new(Key::warn))
            .await
            .unwrap();
        let rotating = store.due_keys(moment() + hour, 9).await.unwrap();
        let wanted = if number > 1 {
            vec![(scope(), first.id)]
        } else {
            vec![]
        };
        assert_eq!(rotating, wanted);

        let entitle = Box::new(|key: Key| key.entitle("title".parse().unwrap()));
        store
            .update_key(&scope(), first.id, draft("title"), entitle)
            .await
            .unwrap();
        store
            .create_grant(grant(1), 1, draft("grant"), Box::new(|_| Ok(())))
            .await
            .unwrap();
        assert_eq!(store.grants_of_key(&scope(), first.id).await.unwrap(), [grant(1)]);
    }
}

/// An account with a user in a group, a role and two policies, one of which is on all of them.
const IDENTITIES: &str = "
    INSERT INTO accounts VALUES (1234567890123456, zeroblob(16), 'first', 0);
    INSERT INTO users VALUES (1234567890123456, 200000000000000001, 'u', '', '', '', '', 0, 0);
    INSERT INTO user_groups (account, name, comments, created, updated) VALUES
        (1234567890123456, 'g', 'c', 1767225600123000, 1767225600123000), (1234567890123456, 'h', '', 0, 0);
    INSERT INTO memberships VALUES (1234567890123456, 200000000000000001, 1, 0);
    INSERT INTO roles VALUES (1234567890123456, 300000000000000001, 'r', '', '', 3600, 0, 0);
    INSERT INTO policies VALUES (1234567890123456, 'p', '', 1, 1, 0, 0), (1234567890123456, 'q', '', 1, 1, 0, 0);
    INSERT INTO policy_versions VALUES
        (1234567890123456, 'p', 1, 'document', 0), (1234567890123456, 'q', 1, 'other', 0);
    INSERT INTO attachments VALUES
        (1234567890123456, 'user', 200000000000000001, 'custom', 'p', 1767225600123000),
        (1234567890123456, 'user', 200000000000000001, 'system', 'p', 1767225600123000),
        (1234567890123456, 'group', 1, 'custom', 'p', 1767225600123000),
        (1234567890123456, 'role', 300000000000000001, 'custom', 'p', 1767225600123000);";

fn on_user(policy: PolicyRef, extent: Extent) -> Attachment {
    Attachment {
        extent,
        policy,
        holder: Holder::User("u".parse().unwrap()),
        attached: moment(),
    }
}

/// Numbers that stay, the language that there was, and rights that count everywhere.
#[tokio::test]
async fn identities_of_the_fourth_schema_get_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    write_release(&path, 4, &releases()[3].1, IDENTITIES);
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let store = SqliteStore::open(&path, Options::default()).unwrap();
        let groups = store.groups(account_id(), NAMES).await.unwrap().items;
        let policies = store.policies(account_id(), NAMES).await.unwrap().items;
        let mut found = Vec::new();
        for group in groups {
            found.push(group.id.number());
            let same = store.group_by_id(account_id(), group.id).await.unwrap();
            assert_eq!(same, Some(group));
        }
        for row in policies {
            found.push(row.policy.id.number());
            assert_eq!(
                (row.policy.language, row.policy.title.as_str()),
                (Language::Ram, "")
            );
            let same = store.policy_by_id(account_id(), row.policy.id).await.unwrap();
            assert_eq!(same, Some(row));
        }
        numbers.push(found);
    }
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(numbers[0].iter().collect::<BTreeSet<_>>().len(), 4, "{numbers:?}");

    let store = SqliteStore::open(&path, Options::default()).unwrap();
    let name = "p".parse().unwrap();
    let (custom, system) = (
        PolicyRef::Custom("p".parse().unwrap()),
        PolicyRef::System("p".parse().unwrap()),
    );
    let holder = Holder::User("u".parse().unwrap());
    let mut wanted = vec![
        on_user(custom.clone(), Extent::Everywhere),
        on_user(system, Extent::Everywhere),
    ];
    let found = store.attachments_of(account_id(), &holder).await.unwrap();
    assert_eq!(found, wanted);
    let row = store.policy(account_id(), &name).await.unwrap().unwrap();
    assert_eq!(row.attachments, 3);
    let user = claviger_model::UserId::from_number(200_000_000_000_000_001).unwrap();
    let (_, rights) = store.rights_of_user(account_id(), user).await.unwrap().unwrap();
    let documents: Vec<_> = rights
        .into_iter()
        .map(|held| (held.extent, held.document))
        .collect();
    let document = Some((Language::Ram, "document".to_owned()));
    let everywhere = |document| (Extent::Everywhere, document);
    assert_eq!(
        documents,
        [
            everywhere(document.clone()),
            everywhere(document),
            everywhere(None)
        ]
    );
    let further = on_user(custom, Extent::Regions);
    store
        .attach(account_id(), further.clone(), 1, draft("attach"))
        .await
        .unwrap();
    wanted.insert(1, further);
    let found = store.attachments_of(account_id(), &holder).await.unwrap();
    assert_eq!(found, wanted);
    drop(store);
    let violations: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(violations, 0);
}
