use std::sync::mpsc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::*;

/// A runtime with one thread for work, which is busy until the sender is dropped.
fn busy() -> (Runtime, mpsc::Sender<()>) {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (sender, receiver) = mpsc::channel::<()>();
    runtime.spawn_blocking(move || receiver.recv());
    (runtime, sender)
}

#[test]
fn each_caller_gets_its_own_answer() {
    let (runtime, busy) = busy();
    let shifts = Arc::new(Shifts::default());
    runtime.block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..100 {
            let shifts = Arc::clone(&shifts);
            calls.spawn(async move { (number, shifts.run(move || number * 2).await.unwrap()) });
        }
        while shifts.waiting().len() < 100 {
            tokio::task::yield_now().await;
        }
        drop(busy);
        while let Some(done) = calls.join_next().await {
            let (number, twice) = done.unwrap();
            assert_eq!(twice, number * 2);
        }
    });
    assert!(shifts.waiting().is_empty());
}

#[test]
fn what_nobody_waits_for_is_not_done() {
    let (runtime, busy) = busy();
    let shifts = Arc::new(Shifts::default());
    let (did, heard) = mpsc::channel();
    runtime.block_on(async {
        let (first, second) = (did.clone(), did);
        let gone = Arc::clone(&shifts);
        let gone = tokio::spawn(async move { gone.run(move || first.send("gone")).await });
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(busy);
        shifts.run(move || second.send("there")).await.unwrap().unwrap();
    });
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["there"]);
}

#[test]
fn a_panic_is_the_end_of_one_call_only() {
    let (runtime, busy) = busy();
    let shifts = Arc::new(Shifts::default());
    runtime.block_on(async {
        let work: [fn() -> u32; 4] = [|| 1, || 2, || panic!("as the test wants it"), || 4];
        let mut calls = Vec::new();
        for work in work {
            let shifts = Arc::clone(&shifts);
            calls.push(tokio::spawn(async move { shifts.run(work).await }));
        }
        tokio::task::yield_now().await;
        drop(busy);
        let mut values = Vec::new();
        for call in calls {
            values.push(call.await.unwrap().ok());
        }
        assert_eq!(values, [Some(1), Some(2), None, Some(4)]);
    });
}

#[test]
fn a_runtime_that_shuts_down_leaves_nobody_waiting() {
    let shifts = Arc::new(Shifts::default());
    let (runtime, busy) = busy();
    let inside = runtime.handle().clone();
    drop(busy);
    runtime.shutdown_background();
    let elsewhere = Builder::new_current_thread().build().unwrap();
    let done = elsewhere.block_on(async {
        let mut call = std::pin::pin!(shifts.run(|| 1));
        {
            let _inside = inside.enter();
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let std::task::Poll::Ready(done) = call.as_mut().poll(&mut context) {
                return done;
            }
        }
        call.await
    });
    assert!(matches!(done, Err(ProviderError::Unavailable)));
}

#[test]
fn without_a_runtime_it_is_done_at_once() {
    let shifts = Arc::new(Shifts::default());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let call = std::pin::pin!(shifts.run(|| 7));
    let std::task::Poll::Ready(done) = call.poll(&mut context) else {
        panic!("it waits");
    };
    assert_eq!(done.unwrap(), 7);
}
