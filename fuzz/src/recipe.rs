//! Input by recipe: something that was seen, and what is done to it.

use bolero::TypeGenerator;

/// Most bytes of an input; longer ones are cut.
const LIMIT: usize = 64 * 1024;

/// What recipes are made of.
#[derive(Debug, Default)]
pub struct Seeds {
    /// Whole inputs.
    pub whole: Vec<Vec<u8>>,
    /// Short pieces with a meaning to the target.
    pub words: Vec<Vec<u8>>,
}

/// How to make one input. Positions count from the start and wrap around, so every recipe makes something.
#[derive(Debug, Clone, TypeGenerator)]
pub struct Recipe {
    /// Which seed.
    pub seed: u16,
    /// What is done to it, in this order.
    #[generator(bolero::produce::<Vec<Edit>>().with().len(0_usize..6))]
    pub edits: Vec<Edit>,
}

/// One change.
#[derive(Debug, Clone, TypeGenerator)]
pub enum Edit {
    /// Flips bits of a byte.
    Flip {
        /// Which byte.
        at: u16,
        /// Which bits.
        bits: u8,
    },
    /// Replaces a byte.
    Put {
        /// Which byte.
        at: u16,
        /// By what.
        byte: u8,
    },
    /// Inserts bytes.
    Insert {
        /// Where.
        at: u16,
        /// What.
        #[generator(bolero::produce::<Vec<u8>>().with().len(0_usize..12))]
        bytes: Vec<u8>,
    },
    /// Inserts a word.
    Word {
        /// Where.
        at: u16,
        /// Which word.
        word: u16,
    },
    /// Takes bytes out.
    Cut {
        /// From where.
        at: u16,
        /// How many.
        length: u8,
    },
    /// Repeats bytes somewhere else.
    Copy {
        /// From where.
        from: u16,
        /// How many.
        length: u8,
        /// To where.
        to: u16,
    },
    /// Puts the rest of another seed in the place of the own rest.
    Splice {
        /// Where the own rest begins.
        at: u16,
        /// Which other seed.
        seed: u16,
        /// Where its rest begins.
        from: u16,
    },
    /// Forgets everything that came before: pure noise.
    Noise(Vec<u8>),
}

impl Recipe {
    /// Makes the input.
    pub fn cook(&self, seeds: &Seeds) -> Vec<u8> {
        self.cook_from(choose(&seeds.whole, self.seed), seeds)
    }

    /// Makes it from something else than its own seed.
    pub fn cook_from(&self, seed: &[u8], seeds: &Seeds) -> Vec<u8> {
        let mut input = seed.to_vec();
        for edit in &self.edits {
            edit.apply(&mut input, seeds);
            input.truncate(LIMIT);
        }
        input
    }
}

impl Edit {
    fn apply(&self, input: &mut Vec<u8>, seeds: &Seeds) {
        match self {
            Self::Flip { at, bits } => change(input, *at, |byte| byte ^ bits),
            Self::Put { at, byte } => change(input, *at, |_| *byte),
            Self::Insert { at, bytes } => insert(input, *at, bytes),
            Self::Word { at, word } => insert(input, *at, choose(&seeds.words, *word)),
            Self::Cut { at, length } => drop(input.drain(range(input, *at, *length))),
            Self::Copy { from, length, to } => {
                let piece = input
                    .get(range(input, *from, *length))
                    .unwrap_or_default()
                    .to_vec();
                insert(input, *to, &piece);
            }
            Self::Splice { at, seed, from } => {
                let other = choose(&seeds.whole, *seed);
                input.truncate(place(input, *at));
                input.extend_from_slice(other.get(place(other, *from)..).unwrap_or_default());
            }
            Self::Noise(bytes) => input.clone_from(bytes),
        }
    }
}

fn choose(from: &[Vec<u8>], number: u16) -> &[u8] {
    let at = usize::from(number).checked_rem(from.len()).unwrap_or(0);
    from.get(at).map_or(&[], Vec::as_slice)
}

/// A position in `input`, its end included.
fn place(input: &[u8], at: u16) -> usize {
    usize::from(at) % (input.len() + 1)
}

fn range(input: &[u8], at: u16, length: u8) -> std::ops::Range<usize> {
    let start = place(input, at);
    start..(start + usize::from(length)).min(input.len())
}

fn change(input: &mut [u8], at: u16, new: impl FnOnce(u8) -> u8) {
    let at = place(input, at);
    if let Some(byte) = input.get_mut(at) {
        *byte = new(*byte);
    }
}

fn insert(input: &mut Vec<u8>, at: u16, bytes: &[u8]) {
    let at = place(input, at);
    input.splice(at..at, bytes.iter().copied());
}
