//! Where services are, as programs that come with tokens look for it.
//!
//! SOURCE: Identity and Access Management API reference, "Querying a Service Catalog"; Keystone, "Get service catalog" (read
//! 2026-11-22). A token of a project shows the region of that project alone: programs that name no region take the first.

use claviger_model::{Action, Region};
use claviger_service::ops::session::GetCatalog;
use claviger_service::{Service, Source};

use super::desk::{Desk, IdentityOp, Stop, link};
use crate::json::Answer;

/// A service: its name, its type, and the path that its addresses have behind the host. Programs put the project behind
/// those of `kms` and `cts` themselves.
const SERVICES: [(&str, &str, &str); 4] = [
    ("keystone", "identity", "v3"),
    ("iam", "iam", "v3.0"),
    ("kms", "kms", "v1.0"),
    ("cts", "cts", "v1.0"),
];

/// What a catalog is made of.
pub(super) struct Offers<'a> {
    /// Where the call came to: all services are there.
    pub(super) source: &'a Source<'a>,
    /// The regions to show.
    pub(super) regions: &'a [Region],
}

impl<'a> Offers<'a> {
    /// What is shown to who has opened a region, or all of them.
    pub(super) fn of(service: &'a Service, source: &'a Source<'a>, opened: Option<&'a Region>) -> Self {
        Self {
            source,
            regions: opened.map_or(service.regions(), std::slice::from_ref),
        }
    }
}

pub(super) struct Show;

impl IdentityOp for Show {
    const ACTION: Action = Action::GetCatalog;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        desk.execute(GetCatalog).await?;
        let opened = desk.call.credential.token();
        let opened = opened.and_then(|token| token.region.as_ref());
        let offers = Offers::of(desk.service, &desk.call.source, opened);
        write(Some(&offers), answer);
        desk.links(answer);
        Ok(())
    }
}

/// Writes the catalog; an empty one for none.
pub(super) fn write(offers: Option<&Offers<'_>>, answer: &mut Answer) {
    let services = SERVICES.iter().filter_map(|service| Some((service, offers?)));
    answer.objects("catalog", services, |answer, ((name, kind, path), offers)| {
        answer.plain("id", &id(&[name]));
        answer.plain("name", name);
        answer.plain("type", kind);
        answer.objects("endpoints", offers.regions, |answer, region| {
            answer.plain("id", &id(&[name, region.as_str()]));
            answer.plain("interface", "public");
            answer.plain("region", region.as_str());
            answer.plain("region_id", region.as_str());
            answer.text("url", &link(offers.source, path));
        });
    });
}

/// An id that is always the same: FNV-1a with 128 bits over the names.
fn id(names: &[&str]) -> String {
    let bytes = names.iter().flat_map(|name| name.bytes().chain([0]));
    let hash = bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}
