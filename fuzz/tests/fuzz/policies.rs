//! Policy documents in every language.

use claviger_authz::languages::{self, PolicyError, ram};
use claviger_authz::policy::{Policy, Statement};
use claviger_fuzz::{Recipe, Seeds, target, words};
use claviger_model::Language;
use serde_json::Value;

/// Longest document here.
const LIMIT: usize = 6144;
/// Longest text of an error: it goes into one line of an answer.
const ERROR_LIMIT: usize = 1024;

type Reader = fn(&str, usize) -> Result<Policy, PolicyError>;

/// All readers of documents that people write.
const READERS: [Reader; 4] = [
    |document, limit| languages::parse(Language::Iam, document, limit),
    |document, limit| languages::parse(Language::Ram, document, limit),
    |document, limit| ram::parse(document, ram::Kind::Key, limit),
    |document, limit| ram::parse(document, ram::Kind::Trust, limit),
];

/// Documents, at least one for each reader.
const DOCUMENTS: [&str; 8] = [
    r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:cmk:*","KMS:*:get*"],"Resource":["KMS:*:*:KeyId:*","kms:cn-north-1::alias:a"],"Condition":{"ForAnyValue:StringEquals":{"g:TagKeys":["a","b"]},"NumberLessThan":{"x:one":["10"]}}},{"Effect":"Deny","Action":["kms:cmk:disable"]}]}"#,
    r#"{"Version":"1.0","Depends":[{"catalog":"BASE","display_name":"Tenant Guest"}],"Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}"#,
    r#"{"Version":"5.0","Statement":[{"Sid":"a","Effect":"Deny","NotAction":["kms:cmk:get"],"NotResource":["*"],"Condition":{"IpAddress":{"g:SourceIp":["10.0.0.0/8"]},"DateLessThan":{"g:CurrentTime":["2026-11-22T00:00:00Z"]},"Null":{"g:ResourceTag/Team":["true"]}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Describe*","kms:List*"],"Resource":"acs:kms:*:1234567890123456:key/*","Condition":{"IpAddress":{"acs:SourceIp":["192.0.2.0/24","2001:db8::/32"]},"StringLike":{"kms:tag/team":["a*"]},"Bool":{"acs:SecureTransport":"true"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","NotAction":"kms:*","NotResource":["*"],"Condition":{"DateGreaterThan":{"acs:CurrentTime":"2026-11-22T00:00:00+08:00"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Sid":"kms default key policy","Effect":"Allow","Principal":{"RAM":["acs:ram::1234567890123456:*"]},"Action":["kms:*"],"Resource":["*"]}]}"#,
    r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::1234567890123456:user/alice"],"Service":["oss.aliyuncs.com"]}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"\u002a","Resource":"*"}]}"#,
];

const WORDS: [&str; 34] = [
    "Version",
    "\"1.1\"",
    "\"5.0\"",
    "\"1\"",
    "Statement",
    "Effect",
    "Allow",
    "Deny",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "Condition",
    "Depends",
    "Sid",
    "*",
    "?",
    "kms:",
    "kms:cmk:",
    "iam:*:*",
    "ForAllValues:",
    "IfExists",
    "StringEqualsIgnoreCase",
    "StringMatch",
    "NotIpAddress",
    "g:SourceIp",
    "${g:UserName}",
    "acs:SourceIp",
    "kms:tag/",
    "\u{1}",
    "\u{202e}",
    "\\ud83d",
    "[\"*\"]",
];

/// Statements in which the order of conditions, which means nothing, is one.
fn ordered(policy: &Policy) -> Vec<Statement> {
    let mut statements = policy.statements().to_vec();
    for statement in &mut statements {
        statement
            .conditions
            .sort_by_cached_key(|condition| format!("{condition:?}"));
    }
    statements
}

/// What must hold of a document, whether it is a policy or not.
fn check(read: Reader, document: &str) {
    match read(document, LIMIT) {
        Ok(policy) => {
            assert!(document.len() <= LIMIT && !policy.statements().is_empty());
            assert!(read(document, document.len() - 1).is_err(), "a limit is a limit");
            // Another reader sees the same in it: spaces, escapes and the order of members mean nothing.
            let json: Value = serde_json::from_str(document).unwrap();
            let printed = json.to_string();
            let again = read(&printed, usize::MAX).unwrap();
            assert_eq!(ordered(&again), ordered(&policy), "{printed}");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(text.chars().count() <= ERROR_LIMIT, "{text}");
        }
    }
}

#[test]
fn a_document_means_one_thing_or_nothing() {
    for document in DOCUMENTS {
        assert!(
            READERS.iter().any(|read| read(document, LIMIT).is_ok()),
            "{document}"
        );
    }
    let mut words = words();
    words.extend(WORDS.iter().map(|word| word.as_bytes().to_vec()));
    let whole = DOCUMENTS.iter().map(|document| document.as_bytes().to_vec());
    let seeds = Seeds {
        whole: whole.collect(),
        words,
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        if let Ok(document) = std::str::from_utf8(&recipe.cook(&seeds)) {
            for read in READERS {
                check(read, document);
            }
        }
    });
}
