//! Bytes from the keyboard, read by a thread that does nothing else.

use std::io;
use std::thread;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::{Errno, read};
use tokio::sync::mpsc::{Receiver, channel};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of one read. Keys come in ones and threes; a paste in several reads.
const READ_BYTES: usize = 4096;
/// Reads that may wait for the screen; then the thread waits, and then the kernel.
const CHUNKS_WAITING_MAX: usize = 32;

/// What a read brought.
pub(super) enum Chunk {
    Bytes(Zeroizing<Vec<u8>>),
    Eof,
    Lost,
}

/// Starts the thread. It ends with the first EOF or error, or when nobody listens any more.
pub(super) fn start() -> io::Result<Receiver<Chunk>> {
    let stdin = io::stdin();
    let flags = fcntl_getfl(&stdin)?;
    if flags.contains(OFlags::NONBLOCK) {
        // Left behind by another program on the same terminal: reads would spin.
        fcntl_setfl(&stdin, flags - OFlags::NONBLOCK)?;
    }
    let (chunks, receiver) = channel(CHUNKS_WAITING_MAX);
    thread::Builder::new().name("tty-read".to_owned()).spawn(move || {
        let mut buffer = Zeroizing::new([0_u8; READ_BYTES]);
        loop {
            let chunk = match read(&stdin, &mut buffer[..]) {
                Ok(0) => Chunk::Eof,
                Ok(count) => Chunk::Bytes(Zeroizing::new(buffer[..count].to_vec())),
                Err(Errno::INTR) => continue,
                Err(_) => Chunk::Lost,
            };
            buffer.zeroize();
            let last = !matches!(chunk, Chunk::Bytes(_));
            if chunks.blocking_send(chunk).is_err() || last {
                return;
            }
        }
    })?;
    Ok(receiver)
}
