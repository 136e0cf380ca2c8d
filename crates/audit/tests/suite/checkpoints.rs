//! Signed checkpoints: when they are written, and what taking them up again does with what is there.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use claviger_audit::{
    AuditLog, Checkpoint, Ed25519Signer, KeepError, Keeping, PublicKey, Seq, Signer, VerifyError,
};
use jiff::SignedDuration;

use crate::keeper::{
    Kept, MORNING, SEED, checkpoints, names, outline, own_key, plain_options, signer, statements, whole,
};
use crate::support::{LOG, options, segment};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[test]
fn a_checkpoint_comes_when_records_came_and_it_is_time() {
    let mut it = Kept::new(plain_options());
    assert_eq!(it.keeping.last_checkpoint(), None);
    let first = it.round().checkpoint.unwrap();
    assert_eq!((first.head, first.segment, first.log), (it.log.head(), 1, LOG));
    assert!(first.is_signed_by(&own_key()));

    it.append(&["a"]);
    it.pass(MINUTE);
    assert_eq!(it.round().checkpoint, None, "not yet");
    it.pass(4 * MINUTE);
    let second = it.round().checkpoint.unwrap();
    assert_eq!(
        (second.head.seq, second.time.to_string().as_str()),
        (Seq(2), "2026-11-21T08:05:00Z")
    );
    assert_eq!(it.keeping.last_checkpoint(), Some(second));

    it.pass(60 * MINUTE);
    assert_eq!(it.round().checkpoint, None, "nothing has come");

    it.append(&["b"]);
    it.pass(-120 * MINUTE);
    assert!(
        it.round().checkpoint.is_some(),
        "a clock that was set back puts nothing off"
    );
    assert_eq!(statements(it.path()).len(), 3);
    whole(it.path());
}

#[test]
fn a_closed_segment_and_a_stop_get_a_checkpoint_at_once() {
    let mut it = Kept::new(plain_options());
    it.round();
    it.pass(SignedDuration::from_hours(16));
    it.pass(-16 * 60 * MINUTE);
    it.clock.set("2026-11-22T00:00:00Z");
    it.append(&["a"]);
    assert_eq!(
        it.round().checkpoint.map(|made| (made.head.seq, made.segment)),
        Some((Seq(3), 2))
    );
    it.append(&["b"]);
    assert_eq!(it.round().checkpoint, None);
    let dir = it.stop();
    assert_eq!(
        outline(dir.path()),
        [(1, 1, "checkpoint"), (3, 2, "checkpoint"), (4, 2, "checkpoint")]
    );
    let report = whole(dir.path());
    assert_eq!((report.unvouched, report.statements), (0, 3));
    assert_eq!(report.checkpoint, statements(dir.path()).last().copied());
}

#[test]
fn a_stop_without_new_records_writes_nothing() {
    let it = Kept::new(plain_options());
    it.round();
    let dir = it.stop();
    assert_eq!(statements(dir.path()).len(), 1);
    let it = Kept::in_dir(dir, plain_options(), "2026-11-21T09:00:00Z").unwrap();
    let dir = it.stop();
    assert_eq!(statements(dir.path()).len(), 1);
}

#[test]
fn the_public_key_lies_beside_the_log_for_everybody() {
    let it = Kept::new(plain_options());
    let path = it.path().join("checkpoint.pub");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    let pem = fs::read_to_string(path).unwrap();
    assert_eq!(PublicKey::from_pem(&pem), Some(own_key()));
    it.round();
    let mode = fs::metadata(checkpoints(it.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_torn_statement_is_cut_off_when_the_keeping_is_taken_up() {
    let it = Kept::new(plain_options());
    it.append(&["a"]);
    it.round();
    let dir = it.die();
    let good = fs::read(checkpoints(dir.path())).unwrap();
    let mut dir = Some(dir);
    for torn in (1..good.len()).step_by(13) {
        let path = dir.take().unwrap();
        let file = fs::OpenOptions::new().append(true).open(checkpoints(path.path()));
        file.unwrap().write_all(&good[..torn]).unwrap();
        assert_eq!(whole(path.path()).statement_tail_bytes, torn as u64);
        let it = Kept::in_dir(path, plain_options(), MORNING).unwrap();
        assert_eq!(fs::read(checkpoints(it.path())).unwrap(), good);
        assert_eq!(
            it.keeping.last_checkpoint().map(|last| last.head.seq),
            Some(Seq(2))
        );
        dir = Some(it.die());
    }
}

#[test]
fn a_first_statement_that_is_torn_is_none() {
    let it = Kept::new(plain_options());
    it.round();
    let dir = it.die();
    let good = fs::read(checkpoints(dir.path())).unwrap();
    fs::write(checkpoints(dir.path()), &good[..100]).unwrap();
    let it = Kept::in_dir(dir, plain_options(), MORNING).unwrap();
    it.round();
    assert_eq!(fs::read(checkpoints(it.path())).unwrap(), good);
}

#[test]
fn a_statement_that_was_not_written_is_written_in_the_next_round() {
    let it = Kept::new(plain_options());
    // A folder where the file has to be: nothing can be written, also by root.
    fs::create_dir(checkpoints(it.path())).unwrap();
    assert!(
        matches!(it.try_round(Seq(0)), Err(KeepError::Io { path, .. }) if path == checkpoints(it.path()))
    );
    assert_eq!(it.keeping.last_checkpoint(), None);
    fs::remove_dir(checkpoints(it.path())).unwrap();
    assert!(it.round().checkpoint.is_some());
    whole(it.path());
}

#[test]
fn a_log_that_was_cut_short_is_not_kept() {
    let it = Kept::new(plain_options());
    it.append(&["a", "b"]);
    let dir = it.stop();
    let text = fs::read_to_string(segment(dir.path(), 1)).unwrap();
    let two: String = text.split_inclusive('\n').take(2).collect();
    fs::write(segment(dir.path(), 1), two).unwrap();
    let refused = Kept::in_dir(dir, plain_options(), MORNING).err().unwrap();
    assert!(
        matches!(
            refused,
            KeepError::Beyond {
                checkpoint: Seq(3),
                head: Seq(2)
            }
        ),
        "{refused:?}"
    );
}

#[test]
fn a_log_that_was_written_anew_is_not_kept() {
    let it = Kept::new(plain_options());
    it.append(&["a"]);
    let dir = it.stop();
    fs::remove_file(segment(dir.path(), 1)).unwrap();
    let (log, _) = AuditLog::open(dir.path(), options()).unwrap();
    log.append_blocking(b"{\"n\":\"other\"}", None).unwrap();
    drop(log);
    let refused = Kept::in_dir(dir, plain_options(), MORNING).err().unwrap();
    assert!(
        matches!(
            refused,
            KeepError::Beyond {
                checkpoint: Seq(2),
                head: Seq(2)
            }
        ),
        "{refused:?}"
    );
}

#[test]
fn statements_about_another_log_or_of_another_key_are_not_gone_on_with() {
    let it = Kept::new(plain_options());
    it.round();
    let dir = it.die();
    let log = Arc::new(AuditLog::open(dir.path(), options()).unwrap().0);
    let other = Arc::new(signer([7; 32]));
    let take_up = |key: Arc<Ed25519Signer>| Keeping::open(dir.path(), Arc::clone(&log), key, plain_options());

    let refused = take_up(Arc::clone(&other)).unwrap_err();
    assert!(
        matches!(&refused, KeepError::OtherKey { path, .. } if path.ends_with("checkpoint.pub")),
        "{refused:?}"
    );
    fs::remove_file(dir.path().join("checkpoint.pub")).unwrap();
    let refused = take_up(other).unwrap_err();
    assert!(
        matches!(&refused, KeepError::OtherKey { path, .. } if *path == checkpoints(dir.path())),
        "{refused:?}"
    );
    fs::remove_file(dir.path().join("checkpoint.pub")).unwrap();

    let good = fs::read_to_string(checkpoints(dir.path())).unwrap();
    fs::write(checkpoints(dir.path()), good.replace("\"seq\":1", "\"seq\":0")).unwrap();
    let refused = take_up(Arc::new(signer(SEED))).unwrap_err();
    assert!(
        matches!(refused, KeepError::Damaged(VerifyError::Bad(_))),
        "{refused:?}"
    );
    fs::write(checkpoints(dir.path()), good).unwrap();

    drop(log);
    fs::remove_file(segment(dir.path(), 1)).unwrap();
    let mut foreign = options();
    foreign.log = uuid::Uuid::from_u128(1);
    let log = Arc::new(AuditLog::open(dir.path(), foreign).unwrap().0);
    let refused = Keeping::open(dir.path(), log, Arc::new(signer(SEED)), plain_options()).unwrap_err();
    assert!(
        matches!(refused, KeepError::OtherLog { found, .. } if found == LOG),
        "{refused:?}"
    );
}

#[test]
fn what_an_interrupted_keeping_left_is_removed() {
    let it = Kept::new(plain_options());
    let dir = it.die();
    for name in [
        "checkpoint.pub.tmp",
        "checkpoints.jsonl.tmp",
        "00000001.jsonl.gz.tmp",
    ] {
        fs::write(dir.path().join(name), "half").unwrap();
    }
    let it = Kept::in_dir(dir, plain_options(), MORNING).unwrap();
    assert_eq!(names(it.path()), ["00000001.jsonl", "checkpoint.pub"]);
}

#[test]
fn keys_are_made_taken_up_and_never_shown() {
    let secret = Ed25519Signer::generate().unwrap();
    let one = Ed25519Signer::from_pkcs8(secret.expose()).unwrap();
    let again = Ed25519Signer::from_pkcs8(secret.expose()).unwrap();
    assert_eq!(one.public(), again.public());
    assert_ne!(one.public(), own_key());
    assert_eq!(one.sign(b"text").unwrap(), again.sign(b"text").unwrap());
    let shown = format!("{one:?}");
    assert_eq!(
        shown,
        format!("Ed25519Signer(PublicKey({}))", one.public().fingerprint())
    );
    assert!(Ed25519Signer::from_pkcs8(b"no key").is_err());
}

#[test]
fn public_keys_are_spelled_as_openssl_does() {
    // SOURCE: RFC 8410, section 10.1.
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let key = PublicKey::from_pem(pem).unwrap();
    assert_eq!(key.to_pem(), pem);
    for bad in [
        "",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        &pem.replace("MCow", "MCox"),
        &pem[..80],
    ] {
        assert_eq!(PublicKey::from_pem(bad), None);
    }
}

#[test]
fn a_statement_is_read_in_one_spelling_only() {
    let it = Kept::new(plain_options());
    let made = it.round().checkpoint.unwrap();
    let line = String::from_utf8(made.to_line()).unwrap();
    assert_eq!(Checkpoint::parse(line.as_bytes()), Ok(made));
    assert_eq!(Checkpoint::parse(line.trim_end().as_bytes()), Ok(made));
    for (good, bad) in [
        ("{\"kind\"", "{ \"kind\""),
        ("\"seq\":1", "\"seq\":01"),
        ("T08", "t08"),
        ("Z\"", "+00:00\""),
        ("\"}", "\" }"),
        ("\"format\":1", "\"format\":2"),
        ("checkpoint", "Checkpoint"),
    ] {
        let spoiled = line.replacen(good, bad, 1);
        assert_ne!(spoiled, line);
        assert!(Checkpoint::parse(spoiled.as_bytes()).is_err(), "{spoiled}");
    }
}
