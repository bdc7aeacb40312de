//! Chance as an argument. This room never asks the system for randomness; the desk's one entropy file does.

use std::io;

use super::error::Fault;

/// Fills a buffer with fresh random bytes from the system's generator.
pub type Entropy<'a> = dyn FnMut(&mut [u8]) + 'a;

/// Fills `into`, and refuses a source that left it all zeros: a dead generator must not make keys.
pub(super) fn fill(entropy: &mut Entropy<'_>, into: &mut [u8]) -> Result<(), Fault> {
    entropy(into);
    if into.iter().all(|byte| *byte == 0) {
        let source = io::Error::other("the source of randomness gave only zeros");
        return Err(Fault::Machine { doing: "draw random bytes for", source });
    }
    Ok(())
}

pub(super) fn draw<const N: usize>(entropy: &mut Entropy<'_>) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    fill(entropy, &mut bytes)?;
    Ok(bytes)
}
