//! The audit trail, versions 2020-07-06 and 2017-12-04: one row each, and the lists of what is not served.
//!
//! No trails can be made: a trail delivers events to the vendor's stores. Where the log of this server goes besides is
//! the business of who runs it.

mod event;
mod lookup;
mod names;
mod parameters;
mod regions;
mod token;
mod trails;
mod words;

pub use event::event;

use crate::row::{Row, served_by};

/// Operations of version 2020-07-06 that answer `UnsupportedOperation`. The list may only shrink.
pub(crate) static NOT_SERVED: &[&str] = &[
    "CreateAdvancedQueryHistory",
    "CreateAdvancedQueryTemplate",
    "CreateDeliveryHistoryJob",
    "CreateTrail",
    "DeleteAdvancedQueryHistory",
    "DeleteAdvancedQueryTemplate",
    "DeleteDataEventSelector",
    "DeleteDeliveryHistoryJob",
    "DeleteTrail",
    "DescribeAdvancedQueryHistory",
    "DescribeAdvancedQueryTemplate",
    "DescribeResourceLifeCycleEvents",
    "DescribeScenes",
    "DescribeSearchTemplates",
    "DescribeUserAlertCount",
    "DescribeUserLogCount",
    "DisableInsight",
    "EnableInsight",
    "GetAccessKeyLastUsedEvents",
    "GetAccessKeyLastUsedInfo",
    "GetAccessKeyLastUsedIps",
    "GetAccessKeyLastUsedProducts",
    "GetAccessKeyLastUsedResources",
    "GetAdvancedQueryTemplate",
    "GetDataEventSelector",
    "GetDeliveryHistoryJob",
    "GetGlobalEventsStorageRegion",
    "GetGovernanceMetrics",
    "GetInsightSelectors",
    "GetInsightTypes",
    "GetInsightsEventsCount",
    "ListDataEventSelectors",
    "ListDataEventServices",
    "ListDeliveryHistoryJobs",
    "LookupInsightEvents",
    "PutDataEventSelector",
    "PutInsightSelectors",
    "StartLogging",
    "StopLogging",
    "UpdateAdvancedQueryTemplate",
    "UpdateGlobalEventsStorageRegion",
    "UpdateTrail",
];

/// The same of version 2017-12-04.
pub(crate) static NOT_SERVED_2017: &[&str] = &[
    "CreateTrail",
    "DeleteTrail",
    "Echo",
    "Help",
    "StartLogging",
    "StopLogging",
    "UpdateTrail",
];

/// Ordered by name.
pub(crate) static ROWS: &[Row] = &[
    served_by::<regions::DescribeRegions>("DescribeRegions"),
    served_by::<trails::DescribeTrails>("DescribeTrails"),
    trails::GET_STATUS,
    served_by::<lookup::LookupEvents>("LookupEvents"),
];

/// The same of version 2017-12-04.
pub(crate) static ROWS_2017: &[Row] = &[
    served_by::<regions::DescribeRegions>("DescribeRegions"),
    served_by::<trails::DescribeTrails>("DescribeTrails"),
    trails::GET_STATUS,
    served_by::<lookup::LookupEvents2017>("LookupEvents"),
];
