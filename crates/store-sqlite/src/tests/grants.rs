use claviger_model::{Page, Party};
use claviger_store::{GrantStore as _, StoreError};

use super::{Place, add, draft, grant, scope};
use crate::SqliteStore;

const ALL: Page = Page { skip: 0, take: 100 };

async fn filled() -> Place {
    let place = Place::new();
    add(&place.store, 1).await.unwrap();
    place
        .store
        .create_grant(grant(1), 1, draft("grant"), Box::new(|_| Ok(())))
        .await
        .unwrap();
    place
}

/// Reads the grant in all the ways the store has.
async fn read(store: &SqliteStore) -> Vec<StoreError> {
    let mut errors = Vec::new();
    let (region, by) = (scope().region, [Party::Unknown("retiring".into())]);
    errors.extend(store.grants_of_key(&scope(), grant(1).key).await.err());
    errors.extend(store.grants_page(&scope(), grant(1).key, ALL).await.err());
    errors.extend(store.retirable_grants(&region, &by, ALL).await.err());
    errors.extend(store.grant(grant(1).id).await.err());
    errors
}

#[tokio::test]
async fn bad_values_of_grants_are_reported_with_their_place() {
    for (column, value) in [
        ("id", "x'00'"),
        ("account", "5"),
        ("region", "'UPPER'"),
        ("key", "x'00'"),
        ("name", "CAST(x'ff' AS TEXT)"),
        ("grantee", "'root'"),
        ("grantee", "'user/1234567890123456'"),
        ("retiring", "'nobody/1'"),
        ("retiring", "CAST(x'ff' AS TEXT)"),
        ("issuer", "''"),
        ("actions", "''"),
        ("actions", "'CreateGrant'"),
        ("actions", "'Encrypt Sign'"),
        ("created", "9223372036854775807"),
    ] {
        let place = filled().await;
        assert!(read(&place.store).await.is_empty());
        let change = format!("UPDATE grants SET {column} = {value}");
        place.intruder().execute(&change, []).unwrap();
        let errors = read(&place.store).await;
        assert!(!errors.is_empty(), "{change} went unnoticed");
        for error in errors {
            assert!(
                matches!(&error, StoreError::BadRow { table: "grants", column: c, row, .. }
                    if *c == column && !row.is_empty() && row != "?"),
                "{change}: {error}"
            );
        }
    }
}
