//! A reader for XML answers, by a parser that is not ours.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// An element.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

impl Node {
    /// Reads a whole document.
    pub(crate) fn parse(text: &str) -> Self {
        let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        let body = body.unwrap_or_else(|| panic!("no declaration: {text}"));
        assert!(
            body.chars().all(is_xml_char),
            "characters that XML cannot hold: {text:?}"
        );
        let mut reader = Reader::from_str(body);
        let mut open = vec![Self::default()];
        loop {
            let event = reader
                .read_event()
                .unwrap_or_else(|error| panic!("{error}: {text}"));
            match event {
                Event::Start(start) => open.push(Self {
                    name: start.name().0.to_owned(),
                    ..Self::default()
                }),
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(text) => open.last_mut().unwrap().text += &text.xml10_content(),
                Event::GeneralRef(entity) => {
                    let c = entity.resolve_char_ref().unwrap();
                    let c = c.unwrap_or_else(|| match &*entity {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        other => panic!("entity {other}"),
                    });
                    open.last_mut().unwrap().text.push(c);
                }
                Event::Eof => break,
                other => panic!("{other:?} in {text}"),
            }
        }
        assert_eq!(open.len(), 1, "elements left open: {text}");
        let mut roots = open.pop().unwrap().children;
        assert_eq!(roots.len(), 1, "one root: {text}");
        roots.pop().unwrap()
    }

    /// The only child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let child = found.next();
        assert!(found.next().is_none(), "two {name} in {self:?}");
        child
    }

    /// The text of the only child of that name.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        &self
            .child(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .text
    }

    /// The same with other texts in its leaves; `change` gets the name and text of each.
    pub(crate) fn with_texts(&self, change: &dyn Fn(&str, &str) -> String) -> Self {
        let text = if self.children.is_empty() {
            change(&self.name, &self.text)
        } else {
            self.text.clone()
        };
        Self {
            name: self.name.clone(),
            text,
            children: self
                .children
                .iter()
                .map(|child| child.with_texts(change))
                .collect(),
        }
    }

    /// Whether it says the same as a JSON value, member by member.
    pub(crate) fn says(&self, json: &Value) -> bool {
        match json {
            Value::Object(members) => {
                let listed: usize = members
                    .values()
                    .map(|value| value.as_array().map_or(1, Vec::len))
                    .sum();
                listed == self.children.len() && members.iter().all(|(name, value)| self.holds(name, value))
            }
            Value::String(text) => self.is_leaf(text),
            Value::Number(_) | Value::Bool(_) => self.is_leaf(&json.to_string()),
            Value::Null | Value::Array(_) => false,
        }
    }

    fn is_leaf(&self, text: &str) -> bool {
        self.children.is_empty() && self.text == text
    }

    fn holds(&self, name: &str, value: &Value) -> bool {
        let mut named = self.children.iter().filter(|child| child.name == name);
        match value {
            Value::Array(items) => items
                .iter()
                .all(|item| named.next().is_some_and(|node| node.says(item))),
            one => named.next().is_some_and(|node| node.says(one)),
        }
    }
}

/// SOURCE: XML 1.0, production 2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn an_element_says_what_an_object_says_and_nothing_else() {
    let node = Node::parse(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><L><I>a</I><I>&lt;&#13;</I></L><E></E><N>2</N></R>",
    );
    let same = serde_json::json!({"L": {"I": ["a", "<\r"]}, "E": {"I": []}, "N": 2});
    assert!(node.says(&same));
    for other in [
        serde_json::json!({"L": {"I": ["a"]}, "E": {"I": []}, "N": 2}),
        serde_json::json!({"L": {"I": ["a", "<"]}, "E": {"I": []}, "N": 2}),
        serde_json::json!({"L": {"I": ["a", "<\r"]}, "E": {"I": []}}),
        serde_json::json!({"L": {"I": ["a", "<\r"]}, "E": {"I": []}, "N": 3}),
    ] {
        assert!(!node.says(&other), "{other}");
    }
}
