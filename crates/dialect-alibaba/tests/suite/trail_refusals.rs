//! Refusals of the trail, byte for byte: what was changed in a call that would have succeeded, and the answer.

use std::fmt::Write as _;

use claviger_dialect_alibaba::Api;

use crate::estate::Estate;
use crate::golden::{Mask, compare};
use crate::scene::{replaced, without};
use crate::trail::parameters;

/// Version, operation, parameter, and what is sent in its place; `-` leaves it out, `*` is much too long.
const CASES: [(Api, &str, &str, &str); 34] = [
    (Api::ActionTrail, "DescribeTrails", "NameList", "Trail-one"),
    (Api::ActionTrail, "DescribeTrails", "NameList", "short"),
    (Api::ActionTrail, "DescribeTrails", "NameList", "trail-one,"),
    (Api::ActionTrail, "DescribeTrails", "NameList", "*"),
    (Api::ActionTrail, "DescribeTrails", "IncludeShadowTrails", "yes"),
    (
        Api::ActionTrail,
        "DescribeTrails",
        "IncludeOrganizationTrail",
        "1",
    ),
    (Api::ActionTrail, "GetTrailStatus", "Name", "trail-two"),
    (Api::ActionTrail, "GetTrailStatus", "Name", "-"),
    (Api::ActionTrail, "GetTrailStatus", "IsOrganizationTrail", "no"),
    (Api::ActionTrail, "LookupEvents", "StartTime", "-"),
    (Api::ActionTrail, "LookupEvents", "StartTime", "2026-11-21"),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-11-21T00:00:00",
    ),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-11-21T00:00:00.000Z",
    ),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-11-21T08:00:00+08:00",
    ),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-02-30T00:00:00Z",
    ),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-11-22T00:00:00Z",
    ),
    (
        Api::ActionTrail,
        "LookupEvents",
        "StartTime",
        "2026-11-23T00:00:00Z",
    ),
    (Api::ActionTrail, "LookupEvents", "EndTime", "-"),
    (Api::ActionTrail, "LookupEvents", "EndTime", "now"),
    (Api::ActionTrail, "LookupEvents", "MaxResults", "0"),
    (Api::ActionTrail, "LookupEvents", "MaxResults", "51"),
    (Api::ActionTrail, "LookupEvents", "MaxResults", "-1"),
    (Api::ActionTrail, "LookupEvents", "MaxResults", "many"),
    (Api::ActionTrail, "LookupEvents", "Direction", "forward"),
    (Api::ActionTrail, "LookupEvents", "NextToken", "eyJ9"),
    (
        Api::ActionTrail,
        "LookupEvents",
        "LookupAttribute.1.Key",
        "Region",
    ),
    (Api::ActionTrail, "LookupEvents", "LookupAttribute.1.Key", "-"),
    (
        Api::ActionTrail,
        "LookupEvents",
        "LookupAttribute.1.Key",
        "EventRW",
    ),
    (Api::ActionTrail, "LookupEvents", "LookupAttribute.1.Value", "-"),
    (Api::ActionTrail, "LookupEvents", "LookupAttribute.1.Value", "*"),
    (Api::ActionTrail, "LookupEvents", "LookupAttribute.11.Value", "x"),
    (Api::ActionTrail2017, "LookupEvents", "EventRW", "All"),
    (Api::ActionTrail2017, "LookupEvents", "User", "*"),
    (Api::ActionTrail2017, "LookupEvents", "MaxResults", "51"),
];

#[tokio::test]
async fn documented_refusals_of_the_trail_look_as_documented() {
    let estate = Estate::new().await;
    let mut lines = String::new();
    for (api, action, name, value) in CASES {
        let good = parameters(api, action);
        let changed = match value {
            "-" => without(&good, name),
            "*" => replaced(&good, name, &"x".repeat(7000)),
            other => replaced(&good, name, other),
        };
        let answer = estate.call_with(api, action, &changed).await;
        assert!(
            (400..500).contains(&answer.status),
            "{action} {name} {value}: {}",
            answer.text
        );
        let mut mask = Mask::default();
        mask.name(&answer.id, "request");
        let version = api.version();
        writeln!(
            lines,
            "{version} {action} {name}={value}\n  {}",
            mask.apply(&answer.text)
        )
        .unwrap();
    }
    compare(&[("refusals/trail.txt".into(), lines)]);
}
