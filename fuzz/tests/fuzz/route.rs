//! Paths of the other face.

use claviger_dialect_huawei::fuzzing::{Way, way};
use claviger_dialect_huawei::{Operation, not_served, served};
use claviger_fuzz::{Recipe, Seeds, target, words};

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Versions that are one for operations of a project.
const VERSIONS: [&str; 3] = ["v1.0", "v1", "v2"];
/// The variable that takes the rest of a path.
const REST: &str = "/tags/{key}";

/// A path decoded by a second opinion.
fn decoded(raw: &str) -> Option<String> {
    let path = raw.strip_prefix('/').unwrap_or(raw);
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut pieces = path.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        if digits.contains('+') {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The values of the variables of an operation's path, and how many segments it has as they are, if it fits.
fn fit(operation: &Operation, path: &str) -> Option<(usize, Vec<String>)> {
    let own: Vec<_> = operation.path.trim_start_matches('/').split('/').collect();
    let most = if operation.path.ends_with(REST) {
        own.len()
    } else {
        usize::MAX
    };
    let sent: Vec<_> = path.splitn(most, '/').collect();
    if own.len() != sent.len() {
        return None;
    }
    let of_project = own.get(1) == Some(&"{project_id}");
    let (mut literals, mut values) = (0, Vec::new());
    for (own, sent) in own.iter().zip(sent) {
        let version = of_project && VERSIONS.contains(own) && VERSIONS.contains(&sent);
        if own.starts_with('{') && !sent.is_empty() {
            values.push(sent.to_owned());
        } else if *own == sent || version {
            literals += 1;
        } else {
            return None;
        }
    }
    Some((literals, values))
}

/// Where a request leads by the list of operations. Where several fit, the one with the fewest variables counts.
fn expected(operations: &[Operation], method: &str, path: &str) -> Way {
    let fitting: Vec<_> = operations
        .iter()
        .filter_map(|operation| fit(operation, path).map(|fit| (operation, fit)))
        .collect();
    let with_method = fitting.iter().filter(|(operation, _)| operation.method == method);
    match with_method.max_by_key(|(_, (literals, _))| *literals) {
        Some((operation, (_, values))) => Way::Operation(operation.name, values.clone()),
        None if fitting.is_empty() => Way::Nowhere,
        None => Way::OtherMethods,
    }
}

#[test]
fn paths_lead_where_the_table_says() {
    let operations: Vec<_> = served().chain(not_served()).collect();
    let paths = operations.iter().map(|operation| &operation.path);
    let whole = paths
        .map(|path| path.replace(['{', '}'], "").into_bytes())
        .collect();
    let mut words = words();
    let pieces = [
        "/",
        "//",
        "%2F",
        "%2f",
        "%2e%2e",
        "%",
        "%%",
        "%ff",
        "%+1",
        "v1.0",
        "v1",
        "v2",
        "v3",
        "v3.0",
        "v5",
        "kms",
        "/kms/",
        "tags",
        "/tags/",
        "action",
        "describe-key",
        "/v1.0/p/kms/",
        "%E6%B5%8B",
        "é",
    ];
    words.extend(pieces.iter().map(|piece| piece.as_bytes().to_vec()));
    let seeds = Seeds { whole, words };
    target!()
        .with_type::<(u8, Recipe)>()
        .for_each(|(number, recipe): &(u8, Recipe)| {
            let method = METHODS[usize::from(*number) % METHODS.len()];
            let Ok(raw) = String::from_utf8(recipe.cook(&seeds)) else {
                return;
            };
            let found = way(method, &raw);
            let path = found.as_ref().map(|(path, _)| path.clone());
            assert_eq!(path, decoded(&raw), "{raw}");
            // An empty project is one that nobody has, and not a path that there is not.
            if let Some((path, way)) = found
                && path.split('/').nth(1) != Some("")
            {
                let expected = expected(&operations, method, &path);
                match (&way, &expected) {
                    // The table does not spell the paths that are a project and a name.
                    (Way::Operation(name, values), Way::Operation(known, _)) if values.is_empty() => {
                        assert_eq!(name, known, "{method} {path}");
                    }
                    _ => assert_eq!(way, expected, "{method} {path}"),
                }
            }
        });
}
