//! Services: programs that work for the accounts of the deployment with keys that they make there.
//!
//! Their access keys are made as those of users are: [`crate::ops::identity::KeyHolder::Service`].

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Missing, ServiceIdentity, ServiceName};

use super::need;
use crate::call::{Need, Note};
use crate::ops::identity::make;
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Makes a service without an access key. The account that runs the deployment manages it.
///
/// Refused with [`claviger_model::Existing::Service`].
#[derive(Debug)]
pub struct CreateService {
    /// Its name, which its keys bear.
    pub name: ServiceName,
    /// Free text.
    pub description: String,
}

/// Shows a service.
#[derive(Debug)]
pub struct GetService {
    /// Which.
    pub name: ServiceName,
}

/// Deletes a service with its access keys. Keys that it made for accounts stay, and a service of that name that is made
/// later uses them.
#[derive(Debug)]
pub struct DeleteService {
    /// Which.
    pub name: ServiceName,
}

/// Lists the services by name.
#[derive(Debug)]
pub struct ListServices;

async fn find(cx: &Context<'_>, name: &ServiceName) -> Result<ServiceIdentity, Error> {
    let found = cx.service.store.service(name).await.map_err(from_store)?;
    found.ok_or(Error::NotFound(Missing::Service))
}

impl Operation for CreateService {
    const ACTION: Action = Action::CreateService;
    type Output = ServiceIdentity;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("service", self.name.as_str());
        request.number("description_bytes", self.description.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<ServiceIdentity, Error> {
        let service = ServiceIdentity {
            name: self.name,
            account: cx.service.first_account().await?,
            description: self.description,
            created: cx.call.time,
        };
        let made = service.clone();
        make(cx, service.account, note, |store, draft| async move {
            store.create_service(made, draft).await
        })
        .await?;
        Ok(service)
    }
}

impl Operation for GetService {
    const ACTION: Action = Action::GetService;
    type Output = ServiceIdentity;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("service", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<ServiceIdentity, Error> {
        find(cx, &self.name).await
    }
}

impl Operation for DeleteService {
    const ACTION: Action = Action::DeleteService;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("service", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let account = find(cx, &self.name).await?.account;
        make(cx, account, note, |store, draft| async move {
            store.delete_service(&self.name, draft).await
        })
        .await
    }
}

impl Operation for ListServices {
    const ACTION: Action = Action::ListServices;
    type Output = Vec<ServiceIdentity>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let services = cx.service.store.services().await.map_err(from_store)?;
        note.response.number("services", services.len() as u64);
        Ok(services)
    }
}
