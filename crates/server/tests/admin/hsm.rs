//! The managed HSM as a server's child.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::scene::Scene;

/// Longer than anything here takes on a machine that is busy; nothing waits for so long that goes well.
const LONG: Duration = Duration::from_secs(60);

/// The HSM process of a server.
fn hsm_of(server: u32) -> Option<u32> {
    let all = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .find(|pid| {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            parent(*pid) == Some(server) && words.split(|byte| *byte == 0).any(|word| word == b"--supervised")
        })
}

/// The parent of a process that lives.
fn parent(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name| status.lines().find_map(|line| line.strip_prefix(name));
    let lives = !field("State:")?.trim_start().starts_with('Z');
    field("PPid:").filter(|_| lives)?.trim().parse().ok()
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn kill(pid: u32) {
    let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
}

fn create(scene: &Scene) -> String {
    let made = scene.calls("CreateKey", &[("ProtectionLevel", "HSM")]);
    assert_eq!(made["KeyMetadata"]["ProtectionLevel"], "HSM");
    made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
}

fn encrypt(scene: &Scene, key: &str) -> String {
    let blob = scene.calls("Encrypt", &[("KeyId", key), ("Plaintext", "aGVsbG8=")]);
    blob["CiphertextBlob"].as_str().unwrap().to_owned()
}

fn decrypts(scene: &Scene, blob: &str) {
    let opened = scene.calls("Decrypt", &[("CiphertextBlob", blob)]);
    assert_eq!(opened["Plaintext"], "aGVsbG8=");
}

#[test]
fn an_hsm_that_was_killed_is_started_again_and_ends_with_its_server() {
    let mut scene = Scene::running();
    let key = create(&scene);
    let blob = encrypt(&scene, &key);
    let first = hsm_of(scene.server()).unwrap();
    kill(first);
    // Nobody has to try again: the call waits.
    decrypts(&scene, &blob);
    let second = hsm_of(scene.server()).unwrap();
    assert_ne!(first, second);

    // A new version of the master key reaches the HSM by a new start, and nobody sees it.
    scene.run_one("claviger root rotate --hsm --data data");
    let third = wait_for("the HSM was not started again for another master key", || {
        hsm_of(scene.server()).filter(|pid| *pid != second)
    });
    decrypts(&scene, &blob);
    decrypts(&scene, &encrypt(&scene, &key));
    scene.stop();
    assert_eq!(parent(third), None, "the HSM outlived a server that was stopped");

    scene.dev();
    decrypts(&scene, &blob);
    let last = hsm_of(scene.server()).unwrap();
    scene.kill();
    wait_for("the HSM outlives a server that was killed", || {
        parent(last).is_none().then_some(())
    });
}

#[test]
fn a_folder_of_an_older_version_gets_an_hsm_and_one_whose_master_key_was_lost_does_not() {
    let mut scene = Scene::running();
    scene.stop();
    let hsm = scene.path().join("data/hsm");
    fs::remove_dir_all(&hsm).unwrap();
    scene.dev();
    let blob = encrypt(&scene, &create(&scene));
    decrypts(&scene, &blob);
    scene.stop();

    let (master, away) = (hsm.join("master-key.json"), hsm.join("away"));
    fs::rename(&master, &away).unwrap();
    scene.dev();
    assert_eq!(
        scene.refuses("Decrypt", &[("CiphertextBlob", &blob)]),
        "ServiceUnavailableTemporary"
    );
    let ready = "ok\nthe HSM cannot be used: the log of the start says why\n";
    assert_eq!(scene.readiness(), (200, ready.to_owned()));
    let software = scene.calls("CreateKey", &[]);
    encrypt(&scene, software["KeyMetadata"]["KeyId"].as_str().unwrap());
    assert!(!master.exists(), "another master key would open nothing");
    scene.stop();

    fs::rename(&away, &master).unwrap();
    scene.dev();
    decrypts(&scene, &blob);
    assert_eq!(scene.readiness(), (200, "ok\n".to_owned()));
}
