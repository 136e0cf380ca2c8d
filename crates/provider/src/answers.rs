//! Answers that leave together.

use std::fmt;

/// What is done, and whose caller has not heard of it.
pub trait Answer: Send {
    /// Gives it to the caller, and with it those of others to hand on.
    fn give(self: Box<Self>, others: Answers);
}

/// Several of them. Wherever this ends, their callers hear of it.
///
/// The system has to be asked to wake the thread of a caller, and often switches to it at once. So a thread that works
/// for others wakes one caller for many, and that one wakes the others, which costs the system nothing.
#[derive(Default)]
pub struct Answers(Vec<Box<dyn Answer>>);

impl Answers {
    /// Adds one.
    pub fn push(&mut self, answer: Box<dyn Answer>) {
        self.0.push(answer);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Wakes one caller, with the answers of the others. None are left here.
    pub fn give(&mut self) {
        if let Some(first) = self.0.pop() {
            first.give(Self(std::mem::take(&mut self.0)));
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        for answer in self.0.drain(..) {
            answer.give(Self::default());
        }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("len", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Numbered(u32, mpsc::Sender<(u32, Answers)>);

    impl Answer for Numbered {
        fn give(self: Box<Self>, others: Answers) {
            let _ = self.1.send((self.0, others));
        }
    }

    #[test]
    fn one_caller_hears_and_the_others_from_it() {
        let (callers, heard) = mpsc::channel();
        let mut answers = Answers::default();
        for number in 1..=3 {
            answers.push(Box::new(Numbered(number, callers.clone())));
        }
        answers.give();
        assert!(answers.is_empty());
        let (first, others) = heard.try_recv().unwrap();
        assert_eq!((first, others.len()), (3, 2));
        assert!(heard.try_recv().is_err(), "the others are told by the first");
        drop(others);
        let told: Vec<_> = heard
            .try_iter()
            .map(|(number, more)| (number, more.len()))
            .collect();
        assert_eq!(told, [(1, 0), (2, 0)]);
    }

    #[test]
    fn a_caller_that_went_away_leaves_nobody_waiting() {
        let (gone, _) = mpsc::channel();
        let (caller, heard) = mpsc::channel();
        let mut answers = Answers::default();
        answers.push(Box::new(Numbered(1, caller)));
        answers.push(Box::new(Numbered(2, gone)));
        answers.give();
        assert_eq!(heard.try_recv().unwrap().0, 1);
    }
}
