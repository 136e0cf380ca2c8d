//! Providers without a server: everything on the server's core, in the same rounds.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use claviger_provider::Provider;
use tokio::runtime::{Builder, Runtime};

use super::job::Job;
use super::managed::{self, Hsm};
use super::rows::{Outcome, Who, rows, without_token};
use super::token::{self, Raw};
use super::work::Work;
use crate::error::Error;
use crate::library::{Pace, Rsa2048, Sm2};
use crate::parts::{Bench, Sample};
use crate::{machine, softhsm};

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let module = softhsm::token(&bench.options.data)?;
    let folder = bench.folder.join("inside");
    let (length, rounds) = (bench.options.duration(), bench.options.rounds());
    // All threads that are started there stay there.
    let measured = machine::on_server_core(bench.cores, || {
        let field = Field::prepare(&folder, module.as_deref())?;
        let jobs = Job::ALL
            .iter()
            .map(|job| Ok((*job, field.measure(*job, length, rounds)?)));
        jobs.collect::<Result<Vec<_>, Error>>()
    })??;
    for (job, outcomes) in measured {
        for (row, outcome) in rows(job, &outcomes).into_iter().zip(&outcomes) {
            bench.add(&outcome.samples, row);
        }
    }
    if module.is_none() {
        bench.add(&[], without_token());
    }
    Ok(())
}

/// All that are compared.
struct Field {
    rsa: Rsa2048,
    sm2: Sm2,
    software: Arc<dyn Provider>,
    managed: Arc<dyn Provider>,
    token: Option<(Raw, Arc<dyn Provider>)>,
    runtime: Runtime,
    _hsm: Hsm,
}

impl Field {
    fn prepare(folder: &Path, module: Option<&Path>) -> Result<Self, Error> {
        let hsm = Hsm::start(&folder.join("hsm"))?;
        let token = |module: &Path| {
            let provider: Arc<dyn Provider> = Arc::new(token::provider(module)?);
            Ok::<_, Error>((Raw::open(module)?, provider))
        };
        Ok(Self {
            rsa: Rsa2048::generate()?,
            sm2: Sm2::new()?,
            software: Arc::new(managed::software(&folder.join("software"))?),
            managed: Arc::new(hsm.client()),
            token: module.map(token).transpose()?,
            runtime: managed::runtime(&mut Builder::new_multi_thread())?,
            _hsm: hsm,
        })
    }

    /// One job by all of them, in turn.
    fn measure(&self, job: Job, length: Duration, rounds: usize) -> Result<Vec<Outcome>, Error> {
        let mut lanes = Vec::new();
        for who in Who::ALL {
            if self.token.is_none() && who.needs_token() {
                continue;
            }
            lanes.push((
                self.lane(who, job)?,
                Outcome {
                    who,
                    samples: Vec::new(),
                },
            ));
        }
        for _ in 0..rounds {
            for (lane, outcome) in &mut lanes {
                self.run(lane, job, length / 8)?;
                outcome
                    .samples
                    .extend(self.run(lane, job, length)?.map(Sample::from));
            }
        }
        let there_is = |outcome: &Outcome| outcome.who != Who::Library || !outcome.samples.is_empty();
        Ok(lanes
            .into_iter()
            .map(|(_, outcome)| outcome)
            .filter(there_is)
            .collect())
    }

    fn lane(&self, who: Who, job: Job) -> Result<Lane<'_>, Error> {
        let provider = match (who, &self.token) {
            (Who::Library, _) => return Ok(Lane::Library),
            (Who::Software, _) => &self.software,
            (Who::Managed, _) => &self.managed,
            (Who::Bare, Some((raw, _))) => return Ok(Lane::Bare(raw)),
            (Who::Token, Some((_, provider))) => provider,
            (Who::Bare | Who::Token, None) => return Ok(Lane::Nobody),
        };
        let work = self.runtime.block_on(Work::prepare(provider, job))?;
        Ok(work.map_or(Lane::Nobody, |work| Lane::Provider(Arc::new(work))))
    }

    /// Nothing if it is not offered.
    fn run(&self, lane: &Lane<'_>, job: Job, length: Duration) -> Result<Option<Pace>, Error> {
        match (lane, job) {
            (Lane::Library, Job::Rsa) => self.rsa.sign(length).map(Some),
            (Lane::Library, Job::Sm2) => self.sm2.sign(length).map(Some),
            (Lane::Library | Lane::Nobody, _) => Ok(None),
            (Lane::Bare(raw), job) => raw.repeat(job, length),
            (Lane::Provider(work), _) => work.repeat(&self.runtime, length).map(Some),
        }
    }
}

/// How somebody does a job.
enum Lane<'a> {
    Library,
    Bare(&'a Raw),
    Provider(Arc<Work>),
    /// Not offered.
    Nobody,
}
