//! A second evaluator, straight from the text of the rules and from the JSON itself: slow, and nothing shared with the
//! compiled one.

use serde_json::Value;

/// Condition keys in lower case with their values.
pub(crate) type Keys = Vec<(String, Vec<String>)>;

/// A request in plain words.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) principal: String,
    /// Condition keys in lower case with their values.
    pub(crate) keys: Keys,
}

/// The policies of a request, as documents.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    pub(crate) session: Option<Value>,
    pub(crate) identity: Vec<Value>,
    pub(crate) resource: Option<Value>,
    pub(crate) same_account: bool,
}

/// `Some(true)` an explicit deny, `Some(false)` an allow.
pub(crate) fn outcome(documents: &Documents, request: &Plain) -> &'static str {
    let session: Vec<_> = documents.session.iter().collect();
    let resource: Vec<_> = documents.resource.iter().collect();
    if !session.is_empty() {
        let step = basic(&session, request, false);
        if step != "allow" {
            return step;
        }
    }
    let identity = basic(&documents.identity.iter().collect::<Vec<_>>(), request, false);
    let resource = basic(&resource, request, documents.same_account);
    match (identity, resource) {
        ("explicit deny", _) | (_, "explicit deny") => "explicit deny",
        ("allow", "allow") => "allow",
        ("allow", _) | (_, "allow") if documents.same_account => "allow",
        _ => "implicit deny",
    }
}

/// One set: deny, else allow, else nothing.
pub(crate) fn basic(policies: &[&Value], request: &Plain, own_key: bool) -> &'static str {
    let statements = policies
        .iter()
        .flat_map(|policy| policy["Statement"].as_array().unwrap());
    let applying: Vec<_> = statements.filter(|one| applies(one, request)).collect();
    if applying.iter().any(|one| one["Effect"] == "Deny") {
        return "explicit deny";
    }
    let direct = |one: &&&Value| !own_key || names_directly(one, request);
    if applying.iter().filter(direct).count() > 0 {
        "allow"
    } else {
        "implicit deny"
    }
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    }
}

fn applies(statement: &Value, request: &Plain) -> bool {
    let lower = |name: &str| {
        texts(&statement[name])
            .iter()
            .map(|one| one.to_lowercase())
            .collect::<Vec<_>>()
    };
    let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| like(pattern, text));
    let action = request.action.to_lowercase();
    let action = match statement.get("Action") {
        Some(_) => any(&lower("Action"), &action),
        None => !any(&lower("NotAction"), &action),
    };
    let resource = match statement.get("Resource") {
        Some(list) => any(&texts(list), &request.resource),
        None => !any(&texts(&statement["NotResource"]), &request.resource),
    };
    let principal = statement.get("Principal").is_none()
        || names_directly(statement, request)
        || texts(&statement["Principal"]["RAM"])
            .iter()
            .any(|one| names_account(one, request));
    action
        && resource
        && principal
        && statement
            .get("Condition")
            .is_none_or(|blocks| holds(blocks, &request.keys))
}

fn names_account(principal: &str, request: &Plain) -> bool {
    let whole = principal.ends_with(":root") || principal.ends_with(":*");
    whole && principal.split(':').nth(3) == request.principal.split(':').nth(3)
}

fn names_directly(statement: &Value, request: &Plain) -> bool {
    let listed = texts(&statement["Principal"]["RAM"]);
    listed
        .iter()
        .any(|one| !one.ends_with(":*") && !one.ends_with(":root") && like(one, &request.principal))
}

pub(crate) fn like(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            like(rest, text)
                || text
                    .chars()
                    .next()
                    .is_some_and(|first| like(pattern, &text[first.len_utf8()..]))
        }
        Some(wanted) => text.chars().next().is_some_and(|first| {
            (wanted == '?' || wanted == first)
                && like(&pattern[wanted.len_utf8()..], &text[first.len_utf8()..])
        }),
    }
}

pub(crate) fn holds(blocks: &Value, keys: &Keys) -> bool {
    blocks.as_object().unwrap().iter().all(|(operator, block)| {
        let block = block.as_object().unwrap();
        block
            .iter()
            .all(|(key, listed)| one(operator, key, &texts(listed), keys))
    })
}

fn one(operator: &str, key: &str, listed: &[String], keys: &Keys) -> bool {
    let key = key.to_lowercase();
    let found = keys.iter().find(|(name, _)| *name == key);
    let values = found.map(|(_, values)| values.clone()).unwrap_or_default();
    if operator == "Null" {
        return listed
            .iter()
            .any(|wanted| (wanted == "true") == values.is_empty());
    }
    let base = operator.trim_end_matches("IfExists");
    if base != operator && values.is_empty() {
        return true;
    }
    let (quantifier, base) = base.split_once(':').unwrap_or(("", base));
    let negated = base.contains("Not");
    let base = base.replace("Not", "");
    let fits = |value: &String| listed.iter().any(|wanted| compare(&base, value, wanted));
    match quantifier {
        "ForAnyValue" => values.iter().any(|value| fits(value) != negated),
        "ForAllValues" => values.iter().all(|value| fits(value) != negated),
        _ if values.is_empty() => negated,
        _ => values.iter().any(fits) != negated,
    }
}

fn compare(operator: &str, value: &str, wanted: &str) -> bool {
    // Small numbers and dates of one form only: that is what the generator makes.
    let numbers = || Some((value.parse::<i64>().ok()?, wanted.parse::<i64>().unwrap()));
    let date = |text: &str| (text.len() == 20 && text.ends_with('Z')).then(|| text.to_owned());
    let dates = || Some((date(value)?, date(wanted).unwrap()));
    let number = |test: fn(&i64, &i64) -> bool| numbers().is_some_and(|(a, b)| test(&a, &b));
    let time = |test: fn(&String, &String) -> bool| dates().is_some_and(|(a, b)| test(&a, &b));
    match operator {
        "StringEquals" | "Bool" => value == wanted,
        "StringEqualsIgnoreCase" => value.to_lowercase() == wanted.to_lowercase(),
        "StringLike" => like(wanted, value),
        "StringStartWith" => value.starts_with(wanted),
        "StringEndWith" => value.ends_with(wanted),
        "NumericEquals" => number(i64::eq),
        "NumericLessThan" => number(i64::lt),
        "NumericLessThanEquals" => number(i64::le),
        "NumericGreaterThan" => number(i64::gt),
        "NumericGreaterThanEquals" => number(i64::ge),
        "DateEquals" => time(String::eq),
        "DateLessThan" => time(String::lt),
        "DateLessThanEquals" => time(String::le),
        "DateGreaterThan" => time(String::gt),
        "DateGreaterThanEquals" => time(String::ge),
        "IpAddress" => in_network(value, wanted),
        other => panic!("{other}"),
    }
}

/// IPv4 in blocks of whole bytes.
fn in_network(address: &str, network: &str) -> bool {
    let (base, length) = network.split_once('/').unwrap_or((network, "32"));
    let bytes = length.parse::<usize>().unwrap() / 8;
    let (address, base): (Vec<_>, Vec<_>) = (address.split('.').collect(), base.split('.').collect());
    address.len() == 4 && address[..bytes] == base[..bytes]
}
