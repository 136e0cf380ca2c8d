//! Certificates.

use claviger_model::{
    Certificate, CertificateId, CertificateStatus, Change, Error, Issued, KeyId, KeySpec, KeyVersionId,
    Material, Missing, ProtectionLevel, Quota, Refusal, Scope, Tags, Timestamp,
};

use super::Subject;
use super::make::{Maker, add_key, draft, drafts, refused};
use super::people::tags;
use super::together::together;
use super::versions::found;
use crate::{CertificateChange, HeldMaterial, Store};

pub(super) fn certificate(maker: &mut Maker, scope: &Scope) -> Certificate {
    let id = CertificateId::from_bytes(*maker.key_id().as_bytes());
    let created = maker.moment();
    Certificate {
        id,
        scope: scope.clone(),
        spec: KeySpec::EcP256,
        protection: ProtectionLevel::Software,
        exportable: false,
        subject: "CN=a".into(),
        alternative_names: Vec::new(),
        csr: "csr".into(),
        issued: None,
        created,
        updated: created,
        status: CertificateStatus::Pending,
        tags: Tags::default(),
        material: Material(id.to_ascii().into()),
    }
}

/// The place of its key pair.
pub(super) fn held_pair(pair: &Certificate) -> HeldMaterial {
    let id = *pair.id.as_bytes();
    HeldMaterial {
        scope: pair.scope.clone(),
        key: KeyId::from_bytes(id),
        version: KeyVersionId::from_bytes(id),
        spec: pair.spec,
    }
}

/// Tells of its key pair, if that is in hardware.
pub(super) async fn expect_pair(store: &dyn Store, pair: &Certificate, until: Timestamp) -> bool {
    if pair.protection != HeldMaterial::PROTECTION {
        return true;
    }
    let expected = store.expect_material(held_pair(pair), until, until).await;
    expected.unwrap()
}

async fn add(store: &dyn Store, certificate: &Certificate) -> u64 {
    assert!(expect_pair(store, certificate, certificate.created).await);
    store
        .create_certificate(certificate.clone(), u32::MAX, draft("create"))
        .await
        .unwrap()
        .number
}

async fn load(store: &dyn Store, certificate: &Certificate) -> Option<Certificate> {
    let found = store.certificate(&certificate.scope, certificate.id).await;
    found.unwrap()
}

fn issued(chain: &str) -> Issued {
    Issued {
        certificate: "leaf".into(),
        chain: chain.into(),
    }
}

/// Makes it what it says, whatever it was.
fn become_it(wish: &Certificate) -> CertificateChange {
    let wish = wish.clone();
    Box::new(move |_| Ok(Change::Changed(wish.clone())))
}

/// In every status, with every text, also after a restart.
pub async fn a_certificate_reads_back_as_it_was_made(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let plain = certificate(&mut maker, &scope);
    let mut all = vec![Certificate {
        spec: KeySpec::Rsa2048,
        protection: ProtectionLevel::Hsm,
        exportable: true,
        subject: "CN=名\0\n'\"".into(),
        alternative_names: vec![
            "b.example".into(),
            "a.example".into(),
            String::new(),
            "b.example".into(),
        ],
        tags: tags(&[("team", "blue"), ("", ""), ("名", "\0")]),
        material: Material(vec![7; 3000].into()),
        ..plain.clone()
    }];
    for (status, chain) in CertificateStatus::ALL
        .into_iter()
        .zip(["", "", "x", "two\nlines"])
    {
        let issued = (status != CertificateStatus::Pending).then(|| issued(chain));
        all.push(Certificate {
            status,
            issued,
            updated: maker.moment(),
            ..certificate(&mut maker, &scope)
        });
    }
    let store = subject.open().await;
    for made in &all {
        assert_eq!(load(&*store, made).await, None);
        add(&*store, made).await;
        assert_eq!(load(&*store, made).await.as_ref(), Some(made));
    }
    drop(store);
    let store = subject.open().await;
    for made in &all {
        assert_eq!(load(&*store, made).await.as_ref(), Some(made));
    }
}

/// Elsewhere it is not there, and neither is a key of its id.
pub async fn a_certificate_lives_in_one_scope(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let made = certificate(&mut maker, &scope);
    add(&*store, &made).await;
    for scope in [
        elsewhere.clone(),
        Scope {
            region: "q".parse().unwrap(),
            ..scope.clone()
        },
    ] {
        let moved = Certificate {
            scope: scope.clone(),
            ..made.clone()
        };
        assert_eq!(load(&*store, &moved).await, None);
        let missing = Error::NotFound(Missing::Certificate);
        let change = store
            .update_certificate(&scope, made.id, draft("no"), become_it(&made))
            .await;
        assert_eq!(refused(change), missing);
        let deleted = store.delete_certificate(&scope, made.id, draft("no")).await;
        assert_eq!(refused(deleted), missing);
    }
    let key = claviger_model::KeyId::from_bytes(*made.id.as_bytes());
    assert_eq!(store.key(&scope, key).await.unwrap(), None);
    assert_eq!(load(&*store, &made).await, Some(made));
    assert_eq!(drafts(&*store).await.len(), 1);
}

/// A second one of the same id leaves the first as it is.
pub async fn a_certificate_is_made_once(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let made = Certificate {
        alternative_names: vec!["a".into()],
        tags: tags(&[("a", "1")]),
        ..certificate(&mut maker, &scope)
    };
    add(&*store, &made).await;
    let second = Certificate {
        subject: "CN=b".into(),
        alternative_names: vec!["b".into(), "c".into()],
        tags: tags(&[("b", "2")]),
        ..made.clone()
    };
    let again = store.create_certificate(second, u32::MAX, draft("again")).await;
    assert!(matches!(again, Err(crate::WriteError::Store(_))));
    assert_eq!(load(&*store, &made).await, Some(made));
    assert_eq!(drafts(&*store).await.len(), 1);
}

/// What can change changes, with its draft; the rest stays, whatever the change says.
pub async fn a_certificate_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let made = Certificate {
        alternative_names: vec!["a".into()],
        tags: tags(&[("a", "1"), ("b", "2")]),
        ..certificate(&mut maker, &scope)
    };
    let neighbour = Certificate {
        tags: made.tags.clone(),
        ..certificate(&mut maker, &scope)
    };
    add(&*store, &made).await;
    add(&*store, &neighbour).await;
    let other = certificate(&mut maker, &scope);
    let wish = Certificate {
        issued: Some(issued("chain")),
        status: CertificateStatus::Active,
        tags: tags(&[("b", "3"), ("c", "")]),
        updated: other.updated,
        exportable: true,
        ..other
    };
    let changed = store
        .update_certificate(&scope, made.id, draft("change"), become_it(&wish))
        .await
        .unwrap();
    let expected = Certificate {
        issued: wish.issued,
        status: wish.status,
        tags: wish.tags,
        updated: wish.updated,
        ..made
    };
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!(last.value, "change");
    let Change::Changed(changed) = changed else {
        unreachable!("the change was made");
    };
    assert_eq!((changed.number, &changed.value), (last.number, &expected));
    assert_eq!(load(&*store, &expected).await.as_ref(), Some(&expected));
    assert_eq!(load(&*store, &neighbour).await, Some(neighbour));
}

/// Neither where it is so already nor where it is refused; the change sees what is stored.
pub async fn a_certificate_that_does_not_change_leaves_no_draft(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let made = Certificate {
        alternative_names: vec!["a".into()],
        ..certificate(&mut maker, &scope)
    };
    add(&*store, &made).await;
    let wanted = made.clone();
    let same: CertificateChange = Box::new(move |certificate| {
        assert_eq!(certificate, wanted);
        Ok(Change::AlreadySo(Certificate {
            status: CertificateStatus::Revoked,
            ..certificate
        }))
    });
    let answer = store
        .update_certificate(&scope, made.id, draft("same"), same)
        .await
        .unwrap();
    assert!(matches!(answer, Change::AlreadySo(same) if same.value == made));
    for refusal in [
        Error::Refused(Refusal::CertificateTransition(CertificateStatus::Pending)),
        Error::Quota(Quota::Tags),
    ] {
        let never = refusal.clone();
        let never: CertificateChange = Box::new(move |_| Err(never.clone()));
        let answer = store
            .update_certificate(&scope, made.id, draft("never"), never)
            .await;
        assert_eq!(refused(answer), refusal);
    }
    assert_eq!(load(&*store, &made).await, Some(made));
    assert_eq!(drafts(&*store).await.len(), 1);
}

/// However many change it at once, each sees what the one before left.
pub async fn no_change_of_a_certificate_is_lost(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let made = certificate(&mut maker, &scope);
    add(&*store, &made).await;
    let wishes: Vec<_> = (0..20)
        .map(|number| {
            let change: CertificateChange = Box::new(move |certificate| {
                let mut tags = certificate.tags.clone();
                tags.set(format!("tag{number}"), String::new()).unwrap();
                Ok(Change::Changed(Certificate { tags, ..certificate }))
            });
            store.update_certificate(&scope, made.id, draft("tag"), change)
        })
        .collect();
    for answer in together(wishes).await {
        answer.unwrap();
    }
    assert_eq!(load(&*store, &made).await.unwrap().tags.len(), 20);
}

/// Nothing of it is left, and its neighbours stay.
pub async fn a_deleted_certificate_leaves_nothing_of_its_material(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let marks = ["MARK-GONE-", "MARK-STAYS-"];
    let store = subject.open().await;
    let mut made = Vec::new();
    for round in 0..20 {
        for mark in marks {
            let bytes = mark.repeat(1 + round * round).into_bytes();
            let one = Certificate {
                alternative_names: vec!["a".into(), "b".into()],
                tags: tags(&[("a", "1")]),
                material: Material(bytes.into()),
                ..certificate(&mut maker, &scope)
            };
            add(&*store, &one).await;
            made.push((mark, one));
        }
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, marks);

    let store = subject.open().await;
    for (_, one) in made.iter().filter(|(mark, _)| *mark == marks[0]) {
        let was = store.delete_certificate(&scope, one.id, draft("delete")).await;
        let was = was.unwrap();
        assert_eq!(was.value, *one);
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (was.number, "delete"));
        let again = store.delete_certificate(&scope, one.id, draft("again")).await;
        assert_eq!(refused(again), Error::NotFound(Missing::Certificate));
    }
    for (mark, one) in &made {
        let expected = (*mark == marks[1]).then_some(one);
        assert_eq!(load(&*store, one).await.as_ref(), expected);
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[1]]);

    // Not even one of the same id inherits anything.
    let store = subject.open().await;
    let second = Certificate {
        id: made[0].1.id,
        ..certificate(&mut maker, &scope)
    };
    add(&*store, &second).await;
    assert_eq!(load(&*store, &second).await, Some(second));
}

/// Counted per scope and apart from keys; those that are deleted do not count.
pub async fn certificates_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    add_key(&*store, &mut maker, &scope).await;
    let other = certificate(&mut maker, &elsewhere);
    add(&*store, &other).await;
    let create = |certificate: Certificate, quota| store.create_certificate(certificate, quota, draft("new"));
    let full = Error::Quota(Quota::Certificates);
    let first = certificate(&mut maker, &scope);
    assert_eq!(refused(create(first.clone(), 0).await), full);
    create(first.clone(), 2).await.unwrap();
    let wishes: Vec<_> = (0..16)
        .map(|_| create(certificate(&mut maker, &scope), 4))
        .collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    store
        .delete_certificate(&scope, first.id, draft("delete"))
        .await
        .unwrap();
    assert_eq!(refused(create(certificate(&mut maker, &scope), 3).await), full);
    create(certificate(&mut maker, &scope), 4).await.unwrap();
    assert_eq!(refused(create(certificate(&mut maker, &scope), 4).await), full);
}
