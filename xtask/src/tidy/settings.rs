//! `tidy.toml` and `arrows.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Both files.
pub(super) struct Settings {
    pub(super) arrows: Arrows,
    pub(super) licences: Licences,
    pub(super) sizes: Sizes,
    pub(super) words: Words,
    pub(super) unsafety: Unsafe,
}

/// Which crate may use which; names without the `claviger-` prefix.
pub(super) type Arrows = BTreeMap<String, Arrow>;

/// What one crate may use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrow {
    /// Crates of this workspace it may use.
    pub(super) uses: Vec<String>,
    /// Crates of this workspace that its tests may use besides.
    #[serde(default)]
    pub(super) tests: Vec<String>,
    /// Outside packages it must not name.
    #[serde(default)]
    pub(super) never: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TidyFile {
    licences: Licences,
    sizes: Sizes,
    words: Words,
    #[serde(rename = "unsafe")]
    unsafety: Unsafe,
}

/// Licences of outside packages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Licences {
    /// SPDX names, `X WITH Y` where an exception is part of it.
    pub(super) allow: Vec<String>,
}

/// Limits of size.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sizes {
    /// Lines of a file.
    pub(super) file: usize,
    /// Lines of a function, from its `fn` to its closing brace.
    pub(super) function: usize,
}

/// Words that belong to one vendor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// The words. Case does not matter.
    pub(super) vendor: Vec<String>,
    /// Spellings that are wrong in strings only: as a Rust identifier they are ordinary English.
    pub(super) wire: Vec<String>,
    /// Folders that must not hold them; `*` at the end stands for any rest of the name.
    pub(super) core: Vec<String>,
    /// Places where a word is right all the same.
    #[serde(default)]
    pub(super) exception: Vec<Exception>,
}

/// One place where a vendor's word is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    /// A file, or a folder with everything below it.
    pub(super) path: String,
    /// The word; all of them where it is absent.
    pub(super) word: Option<String>,
    /// Why.
    pub(super) reason: String,
}

/// Where `unsafe` may stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unsafe {
    /// Folders.
    pub(super) folders: Vec<String>,
}

impl Settings {
    pub(super) fn load(root: &Path) -> Result<Self, Failure> {
        let tidy: TidyFile = read(root, "tidy.toml")?;
        Ok(Self {
            arrows: read(root, "arrows.toml")?,
            licences: tidy.licences,
            sizes: tidy.sizes,
            words: tidy.words,
            unsafety: tidy.unsafety,
        })
    }
}

fn read<T: DeserializeOwned>(root: &Path, name: &str) -> Result<T, Failure> {
    let text = fs::read_to_string(root.join(name))
        .map_err(|error| Failure::new(format!("cannot read `{name}`: {error}")))?;
    toml::from_str(&text).map_err(|error| Failure::new(format!("`{name}`: {error}")))
}
