//! `docs/stored-formats.md` tells the truth: what is read here is read as the page says, with its own tables, and with
//! none of the code that writes it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::cmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_crypto::{AesKey, gcm};
use claviger_crypto::{hmac, xaes};
use claviger_model::{KeyId, KeySpec, KeyVersionId};
use claviger_provider::{Binding, EnvelopeFormat, Provider};
use serde_json::Value;

use crate::fixtures::{Place, SPEC_WORDS, fixture, golden, golden_keys, hex, provider_of, text};

/// Bytes that were cut, by the names of the page.
pub(crate) type Parts = HashMap<String, Vec<u8>>;

/// The page.
pub(crate) struct Page(String);

/// One row of a table of bytes.
struct Row {
    /// What stands in the column `bytes`: a number, `n` or `rest`.
    bytes: String,
    /// The name in front of the colon.
    part: String,
}

impl Page {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stored-formats.md");
        Self(fs::read_to_string(path).unwrap())
    }

    /// The cells of the first table under a heading, without its head.
    fn cells(&self, heading: &str) -> Vec<Vec<String>> {
        let lines = self
            .0
            .lines()
            .skip_while(|line| line.trim_start_matches('#').trim() != heading);
        let table = lines
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'));
        let cells = |line: &str| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        };
        let rows: Vec<Vec<String>> = table.skip(2).map(cells).collect();
        assert!(!rows.is_empty(), "no table under `{heading}`");
        rows
    }

    fn rows(&self, heading: &str) -> Vec<Row> {
        let row = |cells: Vec<String>| Row {
            bytes: cells[0].clone(),
            part: cells[1].split(':').next().unwrap().to_owned(),
        };
        self.cells(heading).into_iter().map(row).collect()
    }

    /// Cuts bytes as a table says, and requires that nothing is left.
    pub(crate) fn cut(&self, heading: &str, bytes: &[u8]) -> Parts {
        let rows = self.rows(heading);
        let fixed: usize = rows
            .iter()
            .filter_map(|row| row.bytes.parse::<usize>().ok())
            .sum();
        let mut rest = bytes;
        let mut parts = HashMap::new();
        for Row { bytes: length, part } in rows {
            let length = length.parse().unwrap_or(bytes.len() - fixed);
            let (value, behind) = rest.split_at(length);
            parts.insert(part, value.to_vec());
            rest = behind;
        }
        assert!(
            rest.is_empty(),
            "{heading}: {} bytes are not described",
            rest.len()
        );
        parts
    }

    /// Puts parts together in the order of a table, with the lengths in front if `framed`.
    pub(crate) fn compose(&self, heading: &str, framed: bool, parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut used = 0;
        for Row { bytes, part } in self.rows(heading) {
            let Some((_, value)) = parts.iter().find(|(name, _)| *name == part) else {
                continue;
            };
            used += 1;
            if let Ok(length) = bytes.parse::<usize>() {
                assert_eq!(value.len(), length, "{heading}: length of {part}");
            }
            if framed {
                out.extend_from_slice(&u32::try_from(value.len()).unwrap().to_be_bytes());
            }
            out.extend_from_slice(value);
        }
        assert_eq!(used, parts.len(), "{heading}: parts that the table does not name");
        out
    }
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

/// Opens nonce, ciphertext and tag of parts that were cut.
pub(crate) fn open_xaes(key: &[u8], parts: &Parts, additional: &[u8]) -> Vec<u8> {
    let sealed = [parts["ciphertext"].as_slice(), &parts["tag"]].concat();
    let opened = xaes::open(&array::<32>(key), &array(&parts["nonce"]), additional, &sealed).unwrap();
    opened.expose().to_vec()
}

/// Opens every version in a root key file.
fn open_root_keys(page: &Page, name: &str, sealer: u8, sealing_key: &[u8]) -> Vec<Vec<u8>> {
    let json: Value = serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap();
    let versions = json["versions"].as_array().unwrap();
    let open = |version: &Value| {
        let mut parts = vec![
            ("label", b"claviger root key".to_vec()),
            ("format", number(&json["format"])),
            ("sealer", vec![sealer]),
            ("version", number(&version["version"])),
            ("created", text(version, "/created").into_bytes()),
        ];
        if let Some(argon2) = json.get("argon2") {
            parts.extend(["memory_kib", "passes", "lanes"].map(|name| (name, number(&argon2[name]))));
            parts.push(("salt", STANDARD.decode(text(argon2, "/salt")).unwrap()));
        }
        let parts: Vec<_> = parts
            .iter()
            .map(|(name, value)| (*name, value.as_slice()))
            .collect();
        let additional = page.compose("Additional data of a sealed version", false, &parts);
        let cut = page.cut(
            "Sealed version",
            &STANDARD.decode(text(version, "/sealed")).unwrap(),
        );
        let body = [cut["ciphertext"].as_slice(), &cut["tag"]].concat();
        let opened = gcm::open(
            &array::<32>(sealing_key),
            &array(&cut["nonce"]),
            &additional,
            &body,
        )
        .unwrap();
        opened.expose().to_vec()
    };
    versions.iter().map(open).collect()
}

/// A number of the file as the page writes numbers.
pub(crate) fn number(value: &Value) -> Vec<u8> {
    u32::try_from(value.as_u64().unwrap())
        .unwrap()
        .to_be_bytes()
        .to_vec()
}

#[test]
fn root_key_files_are_as_described() {
    let (page, golden) = (Page::read(), golden());
    let first = [hex(&golden, "/root_keys/1")];
    let both = [hex(&golden, "/root_keys/1"), hex(&golden, "/root_keys/2")];

    let key = fs::read(fixture("key-file.raw")).unwrap();
    assert_eq!(open_root_keys(&page, "root-key-file.json", 1, &key), first);
    assert_eq!(open_root_keys(&page, "root-two-versions.json", 1, &key), both);

    let json: Value = serde_json::from_slice(&fs::read(fixture("root-passphrase.json")).unwrap()).unwrap();
    let [memory, passes, lanes] = ["memory_kib", "passes", "lanes"]
        .map(|name| u32::try_from(json["argon2"][name].as_u64().unwrap()).unwrap());
    let params = Params::new(memory, passes, lanes, Some(32)).unwrap();
    let salt = STANDARD.decode(text(&json, "/argon2/salt")).unwrap();
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text(&golden, "/passphrase").as_bytes(), &salt, &mut key)
        .unwrap();
    assert_eq!(open_root_keys(&page, "root-passphrase.json", 2, &key), first);
}

/// The parts of a place that many formats share, by the names of the page.
fn place_parts() -> Vec<(&'static str, Vec<u8>)> {
    let golden = golden();
    let account: u64 = text(&golden, "/place/account").parse().unwrap();
    let key: KeyId = text(&golden, "/place/key").parse().unwrap();
    vec![
        ("account", account.to_be_bytes().to_vec()),
        ("region", text(&golden, "/place/region").into_bytes()),
        ("key", key.as_bytes().to_vec()),
    ]
}

/// Composes the framed parts of a place and some more.
fn compose_place(page: &Page, heading: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let place = place_parts();
    let mut parts: Vec<(&str, &[u8])> = place
        .iter()
        .map(|(name, value)| (*name, value.as_slice()))
        .collect();
    parts.extend(more);
    page.compose(heading, true, &parts)
}

/// Opens material as the page says; gives the root version and the plaintext.
fn open_material(page: &Page, spec: &str, material: &[u8]) -> (u32, Vec<u8>) {
    let golden = golden();
    let version: KeyVersionId = text(&golden, "/place/version").parse().unwrap();
    let place = compose_place(
        page,
        "Additional data of material",
        &[
            ("label", b"material"),
            ("key version", version.as_bytes()),
            ("spec", spec.as_bytes()),
            ("protection level", text(&golden, "/place/protection").as_bytes()),
        ],
    );
    let parts = page.cut("Material of the software provider", material);
    assert_eq!(parts["kind and format"], [1]);
    let root = u32::from_be_bytes(array(&parts["root version"]));
    let additional = [&material[..5], &place].concat();
    let root_key = hex(&golden, &format!("/root_keys/{root}"));
    (root, open_xaes(&root_key, &parts, &additional))
}

#[test]
fn material_is_as_described() {
    let (page, golden) = (Page::read(), golden());
    let spec = text(&golden, "/place/spec");
    for root in 1..=2u32 {
        let material = hex(&golden, &format!("/materials/{}/material", root - 1));
        let opened = open_material(&page, &spec, &material);
        assert_eq!(opened, (root, hex(&golden, "/raw_key")));
    }
    let keys = golden_keys();
    for (list, plaintext) in [("ciphers", "/raw_key"), ("macs", "/raw_key"), ("pairs", "/pkcs8")] {
        for key in keys[list].as_array().unwrap() {
            let opened = open_material(&page, &text(key, "/spec"), &hex(key, "/material"));
            assert_eq!(opened, (1, hex(key, plaintext)), "{}", text(key, "/spec"));
        }
    }
}

/// The words of the page are those in the bytes, and the lengths of raw keys are those of the specs.
#[test]
fn the_table_of_specs_is_complete() {
    let page = Page::read();
    let rows = page.cells("Specs");
    assert_eq!(rows.len(), KeySpec::ALL.len());
    let place = Place::golden();
    for (cells, (word, spec)) in rows.iter().zip(SPEC_WORDS) {
        assert_eq!(cells[0], format!("`{word}`"));
        let binding = Binding {
            spec,
            ..place.binding()
        };
        let framed = [&u32::try_from(word.len()).unwrap().to_be_bytes(), word.as_bytes()].concat();
        let bytes = binding.to_bytes();
        assert!(
            bytes.windows(framed.len()).any(|window| window == framed),
            "{word}"
        );
        let made = provider_of("root-key-file.json").capability().makes(spec);
        assert_eq!(!made, cells[1].ends_with(", at level HSM only"), "{word}");
        let plaintext = match spec.secret_len() {
            Some(length) => format!("raw key of {length} bytes"),
            None => "PKCS#8".to_owned(),
        };
        assert_eq!(cells[2], plaintext, "{word}");
    }
}

#[test]
fn wrapping_keys_are_as_described() {
    let (page, golden, keys) = (Page::read(), golden(), golden_keys());
    let import = &keys["import"];
    let place = compose_place(
        &page,
        "Additional data of a wrapping key",
        &[
            ("label", b"wrapping"),
            ("spec", text(import, "/wrapping_spec").as_bytes()),
        ],
    );
    for root in 1..=2u32 {
        let sealed = hex(import, &format!("/sealed/{}", root - 1));
        let parts = page.cut("Sealed wrapping key", &sealed);
        assert_eq!(parts["kind and format"], [3]);
        assert_eq!(parts["root version"], root.to_be_bytes());
        let opened = open_xaes(
            &hex(&golden, &format!("/root_keys/{root}")),
            &parts,
            &[&sealed[..5], &place].concat(),
        );
        assert_eq!(opened, hex(import, "/pkcs8"));
    }
}

#[test]
fn fingerprints_are_as_described() {
    let (page, golden, keys) = (Page::read(), golden(), golden_keys());
    let import = &keys["import"];
    let info = "claviger fingerprint of imported material";
    assert!(page.0.contains(&format!("`{info}` as `info`")));
    // The only block of HKDF-Expand: info and the number 1.
    let key = hmac::sha256(&hex(&golden, "/root_keys/1"), &[info.as_bytes(), &[1]]);
    let parts = compose_place(
        &page,
        "Fingerprint of imported material",
        &[
            ("label", b"fingerprint"),
            ("spec", text(import, "/spec").as_bytes()),
        ],
    );
    let code = hmac::sha256(&key, &[&parts, &hex(import, "/secret")]);
    assert_eq!(code.to_vec(), hex(import, "/fingerprint"));
}

#[test]
fn cells_are_as_described() {
    let (page, golden) = (Page::read(), golden());
    let sealed = hex(&golden, "/cell/sealed");
    let parts = page.cut("Sealed cell", &sealed);
    assert_eq!(parts["kind and format"], [2]);
    assert_eq!(parts["root version"], 1u32.to_be_bytes());
    let [table, column, row] = ["table", "column", "row"].map(|name| text(&golden, &format!("/cell/{name}")));
    let cell = [
        ("label", b"cell".as_slice()),
        ("table", table.as_bytes()),
        ("column", column.as_bytes()),
        ("row", row.as_bytes()),
    ];
    let place = page.compose("Additional data of a cell", true, &cell);
    let opened = open_xaes(
        &hex(&golden, "/root_keys/1"),
        &parts,
        &[&sealed[..5], &place].concat(),
    );
    assert_eq!(opened, text(&golden, "/cell/secret").as_bytes());
}

/// Opens the ciphertext of a fixture by the page.
fn open_ciphertext(page: &Page, format: u8, ciphertext: &Value, open: impl Fn(&Parts, &[u8]) -> Vec<u8>) {
    let blob = hex(ciphertext, "/blob");
    let parts = page.cut("Ciphertext", &blob);
    assert_eq!(parts["key version"], text(&golden(), "/place/version").as_bytes());
    assert_eq!(parts["envelope format"], [format]);

    let mut context: Vec<_> = ciphertext["context"].as_object().unwrap().iter().collect();
    context.sort_by_key(|(key, _)| key.as_str());
    let mut additional = blob[..37].to_vec();
    additional.extend_from_slice(&u32::try_from(context.len()).unwrap().to_be_bytes());
    for (key, value) in context {
        let pair = [
            ("context key", key.as_bytes()),
            ("context value", value.as_str().unwrap().as_bytes()),
        ];
        additional.extend(page.compose("Additional data of a ciphertext", true, &pair));
    }
    let opened = open(&parts, &additional);
    assert_eq!(opened, text(ciphertext, "/plaintext").as_bytes());
}

#[test]
fn ciphertexts_are_as_described() {
    let (page, golden) = (Page::read(), golden());
    let key = hex(&golden, "/raw_key");
    open_ciphertext(&page, 1, &golden["ciphertext"], |parts, additional| {
        open_xaes(&key, parts, additional)
    });
}

/// Formats 4 and 5 with CMAC and GCM of the library, and none of our derivation.
#[test]
fn ciphertexts_under_derived_keys_are_as_described() {
    let (page, keys) = (Page::read(), golden_keys());
    let formats = [(4, &cmac::AES_192), (5, &cmac::AES_128)];
    for ((format, algorithm), cipher) in formats.into_iter().zip(keys["ciphers"].as_array().unwrap()) {
        let key = hex(cipher, "/raw_key");
        open_ciphertext(&page, format, &cipher["ciphertext"], |parts, additional| {
            let (context, nonce) = parts["nonce"].split_at(12);
            let cmac_key = cmac::Key::new(*algorithm, &key).unwrap();
            let code = |counter| {
                let input = [&[0, counter, 0x58, 0], context].concat();
                cmac::sign(&cmac_key, &input).unwrap().as_ref().to_vec()
            };
            let derived: Vec<u8> = [code(1), code(2)].concat().into_iter().take(key.len()).collect();
            let body = [parts["ciphertext"].as_slice(), &parts["tag"]].concat();
            let message_key = AesKey::try_from(derived.as_slice()).unwrap();
            let opened = gcm::open(message_key, &array(nonce), additional, &body).unwrap();
            opened.expose().to_vec()
        });
    }
}

#[test]
fn the_table_of_envelope_formats_is_complete() {
    let described: Vec<(u8, usize)> = Page::read()
        .cells("Envelope formats")
        .iter()
        .map(|cells| (cells[0].parse().unwrap(), cells[2].parse().unwrap()))
        .collect();
    let known: Vec<(u8, usize)> = (0..=u8::MAX)
        .filter_map(EnvelopeFormat::from_byte)
        .map(|format| (format.byte(), format.nonce_len()))
        .collect();
    assert_eq!(described, known);
}
