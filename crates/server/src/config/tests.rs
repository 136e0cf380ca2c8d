use super::*;

const LEAST: &str = "[seal]\nkey_file = \"/k\"\n";

#[test]
fn the_least_settings_are_a_key_file() {
    let settings = parse(LEAST).unwrap();
    assert_eq!(settings.server.https.port(), 8443);
    assert!(settings.server.http.is_none());
}

#[test]
fn each_fault_is_named_with_its_line() {
    let cases = [
        ("[server]\nhtps = 1\n", 2, "unknown field `htps`"),
        ("[sever]\n", 1, "unknown field `sever`"),
        ("[server]\n\nhttps = \"x\"\n", 3, "invalid socket address"),
        (
            "[server]\nhttp = \"0.0.0.0:80\"\n[seal]\nkey_file = \"k\"\n",
            2,
            "loopback only",
        ),
        ("[server]\nregions = []\n", 2, "at least one"),
        ("[server]\nregions = [\"CN\"]\n", 2, "`CN` is not a region"),
        ("\n[seal]\nkind = \"tpm\"\n", 3, "`tpm` is neither"),
        ("\n\n[seal]\n", 3, "needed with kind"),
        (
            "[seal]\nkey_file = \"k\"\n[tls]\ncertificate = \"c\"\n",
            4,
            "go together",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nin_flight = 0\n",
            4,
            "below the least",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nhead_seconds = 0\n",
            4,
            "at least 1 second",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nbody_bytes = -1\n",
            4,
            "invalid value",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[audit]\nsegment_mebibytes = 0\n",
            4,
            "1 to 4096",
        ),
        ("[server\n", 1, ""),
    ];
    for (text, line, reason) in cases {
        let fault = parse(text).unwrap_err();
        assert_eq!(fault.line, line, "{text}: {}", fault.reason);
        assert!(fault.reason.contains(reason), "{text}: {}", fault.reason);
    }
}

#[test]
fn relative_paths_are_taken_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claviger.toml");
    std::fs::write(&file, "[server]\ndata = \"d\"\n[seal]\nkey_file = \"/abs/k\"\n").unwrap();
    let settings = read(&file).unwrap();
    assert_eq!(settings.server.data, folder.path().join("d"));
    assert_eq!(settings.seal.key_file.unwrap(), Path::new("/abs/k"));
    let missing = read(&folder.path().join("none.toml")).unwrap_err();
    assert_eq!(missing.exit_code(), 2);
}

#[test]
fn the_written_reference_is_the_one_of_the_code() {
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let written = std::fs::read_to_string(written).unwrap();
    assert_eq!(
        written,
        reference(),
        "run `cargo run -- settings > docs/settings.md`"
    );
}
