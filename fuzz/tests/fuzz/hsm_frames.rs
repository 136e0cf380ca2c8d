//! What a client may say on the socket of the managed HSM.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use claviger_fuzz::{Recipe, Seeds, target};
use claviger_provider_managed::AccessKey;
use claviger_provider_managed::protocol::{
    Buffer, Challenge, Frames, Inbound, MAX_FRAME, MAX_GREETING, NONCE_LEN, Pledge, Request, Store,
};

/// One request of each kind, by name, as frames with the number 1.
const GOLDEN: &str = include_str!("../../../crates/provider-managed/tests/frames.hex");

fn golden() -> Vec<Vec<u8>> {
    let unhex = |digits: &str| {
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(byte).collect()
    };
    let frames: Vec<_> = GOLDEN
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(_, frame)| unhex(frame))
        .collect();
    assert!(frames.len() > 15, "a frame of each kind");
    frames
}

fn words() -> Vec<Vec<u8>> {
    let words: [&[u8]; 8] = [
        &[0],
        &[0; 4],
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &[255; 4],
        &[0, 16, 0, 0],
        &[0, 16, 0, 1],
        b"test-1",
        b"\0\0\0\x09\0\0\0\0\0\0\0\x02\0",
    ];
    words.iter().map(|word| word.to_vec()).collect()
}

/// There is one way to write a request: what is read is written as it was.
#[test]
fn what_is_read_as_a_request_is_one() {
    let whole = golden().iter().map(|frame| frame[12..].to_vec()).collect();
    let seeds = Seeds {
        whole,
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let content = recipe.cook(&seeds);
        let mut store = Store::default();
        if let Ok(request) = Request::read(&content, &mut store) {
            let mut out = Buffer::new();
            request.write(1, &mut out).unwrap();
            assert_eq!(out.bytes().get(12..), Some(&content[..]));
        }
    });
}

fn access_key() -> AccessKey {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("access.key");
    fs::write(&path, "5a".repeat(32)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    AccessKey::read(&path).unwrap()
}

/// What the HSM does with a stream: the handshake, then requests, until something is wrong.
struct Hsm {
    key: AccessKey,
}

/// What came of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    accepted: bool,
    requests: Vec<(u64, Vec<u8>)>,
    refused: bool,
}

impl Hsm {
    /// `size` says how many bytes come at a time.
    fn take(&self, stream: &[u8], size: usize) -> Taken {
        let mut taken = Taken {
            accepted: false,
            requests: Vec::new(),
            refused: false,
        };
        let mut out = Buffer::new();
        let mut challenge = Some(Self::challenge(&mut out));
        let mut frames = Frames::new(MAX_GREETING);
        let mut rest = stream;
        while let Some(now) = challenge.take() {
            match frames.take() {
                Ok(Some(answer)) => match now.meet(&self.key, answer, "managed-hsm", &mut out) {
                    Ok(_) => taken.accepted = true,
                    Err(_) => taken.refused = true,
                },
                Ok(None) if rest.is_empty() => return taken,
                Ok(None) => {
                    challenge = Some(now);
                    let count = feed(&mut rest, size, frames.space(), 64 * 1024);
                    frames.filled(count);
                }
                Err(_) => taken.refused = true,
            }
        }
        let mut inbound = Inbound::new(frames);
        while !taken.refused {
            match inbound.take() {
                Ok(Some((number, content))) => {
                    taken.requests.push((number, content.to_vec()));
                    taken.refused = Request::read(content, &mut Store::default()).is_err();
                }
                Ok(None) if rest.is_empty() => return taken,
                Ok(None) => {
                    let most = stream.len().max(64 * 1024) * 2 + 8192;
                    let count = feed(&mut rest, size, inbound.space(), most);
                    inbound.filled(count);
                }
                Err(_) => taken.refused = true,
            }
        }
        taken
    }

    fn challenge(out: &mut Buffer) -> Challenge {
        Challenge::new(&[1; NONCE_LEN], "fuzz", out).unwrap()
    }

    /// What a client says that keeps the rules.
    fn greeting(&self) -> Vec<u8> {
        let (mut hello, mut answer) = (Buffer::new(), Buffer::new());
        drop(Self::challenge(&mut hello));
        Pledge::new(&self.key, &hello.bytes()[4..], &[2; NONCE_LEN], &mut answer).unwrap();
        answer.bytes().to_vec()
    }
}

/// Reads some bytes, where there must be room, but no more than what came can need.
fn feed(rest: &mut &[u8], size: usize, space: &mut [u8], most: usize) -> usize {
    assert!(!space.is_empty() && space.len() <= most.min(MAX_FRAME * 2));
    let count = size.min(space.len()).min(rest.len());
    let (now, later) = rest.split_at(count);
    space[..count].copy_from_slice(now);
    *rest = later;
    count
}

/// Whatever comes: who has not proved the key is not accepted; numbers have no gap; and it does not matter in what pieces
/// the bytes come.
#[test]
fn a_hostile_stream_gets_no_further_than_it_may() {
    let hsm = Hsm { key: access_key() };
    let greeting = hsm.greeting();
    let mut talk = greeting.clone();
    let mut whole = vec![greeting.clone()];
    for (number, frame) in (1_u64..).zip(golden()) {
        talk.extend_from_slice(&frame[..4]);
        talk.extend_from_slice(&number.to_be_bytes());
        talk.extend_from_slice(&frame[12..]);
        whole.push([&greeting[..], &frame[..]].concat());
    }
    let taken = hsm.take(&talk, 7);
    assert!(taken.accepted && !taken.refused && taken.requests.len() == golden().len());
    whole.push(talk);
    let seeds = Seeds {
        whole,
        words: [words(), vec![greeting.clone()], golden()].concat(),
    };
    target!()
        .with_type::<(Recipe, u16)>()
        .for_each(|(recipe, size): &(Recipe, u16)| {
            let stream = recipe.cook(&seeds);
            let taken = hsm.take(&stream, usize::from(*size) + 1);
            assert_eq!(taken, hsm.take(&stream, usize::MAX), "in other pieces");
            assert_eq!(taken.accepted, stream.starts_with(&greeting));
            let due: Vec<u64> = (1..).take(taken.requests.len()).collect();
            let came: Vec<u64> = taken.requests.iter().map(|(number, _)| *number).collect();
            assert_eq!(came, due);
        });
}
