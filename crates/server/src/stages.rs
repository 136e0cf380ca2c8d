//! Sums of what the stages of the calls took, for `cargo xtask bench`.
//!
//! A stage is a span of the target `claviger::stage`; its name is the stage. Without `dev --stage-times` nothing here
//! is installed, and a span costs the look at one static flag.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::filter::{FilterFn, Filtered, filter_fn};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::output::Failure;
use crate::private::write_private;

/// What marks a span as a stage.
const TARGET: &str = "claviger::stage";

/// The times of one stage, of all calls together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Sum {
    /// How often it was gone through.
    count: u64,
    /// In work on it.
    busy: Duration,
    /// From its begin to its end, waiting included.
    elapsed: Duration,
}

/// The sums so far. Clones share them.
#[derive(Debug, Default, Clone)]
pub(crate) struct StageTimes(Arc<Mutex<BTreeMap<&'static str, Sum>>>);

/// Listens to the spans. `C` is a clock.
pub(crate) struct Listener<C> {
    times: StageTimes,
    clock: C,
}

/// One stage of one call on its way.
struct Running {
    begun: Instant,
    /// When work on it was taken up the last time.
    entered: Instant,
    busy: Duration,
}

impl StageTimes {
    /// The listener that adds to these sums.
    pub(crate) fn listener<S, C>(&self, clock: C) -> Filtered<Listener<C>, FilterFn, S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
        C: Fn() -> Instant + 'static,
        Listener<C>: Layer<S>,
    {
        let listener = Listener {
            times: self.clone(),
            clock,
        };
        listener.with_filter(filter_fn(|metadata| {
            metadata.is_span() && metadata.target() == TARGET
        }))
    }

    fn add(&self, stage: &'static str, busy: Duration, elapsed: Duration) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = sums.entry(stage).or_default();
        sum.count += 1;
        sum.busy += busy;
        sum.elapsed += elapsed;
    }

    fn to_json(&self) -> String {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let stages = sums.iter().map(|(stage, sum)| {
            let times = json!({
                "count": sum.count,
                "busy_nanos": nanos(sum.busy),
                "elapsed_nanos": nanos(sum.elapsed),
            });
            ((*stage).to_owned(), times)
        });
        serde_json::Value::Object(stages.collect()).to_string()
    }

    /// Writes the sums as one line of JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        write_private(path, format!("{}\n", self.to_json()).as_bytes())
    }
}

impl<S, C> Layer<S> for Listener<C>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    C: Fn() -> Instant + 'static,
{
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id) {
            let now = (self.clock)();
            span.extensions_mut().insert(Running {
                begun: now,
                entered: now,
                busy: Duration::ZERO,
            });
        }
    }

    fn on_enter(&self, id: &Id, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id)
            && let Some(running) = span.extensions_mut().get_mut::<Running>()
        {
            // Last, so that looking up the span is not counted.
            running.entered = (self.clock)();
        }
    }

    fn on_exit(&self, id: &Id, cx: Context<'_, S>) {
        let now = (self.clock)();
        if let Some(span) = cx.span(id)
            && let Some(running) = span.extensions_mut().get_mut::<Running>()
        {
            running.busy += now.saturating_duration_since(running.entered);
        }
    }

    fn on_close(&self, id: Id, cx: Context<'_, S>) {
        let now = (self.clock)();
        if let Some(span) = cx.span(&id)
            && let Some(running) = span.extensions().get::<Running>()
        {
            let elapsed = now.saturating_duration_since(running.begun);
            self.times.add(span.name(), running.busy, elapsed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tracing::{info_span, trace_span};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Runs `spans` with a hand that moves the clock by some microseconds; gives what is then written.
    fn written(spans: impl FnOnce(&dyn Fn(u64))) -> serde_json::Value {
        let (start, now) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let hand = Arc::clone(&now);
        let clock = move || start + Duration::from_micros(now.load(Ordering::Relaxed));
        let times = StageTimes::default();
        let subscriber = tracing_subscriber::registry().with(times.listener(clock));
        tracing::subscriber::with_default(subscriber, || {
            spans(&|micros| {
                hand.fetch_add(micros, Ordering::Relaxed);
            });
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("times.json");
        times.write(&path).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn waiting_is_elapsed_but_not_busy() {
        let sums = written(|pass| {
            for _ in 0..2 {
                let span = trace_span!(target: "claviger::stage", "audit");
                span.in_scope(|| pass(3));
                pass(100);
                span.in_scope(|| pass(4));
            }
        });
        let expected = json!({"audit": {"count": 2, "busy_nanos": 14_000, "elapsed_nanos": 214_000}});
        assert_eq!(sums, expected);
    }

    #[test]
    fn each_stage_has_its_own_sum_and_other_spans_have_none() {
        let sums = written(|pass| {
            for (parse, encode) in [(1, 10), (2, 20)] {
                let _call = info_span!("call").entered();
                trace_span!(target: "claviger::stage", "parse").in_scope(|| pass(parse));
                trace_span!(target: "claviger::stage", "encode").in_scope(|| pass(encode));
            }
        });
        let expected = json!({
            "parse": {"count": 2, "busy_nanos": 3_000, "elapsed_nanos": 3_000},
            "encode": {"count": 2, "busy_nanos": 30_000, "elapsed_nanos": 30_000},
        });
        assert_eq!(sums, expected);
    }
}
