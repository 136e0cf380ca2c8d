//! Subjects as text: reading.
//!
//! The text is that of RFC 4514 and, because people still write it, that of RFC 2253: spaces around separators, `;` in
//! place of `,`, values in quotes, and `OID.` before an object identifier.
//!
//! SOURCE: RFC 4514, section 3; RFC 2253, sections 3 and 4.

use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{
        self, Decode,
        asn1::{Any, ObjectIdentifier, SetOfVec},
    },
    name::{Name, RdnSequence, RelativeDistinguishedName},
};

use crate::{
    CsrError, LONGEST_SUBJECT, MOST_ATTRIBUTES, SubjectError, SubjectProblem,
    attribute::{self, Attribute, Form},
    name,
};

mod reader;

use reader::{Raw, Reader};

/// A subject, its groups in the order of the text.
#[derive(Debug)]
pub(crate) struct Subject(Vec<Vec<Pair>>);

#[derive(Debug)]
struct Pair {
    oid: ObjectIdentifier,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Text(Form, String),
    Encoded(Any),
}

impl Subject {
    /// Reads a subject, which must have a `CN`.
    ///
    /// # Errors
    /// [`CsrError`] with the first thing that is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, CsrError> {
        if text.len() > LONGEST_SUBJECT {
            return Err(CsrError::SubjectLength);
        }
        let mut reader = Reader::new(text);
        let mut groups = Vec::new();
        let mut group: Vec<Pair> = Vec::new();
        let mut count = 0;
        loop {
            count += 1;
            if count > MOST_ATTRIBUTES {
                return Err(CsrError::AttributeCount);
            }
            let pair = read_pair(&mut reader, &group)?;
            group.push(pair);
            match reader.next() {
                Some('+') => {}
                Some(_) => groups.push(std::mem::take(&mut group)),
                None => break,
            }
        }
        groups.push(group);
        let subject = Self(groups);
        if subject.has_common_name() {
            Ok(subject)
        } else {
            Err(CsrError::NoCommonName)
        }
    }

    /// The subject as certificates have it: the last group of the text first.
    ///
    /// # Errors
    /// None in fact: DER refuses only what is longer than the text can be.
    pub(crate) fn to_name(&self) -> der::Result<Name> {
        let mut groups = Vec::new();
        for group in self.0.iter().rev() {
            let pairs = group
                .iter()
                .map(Pair::to_der_type)
                .collect::<der::Result<Vec<_>>>()?;
            groups.push(RelativeDistinguishedName::from(SetOfVec::try_from(pairs)?));
        }
        Ok(Name::hazmat_from_rdn_sequence(RdnSequence::from(groups)))
    }

    fn has_common_name(&self) -> bool {
        let common_name = attribute::by_name("CN").map(|attribute| attribute.dots);
        self.0
            .iter()
            .flatten()
            .filter(|pair| Some(pair.oid.to_string().as_str()) == common_name)
            .any(|pair| match &pair.value {
                Value::Text(..) => true,
                Value::Encoded(any) => name::value(any).is_some_and(|text| !text.trim().is_empty()),
            })
    }
}

impl Pair {
    fn to_der_type(&self) -> der::Result<AttributeTypeAndValue> {
        let value = match &self.value {
            Value::Text(form, text) => Any::new(form.tag(), text.as_bytes())?,
            Value::Encoded(any) => any.clone(),
        };
        Ok(AttributeTypeAndValue { oid: self.oid, value })
    }
}

/// Reads `type=value`; `group` is what stands before it in the same group.
fn read_pair(reader: &mut Reader, group: &[Pair]) -> Result<Pair, SubjectError> {
    reader.skip_spaces();
    let at = reader.at();
    let fail = |problem| SubjectError { at, problem };
    let name = reader.name();
    if name.is_empty() && reader.peek() != Some('=') {
        return Err(fail(SubjectProblem::NoAttribute));
    }
    let found = find(&name);
    if reader.peek() != Some('=') {
        return Err(fail(SubjectProblem::NoEquals));
    }
    let (oid, attribute) = found.ok_or_else(|| {
        fail(SubjectProblem::UnknownAttribute {
            name: name.chars().take(64).collect(),
        })
    })?;
    // The `=`.
    reader.next();
    reader.skip_spaces();
    if group.iter().any(|pair| pair.oid == oid) {
        return Err(fail(SubjectProblem::Repeated { name }));
    }
    let at = reader.at();
    let value = match reader.value()? {
        Raw::Text(text) => checked(&name, attribute, text).map_err(|problem| SubjectError { at, problem })?,
        Raw::Hex(bytes) => Value::Encoded(Any::from_der(&bytes).map_err(|_| SubjectError {
            at,
            problem: SubjectProblem::Hex,
        })?),
    };
    Ok(Pair { oid, value })
}

/// The attribute of this name or of this object identifier in dots.
fn find(name: &str) -> Option<(ObjectIdentifier, Option<&'static Attribute>)> {
    if let Some(attribute) = attribute::by_name(name) {
        let oid = ObjectIdentifier::new(attribute.dots).ok()?;
        return Some((oid, Some(attribute)));
    }
    let dots = match name.split_at_checked(4) {
        Some((prefix, dots)) if prefix.eq_ignore_ascii_case("OID.") => dots,
        _ => name,
    };
    let oid = ObjectIdentifier::new(dots).ok()?;
    Some((oid, attribute::by_oid(oid)))
}

/// A text that the attribute may have.
fn checked(name: &str, attribute: Option<&'static Attribute>, text: String) -> Result<Value, SubjectProblem> {
    let name = || name.to_owned();
    let form = attribute.map_or(Form::Text, |attribute| attribute.form);
    let most = attribute.map_or(LONGEST_SUBJECT, |attribute| attribute.most);
    if text.trim().is_empty() {
        return Err(SubjectProblem::NoValue { name: name() });
    }
    if text.contains('\0') {
        return Err(SubjectProblem::Nul);
    }
    let count = text.chars().count();
    if !text.chars().all(|character| form.allows(character)) || (form == Form::Country && count < most) {
        return Err(SubjectProblem::Characters {
            name: name(),
            allowed: form.words(),
        });
    }
    if count > most {
        return Err(SubjectProblem::TooLong { name: name(), most });
    }
    Ok(Value::Text(form, text))
}

#[cfg(test)]
mod tests;
