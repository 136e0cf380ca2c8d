use claviger_model::{
    Certificate, CertificateId, CertificateStatus, Issued, KeySpec, Material, ProtectionLevel, Tags,
};
use claviger_store::{CertificateStore as _, StoreError};

use super::erasure::is_left;
use super::{Place, bytes, draft, moment, on_writer, scope};

fn certificate(material: &str) -> Certificate {
    let mut tags = Tags::default();
    tags.set("a".into(), "b".into()).unwrap();
    Certificate {
        id: CertificateId::from_bytes(bytes(1)),
        scope: scope(),
        spec: KeySpec::EcP256,
        protection: ProtectionLevel::Software,
        exportable: true,
        subject: "CN=a".into(),
        alternative_names: vec!["a".into()],
        csr: "csr".into(),
        issued: Some(Issued {
            certificate: "leaf".into(),
            chain: String::new(),
        }),
        created: moment(),
        updated: moment(),
        status: CertificateStatus::Active,
        tags,
        material: Material(material.as_bytes().into()),
    }
}

async fn filled() -> Place {
    let place = Place::new();
    let made = certificate("MATERIAL-MARK");
    place
        .store
        .create_certificate(made, 1, draft("create"))
        .await
        .unwrap();
    place
}

#[tokio::test]
async fn bad_values_of_certificates_are_reported_with_their_place() {
    for (table, column, value) in [
        ("certificates", "spec", "'aes-512'"),
        ("certificates", "protection", "'soft'"),
        ("certificates", "exportable", "2"),
        ("certificates", "subject", "CAST(x'ff' AS TEXT)"),
        ("certificates", "csr", "CAST(x'ff' AS TEXT)"),
        ("certificates", "certificate", "NULL"),
        ("certificates", "chain", "NULL"),
        ("certificates", "created", "9223372036854775807"),
        ("certificates", "updated", "-9223372036854775808"),
        ("certificates", "status", "'gone'"),
        ("certificate_names", "name", "CAST(x'ff' AS TEXT)"),
        ("certificate_tags", "name", "CAST(x'ff' AS TEXT)"),
        ("certificate_tags", "value", "CAST(x'ff' AS TEXT)"),
        ("materials", "bytes", "x'0000000501020304'"),
    ] {
        let place = filled().await;
        place
            .intruder()
            .execute(&format!("UPDATE {table} SET {column} = {value}"), [])
            .unwrap();
        let id = CertificateId::from_bytes(bytes(1));
        let error = place.store.certificate(&scope(), id).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::BadRow { table: t, column: c, row, .. }
                if (*t, *c) == (table, column) && *row == id.to_string()),
            "{table}.{column} = {value}: {error}"
        );
    }
}

#[tokio::test]
async fn a_deleted_key_pair_is_gone_from_the_log_without_being_asked() {
    let place = filled().await;
    assert!(is_left(&place.path(), "MATERIAL-MARK"));
    let id = CertificateId::from_bytes(bytes(1));
    let deleted = place
        .store
        .delete_certificate(&scope(), id, draft("delete"))
        .await;
    assert_eq!(deleted.unwrap().value, certificate("MATERIAL-MARK"));
    // The log is emptied before whatever comes next.
    on_writer(&place.store, |_| {});
    assert!(!is_left(&place.path(), "MATERIAL-MARK"));
}
