//! The one source of chance: the operating system's. Everything else takes bytes as an argument.

use std::sync::Mutex;

use sha2::{Digest as _, Sha256};

/// Fills buffers with unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// Eighty bits for a request's id.
    fn request_bits(&self) -> u128 {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes[6..]);
        u128::from_be_bytes(bytes)
    }
}

/// The operating system's generator.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "this is the entropy file")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes; without them nothing may go on");
    }
}

/// A repeatable stream for the practice treasury and tests, whose keys guard nothing.
pub struct SeededEntropy(Mutex<(u64, u64)>);

impl SeededEntropy {
    /// The stream of that seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().expect("nobody panics while drawing");
        for chunk in buffer.chunks_mut(32) {
            state.1 = state.1.wrapping_add(1);
            let block = Sha256::digest([state.0.to_be_bytes(), state.1.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
