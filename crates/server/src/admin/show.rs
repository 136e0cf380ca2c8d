//! Answers as people read them.

use serde_json::Value;

use super::task::Part;

/// Space between two columns.
const GAP: &str = "  ";

/// Heads and members of a table, and labels and members of an object.
type Named = (&'static str, &'static str);

/// The parts of an answer, below each other.
pub(super) fn text(answer: &Value, view: &[Part]) -> String {
    let mut out = String::new();
    for part in view {
        match part {
            Part::Object(member, rows) => object(&mut out, answer, member, rows),
            Part::Table {
                title,
                list: [outer, inner],
                columns,
                none,
            } => {
                let rows = answer.pointer(&format!("/{outer}/{inner}"));
                // A list that is not there was not to be seen.
                if let Some(rows) = rows.and_then(Value::as_array) {
                    titled(&mut out, *title, rows, columns, none);
                }
            }
            Part::Document(member, name) => {
                let document = answer.get(member).and_then(|member| member.get(name));
                document_text(&mut out, document.and_then(Value::as_str).unwrap_or_default());
            }
            Part::Says(sentence) => line(&mut out, sentence),
            Part::When(says) => {
                if let Some(sentence) = says(answer) {
                    gap(&mut out);
                    line(&mut out, &plain(&sentence));
                }
            }
            Part::Decision => decision(&mut out, answer),
        }
    }
    out
}

/// Text on one line of a terminal: characters that would steer it are shown instead.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn object(out: &mut String, answer: &Value, member: &str, rows: &[Named]) {
    let object = if member.is_empty() {
        Some(answer)
    } else {
        answer.get(member)
    };
    let rows = rows
        .iter()
        .map(|(label, name)| [(*label).to_owned(), cell(object, name)])
        .filter(|[_, value]| !value.is_empty())
        .collect::<Vec<_>>();
    if !rows.is_empty() {
        gap(out);
        aligned(out, "", &rows);
    }
}

/// An empty line below something else.
fn gap(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

fn titled(out: &mut String, title: Option<&str>, rows: &[Value], columns: &[Named], none: &str) {
    let indent = if title.is_some() { GAP } else { "" };
    if let Some(title) = title {
        gap(out);
        line(out, title);
    }
    if rows.is_empty() {
        line(out, &format!("{indent}{none}"));
        return;
    }
    let head = columns.iter().map(|(head, _)| (*head).to_owned()).collect();
    let cells = rows
        .iter()
        .map(|row| columns.iter().map(|(_, name)| cell(Some(row), name)).collect());
    let table: Vec<Vec<String>> = std::iter::once(head).chain(cells).collect();
    aligned(out, indent, &table);
}

/// Rows with their columns below each other.
fn aligned<R: AsRef<[String]>>(out: &mut String, indent: &str, rows: &[R]) {
    let columns = rows
        .iter()
        .map(|row| row.as_ref().len())
        .max()
        .unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.as_ref().get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        })
        .collect();
    for row in rows {
        let cells = row.as_ref().iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
        line(out, &format!("{indent}{}", cells.collect::<Vec<_>>().join(GAP)));
    }
}

fn cell(row: Option<&Value>, name: &str) -> String {
    match row.and_then(|row| row.get(name)) {
        Some(Value::String(text)) => plain(text),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A document as its author laid it out.
fn document_text(out: &mut String, text: &str) {
    gap(out);
    for part in text.trim_end().split('\n') {
        let part = part.trim_end_matches('\r').replace('\t', "    ");
        line(out, &plain(&part));
    }
}

fn decision(out: &mut String, answer: &Value) {
    let allowed = answer.get("Allowed").and_then(Value::as_bool).unwrap_or_default();
    let rows = [
        [
            "decision".to_owned(),
            if allowed { "allowed" } else { "denied" }.to_owned(),
        ],
        ["reason".to_owned(), cell(Some(answer), "Reason")],
    ];
    aligned(out, "", &rows);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_nothing_steers_the_terminal() {
        let view = [Part::Table {
            title: None,
            list: ["Users", "User"],
            columns: &[("NAME", "Name"), ("ON", "On"), ("NOTE", "Note")],
            none: "none",
        }];
        let rows = json!([
            {"Name": "alice", "On": true, "Note": "\u{1b}[31mred\nnext"},
            {"Name": "b", "On": false, "Note": ""},
        ]);
        let shown = text(&json!({"Users": {"User": rows}}), &view);
        assert_eq!(shown, "NAME   ON   NOTE\nalice  yes  \\u{1b}[31mred\\nnext\nb\n");
        assert_eq!(text(&json!({"Users": {"User": []}}), &view), "none\n");
        assert_eq!(
            text(&json!({}), &view),
            "",
            "what was not to be seen is not called empty"
        );
    }

    #[test]
    fn documents_stay_as_their_author_laid_them_out() {
        let view = [Part::Document("Policy", "Text")];
        let document = "{\r\n\t\"b\": \"\u{7}\",\n  \"a\": 1\n}\n";
        let shown = text(&json!({"Policy": {"Text": document}}), &view);
        assert_eq!(shown, "{\n    \"b\": \"\\u{7}\",\n  \"a\": 1\n}\n");
    }
}
