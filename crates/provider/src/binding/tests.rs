use std::collections::HashSet;

use super::*;

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn binding(region: &Region) -> Binding<'_> {
    Binding {
        account: "1234567890123456".parse().unwrap(),
        region,
        key: KeyId::from_bytes([0x11; 16]),
        version: KeyVersionId::from_bytes([0x22; 16]),
        spec: KeySpec::Aes256,
        protection: ProtectionLevel::Software,
    }
}

fn wrapping(region: &Region) -> WrappingBinding<'_> {
    WrappingBinding {
        account: "1234567890123456".parse().unwrap(),
        region,
        key: KeyId::from_bytes([0x11; 16]),
        spec: KeySpec::Rsa2048,
    }
}

/// Stored material depends on these bytes: this test must never change.
#[test]
fn the_bytes_of_a_binding_are_fixed() {
    let expected = [
        b"\0\0\0\x08material".as_slice(),
        b"\0\0\0\x08\x00\x04\x62\xd5\x3c\x8a\xba\xc0",
        b"\0\0\0\x0bcn-hangzhou",
        b"\0\0\0\x10\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11",
        b"\0\0\0\x10\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22",
        b"\0\0\0\x06aes256",
        b"\0\0\0\x08software",
    ]
    .concat();
    assert_eq!(binding(&region("cn-hangzhou")).to_bytes(), expected);
}

/// Sealed cells depend on these bytes: this test must never change.
#[test]
fn the_bytes_of_a_cell_are_fixed() {
    let cell = Cell {
        table: "access_key",
        column: "secret",
        row: "LTAI5t",
    };
    let expected = b"\0\0\0\x04cell\0\0\0\x0aaccess_key\0\0\0\x06secret\0\0\0\x06LTAI5t";
    assert_eq!(cell.to_bytes(), expected);
}

/// Sealed wrapping keys depend on these bytes: this test must never change.
#[test]
fn the_bytes_of_a_wrapping_key_are_fixed() {
    let expected = [
        b"\0\0\0\x08wrapping".as_slice(),
        b"\0\0\0\x08\x00\x04\x62\xd5\x3c\x8a\xba\xc0",
        b"\0\0\0\x0bcn-hangzhou",
        b"\0\0\0\x10\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11",
        b"\0\0\0\x07rsa2048",
    ]
    .concat();
    assert_eq!(wrapping(&region("cn-hangzhou")).to_bytes(), expected);
}

/// Fingerprints depend on these bytes: this test must never change.
#[test]
fn the_bytes_of_a_fingerprint_are_fixed() {
    let expected = [
        b"\0\0\0\x0bfingerprint".as_slice(),
        b"\0\0\0\x08\x00\x04\x62\xd5\x3c\x8a\xba\xc0",
        b"\0\0\0\x0bcn-hangzhou",
        b"\0\0\0\x10\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11",
        b"\0\0\0\x06aes256",
    ]
    .concat();
    assert_eq!(binding(&region("cn-hangzhou")).fingerprint_bytes(), expected);
}

#[test]
fn every_part_counts() {
    let (here, there) = (region("cn-hangzhou"), region("cn-shanghai"));
    let mut all = vec![binding(&here), binding(&there)];
    for &spec in KeySpec::ALL.iter().filter(|spec| **spec != KeySpec::Aes256) {
        all.push(Binding {
            spec,
            ..binding(&here)
        });
    }
    all.push(Binding {
        account: "1234567890123457".parse().unwrap(),
        ..binding(&here)
    });
    all.push(Binding {
        key: KeyId::from_bytes([0x22; 16]),
        ..binding(&here)
    });
    all.push(Binding {
        version: KeyVersionId::from_bytes([0x11; 16]),
        ..binding(&here)
    });
    all.push(Binding {
        protection: ProtectionLevel::Hsm,
        ..binding(&here)
    });
    let distinct: HashSet<_> = all.iter().map(Binding::to_bytes).collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn every_part_of_a_wrapping_key_and_of_a_fingerprint_counts() {
    let (here, there) = (region("cn-hangzhou"), region("cn-shanghai"));
    let account = "1234567890123457".parse().unwrap();
    let key = KeyId::from_bytes([0x22; 16]);
    let spec = KeySpec::Rsa4096;
    let wrappings = [
        wrapping(&here),
        wrapping(&there),
        WrappingBinding {
            account,
            ..wrapping(&here)
        },
        WrappingBinding {
            key,
            ..wrapping(&here)
        },
        WrappingBinding {
            spec,
            ..wrapping(&here)
        },
    ];
    let fingerprints = [
        binding(&here),
        binding(&there),
        Binding {
            account,
            ..binding(&here)
        },
        Binding {
            key,
            ..binding(&here)
        },
        Binding {
            spec,
            ..binding(&here)
        },
    ];
    let distinct: HashSet<_> = wrappings
        .iter()
        .map(WrappingBinding::to_bytes)
        .chain(fingerprints.iter().map(Binding::fingerprint_bytes))
        .collect();
    assert_eq!(distinct.len(), wrappings.len() + fingerprints.len());

    let version = Binding {
        version: KeyVersionId::from_bytes([0x33; 16]),
        ..binding(&here)
    };
    assert_eq!(version.fingerprint_bytes(), binding(&here).fingerprint_bytes());
}

#[test]
fn names_of_cells_do_not_run_together() {
    let bytes = |table, column, row| Cell { table, column, row }.to_bytes();
    assert_ne!(bytes("ab", "c", "d"), bytes("a", "bc", "d"));
    assert_ne!(bytes("a", "b", "cd"), bytes("a", "bc", "d"));
    assert_ne!(bytes("a", "b", ""), bytes("a", "", "b"));
}
