//! One operation of one provider, done by many at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use claviger_model::{AccountId, KeyId, KeyVersionId, Material, Region};
use claviger_provider::{Binding, Provider, ProviderError, Sealed};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;

use super::job::{ADDITIONAL, DIGEST, Job, PLAINTEXT};
use crate::error::Error;
use crate::kms::CONNECTIONS;
use crate::library::Pace;
use crate::stats::number;

/// A provider with a key for one job.
pub(super) struct Work {
    provider: Arc<dyn Provider>,
    job: Job,
    account: AccountId,
    region: Region,
    material: Material,
    /// What is decrypted.
    body: Vec<u8>,
}

impl Work {
    /// Makes the key, and looks whether the provider does the job right. Nothing if it does not offer it.
    pub(super) async fn prepare(provider: &Arc<dyn Provider>, job: Job) -> Result<Option<Self>, Error> {
        if !provider.capability().makes(job.spec()) {
            return Ok(None);
        }
        let wrong = |_| Error::Unfit("the place of a key does not exist".to_owned());
        let mut work = Self {
            provider: Arc::clone(provider),
            job,
            account: "1000000000000001".parse().map_err(wrong)?,
            region: "cn-hangzhou".parse().map_err(wrong)?,
            material: Material(Box::default()),
            body: Vec::new(),
        };
        let failed = work.failed();
        work.make().await.map_err(failed)?;
        Ok(Some(work))
    }

    async fn make(&mut self) -> Result<(), ProviderError> {
        self.material = self.provider.generate(&self.binding()).await?;
        let mut body = Vec::new();
        if let Some(algorithm) = self.job.signature() {
            let sealed = self.sealed();
            let signature = self.provider.sign(sealed, algorithm, &DIGEST).await?;
            let valid = self
                .provider
                .verify(sealed, algorithm, &DIGEST, &signature)
                .await?;
            return if valid {
                Ok(())
            } else {
                Err(ProviderError::BadMaterial)
            };
        }
        let sealed = self.sealed();
        self.provider
            .encrypt(sealed, &ADDITIONAL, &PLAINTEXT, &mut body)
            .await?;
        let opened = self.provider.decrypt(sealed, &ADDITIONAL, &body).await?;
        self.body = body;
        if opened.expose() == PLAINTEXT {
            Ok(())
        } else {
            Err(ProviderError::DoesNotOpen)
        }
    }

    fn binding(&self) -> Binding<'_> {
        // Jobs have keys of their own, also in one token.
        let mut id = [0; 16];
        id[15] = Job::ALL
            .iter()
            .zip(1..)
            .find_map(|(job, number)| (*job == self.job).then_some(number))
            .unwrap_or_default();
        Binding {
            account: self.account,
            region: &self.region,
            key: KeyId::from_bytes(id),
            version: KeyVersionId::from_bytes(id),
            spec: self.job.spec(),
            protection: self.provider.capability().protection,
        }
    }

    fn sealed(&self) -> Sealed<'_> {
        Sealed {
            material: &self.material,
            binding: self.binding(),
        }
    }

    fn failed(&self) -> impl FnOnce(ProviderError) -> Error + use<> {
        let (who, what) = (self.provider.capability().name.clone(), self.job.name());
        move |error| Error::Unfit(format!("the provider `{who}` does not {what}: {error}"))
    }

    /// Does the job once.
    async fn once(&self) -> Result<(), ProviderError> {
        let (provider, sealed) = (&self.provider, self.sealed());
        match (self.job.signature(), self.job) {
            (Some(algorithm), _) => provider.sign(sealed, algorithm, &DIGEST).await.map(drop),
            (None, Job::Decrypt) => provider.decrypt(sealed, &ADDITIONAL, &self.body).await.map(drop),
            (None, _) => {
                let mut out = Vec::with_capacity(128);
                provider.encrypt(sealed, &ADDITIONAL, &PLAINTEXT, &mut out).await
            }
        }
    }

    /// Lets as many as a busy client has connections do the job again and again.
    pub(super) fn repeat(self: &Arc<Self>, runtime: &Runtime, duration: Duration) -> Result<Pace, Error> {
        let (start, cpu) = (Instant::now(), process_cpu_seconds());
        let calls: Vec<_> = (0..CONNECTIONS)
            .map(|_| runtime.spawn(Arc::clone(self).until(start + duration)))
            .collect();
        let mut count = 0;
        for call in calls {
            let ended = runtime.block_on(call);
            let ended = ended.map_err(|_| Error::Unfit("a call broke".to_owned()))?;
            count += ended.map_err(self.failed())?;
        }
        let count = number(count);
        Ok(Pace {
            rate: count / start.elapsed().as_secs_f64().max(f64::MIN_POSITIVE),
            micros: (process_cpu_seconds() - cpu) / count.max(1.0) * 1e6,
        })
    }

    async fn until(self: Arc<Self>, end: Instant) -> Result<u64, ProviderError> {
        let mut count = 0;
        while Instant::now() < end {
            self.once().await?;
            count += 1;
            // Calls come one after the other from a connection, and others have their turn between them.
            tokio::task::yield_now().await;
        }
        Ok(count)
    }
}

/// Processor time of all threads of this process so far.
fn process_cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default().as_secs_f64()
}
