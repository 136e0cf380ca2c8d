use super::*;

fn fields(body: &str) -> Fields<'_> {
    Fields::parse(body.as_bytes()).unwrap()
}

#[test]
fn a_body_is_one_object_or_nothing() {
    for body in ["", " \n", "{}", "null", "{ }", "{}\n"] {
        assert_eq!(fields(body).entries().count(), 0, "{body:?}");
    }
    assert!(
        fields("{\"a\": \"b\"}\n").has("a"),
        "some clients end bodies in a newline"
    );
    for wrong in [
        "[]",
        "\"a\"",
        "1",
        "{",
        "{\"a\"}",
        "{\"a\":1}x",
        "{\"a\":\"\\x\"}",
        "{'a':1}",
        "{\"a\":1,}",
    ] {
        assert!(Fields::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(Fields::parse(b"{\"a\":\"\xff\"}").is_err());
}

#[test]
fn absent_null_and_empty_are_the_same() {
    let fields = fields(r#"{"null":null,"empty":"","zero":0,"space":" "}"#);
    for name in ["null", "empty", "absent"] {
        assert!(!fields.has(name), "{name}");
        assert_eq!(fields.text(name).unwrap(), None);
        assert!(fields.secret(name).unwrap().is_none());
        assert_eq!(fields.whole(name, codes::K1601).unwrap(), None);
        assert_eq!(fields.boolean(name).unwrap(), None);
        assert_eq!(fields.required(name).unwrap_err().code, "KMS.0204");
    }
    assert!(fields.has("zero") && fields.has("space"));
    let texts: Vec<_> = fields.entries().map(|(_, text)| text).collect();
    assert_eq!(texts, [None, Some("".into()), None, Some(" ".into())]);
}

#[test]
fn numbers_and_texts_stand_for_each_other() {
    let fields =
        fields(r#"{"text":"10","number":10,"minus":-1,"point":1.5,"list":[1],"yes":"True","no":false}"#);
    for name in ["text", "number"] {
        assert_eq!(fields.text(name).unwrap().unwrap(), "10");
        assert_eq!(fields.whole(name, codes::K1601).unwrap(), Some(10));
        assert_eq!(fields.secret(name).unwrap().unwrap().expose(), b"10");
    }
    for name in ["minus", "point", "list", "yes"] {
        assert_eq!(
            fields.whole(name, codes::K1601).unwrap_err().code,
            "KMS.1601",
            "{name}"
        );
    }
    assert_eq!(fields.boolean("yes").unwrap(), Some(true));
    assert_eq!(fields.boolean("no").unwrap(), Some(false));
    for name in ["number", "text", "list"] {
        assert_eq!(fields.boolean(name).unwrap_err().code, "KMS.0308");
    }
    for name in ["list", "no"] {
        assert_eq!(fields.text(name).unwrap_err().code, "KMS.0308");
        assert_eq!(fields.secret(name).unwrap_err().code, "KMS.0308");
    }
    let long = r#"{"n":"99999999999999999999"}"#;
    assert!(
        super::Fields::parse(long.as_bytes())
            .unwrap()
            .whole("n", codes::K1601)
            .is_err()
    );
}

#[test]
fn escapes_are_undone_in_texts_and_in_secrets() {
    let escaped = r#"\" \\ \/ \b \f \n \r \t \u0000 \u00fc \u20AC \ud83d\ude00 ü"#;
    let expected = "\" \\ / \u{8} \u{c} \n \r \t \0 ü € 😀 ü";
    let body = format!(r#"{{"\u0061":"{escaped}","half":"\ud83d","other":"\ud83dx","low":"\ude00"}}"#);
    let fields = fields(&body);
    assert_eq!(fields.text("a").unwrap().unwrap(), expected);
    assert_eq!(fields.secret("a").unwrap().unwrap().expose(), expected.as_bytes());
    for name in ["half", "other", "low"] {
        assert!(
            fields.text(name).is_err() && fields.secret(name).is_err(),
            "{name}"
        );
    }
}

#[test]
fn of_members_with_one_name_the_last_one_counts() {
    assert_eq!(fields(r#"{"a":"1","a":"2"}"#).required("a").unwrap(), "2");
}

#[test]
fn objects_and_arrays_are_read_one_level_at_a_time() {
    let fields = fields(r#"{"o":{"a":"1"},"os":[{"a":"1"},{"a":2}],"ts":["x",2],"s":"{\"a\":\"1\"}","n":1}"#);
    let a = |fields: &Fields<'_>| fields.required("a").unwrap().into_owned();
    assert_eq!(a(&fields.object("o", codes::K0412).unwrap().unwrap()), "1");
    let objects = fields.objects("os", codes::K0412).unwrap().unwrap();
    assert_eq!(objects.iter().map(a).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(fields.texts("ts", codes::K0412).unwrap().unwrap(), ["x", "2"]);
    for name in ["o", "s"] {
        let json = fields.json(name).unwrap().unwrap();
        assert_eq!(a(&Fields::parse(json.as_bytes()).unwrap()), "1");
    }
    assert_eq!(fields.json("n").unwrap_err().code, "KMS.0308");
    for name in ["s", "n", "ts"] {
        assert!(fields.object(name, codes::K0412).is_err());
        assert!(fields.objects(name, codes::K0412).is_err());
    }
    assert_eq!(fields.texts("os", codes::K0412).unwrap_err().code, "KMS.0412");
}
