//! The one error of this room: every way an EVM value can be wrong, each told apart because each asks for another act.

/// Why EVM bytes, text or numbers were refused. Messages never repeat foreign text, only lengths, positions and numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvmError {
    /// No text at all.
    #[error("the address is empty; expected 0x and 40 hex digits")]
    AddressEmpty,
    /// The digits are there, the `0x` in front is not.
    #[error("the address lacks its leading 0x; expected 0x and 40 hex digits")]
    AddressPrefix,
    /// Too few or too many digits after `0x`.
    #[error("the address has {found} digits after 0x; expected 40: copy it again from its source")]
    AddressLength {
        /// Characters found after `0x`.
        found: usize,
    },
    /// A character that is no hex digit.
    #[error("character {position} of the address is not a hex digit")]
    AddressCharacter {
        /// Counted from 1, the `0x` included.
        position: usize,
    },
    /// One case only, so a typing error cannot be noticed.
    #[error(
        "the address carries no EIP-55 checksum (all letters have one case); if it is the right one, it is written {checksummed}"
    )]
    AddressUnchecked {
        /// The same address with its checksum.
        checksummed: String,
    },
    /// Mixed case that does not match: at least one character is wrong. The "right" form is not offered, it would bless the mistake.
    #[error("the address fails its EIP-55 checksum: at least one character is wrong; copy it again from its source")]
    AddressChecksum,
    /// Bech32 or base58 text.
    #[error("this looks like an address of another network ({looks}); expected an EVM address: 0x and 40 hex digits")]
    AddressOfAnotherNetwork {
        /// The kind of encoding it looks like.
        looks: &'static str,
    },

    /// EIP-155 needs a chain id, and EIP-2294 bounds it.
    #[error("chain id {0} is not allowed; expected 1 to 9223372036854775771 (EIP-155, EIP-2294)")]
    ChainId(u64),
    /// A legacy transaction without EIP-155 protection.
    #[error("the transaction names no chain and could be replayed on any; EIP-155 is required")]
    Replayable,
    /// EIP-2681.
    #[error("the nonce is at its limit of 2^64-2 (EIP-2681)")]
    NonceLimit,
    /// Outside what any network includes.
    #[error("gas limit {found} is outside {least} to {most} (the call's own floor; EIP-7825's cap)")]
    GasLimit {
        /// Gas found.
        found: u64,
        /// Intrinsic gas of this call.
        least: u64,
        /// EIP-7825.
        most: u64,
    },
    /// The tip may not exceed the cap.
    #[error("the tip of {tip} wei per gas exceeds the fee cap of {cap} wei per gas (EIP-1559)")]
    TipAboveCap {
        /// Wei per gas.
        tip: u128,
        /// Wei per gas.
        cap: u128,
    },
    /// Call data over our limit.
    #[error("{what} has {found} bytes; at most {most} are accepted")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Arithmetic left its range.
    #[error("{0} leaves the range of a 256-bit amount")]
    Overflow(&'static str),

    /// No bytes.
    #[error("the transaction is empty")]
    Empty,
    /// A transaction without a recipient.
    #[error("the transaction creates a contract; bursar signs payments only")]
    ContractCreation,
    /// EIP-2930, alone or inside type 2.
    #[error("the transaction carries an access list (EIP-2930), which bursar never makes")]
    AccessList,
    /// EIP-4844.
    #[error("the transaction carries blobs (EIP-4844), which bursar never makes")]
    Blob,
    /// EIP-7702.
    #[error("the transaction hands an account's code to another contract (EIP-7702), which bursar never signs")]
    SetCode,
    /// Any other EIP-2718 type.
    #[error("transaction type 0x{0:02x} is unknown; only 0x00 and 0x02 are accepted")]
    UnknownType(u8),
    /// Not RLP, cut off, or not the transaction's shape.
    #[error("the transaction's bytes are malformed: {0}")]
    Malformed(String),
    /// Bytes after the end, or an encoding that is not the only possible one.
    #[error("the transaction is not in its one canonical encoding (trailing bytes, or fields that should be zero)")]
    NotCanonical,

    /// The recovery byte is none of 0, 1, 27, 28.
    #[error("signature recovery byte {0} is not one of 0, 1, 27, 28")]
    RecoveryByte(u8),
    /// EIP-2.
    #[error("the signature's s is in the upper half (EIP-2): a second valid form of another signature")]
    HighS,
    /// r or s zero or too large, or no point on the curve.
    #[error("the signature recovers to no key")]
    NotRecoverable,

    /// A contract's answer has the wrong shape.
    #[error("the contract's answer to {call} is not what the standard says: {why}")]
    Answer {
        /// The call that was answered.
        call: &'static str,
        /// What was found and what was expected.
        why: &'static str,
    },

    /// The network is too dear now.
    #[error(
        "the base fee of {base} wei per gas is above the ceiling of {ceiling}: wait, or raise the ceiling by a policy change"
    )]
    BaseFeeAboveCeiling {
        /// Wei per gas.
        base: u128,
        /// Wei per gas.
        ceiling: u128,
    },
    /// A replacement needs more than policy allows.
    #[error("replacing it needs a {what} of {needed} wei per gas, {missing} more than the ceiling of {ceiling}")]
    BumpAboveCeiling {
        /// Fee cap, tip or gas price.
        what: &'static str,
        /// Wei per gas.
        needed: u128,
        /// Wei per gas.
        ceiling: u128,
        /// Wei per gas that the ceiling lacks.
        missing: u128,
    },
    /// Limits or fees that contradict each other.
    #[error("fees cannot be chosen: {0}")]
    Fee(&'static str),

    /// A ballot field that has no EIP-712 member.
    #[error("field {position} of the ballot cannot be signed as EIP-712: {why}")]
    Ballot {
        /// Counted from 1.
        position: usize,
        /// What was expected.
        why: &'static str,
    },
    /// The assembled bytes do not say what was ordered.
    #[error("the assembled transaction does not decode to what was ordered; nothing may leave")]
    Altered,
}

impl EvmError {
    /// Whether the same call can succeed later without anybody changing anything: only a base fee falls by itself.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        matches!(self, Self::BaseFeeAboveCeiling { .. })
    }
}
