use proptest::prelude::*;

use super::*;

fn pattern(source: &str, case: Case) -> Pattern {
    Pattern::compile(source, case).unwrap()
}

/// By the definition, as slow as it may be.
fn naive(pattern: &[char], text: &[char], same: fn(char, char) -> bool) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => (0..=text.len()).any(|skip| naive(rest, &text[skip..], same)),
        (None, Some(_)) | (Some(_), None) => false,
        (Some((wanted, rest)), Some((found, text))) => {
            (*wanted == '?' || same(*wanted, *found)) && naive(rest, text, same)
        }
    }
}

#[test]
fn stars_take_any_run_and_question_marks_one_character() {
    let cases = [
        ("*", "", true),
        ("*", "acs:kms:a:1:key", true),
        ("", "", true),
        ("", "a", false),
        ("kms:*", "kms:", true),
        ("kms:*", "kms", false),
        ("kms:List*", "kms:ListKeys", true),
        ("kms:ReEncrypt*", "kms:ReEncryptFrom", true),
        ("kms:ReEncrypt", "kms:ReEncryptFrom", false),
        ("acs:kms:*:*:key/*", "acs:kms:cn-hangzhou:1:key", false),
        ("acs:kms:*:*:key/*", "acs:kms:cn-hangzhou:1:key/x", true),
        ("key-?", "key-1", true),
        ("key-?", "key-", false),
        ("key-?", "key-12", false),
        ("key-?", "key-é", true),
        ("*é?", "caféx", true),
        ("a*a", "a", false),
        ("a*a", "aa", true),
        ("a*b*a", "aba", true),
        ("*ab*ba*", "aba", false),
        ("a**b", "ab", true),
        ("*a?c*", "xxabxabcx", true),
        ("*?", "", false),
        ("?*", "é", true),
    ];
    for (source, text, expected) in cases {
        assert_eq!(
            pattern(source, Case::Matters).matches(text),
            expected,
            "{source} over {text}"
        );
    }
}

#[test]
fn case_matters_only_where_it_is_asked_for() {
    for (source, text) in [
        ("kms:Encrypt", "KMS:encrypt"),
        ("kms:*crypt", "KMS:DECRYPT"),
        ("*:re?nc*to", "kms:ReEncryptTo"),
    ] {
        assert!(pattern(source, Case::Ignored).matches(text), "{source}");
        assert!(!pattern(source, Case::Matters).matches(text), "{source}");
    }
}

#[test]
fn long_parts_are_refused_only_where_searching_them_is_slow() {
    let (most, more) = ("x".repeat(MIDDLE_LIMIT - 1), "x".repeat(MIDDLE_LIMIT));
    let over = |source: String, case| Pattern::compile(&source, case).is_err();
    assert!(!over(format!("*{most}?*"), Case::Matters));
    assert!(over(format!("*{more}?*"), Case::Matters));
    assert!(over(format!("*x{more}*"), Case::Ignored));
    assert!(!over(format!("*x{more}*"), Case::Matters));
    assert!(!over(format!("{more}?*?{more}"), Case::Ignored));
}

#[test]
fn a_pattern_shows_its_source() {
    assert_eq!(pattern("a**?", Case::Ignored).to_string(), "a**?");
    assert_eq!(Pattern::anything().as_str(), "*");
    assert!(Pattern::anything().matches("x") && Pattern::anything().matches(""));
}

proptest! {
    #[test]
    fn matching_is_as_defined(source in "[abA*?é]{0,10}", text in "[abAé]{0,12}") {
        let (wanted, found): (Vec<_>, Vec<_>) = (source.chars().collect(), text.chars().collect());
        let exact = naive(&wanted, &found, |a, b| a == b);
        let folded = naive(&wanted, &found, |a, b| a.eq_ignore_ascii_case(&b));
        prop_assert_eq!(pattern(&source, Case::Matters).matches(&text), exact);
        prop_assert_eq!(pattern(&source, Case::Ignored).matches(&text), folded);
    }
}
