//! Public values to the clipboard: through tmux where there is one, else by OSC 52. Neither confirms, so we say "sent".

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// Longest encoded text in an OSC 52 sequence, in bytes: what common terminals take.
pub const OSC52_MAX: usize = 74_994;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Hands `text` to tmux's buffer, and by it to the outer terminal's clipboard. Blocking, short.
///
/// # Errors
/// Where tmux cannot be run or refuses.
pub fn to_tmux(text: &str) -> io::Result<()> {
    let quiet = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = quiet?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("tmux refused the text")),
    }
}

/// The control sequence that asks a terminal to take `text` (xterm, OSC 52); `None` where it is too long.
pub fn osc52(text: &str) -> Option<Vec<u8>> {
    let encoded = base64(text.as_bytes());
    (encoded.len() <= OSC52_MAX).then(|| [b"\x1b]52;c;", encoded.as_slice(), b"\x07"].concat())
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let sign = ALPHABET[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { sign } else { b'=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_rfc_4648_has_it() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded.as_bytes());
        }
        assert_eq!(osc52("hi").expect("short"), b"\x1b]52;c;aGk=\x07");
        assert_eq!(osc52(&"x".repeat(OSC52_MAX)), None, "too long is refused whole");
    }
}
