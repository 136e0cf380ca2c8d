use super::*;

fn decoded(raw: &str) -> Params<'_> {
    let mut params = Params::new();
    decode_pairs(raw.as_bytes(), &mut params).unwrap();
    params
}

fn pairs<'p>(params: &'p Params<'_>) -> Vec<(&'p str, &'p str)> {
    params.iter().collect()
}

fn error(raw: &[u8]) -> DecodeError {
    decode_pairs(raw, &mut Params::new()).unwrap_err()
}

fn broken(name: Option<&str>) -> DecodeError {
    DecodeError::BrokenEscape {
        name: name.map(str::to_owned),
    }
}

fn not_utf8(name: Option<&str>) -> DecodeError {
    DecodeError::NotUtf8 {
        name: name.map(str::to_owned),
    }
}

#[test]
fn plus_and_escaped_blank_are_a_blank() {
    assert_eq!(
        pairs(&decoded("a=1+2%203&b+c=%2B")),
        [("a", "1 2 3"), ("b c", "+")]
    );
}

#[test]
fn escapes_may_be_lower_case_and_hold_any_text() {
    assert_eq!(pairs(&decoded("k=%e6%b5%8B*'()!~")), [("k", "测*'()!~")]);
    assert_eq!(
        pairs(&decoded("k=测&%00=%26%3D%25")),
        [("k", "测"), ("\0", "&=%")]
    );
}

#[test]
fn empty_values_names_and_pieces() {
    assert_eq!(pairs(&decoded("")), []);
    assert_eq!(
        pairs(&decoded("&&a=&b&&=c&d==e&")),
        [("a", ""), ("b", ""), ("", "c"), ("d", "=e")]
    );
}

#[test]
fn a_broken_escape_names_the_parameter() {
    for raw in [
        "a=1&Key+Id=%",
        "Key%20Id=%4",
        "Key+Id=%4g",
        "Key+Id=%+1&a=1",
        "Key+Id=ab%&c",
    ] {
        assert_eq!(error(raw.as_bytes()), broken(Some("Key Id")), "{raw}");
    }
    assert_eq!(error(b"a=1&%zz=2"), broken(None));
    assert_eq!(error(b"%=%"), broken(None));
}

#[test]
fn text_that_is_not_utf8_names_the_parameter() {
    assert_eq!(error(b"a=1&Key+Id=x\xff&b=2"), not_utf8(Some("Key Id")));
    assert_eq!(error(b"a=1&Key\xff=x"), not_utf8(None));
    assert_eq!(error(b"a=1&Key+Id=%ff"), not_utf8(Some("Key Id")));
    assert_eq!(error(b"a=1&K%ff=x"), not_utf8(None));
}

/// Each half alone is not text, though both together are.
#[test]
fn a_character_split_over_two_pieces_is_not_utf8() {
    assert_eq!(error(b"a=%e6&%b5%8b=1"), not_utf8(Some("a")));
    assert_eq!(error(b"a=%e6%b5&b+b=1&c=%8b"), not_utf8(Some("a")));
}

#[test]
fn messages_name_the_parameter() {
    assert_eq!(
        broken(Some("KeyId")).to_string(),
        "parameter `KeyId` has a broken percent escape"
    );
    assert_eq!(not_utf8(None).to_string(), "a parameter name is not UTF-8");
}

#[test]
fn the_number_of_pairs_is_bounded_over_all_sources() {
    let full = "a&".repeat(MAX_PAIRS);
    let mut params = decoded(&full);
    assert_eq!(params.len(), MAX_PAIRS);
    assert_eq!(decode_pairs(b"b", &mut params), Err(DecodeError::TooManyPairs));
    assert!(params.is_empty() && params.get("a").is_none() && params.duplicate().is_none());
    assert_eq!(
        error("a&".repeat(MAX_PAIRS + 1).as_bytes()),
        DecodeError::TooManyPairs
    );
}

#[test]
fn query_and_form_body_become_one_set() {
    let mut params = decoded("b=%20&d=4");
    decode_pairs(b"c=%2B&a=1", &mut params).unwrap();
    assert_eq!(pairs(&params), [("b", " "), ("d", "4"), ("c", "+"), ("a", "1")]);
    assert_eq!(
        params.sorted().collect::<Vec<_>>(),
        [("a", "1"), ("b", " "), ("c", "+"), ("d", "4")]
    );
}

#[test]
fn names_are_sorted_by_bytes_and_equal_names_keep_their_order() {
    let params = decoded("b=1&B=2&a.1=3&a=4&a=5&%C3%A9=6&_=7");
    let names: Vec<_> = params.sorted().collect();
    assert_eq!(
        names,
        [
            ("B", "2"),
            ("_", "7"),
            ("a", "4"),
            ("a", "5"),
            ("a.1", "3"),
            ("b", "1"),
            ("é", "6")
        ]
    );
}

#[test]
fn the_first_of_equal_names_is_found_and_the_second_is_reported() {
    let params = decoded("x=0&Key=1&Other=2&K%65y=3&x=4");
    assert_eq!(params.get("Key"), Some("1"));
    assert_eq!(params.get("key"), None);
    assert_eq!(params.duplicate(), Some("Key"));
    assert_eq!(decoded("Key=1&key=2&Ke=3").duplicate(), None);
    let mut params = decoded("Key=1");
    decode_pairs(b"Key=1", &mut params).unwrap();
    assert_eq!(params.duplicate(), Some("Key"));
}

#[test]
fn debug_output_shows_no_values() {
    assert_eq!(
        format!("{:?}", decoded("Plaintext=c2VjcmV0&KeyId=a%20b")),
        r#"Params["Plaintext", "KeyId"]"#
    );
}
