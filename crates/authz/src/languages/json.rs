//! JSON that remembers repeated members, read with the place at hand.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Fault, Place, PolicyError};

/// A document. What no policy language has a use for is not kept.
#[derive(Debug)]
pub(super) enum Json {
    /// Null, a boolean or a number.
    Other,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a document of at most `limit` bytes.
    pub(super) fn read(document: &str, limit: usize) -> Result<Self, PolicyError> {
        let root = Place::default();
        if document.len() > limit {
            return Err(root.fault(Fault::TooLong(limit)));
        }
        serde_json::from_str(document).map_err(|error| {
            root.fault(Fault::Syntax {
                line: error.line(),
                column: error.column(),
            })
        })
    }

    /// The outermost value.
    pub(super) fn root(&self) -> Node<'_> {
        Node {
            json: self,
            place: Place::default(),
        }
    }
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node<'a> {
    json: &'a Json,
    pub(super) place: Place,
}

/// The members of an object, none of them twice.
#[derive(Debug)]
pub(super) struct Members<'a> {
    members: &'a [(String, Json)],
    pub(super) place: Place,
}

impl<'a> Node<'a> {
    pub(super) fn object(&self) -> Result<Members<'a>, PolicyError> {
        let Json::Object(members) = self.json else {
            return Err(self.place.fault(Fault::Kind("an object")));
        };
        let mut seen = std::collections::HashSet::new();
        match members.iter().find(|(name, _)| !seen.insert(name)) {
            Some((name, _)) => Err(self.place.member(name).fault(Fault::Repeated)),
            None => Ok(Members {
                members,
                place: self.place.clone(),
            }),
        }
    }

    /// The elements of a list that has some.
    pub(super) fn list(&self) -> Result<Vec<Node<'a>>, PolicyError> {
        let elements = self.elements()?;
        if elements.is_empty() {
            return Err(self.place.fault(Fault::Empty));
        }
        Ok(elements)
    }

    /// The elements of a list, which may have none.
    pub(super) fn elements(&self) -> Result<Vec<Node<'a>>, PolicyError> {
        let Json::List(elements) = self.json else {
            return Err(self.place.fault(Fault::Kind("a list")));
        };
        let element = |(number, json)| Node {
            json,
            place: self.place.element(number),
        };
        Ok(elements.iter().enumerate().map(element).collect())
    }

    /// Refuses a list of more elements than this.
    pub(super) fn at_most(&self, limit: usize) -> Result<(), PolicyError> {
        match self.json {
            Json::List(elements) if elements.len() > limit => Err(self.place.fault(Fault::TooMany(limit))),
            _ => Ok(()),
        }
    }

    pub(super) fn text(&self) -> Result<&'a str, PolicyError> {
        match self.json {
            Json::Text(text) => Ok(text),
            _ => Err(self.place.fault(Fault::Kind("text in quotes"))),
        }
    }

    /// One text, or the texts of a list, each made into something else.
    pub(super) fn texts<T>(
        &self,
        make: impl Fn(&Place, &str) -> Result<T, PolicyError>,
    ) -> Result<Box<[T]>, PolicyError> {
        match self.json {
            Json::Text(text) => Ok(Box::new([make(&self.place, text)?])),
            Json::List(_) => {
                let elements = self.list()?;
                elements.iter().map(|one| make(&one.place, one.text()?)).collect()
            }
            Json::Other | Json::Object(_) => {
                let wanted = "text in quotes or a list of such";
                Err(self.place.fault(Fault::Kind(wanted)))
            }
        }
    }
}

impl<'a> Members<'a> {
    /// Refuses all names but these.
    pub(super) fn only(&self, known: &'static [&'static str]) -> Result<(), PolicyError> {
        let stranger = self
            .members
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()));
        match stranger {
            Some((name, _)) => Err(self.place.member(name).fault(Fault::Unknown(known))),
            None => Ok(()),
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<Node<'a>> {
        let found = self.members.iter().find(|(other, _)| other == name);
        found.map(|(_, json)| Node {
            json,
            place: self.place.member(name),
        })
    }

    pub(super) fn need(&self, name: &str) -> Result<Node<'a>, PolicyError> {
        self.find(name)
            .ok_or_else(|| self.place.member(name).fault(Fault::Missing))
    }

    /// All of them, in their order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        self.members.iter().map(|(name, json)| {
            let node = Node {
                json,
                place: self.place.member(name),
            };
            (name.as_str(), node)
        })
    }

    /// Refuses an object without members.
    pub(super) fn some(self) -> Result<Self, PolicyError> {
        if self.members.is_empty() {
            return Err(self.place.fault(Fault::Empty));
        }
        Ok(self)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}
