//! Files of expected text. Ids, blobs and data keys differ from run to run and are masked.

use std::path::PathBuf;

/// Replaces what differs from run to run by names.
#[derive(Default)]
pub(crate) struct Mask(Vec<(String, String)>);

impl Mask {
    /// Gives a value a name.
    pub(crate) fn name(&mut self, value: &str, name: &str) {
        self.0.push((value.to_owned(), format!("<{name}>")));
    }

    /// The text with names for what has one, and `<id>` for every other UUID.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for (value, name) in &self.0 {
            masked = masked.replace(value, name);
        }
        while let Some(at) = find_uuid(&masked) {
            masked.replace_range(at..at + 36, "<id>");
        }
        masked
    }
}

fn find_uuid(text: &str) -> Option<usize> {
    let shape = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
    };
    text.as_bytes()
        .windows(36)
        .position(|window| window.iter().enumerate().all(shape))
}

/// Compares texts with the files of these names under `fixtures/alibaba`. Those that differ are written beside the build, to
/// be looked at, and copied if they are right.
pub(crate) fn compare(files: &[(String, String)]) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/alibaba"));
    let found = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("alibaba");
    let mut differing = Vec::new();
    for (name, actual) in files {
        if std::fs::read_to_string(folder.join(name)).is_ok_and(|expected| expected == *actual) {
            continue;
        }
        let found = found.join(name);
        std::fs::create_dir_all(found.parent().unwrap()).unwrap();
        std::fs::write(found, actual).unwrap();
        differing.push(name);
    }
    assert!(
        differing.is_empty(),
        "{differing:?} differ; what was found is in {}",
        found.display()
    );
}

#[test]
fn named_values_and_other_ids_are_masked() {
    let mut mask = Mask::default();
    mask.name("01a1fdfa-4600-7fff-bfff-ffffffffffff", "key");
    let text = "k=01a1fdfa-4600-7fff-bfff-ffffffffffff,v=01a1fdfa-4600-7000-8000-000000000000;01a1fdfa-4600";
    assert_eq!(mask.apply(text), "k=<key>,v=<id>;01a1fdfa-4600");
}
