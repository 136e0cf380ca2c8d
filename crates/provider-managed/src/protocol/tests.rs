use claviger_model::{
    AccountId, EncryptionAlgorithm, Fingerprint, HashAlgorithm, KeyId, KeySpec, KeyVersionId, Material,
    ProtectionLevel, Region, SignatureAlgorithm,
};
use claviger_provider::{
    Binding, ImportFault, Imported, ProviderError, Sealed, Wrapped, WrappedPair, WrappingBinding, WrappingKey,
};
use claviger_secret::SecretBytes;
use proptest::prelude::*;

use super::answer;
use super::*;
use crate::AccessKey;

const GOLDEN: &str = include_str!("../../tests/frames.hex");

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Does something with one request of each kind, by name.
fn each_request(mut each: impl FnMut(&str, Request<'_>)) {
    let region: Region = "test-1".parse().unwrap();
    let binding = Binding {
        account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
        region: &region,
        key: KeyId::from_bytes([0xa1; 16]),
        version: KeyVersionId::from_bytes([0xb2; 16]),
        spec: KeySpec::Aes256,
        protection: ProtectionLevel::Hsm,
    };
    let wrapping = WrappingBinding {
        account: binding.account,
        region: &region,
        key: binding.key,
        spec: KeySpec::Sm2,
    };
    let material = Material(Box::from(*b"material"));
    let sealed = Sealed {
        material: &material,
        binding,
    };
    let wrapped = Wrapped {
        wrapping,
        private: b"private",
        algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        bytes: b"wrapped",
        pair: None,
    };
    let with_pair = |temporary_key| Wrapped {
        algorithm: EncryptionAlgorithm::Sm2Pke,
        pair: Some(WrappedPair {
            bytes: b"pair",
            temporary_key,
        }),
        ..wrapped
    };
    let pss = SignatureAlgorithm::RsaPss(HashAlgorithm::Sha384);
    let oaep = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1);
    each("ping", Request::Ping);
    each("generate", Request::Generate(binding));
    each("encrypt", Request::Encrypt(sealed, b"additional", b"plaintext"));
    each("decrypt", Request::Decrypt(sealed, b"", b"body"));
    each("sign", Request::Sign(sealed, pss, b"digest"));
    each(
        "verify",
        Request::Verify(sealed, SignatureAlgorithm::Sm2Dsa, b"digest", b"signature"),
    );
    each("encrypt_to", Request::EncryptTo(sealed, oaep, b"plaintext"));
    each(
        "decrypt_from",
        Request::DecryptFrom(sealed, EncryptionAlgorithm::RsaPkcs1, b"ciphertext"),
    );
    each("public_key", Request::PublicKey(sealed));
    each("mac", Request::Mac(sealed, b"message"));
    each("verify_mac", Request::VerifyMac(sealed, b"message", b"code"));
    each("wrapping_key", Request::WrappingKey(wrapping));
    each("import", Request::Import(wrapped, binding));
    each("import_pair", Request::Import(with_pair(None), binding));
    each("import_pair_16", Request::Import(with_pair(Some(16)), binding));
    each("random", Request::Random(258));
    each("rewrap", Request::Rewrap(sealed));
    each("destroy", Request::Destroy(binding));
}

fn frame_of(sequence: u64, request: &Request<'_>) -> Vec<u8> {
    let mut out = Buffer::new();
    request.write(sequence, &mut out).unwrap();
    out.bytes().to_vec()
}

/// The content behind length and number.
fn read_again(frame: &[u8]) -> Vec<u8> {
    let mut store = Store::default();
    let request = Request::read(&frame[12..], &mut store).unwrap();
    frame_of(1, &request)
}

/// Both ends may be of different versions of the program, so what is said stays as it is.
#[test]
fn requests_are_written_as_ever_and_read_as_they_were_written() {
    let golden: Vec<(&str, &str)> = GOLDEN.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut named = Vec::new();
    each_request(|name, request| {
        let frame = frame_of(1, &request);
        named.push((name.to_owned(), hex(&frame)));
        assert_eq!(read_again(&frame), frame, "{name}");
    });
    let named: Vec<(&str, &str)> = named
        .iter()
        .map(|(name, frame)| (name.as_str(), frame.as_str()))
        .collect();
    assert_eq!(named, golden);
}

#[test]
fn a_request_that_is_cut_or_has_more_is_none() {
    each_request(|name, request| {
        let frame = frame_of(1, &request);
        for end in 12..frame.len() {
            let read = Request::read(&frame[12..end], &mut Store::default()).map(drop);
            assert_eq!(read, Err(Malformed), "{name} cut at {end}");
        }
        let longer = [&frame[12..], b"\0"].concat();
        let read = Request::read(&longer, &mut Store::default()).map(drop);
        assert_eq!(read, Err(Malformed), "{name} with a byte more");
    });
}

#[test]
fn every_spec_and_algorithm_passes() {
    let region: Region = "test-1".parse().unwrap();
    let hashes = [
        HashAlgorithm::Sha1,
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha384,
        HashAlgorithm::Sha512,
        HashAlgorithm::Sm3,
    ];
    let signatures = hashes.into_iter().flat_map(|hash| {
        [
            SignatureAlgorithm::RsaPss(hash),
            SignatureAlgorithm::RsaPkcs1(hash),
            SignatureAlgorithm::Ecdsa(hash),
        ]
    });
    let signatures: Vec<_> = signatures.chain([SignatureAlgorithm::Sm2Dsa]).collect();
    let material = Material(Box::default());
    for &spec in KeySpec::ALL {
        for protection in [ProtectionLevel::Software, ProtectionLevel::Hsm] {
            for &algorithm in &signatures {
                let binding = Binding {
                    account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
                    region: &region,
                    key: KeyId::from_bytes([1; 16]),
                    version: KeyVersionId::from_bytes([2; 16]),
                    spec,
                    protection,
                };
                let sealed = Sealed {
                    material: &material,
                    binding,
                };
                let frame = frame_of(1, &Request::Sign(sealed, algorithm, b""));
                let mut store = Store::default();
                let Ok(Request::Sign(read, as_read, b"")) = Request::read(&frame[12..], &mut store) else {
                    panic!("{spec:?} {algorithm:?}");
                };
                assert_eq!(as_read, algorithm);
                assert_eq!((read.binding.spec, read.binding.protection), (spec, protection));
            }
        }
    }
}

#[test]
fn what_does_not_fit_leaves_nothing_behind() {
    let mut out = Buffer::new();
    out.put(b"before");
    let region: Region = "test-1".parse().unwrap();
    let material = Material(Box::default());
    let sealed = Sealed {
        material: &material,
        binding: Binding {
            account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
            region: &region,
            key: KeyId::from_bytes([1; 16]),
            version: KeyVersionId::from_bytes([2; 16]),
            spec: KeySpec::HmacSm3,
            protection: ProtectionLevel::Hsm,
        },
    };
    let long = vec![0; MAX_FRAME];
    assert_eq!(Request::Mac(sealed, &long).write(1, &mut out), Err(TooLong));
    assert_eq!(out.bytes(), b"before");
}

fn reply(reply: &Reply<Answer>) -> (u64, Reply<SecretBytes>) {
    let mut out = Buffer::new();
    write_answer(9, reply, &mut out).unwrap();
    answer::read_answer(&out.bytes()[4..]).unwrap()
}

#[test]
fn answers_are_read_as_they_were_written() {
    let given = |answer| {
        let (sequence, reply) = reply(&Ok(answer));
        assert_eq!(sequence, 9);
        reply.unwrap()
    };
    assert_eq!(answer::done(&given(Answer::Done)), Ok(()));
    assert_eq!(given(Answer::Bytes(b"bytes".to_vec())).expose(), b"bytes");
    let secret = SecretBytes::copied(b"secret");
    assert_eq!(given(Answer::Secret(secret)).expose(), b"secret");
    for verdict in [true, false] {
        assert_eq!(answer::verdict(&given(Answer::Verdict(verdict))), Ok(verdict));
    }
    let material = || Material(Box::from(*b"material"));
    assert_eq!(given(Answer::Material(material())).expose(), b"material");
    for rewrapped in [None, Some(material())] {
        let read = answer::rewrapped(&given(Answer::Rewrapped(rewrapped.clone()))).unwrap();
        assert_eq!(read, rewrapped);
    }
    let key = WrappingKey {
        public: b"public".to_vec(),
        private: Box::from(*b"private"),
    };
    let key = answer::wrapping_key(&given(Answer::WrappingKey(key))).unwrap();
    assert_eq!((&*key.public, &*key.private), (&b"public"[..], &b"private"[..]));
    let imported = Imported {
        material: material(),
        fingerprint: Fingerprint([7; 32]),
    };
    let imported = answer::imported(&given(Answer::Imported(imported))).unwrap();
    assert_eq!((imported.material, imported.fingerprint.0), (material(), [7; 32]));
}

#[test]
fn failures_are_read_as_they_were_written() {
    use ProviderError::{BadImport, BadInput, BadMaterial, DoesNotOpen, Incapable, Random, Unavailable};
    for error in [
        Incapable,
        BadInput,
        DoesNotOpen,
        BadMaterial,
        Random,
        Unavailable,
        BadImport(ImportFault::Unwrap),
        BadImport(ImportFault::Length),
        BadImport(ImportFault::TemporaryKey),
        BadImport(ImportFault::PrivateKey),
        BadImport(ImportFault::NoPrivateKey),
    ] {
        assert_eq!(reply(&Err(error)), (9, Err(error)));
    }
    let too_long = Ok(Answer::Bytes(vec![0; MAX_FRAME]));
    assert_eq!(reply(&too_long), (9, Err(BadInput)));
}

/// A handshake in which each end may be given something else than the other one said.
fn shake(
    hsm: &AccessKey,
    client: &AccessKey,
    change: impl Fn(&str, &mut Vec<u8>),
) -> Result<Accepted, HandshakeError> {
    let content = |out: &Buffer, what| {
        let mut content = out.bytes()[4..].to_vec();
        change(what, &mut content);
        content
    };
    let mut out = Buffer::new();
    let challenge = Challenge::new(&[1; NONCE_LEN], "name", &mut out).unwrap();
    let hello = content(&out, "hello");
    out.clear();
    let pledge = Pledge::new(client, &hello, &[2; NONCE_LEN], &mut out)?;
    let answer = content(&out, "answer");
    out.clear();
    let version = challenge.meet(hsm, &answer, "table", &mut out)?;
    let accepted = pledge.accept(client, &content(&out, "proof"))?;
    assert_eq!(accepted.version, version);
    Ok(accepted)
}

fn keys() -> (AccessKey, AccessKey) {
    let folder = tempfile::TempDir::new().unwrap();
    let key = |name| AccessKey::create(&folder.path().join(name), &claviger_crypto::SystemRng).unwrap();
    (key("one"), key("other"))
}

#[test]
fn ends_that_know_the_key_agree() {
    let (key, other) = keys();
    let accepted = Accepted {
        version: 1,
        name: "name".to_owned(),
        capability: "table".to_owned(),
    };
    assert_eq!(shake(&key, &key, |_, _| ()), Ok(accepted));
    assert_eq!(shake(&key, &other, |_, _| ()), Err(HandshakeError::Proof));
}

/// Whatever is changed on the way, one of the ends notices.
#[test]
fn a_changed_handshake_is_none() {
    let (key, _) = keys();
    for (what, len) in [("hello", 47), ("answer", 66), ("proof", 38)] {
        for at in 0..len {
            let changed = shake(&key, &key, |now, content| {
                if now == what {
                    assert_eq!(content.len(), len, "{what}");
                    content[at] ^= 1;
                }
            });
            assert!(changed.is_err(), "{what} at {at}");
        }
        let longer = shake(&key, &key, |now, content| {
            if now == what {
                content.push(0);
            }
        });
        assert!(longer.is_err(), "{what}");
        let empty = shake(&key, &key, |now, content| {
            if now == what {
                content.clear();
            }
        });
        assert_eq!(empty, Err(HandshakeError::Malformed), "{what}");
    }
    let later = shake(&key, &key, |what, content| {
        if what == "hello" {
            content[6..10].copy_from_slice(&[0, 2, 0, 9]);
        }
    });
    assert_eq!(later, Err(HandshakeError::Version { least: 2, most: 9 }));
}

/// The proof of one end is worth nothing as that of the other.
#[test]
fn a_proof_cannot_be_sent_back() {
    let (key, _) = keys();
    let proof = std::cell::RefCell::new(Vec::new());
    let reflected = shake(&key, &key, |what, content| match what {
        "answer" => *proof.borrow_mut() = content[34..].to_vec(),
        "proof" => content[..32].copy_from_slice(&proof.borrow()),
        _ => (),
    });
    assert_eq!(reflected, Err(HandshakeError::Proof));
}

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..40),
        mut sizes in prop::collection::vec(1_usize..100_000, 1..20),
    ) {
        let mut stream = Vec::new();
        for content in &contents {
            stream.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
            stream.extend_from_slice(content);
        }
        let mut frames = Frames::new(MAX_FRAME);
        let (mut rest, mut taken) = (&stream[..], Vec::new());
        while !rest.is_empty() {
            let space = frames.space();
            let count = sizes[0].min(space.len()).min(rest.len());
            prop_assert!(count > 0);
            space[..count].copy_from_slice(&rest[..count]);
            frames.filled(count);
            rest = &rest[count..];
            sizes.rotate_left(1);
            while let Some(content) = frames.take().unwrap() {
                taken.push(content.to_vec());
            }
        }
        prop_assert!(!frames.has_part());
        prop_assert_eq!(taken, contents);
    }

    #[test]
    fn answers_of_any_kind_are_read_or_refused(content: Vec<u8>) {
        if let Ok((_, Ok(given))) = answer::read_answer(&content) {
            let _ = answer::done(&given);
            let _ = answer::verdict(&given);
            let _ = answer::rewrapped(&given);
            let _ = answer::wrapping_key(&given);
            let _ = answer::imported(&given);
        }
    }
}

/// A length says nothing about memory: it grows with what comes.
#[test]
fn a_long_frame_takes_room_when_it_comes() {
    let mut frames = Frames::new(MAX_FRAME);
    let len = u32::try_from(MAX_FRAME).unwrap();
    frames.space()[..4].copy_from_slice(&len.to_be_bytes());
    frames.filled(4);
    assert_eq!(frames.take(), Ok(None));
    assert!(frames.space().len() <= 64 * 1024);
    let mut came = 4;
    while came < MAX_FRAME + 4 {
        let space = frames.space().len();
        assert!(space > 0 && space <= came.max(64 * 1024) + 4096);
        let count = space.min(MAX_FRAME + 4 - came);
        frames.filled(count);
        came += count;
        assert_eq!(
            frames.take().map(|taken| taken.is_some()),
            Ok(came == MAX_FRAME + 4)
        );
    }
}

#[test]
fn buffers_are_wiped_when_they_are_used_again() {
    let mut frames = Frames::new(MAX_FRAME);
    frames.space()[..10].copy_from_slice(b"\0\0\0\x06secret");
    frames.filled(10);
    assert_eq!(frames.take().unwrap().unwrap(), b"secret");
    assert!(frames.space().iter().all(|byte| *byte == 0));
}
