//! Messages, byte for byte.

use super::*;

fn message(record: &str) -> String {
    let header = Header::new("kms-1", Uuid::from_u128(7));
    let entry = Entry::parse(record.as_bytes()).unwrap();
    let mut out = Vec::new();
    header.push(&mut out, Seq(12), &entry, b"{}");
    String::from_utf8(out).unwrap()
}

fn call(action: &str, user: &str, outcome: &str) -> String {
    let record = serde_json::json!({
        "id": "r", "time": "2026-11-21T20:46:13.500Z", "dialect": "d", "action": action, "writes": false,
        "account": "1234567890123456", "region": "r", "caller": {"type": "user", "user": user},
        "source": {"address": "::1", "agent": "a", "host": "h", "tls": true}, "request": {}, "outcome": outcome,
    });
    // The kind comes first, as in the log.
    record.to_string().replacen('{', "{\"kind\":\"call\",", 1)
}

const LOG: &str = "log=\"00000000-0000-0000-0000-000000000007\" seq=\"12\"";

#[test]
fn a_call_is_a_message_of_rfc_5424_with_its_length_before_it() {
    let head = "<110>1 2026-11-21T20:46:13.500Z kms-1 claviger - Encrypt [claviger@32473 ";
    let rest = format!("{LOG} account=\"1234567890123456\" caller=\"alice\" outcome=\"served\"] {{}}");
    let text = format!("{head}{rest}");
    assert_eq!(
        message(&call("Encrypt", "alice", "served")),
        format!("{} {text}", text.len())
    );
}

#[test]
fn severity_is_that_of_the_outcome() {
    for (outcome, priority) in [("served", "<110>"), ("refused", "<109>"), ("failed", "<108>")] {
        let text = message(&call("Encrypt", "alice", outcome));
        assert!(text.contains(priority), "{text}");
    }
}

#[test]
fn quotes_backslashes_and_brackets_are_escaped_and_control_characters_replaced() {
    let text = message(&call("Encrypt", "a\"b\\c]d\ne[ü", "served"));
    assert!(text.contains(r#" caller="a\"b\\c\]d_e[ü" "#), "{text}");
    let (length, rest) = text.split_once(' ').unwrap();
    assert_eq!(
        length,
        rest.len().to_string(),
        "octets are counted, not characters"
    );
}

#[test]
fn a_message_id_is_at_most_32_visible_characters() {
    let text = message(&call("Évil name that is far too long to be one", "a", "refused"));
    assert!(
        text.contains(" - _vil_name_that_is_far_too_long_t [claviger@"),
        "{text}"
    );
    let text = message(&call("", "a", "refused"));
    assert!(text.contains(" claviger - - [claviger@"), "{text}");
}

#[test]
fn strangers_and_marks_of_the_server_are_messages_too() {
    let text = message(
        "{\"kind\":\"strangers\",\"since\":\"2026-11-21T20:46:13.500Z\",\"until\":\"2026-11-21T20:46:14.500Z\",\
         \"rows\":[{\"reason\":\"r\",\"address\":\"::1\",\"access_key\":\"a\",\"count\":3}],\"others\":2}",
    );
    let expected = format!(
        "<109>1 2026-11-21T20:46:14.500Z kms-1 claviger - strangers [claviger@32473 {LOG} count=\"5\"] {{}}"
    );
    assert!(text.ends_with(&expected), "{text}");
    let text = message(
        "{\"kind\":\"server\",\"time\":\"2026-11-21T20:46:14Z\",\"event\":\"started\",\"version\":\"1\"}",
    );
    let expected = format!(
        "<110>1 2026-11-21T20:46:14.000Z kms-1 claviger - server [claviger@32473 {LOG} event=\"started\"] {{}}"
    );
    assert!(text.ends_with(&expected), "{text}");
}

#[test]
fn a_record_of_unknown_kind_still_goes() {
    let text = message("{\"kind\":\"later\"}");
    assert!(
        text.ends_with(&format!(
            "<108>1 - kms-1 claviger - - [claviger@32473 {LOG}] {{}}"
        )),
        "{text}"
    );
}

#[test]
fn a_host_name_is_visible_ascii() {
    let header = Header::new("bücher kms", Uuid::from_u128(7));
    let mut out = Vec::new();
    header.push(&mut out, Seq(1), &Entry::Other, b"");
    assert!(String::from_utf8(out).unwrap().contains(" b_cher_kms claviger "));
}
