//! A server in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

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

    /// Made by `dev`, which runs.
    pub(crate) fn running() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let arguments =
            "dev --data data --https 127.0.0.1:0 --http 127.0.0.1:0 --credentials root.json --log error";
        let mut server = claviger(folder.path())
            .args(arguments.split(' '))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.ends_with("is ready.\n"), "{line}");
        // What it prints after that fits the pipe, which stays open as long as it runs.
        let scene = Self {
            folder,
            server: Some(server),
        };
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        scene
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

fn claviger(folder: &Path) -> Command {
    let mut command = Command::new(CLAVIGER);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}
