//! Which provider holds a key.

use std::sync::Arc;
use std::time::{Duration, Instant};

use claviger_model::{Error, MessageLimit, ProtectionLevel, Region};
use claviger_provider::{Binding, Provider, Repeats};

/// The providers of a deployment: one in software, and perhaps one in hardware for some of its regions.
#[derive(Debug, Clone)]
pub struct Providers {
    software: Arc<dyn Provider>,
    hardware: Option<Hardware>,
    messages: MessageLimit,
}

#[derive(Debug, Clone)]
struct Hardware {
    provider: Arc<dyn Provider>,
    /// The regions it serves. None: all.
    regions: Vec<Region>,
}

impl Providers {
    /// Software only.
    pub fn new(software: Arc<dyn Provider>) -> Self {
        Self {
            software,
            hardware: None,
            messages: MessageLimit::RANDOM_96,
        }
    }

    /// With a provider for keys in hardware, in these regions; in all where none is named.
    #[must_use]
    pub fn with_hsm(mut self, provider: Arc<dyn Provider>, regions: Vec<Region>) -> Self {
        self.hardware = Some(Hardware { provider, regions });
        self
    }

    /// With another bound on the messages under one version of a key whose nonces have 96 bits. More than
    /// [`MessageLimit::RANDOM_96`] is not safe.
    #[must_use]
    pub fn with_message_limit(mut self, limit: MessageLimit) -> Self {
        self.messages = limit;
        self
    }

    /// Who holds keys of this level in this region, if anybody does.
    pub fn at(&self, level: ProtectionLevel, region: &Region) -> Option<&Arc<dyn Provider>> {
        match level {
            ProtectionLevel::Software => Some(&self.software),
            ProtectionLevel::Hsm => self
                .hardware
                .as_ref()
                .filter(|hardware| hardware.regions.is_empty() || hardware.regions.contains(region))
                .map(|hardware| &hardware.provider),
        }
    }

    /// Who holds keys in hardware, wherever, if anybody does.
    pub(crate) fn hardware(&self) -> Option<&Arc<dyn Provider>> {
        self.hardware.as_ref().map(|hardware| &hardware.provider)
    }

    /// Who holds a piece of material.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where nobody does any more.
    pub(crate) fn of(&self, place: &Binding<'_>) -> Result<&Arc<dyn Provider>, Error> {
        /// Lines of the log: callers can bring them about as often as they like.
        static REFUSALS: Repeats<()> = Repeats::new(10, Duration::from_secs(10));
        self.at(place.protection, place.region).ok_or_else(|| {
            if let Some(omitted) = REFUSALS.line((), Instant::now()) {
                let omitted = (omitted > 0).then_some(omitted);
                tracing::error!(key = %place.key, region = %place.region, omitted, "no provider serves keys of its protection level");
            }
            Error::Unavailable
        })
    }

    /// The name of who holds keys of this level in this region, where that is not software: audit records tell it.
    pub(crate) fn name_at(&self, level: ProtectionLevel, region: &Region) -> Option<&str> {
        match level {
            ProtectionLevel::Software => None,
            ProtectionLevel::Hsm => {
                let provider = self.at(level, region)?;
                Some(&provider.capability().name)
            }
        }
    }

    /// Forgets what software holds in memory of a piece of material that is gone. Other levels have to
    /// [destroy](crate::Service::destroy) it.
    pub(crate) async fn forget(&self, place: &Binding<'_>) {
        if place.protection == ProtectionLevel::Software
            && let Err(error) = self.software.destroy(place).await
        {
            tracing::warn!(%error, key = %place.key, "opened material stays in memory");
        }
    }

    pub(crate) fn message_limit(&self) -> MessageLimit {
        self.messages
    }

    /// Who holds what is held in software.
    pub(crate) fn software(&self) -> &Arc<dyn Provider> {
        &self.software
    }
}
