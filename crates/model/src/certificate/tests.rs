use super::*;
use crate::{AccountId, KeySpec};

use CertificateStatus::{Active, Inactive, Pending, Revoked};

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn issued(text: &str) -> Issued {
    Issued {
        certificate: text.into(),
        chain: String::new(),
    }
}

fn certificate(status: CertificateStatus) -> Certificate {
    Certificate {
        id: CertificateId::from_bytes([1; 16]),
        scope: Scope {
            account: AccountId::from_number(1_111_111_111_111_111).unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
        },
        spec: KeySpec::EcP256,
        protection: ProtectionLevel::Software,
        exportable: false,
        subject: "CN=a".into(),
        alternative_names: Vec::new(),
        csr: String::new(),
        issued: (status != Pending).then(|| issued("first")),
        created: moment(1),
        updated: moment(1),
        status,
        tags: Tags::default(),
        material: Material([7; 4].into()),
    }
}

#[test]
fn the_first_upload_makes_it_active_and_later_ones_keep_the_status() {
    for (before, after) in [(Pending, Active), (Active, Active), (Inactive, Inactive)] {
        let changed = certificate(before).upload(issued("new"), moment(2));
        let Ok(Change::Changed(changed)) = changed else {
            panic!("{before}: {changed:?}");
        };
        assert_eq!((changed.status, changed.updated), (after, moment(2)));
        assert_eq!(changed.issued, Some(issued("new")));
    }
    let same = certificate(Active).upload(issued("first"), moment(2));
    assert_eq!(same, Ok(Change::AlreadySo(certificate(Active))));
    let refused = certificate(Revoked).upload(issued("new"), moment(2));
    assert_eq!(refused, Err(Refusal::CertificateTransition(Revoked)));
}

/// Rows: before. Columns: to Pending, Active, Inactive, Revoked. `+` changes, `=` is so already, `-` is refused.
#[test]
fn the_status_moves_as_the_table_says() {
    for (before, row) in [
        (Pending, "----"),
        (Active, "-=++"),
        (Inactive, "-+=+"),
        (Revoked, "---="),
    ] {
        for (to, expected) in CertificateStatus::ALL.into_iter().zip(row.chars()) {
            let found = match certificate(before).set_status(to, moment(2)) {
                Ok(Change::Changed(changed)) => {
                    assert_eq!((changed.status, changed.updated), (to, moment(2)));
                    '+'
                }
                Ok(Change::AlreadySo(same)) => {
                    assert_eq!(same, certificate(before));
                    '='
                }
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::CertificateTransition(before));
                    '-'
                }
            };
            assert_eq!(found, expected, "{before} to {to}");
        }
    }
}

#[test]
fn only_active_ones_are_used_and_revoked_ones_verify() {
    use CertificateUse::{Decrypt, Encrypt, Sign, Verify};
    for status in CertificateStatus::ALL {
        for purpose in [Sign, Decrypt, Verify, Encrypt] {
            let may = status == Active || (status, purpose) == (Revoked, Verify);
            let expected = if may {
                Ok(())
            } else {
                Err(Refusal::CertificateUse(status))
            };
            assert_eq!(
                certificate(status).ready_for(purpose),
                expected,
                "{status} {purpose:?}"
            );
        }
    }
}

#[test]
fn tags_change_in_every_status() {
    let mut tags = Tags::default();
    tags.set("a".into(), "b".into()).unwrap();
    for status in CertificateStatus::ALL {
        let Change::Changed(tagged) = certificate(status).tag(tags.clone(), moment(2)) else {
            panic!("{status}");
        };
        assert_eq!((&tagged.tags, tagged.updated), (&tags, moment(2)));
        assert_eq!(
            tagged.clone().tag(tags.clone(), moment(3)),
            Change::AlreadySo(tagged)
        );
    }
}
