//! The key file, byte by byte (version 1). All integers are big-endian; `n` is the payload length.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic, ASCII `BURSRKEY` |
//! | 8 | 2 | version, 1 |
//! | 10 | 1 | kind: 1 signing key (secp256k1), 2 voting key (secp256k1) |
//! | 11 | 1 | key stretching: 1 = Argon2id version 0x13 |
//! | 12 | 4 | Argon2id memory in KiB, 19456 to 4194304 |
//! | 16 | 4 | Argon2id passes, 2 to 64 |
//! | 20 | 4 | Argon2id lanes, 1 to 16 |
//! | 24 | 4 | generation, 1 for a new key, one more each time the file is sealed again |
//! | 28 | 2 | n, payload length in clear; 32 for kinds 1 and 2 |
//! | 30 | 1 | factor kind: 0 none (recovery copy), 1 host file |
//! | 31 | 1 | label length, 1 to 64 |
//! | 32 | 16 | key id, random; the file is named by it: 32 lower-case hex digits and `.key` |
//! | 48 | 16 | namespace: the treasury id |
//! | 64 | 32 | public id: the 20-byte EVM address, then zeros |
//! | 96 | 32 | Argon2id salt |
//! | 128 | 16 | factor id; zeros when the factor kind is 0 |
//! | 144 | 32 | factor salt |
//! | 176 | 64 | label, printable ASCII, then zeros |
//! | 240 | 32 | factor commitment |
//! | 272 | 32 | password commitment |
//! | 304 | 12 | outer nonce |
//! | 316 | 12 | inner nonce, sealed by the outer layer |
//! | 328 | 32 | file key, sealed by the inner layer, then by the outer |
//! | 360 | 16 | inner tag, sealed by the outer layer |
//! | 376 | 16 | outer tag |
//! | 392 | 12 | payload nonce |
//! | 404 | n | payload: the private key, sealed by the payload key |
//! | 404+n | 16 | payload tag |
//! | 420+n | 32 | header MAC over bytes 0 to 420+n |
//! | 452+n | 32 | checksum: SHA-256 over bytes 0 to 452+n |
//!
//! Bytes 0 to 240 are the header, and `H = SHA-256(header)`. How the sealed fields are made is in `seal`.
//! **For every version, for ever:** the magic, the version at offset 8, and a last field that is the SHA-256 of all before it; so a
//! damaged file is told from a newer one. There is exactly one way to write a header, and trailing bytes are refused.
//! New kinds, factors and stretching methods take new numbers; a reader that does not know a number says UNSUPPORTED.

use alloy_primitives::{Address, hex};

use super::cipher::{HASH_LEN, HeaderHash, NONCE_LEN, TAG_LEN, sha256};
use super::error::Fault;
use super::info::{FactorKind, ID_LEN, KeyId, KeyInfo, KeyKind, LABEL_BYTES_MAX, Label};
use super::kdf::{Cost, KDF_SALT_LEN};
use super::secret::KEY_LEN;

/// Largest key file, in bytes.
pub const FILE_BYTES_MAX: usize = 4096;

pub(super) const HEADER_LEN: usize = 240;
pub(super) const FACTOR_SALT_LEN: usize = 32;
/// Inner nonce, file key, inner tag: what the outer layer seals.
pub(super) const INNER_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;

const MAGIC: &[u8; 8] = b"BURSRKEY";
const VERSION: u16 = 1;
const KDF_ARGON2ID: u8 = 1;
const GENERATION_FIRST: u32 = 1;
const PUBLIC_ID_LEN: usize = 32;
const ADDRESS_LEN: usize = 20;
const PREFIX_LEN: usize = MAGIC.len() + size_of::<u16>();
/// A version 1 file without any payload.
const FILE_BYTES_MIN: usize = HEADER_LEN + 4 * HASH_LEN + 2 * NONCE_LEN + INNER_LEN + 2 * TAG_LEN;

/// The header: what is public, and the two salts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) info: KeyInfo,
    pub(super) kdf_salt: [u8; KDF_SALT_LEN],
    pub(super) factor_salt: [u8; FACTOR_SALT_LEN],
}

impl Header {
    pub(super) fn print(&self) -> Vec<u8> {
        let info = &self.info;
        let payload_len = u16::try_from(info.kind.payload_len()).expect("payloads are shorter than a file");
        let label_len = u8::try_from(info.label.as_str().len()).expect("a label has at most 64 bytes");
        let mut out = Vec::with_capacity(HEADER_LEN);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&[info.kind.byte(), KDF_ARGON2ID]);
        out.extend_from_slice(&info.cost.memory_kib().to_be_bytes());
        out.extend_from_slice(&info.cost.passes().to_be_bytes());
        out.extend_from_slice(&info.cost.lanes().to_be_bytes());
        out.extend_from_slice(&info.generation.to_be_bytes());
        out.extend_from_slice(&payload_len.to_be_bytes());
        out.extend_from_slice(&[info.factor.byte(), label_len]);
        out.extend_from_slice(&info.id.0);
        out.extend_from_slice(&info.namespace);
        out.extend_from_slice(info.address.as_slice());
        out.extend_from_slice(&[0; PUBLIC_ID_LEN - ADDRESS_LEN]);
        out.extend_from_slice(&self.kdf_salt);
        out.extend_from_slice(&info.factor_id);
        out.extend_from_slice(&self.factor_salt);
        out.extend_from_slice(info.label.as_str().as_bytes());
        out.resize(HEADER_LEN, 0);
        out
    }

    pub(super) fn hash(&self) -> HeaderHash {
        HeaderHash::of(&self.print())
    }

    fn parse(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.skip(PREFIX_LEN)?;
        let kind = KeyKind::from_byte(reader.byte()?)?;
        if reader.byte()? != KDF_ARGON2ID {
            return Err(Fault::Unsupported("unknown key-stretching method".to_owned()));
        }
        let cost = Cost::from_file(reader.number()?, reader.number()?, reader.number()?).map_err(Fault::Unsupported)?;
        let generation = reader.number()?;
        let payload_len = usize::from(u16::from_be_bytes(reader.take()?));
        let factor = FactorKind::from_byte(reader.byte()?)?;
        let label_len = usize::from(reader.byte()?);
        let id = KeyId(reader.take()?);
        let namespace = reader.take()?;
        let address = Address::from(reader.take::<ADDRESS_LEN>()?);
        let address_padding = reader.take::<{ PUBLIC_ID_LEN - ADDRESS_LEN }>()?;
        let kdf_salt = reader.take()?;
        let factor_id = reader.take()?;
        let factor_salt = reader.take()?;
        let label_field = reader.take::<LABEL_BYTES_MAX>()?;
        let (label, label_padding) = label_field.split_at_checked(label_len).ok_or(Fault::Damaged("its label is too long"))?;
        let padding_is_zero = address_padding.iter().chain(label_padding).all(|byte| *byte == 0);
        let factor_is_named = factor != FactorKind::None || factor_id == [0; ID_LEN];
        if !padding_is_zero || !factor_is_named || payload_len != kind.payload_len() || generation < GENERATION_FIRST {
            return Err(Fault::Damaged("its header is not in canonical form"));
        }
        let label = std::str::from_utf8(label).ok().and_then(|text| Label::parse(text).ok());
        let label = label.ok_or(Fault::Damaged("its label is not printable ASCII"))?;
        let info = KeyInfo { id, kind, namespace, address, label, cost, factor, factor_id, generation };
        Ok(Self { info, kdf_salt, factor_salt })
    }
}

/// A whole key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyFile {
    pub(super) header: Header,
    pub(super) factor_commitment: [u8; HASH_LEN],
    pub(super) password_commitment: [u8; HASH_LEN],
    pub(super) outer_nonce: [u8; NONCE_LEN],
    pub(super) inner_sealed: [u8; INNER_LEN],
    pub(super) outer_tag: [u8; TAG_LEN],
    pub(super) payload_nonce: [u8; NONCE_LEN],
    pub(super) payload: [u8; KEY_LEN],
    pub(super) payload_tag: [u8; TAG_LEN],
    pub(super) mac: [u8; HASH_LEN],
}

impl KeyFile {
    /// The bytes under the header MAC: everything but the MAC and the checksum.
    pub(super) fn print_for_mac(&self) -> Vec<u8> {
        let parts: [&[u8]; 9] = [
            &self.header.print(),
            &self.factor_commitment,
            &self.password_commitment,
            &self.outer_nonce,
            &self.inner_sealed,
            &self.outer_tag,
            &self.payload_nonce,
            &self.payload,
            &self.payload_tag,
        ];
        parts.concat()
    }

    pub(super) fn print(&self) -> Vec<u8> {
        let mut out = self.print_for_mac();
        out.extend_from_slice(&self.mac);
        let checksum = sha256(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads exactly what [`KeyFile::print`] writes. Needs no secret and promises no authenticity.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        check_frame(bytes)?;
        let mut reader = Reader(bytes);
        let file = Self {
            header: Header::parse(&mut reader)?,
            factor_commitment: reader.take()?,
            password_commitment: reader.take()?,
            outer_nonce: reader.take()?,
            inner_sealed: reader.take()?,
            outer_tag: reader.take()?,
            payload_nonce: reader.take()?,
            payload: reader.take()?,
            payload_tag: reader.take()?,
            mac: reader.take()?,
        };
        reader.skip(HASH_LEN)?;
        if reader.0.is_empty() { Ok(file) } else { Err(Fault::Damaged("it has bytes after its end")) }
    }
}

/// The part of the format that holds for every version: size, magic, checksum; then the version.
fn check_frame(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.is_empty() {
        return Err(Fault::Damaged("it is empty"));
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Fault::Damaged("it is larger than 4096 bytes"));
    }
    if !bytes.starts_with(MAGIC) {
        return Err(Fault::Damaged("it is not a bursar key file"));
    }
    let (body, checksum) = bytes.split_last_chunk::<HASH_LEN>().ok_or(TRUNCATED)?;
    if sha256(body) != *checksum {
        return Err(Fault::Damaged("its checksum does not match its contents"));
    }
    let version = body.get(MAGIC.len()..PREFIX_LEN).ok_or(TRUNCATED)?;
    if version != VERSION.to_be_bytes() {
        let found = hex::encode(version);
        return Err(Fault::Unsupported(format!("format version 0x{found}, this bursar reads version {VERSION}")));
    }
    if bytes.len() < FILE_BYTES_MIN { Err(TRUNCATED) } else { Ok(()) }
}

const TRUNCATED: Fault = Fault::Damaged("it is cut short");

/// Reads fixed-size fields from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (field, rest) = self.0.split_first_chunk().ok_or(TRUNCATED)?;
        self.0 = rest;
        Ok(*field)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u32, Fault> {
        self.take().map(u32::from_be_bytes)
    }

    fn skip(&mut self, len: usize) -> Result<(), Fault> {
        self.0 = self.0.get(len..).ok_or(TRUNCATED)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
