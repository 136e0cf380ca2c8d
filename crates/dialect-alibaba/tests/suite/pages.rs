//! Lists that come in pages.

use claviger_dialect_alibaba::Api;
use serde_json::Value;

use crate::estate::Estate;
use crate::kms::Kms;

const NAMES: [&str; 5] = ["a", "b.1", "c-2", "d_3", "e"];

async fn make(kms: &Kms, action: &str, parameters: &[(&str, &str)]) {
    let root = kms.world.root();
    kms.ask(root, Api::Ram, action, parameters).await.ok();
}

/// A list: operation, further parameters, the member around it, and its entries.
type List = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const LISTS: [List; 4] = [
    ("ListUsers", &[], "Users", "User"),
    ("ListGroups", &[], "Groups", "Group"),
    ("ListRoles", &[], "Roles", "Role"),
    ("ListUsersForGroup", &[("GroupName", "a")], "Users", "User"),
];

async fn filled() -> Kms {
    let kms = Kms::new().await;
    let trust = r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["oss.aliyuncs.com"]}}]}"#;
    for name in NAMES {
        make(&kms, "CreateUser", &[("UserName", name)]).await;
        make(&kms, "CreateGroup", &[("GroupName", name)]).await;
        let role = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        make(&kms, "CreateRole", &role).await;
    }
    for name in NAMES {
        make(&kms, "AddUserToGroup", &[("UserName", name), ("GroupName", "a")]).await;
    }
    kms
}

/// The entries of a list, page by page, until the last page says so.
async fn read(kms: &Kms, (action, with, outer, inner): List, size: &str) -> Vec<Vec<String>> {
    let root = kms.world.root();
    let mut pages = Vec::new();
    let mut marker = String::new();
    loop {
        let page = [("MaxItems", size), ("Marker", &marker)];
        let answer = kms
            .ask(root, Api::Ram, action, &[with, &page].concat())
            .await
            .ok();
        let rows = answer[outer][inner].as_array().unwrap();
        let name = |row: &Value| row[format!("{inner}Name")].as_str().unwrap().to_owned();
        pages.push(rows.iter().map(name).collect());
        if answer["IsTruncated"] == false {
            assert!(answer.get("Marker").is_none(), "{answer}");
            return pages;
        }
        answer["Marker"].as_str().unwrap().clone_into(&mut marker);
    }
}

#[tokio::test]
async fn pages_follow_one_another() {
    let kms = filled().await;
    for list in LISTS {
        assert_eq!(
            read(&kms, list, "2").await,
            [vec!["a", "b.1"], vec!["c-2", "d_3"], vec!["e"]]
        );
        assert_eq!(read(&kms, list, "5").await, [NAMES]);
        assert_eq!(read(&kms, list, "1000").await, [NAMES]);
        assert_eq!(read(&kms, list, "1").await.len(), 5);
    }
}

/// Somebody who was deleted in between leaves no gap and no repetition.
#[tokio::test]
async fn a_page_begins_behind_its_marker_even_if_that_is_gone() {
    let kms = filled().await;
    let root = kms.world.root();
    let first = kms
        .ask(root, Api::Ram, "ListGroups", &[("MaxItems", "2")])
        .await
        .ok();
    make(&kms, "DeleteGroup", &[("GroupName", "b.1")]).await;
    let next = [("MaxItems", "2"), ("Marker", first["Marker"].as_str().unwrap())];
    let next = kms.ask(root, Api::Ram, "ListGroups", &next).await.ok();
    assert_eq!(next["Groups"]["Group"][0]["GroupName"], "c-2");
}

#[tokio::test]
async fn sizes_and_markers_have_bounds() {
    let kms = filled().await;
    let root = kms.world.root();
    for (name, value, code) in [
        ("MaxItems", "0", "InvalidParameter.MaxItems"),
        ("MaxItems", "1001", "InvalidParameter.MaxItems"),
        ("MaxItems", "-1", "InvalidParameter.MaxItems"),
        ("MaxItems", "ten", "InvalidParameter.MaxItems"),
        ("Marker", "!", "InvalidParameter.Marker"),
    ] {
        for (action, with, ..) in LISTS {
            let parameters = [with, &[(name, value)]].concat();
            kms.ask(root, Api::Ram, action, &parameters)
                .await
                .refused(400, code);
        }
    }
}

/// A hundred entries where nobody says.
#[tokio::test]
async fn a_page_has_a_hundred_entries_unless_told_otherwise() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for number in 0..101 {
        let name = format!("user{number:03}");
        make(&kms, "CreateUser", &[("UserName", &name)]).await;
    }
    let listed = kms.ask(root, Api::Ram, "ListUsers", &[]).await.ok();
    assert_eq!(listed["Users"]["User"].as_array().unwrap().len(), 100);
    assert_eq!(listed["IsTruncated"], true);
}

/// Policies of both kinds stand in one list, and tags narrow it.
#[tokio::test]
async fn policies_are_listed_by_kind_and_tag() {
    let estate = Estate::new().await;
    let names = async |parameters: &[(&str, &str)]| {
        let listed = estate.ram("ListPolicies", parameters).await;
        let rows = listed["Policies"]["Policy"].as_array().unwrap().clone();
        let name = |row: &Value| row["PolicyName"].as_str().unwrap().to_owned();
        rows.iter().map(name).collect::<Vec<_>>()
    };
    let (custom, system) = (
        names(&[("PolicyType", "Custom")]).await,
        names(&[("PolicyType", "System")]).await,
    );
    assert_eq!(custom, ["readers", "takers", "unused"]);
    let mut both = [custom, system].concat();
    both.sort();
    assert_eq!(names(&[]).await, both);
    let tagged = [("Tag.1.Key", "team"), ("PolicyType", "Custom")];
    assert_eq!(names(&tagged).await.len(), 3);
    let other = [("Tag.1.Key", "team"), ("Tag.1.Value", "b")];
    assert!(names(&other).await.is_empty());
    let roles = estate
        .ram("ListRoles", &[("Tag.1.Key", "team"), ("Tag.1.Value", "spare")])
        .await;
    let roles = roles["Roles"]["Role"].as_array().unwrap();
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0]["Tags"]["Tag"][0]["TagValue"], "spare");
}
