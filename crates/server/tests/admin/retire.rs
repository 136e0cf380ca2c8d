//! Versions of keys that end while a server runs, and what it does for that.

use std::process::Output;
use std::time::{Duration, Instant};

use crate::scene::{Scene, claviger};

/// Longer than anything here takes on a machine that is busy; nothing waits for so long that goes well.
const LONG: Duration = Duration::from_secs(60);

fn root(scene: &Scene, arguments: &str) -> Output {
    let words = format!("root {arguments} --data data");
    claviger(scene.path()).args(words.split(' ')).output().unwrap()
}

/// Retires as soon as that is possible. A server that runs looks a second time after a minute; one that starts looks at
/// once.
fn retires(scene: &mut Scene, arguments: &str) -> String {
    let begun = Instant::now();
    loop {
        let done = root(scene, &format!("retire {arguments} --at-once"));
        if done.status.success() {
            return String::from_utf8(done.stdout).unwrap();
        }
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(3), "{said}");
        assert!(
            said.contains("still wrapped") || said.contains("has not looked"),
            "{said}"
        );
        assert!(begun.elapsed() < LONG, "{said}");
        scene.stop();
        scene.dev();
    }
}

fn create(scene: &Scene, level: &str) -> String {
    let made = scene.calls("CreateKey", &[("ProtectionLevel", level)]);
    made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
}

fn encrypt(scene: &Scene, key: &str) -> String {
    let blob = scene.calls("Encrypt", &[("KeyId", key), ("Plaintext", "aGVsbG8=")]);
    blob["CiphertextBlob"].as_str().unwrap().to_owned()
}

fn decrypts(scene: &Scene, blobs: &[String]) {
    for blob in blobs {
        let opened = scene.calls("Decrypt", &[("CiphertextBlob", blob)]);
        assert_eq!(opened["Plaintext"], "aGVsbG8=");
    }
}

/// Wrapped anew while it runs and when it starts; what is gone is missed by nobody, neither at once nor after a start.
#[test]
fn versions_go_while_the_server_runs() {
    let mut scene = Scene::running();
    let keys = ["SOFTWARE", "HSM"].map(|level| create(&scene, level));
    let mut blobs: Vec<_> = keys.iter().map(|key| encrypt(&scene, key)).collect();
    for hsm in ["", " --hsm"] {
        for _ in 0..2 {
            assert!(root(&scene, &format!("rotate{hsm}")).status.success());
        }
    }
    decrypts(&scene, &blobs);
    blobs.extend(keys.iter().map(|key| encrypt(&scene, key)));
    assert!(retires(&mut scene, "2").contains("is gone; left: 1, 3."));
    assert!(retires(&mut scene, "2 --hsm").contains("is gone; left: 1, 3."));
    decrypts(&scene, &blobs);
    blobs.extend(keys.iter().map(|key| encrypt(&scene, key)));
    scene.stop();
    scene.dev();
    decrypts(&scene, &blobs);
    blobs.extend(keys.iter().map(|key| encrypt(&scene, key)));
    // It goes on from there.
    assert!(root(&scene, "rotate").status.success());
    decrypts(&scene, &blobs);
    scene.stop();
}
