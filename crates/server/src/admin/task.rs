//! What a command asks for: calls, and how their answer is shown.

use std::path::{Path, PathBuf};

use claviger_dialect_alibaba::Api;
use serde_json::{Map, Value};

use super::reach::{Ask, CallFault};
use crate::output::Failure;

/// What an operation answers who lacks a permission.
const DENIED: &str = "NoPermission";
/// The most entries of a page. SOURCE: RAM API reference, MaxItems.
const PAGE: &str = "1000";

/// One call of an operation.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) api: Api,
    pub(super) action: &'static str,
    pub(super) parameters: Vec<(String, String)>,
    /// The list that comes in pages, by its two names in the answer.
    pages: Option<[&'static str; 2]>,
    /// Whether the rest is worth showing where the permission for this one is missing.
    extra: bool,
}

impl Call {
    pub(super) fn ram(action: &'static str) -> Self {
        Self::of(Api::Ram, action)
    }

    pub(super) fn admin(action: &'static str) -> Self {
        Self::of(Api::Admin, action)
    }

    fn of(api: Api, action: &'static str) -> Self {
        Self {
            api,
            action,
            parameters: Vec::new(),
            pages: None,
            extra: false,
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.push((name.to_owned(), value.into()));
        self
    }

    /// A parameter that may be absent. An empty text is there.
    pub(super) fn maybe(self, name: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Pairs as numbered parameters: `Tag.1.Key`, `Tag.1.Value`, …
    pub(super) fn pairs(mut self, name: &str, pairs: &[(String, String)]) -> Self {
        for (number, (key, value)) in (1..).zip(pairs) {
            self = self.with(&format!("{name}.{number}.Key"), key);
            self = self.with(&format!("{name}.{number}.Value"), value);
        }
        self
    }

    pub(super) fn paged(mut self, list: [&'static str; 2]) -> Self {
        self.pages = Some(list);
        self
    }

    pub(super) fn extra(mut self) -> Self {
        self.extra = true;
        self
    }
}

/// A part of what is shown to people.
#[derive(Debug)]
pub(super) enum Part {
    /// Members of an object by their labels; of the answer itself where the name is empty.
    Object(&'static str, &'static [(&'static str, &'static str)]),
    /// A list by its two names.
    Table {
        /// What it is called below something else.
        title: Option<&'static str>,
        list: [&'static str; 2],
        /// Heads and members.
        columns: &'static [(&'static str, &'static str)],
        /// What is said where there is nothing in it.
        none: &'static str,
    },
    /// A document in a member of an object.
    Document(&'static str, &'static str),
    /// A sentence.
    Says(String),
    /// A sentence that depends on the answer.
    When(fn(&Value) -> Option<String>),
    /// What was decided and why.
    Decision,
}

/// A command on its way.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) calls: Vec<Call>,
    pub(super) view: Vec<Part>,
    /// Whether there is a secret in the answer.
    pub(super) secret: bool,
    /// Where it is to go.
    pub(super) save: Option<PathBuf>,
    /// For each access key of the answer, when it was last used.
    uses: Option<Call>,
}

impl Task {
    pub(super) fn new(calls: impl IntoIterator<Item = Call>, view: impl IntoIterator<Item = Part>) -> Self {
        Self {
            calls: calls.into_iter().collect(),
            view: view.into_iter().collect(),
            secret: false,
            save: None,
            uses: None,
        }
    }

    /// A change that answers nothing worth showing.
    pub(super) fn change(call: Call, says: String) -> Self {
        Self::new([call], [Part::Says(says)])
    }

    /// Whether it is about the past, which an index knows.
    pub(super) fn looks_back(&self) -> bool {
        let mut actions = self.calls.iter().map(|call| call.action);
        actions.any(|action| matches!(action, "GetKeyUsage" | "GetAuditStatus"))
    }

    /// Its answer holds a secret, which goes to a file where one is named.
    pub(super) fn with_secret(mut self, save: Option<&Path>) -> Self {
        self.secret = true;
        self.save = save.map(Path::to_owned);
        self
    }

    /// Asks for the last use of each access key in the answer: those of a user, or of the caller.
    pub(super) fn with_uses(mut self, user: Option<&String>) -> Self {
        self.uses = Some(Call::ram("GetAccessKeyLastUsed").maybe("UserName", user));
        self
    }

    /// Makes the calls one after the other. Gives their answers as one object.
    pub(super) async fn perform(&self, reach: &mut impl Ask) -> Result<Value, Failure> {
        let mut whole = Map::new();
        for call in &self.calls {
            match answer(reach, call).await {
                Ok(answer) => whole.extend(answer),
                Err(CallFault::Refused { code, .. }) if call.extra && code == DENIED => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        let mut whole = Value::Object(whole);
        if let Some(call) = &self.uses {
            add_uses(reach, call, &mut whole).await?;
        }
        Ok(whole)
    }
}

/// The answer of a call with all its pages, without what tells of the way.
async fn answer(reach: &mut impl Ask, call: &Call) -> Result<Map<String, Value>, CallFault> {
    let Some([outer, inner]) = call.pages else {
        return Ok(bare(reach.ask(call, &call.parameters).await?));
    };
    let mut rows = Vec::new();
    let mut marker = None;
    loop {
        let mut parameters = call.parameters.clone();
        parameters.push(("MaxItems".to_owned(), PAGE.to_owned()));
        parameters.extend(marker.map(|marker| ("Marker".to_owned(), marker)));
        let mut page = reach.ask(call, &parameters).await?;
        let list = page.pointer_mut(&format!("/{outer}/{inner}"));
        if let Some(Value::Array(found)) = list.map(Value::take) {
            rows.extend(found);
        }
        marker = page.get("Marker").and_then(Value::as_str).map(str::to_owned);
        if marker.is_none() {
            let list = Map::from_iter([(inner.to_owned(), Value::Array(rows))]);
            return Ok(Map::from_iter([(outer.to_owned(), Value::Object(list))]));
        }
    }
}

fn bare(answer: Value) -> Map<String, Value> {
    let Value::Object(mut answer) = answer else {
        return Map::new();
    };
    answer.remove("RequestId");
    answer
}

async fn add_uses(reach: &mut impl Ask, call: &Call, whole: &mut Value) -> Result<(), Failure> {
    let keys = whole.pointer_mut("/AccessKeys/AccessKey");
    for key in keys.and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(id) = key.get("AccessKeyId").and_then(Value::as_str) else {
            continue;
        };
        let mut parameters = call.parameters.clone();
        parameters.push(("UserAccessKeyId".to_owned(), id.to_owned()));
        let mut found = match reach.ask(call, &parameters).await {
            Ok(found) => found,
            Err(CallFault::Refused { code, .. }) if code == DENIED => continue,
            Err(fault) => return Err(fault.into()),
        };
        let found = found.get_mut("AccessKeyLastUsed").map(Value::take);
        if let (Some(Value::Object(found)), Some(key)) = (found, key.as_object_mut()) {
            key.extend(found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Answers in order, and notes what it was asked.
    struct Script {
        answers: Vec<Result<Value, CallFault>>,
        asked: Vec<String>,
    }

    impl Ask for Script {
        async fn ask(&mut self, call: &Call, parameters: &[(String, String)]) -> Result<Value, CallFault> {
            let parameters = parameters.iter().map(|(name, value)| format!(" {name}={value}"));
            let line = format!("{}{}", call.action, parameters.collect::<String>());
            self.asked.push(line);
            self.answers.remove(0)
        }
    }

    fn perform(task: &Task, answers: Vec<Result<Value, CallFault>>) -> (Result<Value, Failure>, Vec<String>) {
        let asked = Vec::new();
        let mut script = Script { answers, asked };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let done = runtime.block_on(task.perform(&mut script));
        (done, script.asked)
    }

    fn refusal(code: &str) -> Result<Value, CallFault> {
        Err(CallFault::Refused {
            code: code.to_owned(),
            message: "No.".to_owned(),
        })
    }

    #[test]
    fn all_pages_of_a_list_become_one() {
        let task = Task::new([Call::ram("ListUsers").paged(["Users", "User"])], []);
        let page = |users: Value, marker: Option<&str>| {
            let mut page =
                json!({"RequestId": "r", "IsTruncated": marker.is_some(), "Users": {"User": users}});
            if let Some(marker) = marker {
                page["Marker"] = marker.into();
            }
            Ok(page)
        };
        let pages = vec![
            page(json!([{"UserName": "a"}, {"UserName": "b"}]), Some("Yg")),
            page(json!([]), Some("Yw")),
            page(json!([{"UserName": "d"}]), None),
        ];
        let (done, asked) = perform(&task, pages);
        let users = json!([{"UserName": "a"}, {"UserName": "b"}, {"UserName": "d"}]);
        assert_eq!(done.unwrap(), json!({"Users": {"User": users}}));
        assert_eq!(
            asked,
            [
                "ListUsers MaxItems=1000",
                "ListUsers MaxItems=1000 Marker=Yg",
                "ListUsers MaxItems=1000 Marker=Yw"
            ]
        );
    }

    #[test]
    fn only_what_is_extra_may_be_denied() {
        let task = Task::new([Call::ram("GetUser"), Call::ram("ListAccessKeys").extra()], []);
        let user = || Ok(json!({"User": {"UserName": "a"}, "RequestId": "r"}));
        let (done, _) = perform(&task, vec![user(), refusal("NoPermission")]);
        assert_eq!(done.unwrap(), json!({"User": {"UserName": "a"}}));
        let (done, asked) = perform(&task, vec![refusal("NoPermission")]);
        assert_eq!(done.unwrap_err().to_string(), "No (NoPermission)");
        assert_eq!(asked.len(), 1, "nothing is asked after a refusal");
        let (done, _) = perform(&task, vec![user(), refusal("Throttling.User")]);
        assert_eq!(done.unwrap_err().to_string(), "No (Throttling.User)");
    }
}
