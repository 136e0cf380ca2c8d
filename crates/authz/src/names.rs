//! Names of resources, each spelled when a language first asks for it.

use std::cell::OnceCell;

use claviger_model::{DomainId, Language, Region, Resource};

use crate::languages::{iam, ram};
use crate::text::Text;

/// Room for the name of a resource: those of keys need 120 bytes at the most.
type Name = Text<192>;

/// What policies call one resource. Nothing is spelled for a language that no policy at hand is written in.
#[derive(Debug)]
pub struct Names<'a> {
    of: Of<'a>,
    ram: OnceCell<Name>,
    iam: OnceCell<Name>,
}

#[derive(Debug)]
enum Of<'a> {
    Resource(&'a Resource, Option<DomainId>),
    Text(&'a str),
}

impl<'a> Names<'a> {
    /// The names of a resource. `domain` is its account as [`Language::Iam`] writes it, where that is known.
    pub fn new(resource: &'a Resource, domain: Option<DomainId>) -> Self {
        Self::of(Of::Resource(resource, domain))
    }

    /// One name for all languages, of something in no region.
    pub fn same(name: &'a str) -> Self {
        Self::of(Of::Text(name))
    }

    fn of(of: Of<'a>) -> Self {
        Self {
            of,
            ram: OnceCell::new(),
            iam: OnceCell::new(),
        }
    }

    /// The region that the resource lies in.
    pub(crate) fn region(&self) -> Option<&'a Region> {
        match self.of {
            Of::Resource(resource, _) => resource.region(),
            Of::Text(_) => None,
        }
    }

    /// The name in a language.
    pub fn spelled(&self, language: Language) -> &str {
        let (resource, domain) = match self.of {
            Of::Resource(resource, domain) => (resource, domain),
            Of::Text(name) => return name,
        };
        let cell = match language {
            Language::Ram => &self.ram,
            Language::Iam => &self.iam,
        };
        let spell = || {
            let mut text = Name::default();
            // INVARIANT: text takes every write.
            let _ = match language {
                Language::Ram => ram::ResourceName(resource).write(&mut text),
                Language::Iam => iam::ResourceName { resource, domain }.write(&mut text),
            };
            text
        };
        cell.get_or_init(spell).as_str()
    }
}
