//! `cargo xtask tidy`: rules of the house that neither the compiler nor clippy checks.
//!
//! A rule is one file with a pure function from text to findings, and one row in [`RULES`]. What a rule needs to be
//! told (lists, limits, exceptions) stands in `tidy.toml` and `arrows.toml` at the root of the repository.

mod arrows;
mod crate_docs;
mod licences;
mod links;
mod markers;
mod places;
mod reasons;
mod settings;
mod sizes;
mod source;
mod spdx;
mod unsafety;
mod words;

use std::fmt;
use std::path::Path;

use crate::failure::Failure;
use crate::metadata::{self, Metadata};
use crate::tree::{self, File};
use settings::Settings;
use source::Source;

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// File, from the root of the repository.
    path: String,
    /// Line, from 1; 0 where the whole file is meant.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Finding {
    fn new(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.path, self.message)
        } else {
            write!(f, "{}:{}: {}", self.path, self.line, self.message)
        }
    }
}

/// A Rust file with its comments and strings told apart.
struct RustFile<'a> {
    path: &'a str,
    text: &'a str,
    source: Source,
}

impl<'a> RustFile<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            source: Source::scan(text),
        }
    }
}

/// Everything that rules may look at.
struct Context<'a> {
    files: &'a [File],
    rust: Vec<RustFile<'a>>,
    metadata: Metadata,
    settings: Settings,
}

type Rule = fn(&Context<'_>) -> Vec<Finding>;

static RULES: &[(&str, Rule)] = &[
    ("arrows", |cx| arrows::check(&cx.metadata, &cx.settings.arrows)),
    ("licences", |cx| {
        licences::check(&cx.metadata, &cx.settings.licences)
    }),
    ("sizes", |cx| {
        each(&cx.rust, |file| sizes::check(file, &cx.settings.sizes))
    }),
    ("words", |cx| words::check(&cx.rust, &cx.settings.words)),
    ("markers", |cx| markers::check(cx.files, &cx.rust)),
    ("unsafe", |cx| {
        each(&cx.rust, |file| unsafety::check(file, &cx.settings.unsafety))
    }),
    ("reasons", |cx| {
        cx.files
            .iter()
            .filter(|file| file.path == "Cargo.toml")
            .flat_map(reasons::check)
            .collect()
    }),
    ("crate-docs", |cx| {
        cx.files.iter().filter_map(crate_docs::check).collect()
    }),
    ("links", |cx| links::check(cx.files)),
    ("places", |cx| cx.files.iter().flat_map(places::check).collect()),
];

fn each<'a>(rust: &[RustFile<'a>], check: impl Fn(&RustFile<'a>) -> Vec<Finding>) -> Vec<Finding> {
    rust.iter().flat_map(check).collect()
}

/// The verb: prints every finding and fails when there is one.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let chosen = choose(args)?;
    let files = tree::text_files(root)?;
    let rust_files = files.iter().filter(|file| file.extension() == "rs");
    let rust = rust_files
        .map(|file| RustFile::new(&file.path, &file.text))
        .collect();
    let context = Context {
        files: &files,
        rust,
        metadata: metadata::load(root)?,
        settings: Settings::load(root)?,
    };

    let mut count = 0;
    for (name, rule) in RULES
        .iter()
        .filter(|(name, _)| chosen.is_empty() || chosen.contains(name))
    {
        for finding in rule(&context) {
            println!("{finding} [{name}]");
            count += 1;
        }
    }
    match count {
        0 => Ok(()),
        1 => Err(Failure::new("1 finding")),
        _ => Err(Failure::new(format!("{count} findings"))),
    }
}

fn choose(args: &[String]) -> Result<Vec<&'static str>, Failure> {
    let mut chosen = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let rule = args.next().filter(|_| arg == "--only");
        let Some((name, _)) = rule.and_then(|rule| RULES.iter().find(|(name, _)| name == rule)) else {
            let names = RULES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(Failure::new(format!(
                "usage: cargo xtask tidy [--only RULE]...; rules: {names}"
            )));
        };
        chosen.push(*name);
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_where_it_is() {
        assert_eq!(Finding::new("a.rs", 3, "wrong").to_string(), "a.rs:3: wrong");
        assert_eq!(Finding::new("a.rs", 0, "wrong").to_string(), "a.rs: wrong");
    }

    #[test]
    fn only_known_rules_can_be_chosen() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(choose(&words(&["--only", "links"])).unwrap(), ["links"]);
        assert!(choose(&words(&["--only", "nonsense"])).is_err());
        assert!(choose(&words(&["links"])).is_err());
    }
}
