//! What the text means, and where it is wrong.

use proptest::prelude::*;
use x509_cert::der::Tag;

use super::*;
use crate::name;

/// The subject as it is printed after reading.
fn printed(text: &str) -> String {
    name::text(&Subject::parse(text).unwrap().to_name().unwrap())
}

fn refusal(text: &str) -> CsrError {
    Subject::parse(text).unwrap_err()
}

fn problem(text: &str) -> (usize, SubjectProblem) {
    match refusal(text) {
        CsrError::Subject(error) => (error.at, error.problem),
        other => panic!("{other}"),
    }
}

// SOURCE: RFC 4514, section 4; RFC 2253, section 5.
#[test]
fn the_examples_of_the_standards_are_read() {
    for text in [
        "CN=Steve Kille,O=Isode Limited,C=GB",
        "CN=L. Eagle,O=Sue\\, Grabbit and Runn,C=GB",
        "CN=Before\\0DAfter,O=Test,C=GB",
        "CN=Lučić",
        "UID=jsmith,CN=j,DC=example,DC=net",
        "1.3.6.1.4.1.1466.0=#04024869,CN=Test",
    ] {
        assert_eq!(printed(text), text);
    }
    for (text, expected) in [
        // A group has no order of its own; DER sorts it.
        (
            "OU=Sales+CN=J. Smith,O=Widget Inc.,C=US",
            "CN=J. Smith+OU=Sales,O=Widget Inc.,C=US",
        ),
        (
            "OU=Sales+CN=J.  Smith,DC=example,DC=net",
            "CN=J.  Smith+OU=Sales,DC=example,DC=net",
        ),
        (
            "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
            "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
        ),
        ("CN=Lu\\C4\\8Di\\c4\\87", "CN=Lučić"),
        (
            "CN=L. Eagle, O=\"Sue, Grabbit and Runn\", C=GB",
            "CN=L. Eagle,O=Sue\\, Grabbit and Runn,C=GB",
        ),
        ("CN=L. Eagle; O = \" a \" ;C=GB", "CN=L. Eagle,O=\\ a\\ ,C=GB"),
        ("OID.2.5.4.3=Test", "CN=Test"),
        ("oid.2.5.4.3 = Test ", "CN=Test"),
        ("SN=Lu\\C4\\8Di\\C4\\87, CN=x", "SN=Lučić,CN=x"),
    ] {
        assert_eq!(printed(text), expected);
    }
}

#[test]
fn names_of_attributes_are_read_in_any_case_and_by_their_other_names() {
    let text = "commonname=a,STREET=b,s=c,E=d@e.f,givenname=g,Surname=h,t=i,c=DE";
    assert_eq!(
        printed(text),
        "CN=a,street=b,ST=c,emailAddress=d@e.f,GN=g,SN=h,title=i,C=DE"
    );
}

#[test]
fn special_characters_come_through() {
    for (text, expected) in [
        (
            "CN=a\\,b\\+c\\;d\\<e\\>f\\\\g\\\"h",
            "CN=a\\,b\\+c\\;d\\<e\\>f\\\\g\\\"h",
        ),
        ("CN=\\#a#b", "CN=\\#a#b"),
        ("CN=a=b\\=c", "CN=a=b=c"),
        ("CN=\\ a b\\ ", "CN=\\ a b\\ "),
        ("CN= a b  ", "CN=a b"),
        (
            "CN=\"a,b+c;d<e>f\\\\g\\\"h\"",
            "CN=a\\,b\\+c\\;d\\<e\\>f\\\\g\\\"h",
        ),
        ("CN=\\2C\\2b", "CN=\\,\\+"),
        (
            "CN=証明書,O=Müller & Söhne GmbH,C=DE",
            "CN=証明書,O=Müller & Söhne GmbH,C=DE",
        ),
    ] {
        assert_eq!(printed(text), expected);
    }
}

#[test]
fn the_name_begins_with_the_end_of_the_text() {
    let name = Subject::parse("CN=a,O=b,C=DE").unwrap().to_name().unwrap();
    let oids: Vec<String> = name.iter().map(|pair| pair.oid.to_string()).collect();
    assert_eq!(oids, ["2.5.4.6", "2.5.4.10", "2.5.4.3"]);
}

// SOURCE: RFC 5280, appendix A.1.
#[test]
fn values_have_the_types_of_the_standard() {
    let text = "CN=a,serialNumber=1,dnQualifier=2,DC=b,E=c@d.e,O=f,1.2.3.4=g,C=DE";
    let name = Subject::parse(text).unwrap().to_name().unwrap();
    let mut tags: Vec<Tag> = name.iter().map(|pair| pair.value.header().tag()).collect();
    tags.reverse();
    let (text, printable, ascii) = (Tag::Utf8String, Tag::PrintableString, Tag::Ia5String);
    assert_eq!(
        tags,
        [text, printable, printable, ascii, ascii, text, text, printable]
    );
}

#[test]
fn a_common_name_is_required() {
    for text in ["O=a,C=DE", "CN=#0400", "CN=#1300", "CN=#0C0120", "OU=CN"] {
        assert_eq!(refusal(text), CsrError::NoCommonName, "{text}");
    }
    assert_eq!(printed("O=a+CN=#0C0161"), "O=a+CN=a");
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let name = |name: &str| name.to_owned();
    let characters = |attribute: &str, allowed| SubjectProblem::Characters {
        name: name(attribute),
        allowed,
    };
    for (text, at, expected) in [
        ("", 1, SubjectProblem::NoAttribute),
        ("  ", 3, SubjectProblem::NoAttribute),
        ("CN=ä,,O=b", 6, SubjectProblem::NoAttribute),
        ("CN=a,", 6, SubjectProblem::NoAttribute),
        ("CN=a+", 6, SubjectProblem::NoAttribute),
        (",CN=a", 1, SubjectProblem::NoAttribute),
        ("CN", 1, SubjectProblem::NoEquals),
        ("CN=a, Example Inc.,C=US", 7, SubjectProblem::NoEquals),
        ("=a", 1, SubjectProblem::UnknownAttribute { name: name("") }),
        (
            "CN=a,XY=b",
            6,
            SubjectProblem::UnknownAttribute { name: name("XY") },
        ),
        (
            "CN=a,1.2.=b",
            6,
            SubjectProblem::UnknownAttribute { name: name("1.2.") },
        ),
        (
            "CN=a,OID.9.9=b",
            6,
            SubjectProblem::UnknownAttribute {
                name: name("OID.9.9"),
            },
        ),
        (
            "CN=a+2.5.4.3=b",
            6,
            SubjectProblem::Repeated {
                name: name("2.5.4.3"),
            },
        ),
        ("CN=", 4, SubjectProblem::NoValue { name: name("CN") }),
        ("CN= ,O=a", 5, SubjectProblem::NoValue { name: name("CN") }),
        ("CN=\"\"", 4, SubjectProblem::NoValue { name: name("CN") }),
        ("CN=a,C=D", 8, characters("C", "two ASCII letters")),
        ("CN=a,C=D1", 8, characters("C", "two ASCII letters")),
        (
            "CN=a,C=DEU",
            8,
            SubjectProblem::TooLong {
                name: name("C"),
                most: 2,
            },
        ),
        ("CN=a,DC=bücher", 9, characters("DC", "ASCII characters")),
        (
            "CN=a,serialNumber=1_2",
            19,
            characters("serialNumber", "ASCII letters, digits, spaces and '()+,-./:=?"),
        ),
    ] {
        assert_eq!(problem(text), (at, expected), "{text}");
    }
}

#[test]
fn errors_in_the_writing_of_values_say_where_they_are() {
    for (text, at, expected) in [
        ("CN=ab\\x", 6, SubjectProblem::Escape),
        ("CN=ab\\4", 6, SubjectProblem::Escape),
        ("CN=ab\\", 6, SubjectProblem::Escape),
        ("CN=a<b", 5, SubjectProblem::Unescaped('<')),
        ("CN=ab\"c", 6, SubjectProblem::Unescaped('"')),
        ("CN=\"a", 4, SubjectProblem::Quotes),
        ("CN=\"a\" b", 4, SubjectProblem::Quotes),
        ("CN=\\C4", 4, SubjectProblem::Utf8),
        ("CN=bank\\00.evil", 4, SubjectProblem::Nul),
        ("CN=#", 4, SubjectProblem::Hex),
        ("CN=#0C016", 4, SubjectProblem::Hex),
        ("CN=#0C0161x", 4, SubjectProblem::Hex),
        ("CN=#0C016162", 4, SubjectProblem::Hex),
        ("CN=#0C0261", 4, SubjectProblem::Hex),
    ] {
        assert_eq!(problem(text), (at, expected), "{text}");
    }
    assert_eq!(
        refusal("CN=a,O=b<c").to_string(),
        "the subject is wrong at character 9: `<` must be written as `\\<`"
    );
}

#[test]
fn lengths_count_characters_and_have_bounds() {
    assert_eq!(printed(&format!("CN={}", "ü".repeat(64))).chars().count(), 67);
    assert_eq!(
        problem(&format!("CN={}", "ü".repeat(65))),
        (
            4,
            SubjectProblem::TooLong {
                name: "CN".into(),
                most: 64
            }
        )
    );
    let organizations = |count| format!("CN=a{}", ",O=b".repeat(count));
    assert!(Subject::parse(&organizations(63)).is_ok());
    assert_eq!(refusal(&organizations(64)), CsrError::AttributeCount);
    let name = |len: usize| format!("CN=a,name={}", "b".repeat(len - 10));
    assert!(Subject::parse(&name(4096)).is_ok());
    assert_eq!(refusal(&name(4097)), CsrError::SubjectLength);
    let long = "X".repeat(500);
    assert_eq!(
        problem(&format!("{long}=a")).1,
        SubjectProblem::UnknownAttribute { name: "X".repeat(64) }
    );
}

#[test]
fn space_of_any_kind_at_the_ends_of_a_value_is_kept() {
    for value in ["\u{85}a", "a\u{3000}", "\u{a0}a\u{2003}", " a ", "\ta"] {
        let name = Subject::parse(&format!("CN=\"{value}\""))
            .unwrap()
            .to_name()
            .unwrap();
        let again = Subject::parse(&name::text(&name)).unwrap().to_name().unwrap();
        assert_eq!(again, name, "{value:?}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(values in prop::collection::vec("[^\0]{0,12}[a-zé]", 1..6)) {
        let quoted = |value: &str| value.chars().fold(String::new(), |out, character| match character {
            '"' | '\\' => out + &format!("\\{character}"),
            _ => out + &character.to_string(),
        });
        let text: Vec<String> = values.iter().map(|value| format!("CN=\"{}\"", quoted(value))).collect();
        let name = Subject::parse(&text.join(",")).unwrap().to_name().unwrap();
        let once = name::text(&name);
        let again = Subject::parse(&once).unwrap().to_name().unwrap();
        prop_assert_eq!(&again, &name);
        let mut read: Vec<String> = again.iter().map(|pair| name::value(&pair.value).unwrap()).collect();
        read.reverse();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in "([CNO=,+;\"#\\\\ 0-9a-f<é\0]|.){0,40}") {
        match Subject::parse(&text) {
            Ok(subject) => {
                let name = subject.to_name().unwrap();
                prop_assert!(!name.is_empty());
            }
            Err(CsrError::Subject(error)) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.at));
            }
            Err(error) => prop_assert_eq!(error, CsrError::NoCommonName),
        }
    }
}
