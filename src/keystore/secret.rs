//! The secret types. They have no `Debug`, `Clone`, `Display` or serde; they live in pages of their own and are wiped on drop.

use unicode_normalization::{UnicodeNormalization, is_nfc};
use zeroize::Zeroizing;

use super::error::{Fault, KeystoreError};
use super::memory::{Page, Protection};

/// Bytes of every symmetric key and private key in this format.
pub(super) const KEY_LEN: usize = 32;
/// Longest password, in bytes of normalised UTF-8.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Shortest password for a new key, in characters.
pub const PASSWORD_CHARS_MIN: usize = 15;
/// Fewest different characters in a password for a new key: refuses `aaaaaaaaaaaaaaa`, accepts any six words.
pub const PASSWORD_DISTINCT_MIN: usize = 6;

/// 32 secret bytes.
pub(super) struct SecretKey32(Page);

impl SecretKey32 {
    pub(super) fn zeroed() -> Result<Self, Fault> {
        Page::zeroed(KEY_LEN).map(Self).map_err(no_memory)
    }

    pub(super) fn expose(&self) -> &[u8; KEY_LEN] {
        self.0.bytes().try_into().expect("the page was made with KEY_LEN bytes")
    }

    pub(super) fn expose_mut(&mut self) -> &mut [u8; KEY_LEN] {
        self.0.bytes_mut().try_into().expect("the page was made with KEY_LEN bytes")
    }

    pub(super) fn protection(&self) -> Protection {
        self.0.protection()
    }
}

/// A password as typed, normalised to Unicode NFC (RFC 8265 OpaqueString) so that every keyboard gives the same bytes.
pub struct Password {
    page: Page,
    len: usize,
}

impl Password {
    /// Takes what was typed; the given text is wiped when this returns.
    ///
    /// # Errors
    /// [`KeystoreError::WeakPassword`] if it is empty, over 1024 bytes or holds control characters (a stray line break
    /// would lock the person out); [`KeystoreError::Io`] if no memory page can be had.
    pub fn new(typed: Zeroizing<String>) -> Result<Self, KeystoreError> {
        if typed.is_empty() {
            return Err(KeystoreError::WeakPassword { why: "it is empty" });
        }
        if typed.chars().any(char::is_control) {
            return Err(KeystoreError::WeakPassword { why: "it holds a line break or another control character" });
        }
        let page = Page::zeroed(PASSWORD_BYTES_MAX).map_err(|source| KeystoreError::Io {
            path: "memory".into(),
            doing: "map",
            source,
        })?;
        let mut password = Self { page, len: 0 };
        // Only text that needs it goes through the normaliser, whose buffers are not ours to wipe.
        if is_nfc(&typed) {
            typed.chars().try_for_each(|c| password.push(c))
        } else {
            typed.nfc().try_for_each(|c| password.push(c))
        }?;
        Ok(password)
    }

    /// Whether this password is strong enough for a new key: at least 15 characters of which 6 differ. Six Diceware
    /// words pass. This is a floor against the hopeless, not a measure of strength.
    ///
    /// # Errors
    /// [`KeystoreError::WeakPassword`] with the rule that was broken.
    pub fn check_new(&self) -> Result<(), KeystoreError> {
        self.weakness().map_or(Ok(()), |why| Err(KeystoreError::WeakPassword { why }))
    }

    pub(super) fn weakness(&self) -> Option<&'static str> {
        let text = std::str::from_utf8(self.expose()).expect("only whole characters are pushed");
        if text.chars().count() < PASSWORD_CHARS_MIN {
            return Some("it has fewer than 15 characters");
        }
        // Counted by first occurrence, so that no sorted copy of the password is made.
        let distinct = text.char_indices().filter(|(at, c)| !text[..*at].contains(*c)).count();
        (distinct < PASSWORD_DISTINCT_MIN).then_some("it repeats fewer than 6 different characters")
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.page.bytes()[..self.len]
    }

    /// Which protections the system granted to the password in memory.
    pub fn protection(&self) -> Protection {
        self.page.protection()
    }

    fn push(&mut self, c: char) -> Result<(), KeystoreError> {
        let end = self.len + c.len_utf8();
        let Some(room) = self.page.bytes_mut().get_mut(self.len..end) else {
            return Err(KeystoreError::WeakPassword { why: "it is longer than 1024 bytes" });
        };
        c.encode_utf8(room);
        self.len = end;
        Ok(())
    }
}

pub(super) fn no_memory(source: std::io::Error) -> Fault {
    Fault::Machine { doing: "find memory to open", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Result<Password, KeystoreError> {
        Password::new(Zeroizing::new(text.to_owned()))
    }

    fn refusal(text: &str) -> &'static str {
        password(text).and_then(|p| p.check_new()).expect_err("must be refused").code()
    }

    #[test]
    fn keystore_weak_password() {
        for text in
            ["", "short", "fourteen chars", "aaaaaaaaaaaaaaaaaaaa", "line\nbreak in the middle", "tab\tin the middle of it"]
        {
            assert_eq!(refusal(text), "keystore.weak_password", "{text:?}");
        }
        assert_eq!(refusal(&"x".repeat(PASSWORD_BYTES_MAX + 1)), "keystore.weak_password");
        assert_eq!(refusal(&"é".repeat(PASSWORD_BYTES_MAX / 2 + 1)), "keystore.weak_password");
    }

    #[test]
    fn good_passwords_pass() {
        for text in ["fifteen chars ok", "correct horse battery staple window lamp", "пятнадцать знаков", "a be cd ef gh ij"]
        {
            password(text).and_then(|p| p.check_new()).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        }
        let longest = "abcdefgh".repeat(PASSWORD_BYTES_MAX / 8);
        assert_eq!(password(&longest).unwrap().expose(), longest.as_bytes());
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let composed = password("caf\u{e9} au lait noir").unwrap();
        let decomposed = password("cafe\u{301} au lait noir").unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
    }
}
