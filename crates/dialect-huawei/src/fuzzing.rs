//! What the fuzz targets ask of the readers of this crate. No part of its interface: nothing else may use it.

use std::borrow::Cow;

use claviger_secret::SecretBytes;

use crate::error::codes;
use crate::fields::Fields;
use crate::route::{self, Found};

/// A member that is not of the kind it was asked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong;

/// A member; none where it is absent or empty.
pub type Read<T> = Result<Option<T>, Wrong>;

/// The body of a request, or an object in it.
pub struct Body<'a>(Fields<'a>);

impl<'a> Body<'a> {
    /// Takes a body apart; none where it is not an object.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        Fields::parse(body).ok().map(Self)
    }

    /// All members in their order, with the text of those that are text.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Option<Cow<'a, str>>)> {
        self.0.entries()
    }

    /// Whether there is such a member.
    pub fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }

    /// A member as text.
    pub fn text(&self, name: &str) -> Read<Cow<'a, str>> {
        self.0.text(name).map_err(|_| Wrong)
    }

    /// A member as a secret text.
    pub fn secret(&self, name: &str) -> Read<SecretBytes> {
        self.0.secret(name).map_err(|_| Wrong)
    }

    /// A member as a whole number.
    pub fn whole(&self, name: &str) -> Read<u64> {
        self.0.whole(name, codes::K0308).map_err(|_| Wrong)
    }

    /// A member as a truth value.
    pub fn boolean(&self, name: &str) -> Read<bool> {
        self.0.boolean(name).map_err(|_| Wrong)
    }

    /// A member as the text of an object.
    pub fn json(&self, name: &str) -> Read<Cow<'a, str>> {
        self.0.json(name).map_err(|_| Wrong)
    }

    /// A member as an object.
    pub fn object(&self, name: &str) -> Read<Self> {
        let found = self.0.object(name, codes::K0308).map_err(|_| Wrong)?;
        Ok(found.map(Self))
    }

    /// A member as a list of objects.
    pub fn objects(&self, name: &str) -> Read<Vec<Self>> {
        let found = self.0.objects(name, codes::K0308).map_err(|_| Wrong)?;
        Ok(found.map(|all| all.into_iter().map(Self).collect()))
    }

    /// A member as a list of texts.
    pub fn texts(&self, name: &str) -> Read<Vec<Cow<'a, str>>> {
        self.0.texts(name, codes::K0308).map_err(|_| Wrong)
    }
}

/// Where a method and a path lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To the operation of this name, with the values of the variables of its path, as far as the table of operations
    /// spells its path.
    Operation(&'static str, Vec<String>),
    /// To operations with other methods.
    OtherMethods,
    /// Nowhere.
    Nowhere,
}

/// The path of a target, decoded, and where it leads; none where it cannot be decoded.
pub fn way(method: &str, raw: &str) -> Option<(String, Way)> {
    let path = route::decode(raw)?.into_owned();
    let way = match route::find(method, &path) {
        Found::Row(row) => {
            let variables = row.path.split('/').filter_map(|own| own.strip_prefix('{'));
            let names = variables.map(|own| own.trim_end_matches('}').trim_end_matches('.'));
            let values = names.map(|name| route::variable(row, &path, name).to_owned());
            Way::Operation(row.name, values.collect())
        }
        Found::Method(_) => Way::OtherMethods,
        Found::Nothing => Way::Nowhere,
    };
    Some((path, way))
}
