//! Reading and judging transcripts.

use std::path::Path;

/// Any text, in a line of its own any lines.
const ANY: &str = "…";

/// A command, and what it must print.
pub(crate) struct Step {
    /// For the shell; several lines where the last character of one is `\`.
    pub(crate) command: String,
    expected: Vec<String>,
    code: i32,
}

/// Writes the files that a transcript shows: a line with nothing but a name in backticks and a colon, and a block behind
/// it.
pub(crate) fn write_files(text: &str, folder: &Path) {
    let lines: Vec<_> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let name = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
        let Some(name) = name else { continue };
        let block = lines
            .iter()
            .skip(number + 1)
            .skip_while(|line| !line.starts_with("```"));
        let block: Vec<_> = block
            .skip(1)
            .take_while(|line| **line != "```")
            .copied()
            .collect();
        std::fs::write(folder.join(name), block.join("\n") + "\n").unwrap();
    }
}

/// The commands of a transcript.
pub(crate) fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    let mut goes_on = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if !inside {
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                expected: Vec::new(),
                code: 0,
            });
            goes_on = command.ends_with('\\');
        } else if let Some(step) = steps.last_mut() {
            if goes_on {
                step.command.push('\n');
                step.command.push_str(line);
                goes_on = line.ends_with('\\');
            } else if let Some(code) = line.strip_prefix("? ") {
                step.code = code.parse().unwrap();
            } else {
                step.expected.push(line.trim_end().to_owned());
            }
        }
    }
    steps
}

impl Step {
    /// Panics where something else was printed, or the exit code is another one.
    pub(crate) fn compare(&self, printed: &str, code: i32) {
        let lines: Vec<_> = printed.lines().map(str::trim_end).collect();
        let expected: Vec<_> = self.expected.iter().map(String::as_str).collect();
        assert!(
            fits(&expected, &lines) && code == self.code,
            "\n$ {}\n--- expected, exit code {}\n{}\n--- printed, exit code {code}\n{printed}",
            self.command,
            self.code,
            expected.join("\n"),
        );
    }
}

fn fits(expected: &[&str], lines: &[&str]) -> bool {
    match (expected, lines) {
        ([], []) => true,
        ([ANY, rest @ ..], _) => (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..])),
        ([first, rest @ ..], [line, lines @ ..]) => line_fits(first, line) && fits(rest, lines),
        _ => false,
    }
}

fn line_fits(expected: &str, line: &str) -> bool {
    let Some((head, tail)) = expected.split_once(ANY) else {
        return expected == line;
    };
    let Some(rest) = line.strip_prefix(head) else {
        return false;
    };
    rest.char_indices()
        .map(|(at, _)| &rest[at..])
        .chain([""])
        .any(|rest| line_fits(tail, rest))
}

#[test]
fn transcripts_are_judged_by_every_line() {
    let text =
        "`a.json`:\n\n```json\n{}\n```\n```console\n$ one \\\n  two\na … c\n? 3\n$ three\n…\nend\n```\n";
    let steps = steps(text);
    assert_eq!(
        steps.iter().map(|step| step.command.as_str()).collect::<Vec<_>>(),
        ["one \\\n  two", "three"]
    );
    assert_eq!(steps[0].code, 3);
    assert!(
        fits(&["a … c"], &["a b c"]) && fits(&["…b…"], &["b"]) && fits(&["…", "end"], &["x", "y", "end"])
    );
    for (expected, lines) in [
        (vec!["a … c"], vec!["a b"]),
        (vec!["a"], vec!["ab"]),
        (vec!["a"], vec!["a", "b"]),
        (vec!["…", "end"], vec!["end", "x"]),
        (vec!["a", "b"], vec!["a"]),
    ] {
        assert!(!fits(&expected, &lines), "{expected:?} {lines:?}");
    }
}
