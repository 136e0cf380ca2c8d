//! The account and the service as a whole.

mod absent;

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Region, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

pub use absent::{Absent, KeyStoreWish, ListAbsent, WantKeyStore};

/// Lists the regions. Anyone with valid credentials may.
#[derive(Debug)]
pub struct DescribeRegions;

impl Operation for DescribeRegions {
    const ACTION: Action = Action::DescribeRegions;
    type Output = Vec<Region>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _request: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Vec<Region>, Error> {
        Ok(cx.service.regions.clone())
    }
}

/// Tells whether the account has the service. Here every account has it.
#[derive(Debug)]
pub struct DescribeService(pub Scope);

impl Operation for DescribeService {
    const ACTION: Action = Action::DescribeService;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Service(self.0.clone()),
        }])
    }

    fn describe(&self, _request: &mut Fields) {}

    async fn run(self, _: &Context<'_>, _: Permitted, _: &mut Note) -> Result<(), Error> {
        Ok(())
    }
}

/// Subscribes the account to the service: always [`Error::AlreadyOpen`] to those who may ask.
#[derive(Debug)]
pub struct OpenService(pub Scope);

impl Operation for OpenService {
    const ACTION: Action = Action::OpenService;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Service(self.0.clone()),
        }])
    }

    fn describe(&self, _request: &mut Fields) {}

    async fn run(self, _: &Context<'_>, _: Permitted, _: &mut Note) -> Result<(), Error> {
        Err(Error::AlreadyOpen)
    }
}
