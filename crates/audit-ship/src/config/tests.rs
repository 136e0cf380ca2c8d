//! Settings that can be, and those that cannot.

use super::*;

fn sink(text: &str) -> SinkConfig {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

const SYSLOG: &str = "name = \"siem\"\nkind = \"syslog\"\naddress = \"logs.example.com:6514\"\n";
const WEBHOOK: &str =
    "name = \"siem\"\nkind = \"webhook\"\nurl = \"https://siem.example.com/in?token=hunter2\"\n";

#[test]
fn the_least_that_is_needed_is_enough() {
    for text in [SYSLOG, WEBHOOK] {
        let sink = sink(text);
        assert_eq!(sink.check(&[]), Ok(()));
        assert_eq!((sink.shape.as_str(), sink.from), ("claviger", Start::Start));
        assert_eq!((sink.batch_records, sink.batch_kibibytes), (500, 512));
    }
    assert!(
        sink(SYSLOG).over_tls(),
        "records do not cross the network in the open unasked"
    );
}

#[test]
fn what_cannot_be_is_refused_with_the_name_of_the_setting() {
    for (base, more, field) in [
        (SYSLOG, "url = \"https://a/\"", "url"),
        (SYSLOG, "authorization_file = \"a\"", "authorization_file"),
        (SYSLOG, "secret_file = \"a\"", "secret_file"),
        (SYSLOG, "plain_http = true", "plain_http"),
        (SYSLOG, "hostname = \"two words\"", "hostname"),
        (SYSLOG, "tls = false\nca = \"a\"", "ca"),
        (SYSLOG, "tls = false\nserver_name = \"a\"", "server_name"),
        (SYSLOG, "certificate = \"a\"", "certificate"),
        (SYSLOG, "server_name = \"no name!\"", "server_name"),
        (SYSLOG, "shape = \"cef\"", "shape"),
        (SYSLOG, "batch_records = 0", "batch_records"),
        (SYSLOG, "batch_kibibytes = 20000", "batch_kibibytes"),
        (WEBHOOK, "address = \"a:1\"", "address"),
        (WEBHOOK, "tls = true", "tls"),
        (WEBHOOK, "hostname = \"a\"", "hostname"),
        (WEBHOOK, "key = \"a\"", "certificate"),
        ("name = \"A\"\nkind = \"syslog\"", "", "name"),
        ("name = \"../a\"\nkind = \"syslog\"", "", "name"),
        ("name = \"a\"\nkind = \"syslog\"", "", "address"),
        (
            "name = \"a\"\nkind = \"syslog\"\naddress = \"host\"",
            "",
            "address",
        ),
        (
            "name = \"a\"\nkind = \"syslog\"\naddress = \"host:0\"",
            "",
            "address",
        ),
        (
            "name = \"a\"\nkind = \"syslog\"\naddress = \"me@host:1\"",
            "",
            "address",
        ),
        ("name = \"a\"\nkind = \"webhook\"", "", "url"),
        ("name = \"a\"\nkind = \"webhook\"\nurl = \"ftp://a/\"", "", "url"),
        (
            "name = \"a\"\nkind = \"webhook\"\nurl = \"https://me:pw@a/\"",
            "",
            "url",
        ),
        (
            "name = \"a\"\nkind = \"webhook\"\nurl = \"http://10.0.0.1/\"",
            "",
            "url",
        ),
    ] {
        let text = format!("{base}{more}");
        let refused = sink(&text).check(&[]).expect_err(&text);
        assert_eq!(refused.0, field, "{text}");
    }
}

#[test]
fn plain_http_is_for_loopback_unless_it_is_asked_for() {
    let with = |url: &str, more: &str| {
        sink(&format!(
            "name = \"a\"\nkind = \"webhook\"\nurl = \"{url}\"\n{more}"
        ))
        .check(&[])
    };
    for url in ["http://127.0.0.1:80/", "http://[::1]/x", "http://localhost:9/"] {
        assert_eq!(with(url, ""), Ok(()), "{url}");
    }
    assert_eq!(with("http://10.0.0.1/", "plain_http = true"), Ok(()));
    assert!(with("http://localhost.example.com/", "").is_err());
}

#[test]
fn a_shape_that_somebody_makes_is_a_shape() {
    let sink = sink(&format!("{SYSLOG}shape = \"cef\""));
    assert_eq!(sink.check(&["cef"]), Ok(()));
}

#[test]
fn two_sinks_cannot_share_a_cursor() {
    let wrong = check(&[sink(SYSLOG), sink(WEBHOOK)], &[]).unwrap_err();
    assert_eq!((wrong.sink.as_str(), wrong.field), ("siem", "name"));
}

#[test]
fn unknown_settings_and_kinds_are_errors() {
    for text in [
        "kind = \"kafka\"",
        "kind = \"syslog\"\ncolour = 1",
        "name = \"a\"",
    ] {
        let text = format!("address = \"a:1\"\n{text}");
        assert!(toml::from_str::<SinkConfig>(&text).is_err(), "{text}");
    }
}

#[test]
fn tokens_in_addresses_do_not_show() {
    let sink = sink(WEBHOOK);
    let shown = format!("{sink:?} {:?}", sink.url);
    assert!(shown.contains("https://siem.example.com"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!format!("{:?}", Url("https:/hunter2".to_owned())).contains("hunter2"));
}

#[test]
fn relative_paths_are_those_of_the_folder() {
    let mut sink = sink(&format!("{WEBHOOK}secret_file = \"s\"\nca = \"/etc/ca.pem\""));
    sink.resolve(Path::new("/srv"));
    assert_eq!(sink.secret_file.as_deref(), Some(Path::new("/srv/s")));
    assert_eq!(sink.ca.as_deref(), Some(Path::new("/etc/ca.pem")));
}

#[test]
fn every_setting_is_in_the_table() {
    let shown = format!("{:?}", sink(SYSLOG));
    assert_eq!(SETTINGS.len(), 17);
    for (name, default, meaning) in SETTINGS {
        assert!(shown.contains(&format!("{name}: ")), "{name}");
        assert!(!default.is_empty() && meaning.ends_with('.'), "{name}");
    }
}
