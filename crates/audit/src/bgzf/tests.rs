use std::fs::{self, File};
use std::io::Read;

use tempfile::tempdir;

use super::*;

/// Bytes that no compressor makes shorter.
fn noise(length: usize) -> Vec<u8> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(step).collect()
}

fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let dir = tempdir().unwrap();
    let path = dir.path().join("packed");
    fs::write(&path, packed).unwrap();
    let mut plain = Vec::new();
    Unpacker::new(File::open(path).unwrap()).read_to_end(&mut plain)?;
    Ok(plain)
}

fn packed(mut plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    pack(&mut plain, &mut out).unwrap();
    out
}

#[test]
fn what_is_packed_comes_back_whatever_it_is() {
    for length in [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77] {
        for plain in [
            noise(length),
            vec![b'a'; length],
            b"{\"seq\":1}\n".repeat(length / 10),
        ] {
            let out = packed(&plain);
            assert_eq!(unpack(&out).unwrap(), plain, "{length}");
            let mut by_gzip = Vec::new();
            flate2::bufread::MultiGzDecoder::new(&out[..])
                .read_to_end(&mut by_gzip)
                .unwrap();
            assert_eq!(by_gzip, plain, "any gzip reader reads it");
        }
    }
}

#[test]
fn every_block_can_be_read_alone() {
    let plain = noise(3 * BLOCK + 77);
    let dir = tempdir().unwrap();
    let path = dir.path().join("packed");
    fs::write(&path, packed(&plain)).unwrap();
    let file = File::open(path).unwrap();
    let table = Table::read(&file).unwrap();
    let mut block = Vec::new();
    for (number, expected) in plain.chunks(BLOCK).enumerate().rev() {
        table.block(&file, number as u64, &mut block).unwrap();
        assert_eq!(block, expected);
    }
    for beyond in [4, 5, u64::MAX] {
        table.block(&file, beyond, &mut block).unwrap();
        assert_eq!(block, b"");
    }
}

#[test]
fn a_file_that_is_cut_or_lengthened_is_none() {
    let good = packed(&b"{\"seq\":1}\n".repeat(20_000));
    for length in (0..good.len()).step_by(7).chain(good.len() - 30..good.len()) {
        let error = unpack(&good[..length]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{length}");
    }
    for more in [&b"x"[..], END, &[0; 512], &good] {
        let error = unpack(&[&good, more].concat()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}

#[test]
fn a_changed_bit_is_found_or_changes_nothing() {
    let plain = b"{\"seq\":1,\"record\":{}}\n".repeat(40);
    let good = packed(&plain);
    let mut found = 0;
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        match unpack(&bad) {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidData);
                found += 1;
            }
            Ok(read) => assert_eq!(read, plain, "bit {bit}"),
        }
    }
    assert!(found > good.len() * 8 - 16, "{found} of {}", good.len() * 8);
}
