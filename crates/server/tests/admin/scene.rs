//! A server in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::client;
use crate::transcript::{self, Step};

const CLAVIGER: &str = env!("CARGO_BIN_EXE_claviger");

/// A folder with the data of a server in `data`, its first access key in `root.json`, and perhaps a server on it.
pub(crate) struct Scene {
    folder: TempDir,
    server: Option<Child>,
}

impl Scene {
    /// Made by `init`; no server runs.
    pub(crate) fn stopped() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let arguments = "init --data data --seal key-file --key-file seal.key --credentials root.json";
        let made = claviger(folder.path())
            .args(arguments.split(' '))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        Self { folder, server: None }
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            server: None,
        }
    }

    /// Made by `dev`, which runs.
    pub(crate) fn running() -> Self {
        let mut scene = Self::empty();
        scene.dev();
        scene
    }

    /// Starts `dev`.
    pub(crate) fn dev(&mut self) {
        let arguments =
            "dev --data data --https 127.0.0.1:0 --http 127.0.0.1:0 --credentials root.json --log error";
        let mut server = claviger(self.path())
            .args(arguments.split(' '))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        self.server = Some(server);
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.ends_with("is ready.\n"), "{line}");
        // What it prints after that fits the pipe, which stays open as long as it runs.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    }

    /// The number of the server's process.
    pub(crate) fn server(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Ends the server as a failure would.
    pub(crate) fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// As [`running`](Self::running), with keys that were used, and their ids in files: `used.id` (which has an alias),
    /// `idle.id`, and `doomed.id`, which is to be deleted.
    pub(crate) fn with_keys() -> Self {
        let scene = Self::running();
        let key = |name: &str| {
            let made = scene.calls("CreateKey", &[("Description", name)]);
            let id = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
            std::fs::write(scene.path().join(format!("{name}.id")), &id).unwrap();
            id
        };
        let (used, _, doomed) = (key("used"), key("idle"), key("doomed"));
        scene.calls("CreateAlias", &[("KeyId", &used), ("AliasName", "alias/used")]);
        scene.calls("Encrypt", &[("KeyId", &doomed), ("Plaintext", "aGVsbG8=")]);
        scene.calls("Encrypt", &[("KeyId", &used), ("Plaintext", "aGVsbG8=")]);
        let blob = scene.calls("Encrypt", &[("KeyId", "alias/used"), ("Plaintext", "aGVsbG8=")]);
        let blob = blob["CiphertextBlob"].as_str().unwrap();
        scene.calls("Decrypt", &[("CiphertextBlob", blob)]);
        scene.calls(
            "ScheduleKeyDeletion",
            &[("KeyId", &doomed), ("PendingWindowInDays", "7")],
        );
        scene
    }

    /// Calls an operation of key management as root.
    pub(crate) fn calls(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        client::call(&self.path().join("root.json"), action, parameters)
    }

    /// The same where it may be refused: the error code.
    pub(crate) fn refuses(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let answer = client::ask(&self.path().join("root.json"), action, parameters);
        assert_ne!(answer.status, 200, "{action} {parameters:?}: {}", answer.body);
        answer.body["Code"].as_str().unwrap().to_owned()
    }

    /// What `/readyz` answers.
    pub(crate) fn readiness(&self) -> (u16, String) {
        let credentials = std::fs::read(self.path().join("root.json")).unwrap();
        let credentials: Value = serde_json::from_slice(&credentials).unwrap();
        client::get(credentials["http_endpoint"].as_str().unwrap(), "/readyz")
    }

    /// Starts a server with the settings of `init`, on ports of its own, and further ones; waits until it serves.
    pub(crate) fn serve(&mut self, more: &str) {
        let file = self.path().join("data/claviger.toml");
        let settings = std::fs::read_to_string(&file).unwrap();
        let settings = settings.replace("0.0.0.0:8443", "127.0.0.1:0");
        std::fs::write(&file, format!("{settings}\n{more}")).unwrap();
        let mut server = claviger(self.path())
            .args(["serve", "--config", "data/claviger.toml"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stderr.take().unwrap()).lines();
        let all: Vec<_> = said
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| !line.contains("serving"))
            .collect();
        self.server = Some(server);
        std::thread::spawn(move || said.for_each(drop));
        assert!(!all.iter().any(|line| line.contains("ERROR")), "{all:?}");
    }

    /// What a command prints that goes well.
    pub(crate) fn run_one(&self, command: &str) -> String {
        let mut words = command.split(' ').skip(1);
        let done = claviger(self.path()).args(words.by_ref()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Stops the server in order.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let id = server.id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-TERM", &id])
                    .status()
                    .unwrap()
                    .success()
            );
            assert!(server.wait().unwrap().success());
        }
    }

    /// Where the files are.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `admin` stands for in a transcript.
    fn admin(&self) -> &'static str {
        match self.server {
            Some(_) => "claviger admin --credentials root.json",
            None => "claviger admin --data data",
        }
    }

    /// Runs a transcript and compares.
    pub(crate) fn plays(&self, text: &str) {
        transcript::write_files(text, self.path());
        let steps = transcript::steps(text);
        assert!(!steps.is_empty());
        let printed = self.run(&steps);
        assert_eq!(printed.len(), steps.len(), "the shell ended early: {printed:?}");
        for (step, (printed, code)) in steps.iter().zip(printed) {
            step.compare(&printed, code);
        }
    }

    /// Runs the commands of a transcript in one shell; gives what each printed, and its exit code.
    fn run(&self, steps: &[Step]) -> Vec<(String, i32)> {
        let mut script = format!("exec 2>&1\nadmin() {{ {} \"$@\"; }}\n", self.admin());
        for step in steps {
            script.push_str(&step.command);
            script.push_str("\nprintf '\\036%d\\036' $?\n");
        }
        let file = self.path().join("transcript.sh");
        std::fs::write(&file, script).unwrap();
        let programs = Path::new(CLAVIGER).parent().unwrap().display();
        let done = Command::new("/bin/sh")
            .arg(&file)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", format!("{programs}:/usr/bin:/bin"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(done.stdout).unwrap();
        let mut parts = printed.split('\u{1e}');
        let mut found = Vec::new();
        while let (Some(text), Some(code)) = (parts.next(), parts.next()) {
            found.push((text.to_owned(), code.parse().unwrap()));
        }
        found
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// The program, in that folder.
pub(crate) fn claviger(folder: &Path) -> Command {
    let mut command = Command::new(CLAVIGER);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}
