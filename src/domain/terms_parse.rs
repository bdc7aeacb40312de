//! Reading a canonical text back: strict, so that two texts never mean the same terms.

use alloy_primitives::{Address, B256};

use crate::domain::asset::{AssetId, NetworkId, Symbol};
use crate::domain::id::{Label, RequestId, TreasuryId, WalletId};
use crate::domain::money::Amount;
use crate::domain::terms::{Decision, HEADING, Slot, TEXT_MAX, Terms, TransferKind};
use crate::domain::time::Timestamp;

/// Why a text is not canonical: the line (from 1) and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("approval text, line {line}: {expected}")]
pub struct BadText {
    /// From 1.
    pub line: usize,
    /// What should stand there.
    pub expected: &'static str,
}

struct Lines<'a> {
    rest: std::str::Lines<'a>,
    line: usize,
}

impl<'a> Lines<'a> {
    fn bad(&self, expected: &'static str) -> BadText {
        BadText { line: self.line, expected }
    }

    fn value(&mut self, key: &str, expected: &'static str) -> Result<&'a str, BadText> {
        self.line = self.line.saturating_add(1);
        let line = self.rest.next().ok_or(self.bad(expected))?;
        line.strip_prefix(key).and_then(|l| l.strip_prefix(' ')).ok_or(self.bad(expected))
    }

    fn read<T>(&mut self, key: &str, expected: &'static str, read: impl FnOnce(&'a str) -> Option<T>) -> Result<T, BadText> {
        let value = self.value(key, expected)?;
        read(value).ok_or(self.bad(expected))
    }
}

fn hash(text: &str) -> Option<B256> {
    (text.len() == 64).then(|| alloy_primitives::hex::decode_to_array(text).ok().map(B256::new)).flatten()
}

fn address(text: &str) -> Option<Address> {
    Address::parse_checksummed(text, None).ok()
}

fn network(value: &str) -> Option<(NetworkId, B256)> {
    let (id, genesis) = value.split_once(' ')?;
    Some((NetworkId::parse(id).ok()?, hash(genesis)?))
}

fn slot(value: &str) -> Option<Slot> {
    match value.split_once(' ') {
        Some(("nonce", nonce)) => nonce.parse().ok().map(Slot::Nonce),
        Some(_) => None,
        None => (value == "late").then_some(Slot::Late),
    }
}

fn beneficiary(value: &str) -> Option<(Address, Label)> {
    let (who, label) = value.split_once(" label \"")?;
    Some((address(who)?, Label::parse(label.strip_suffix('"')?).ok()?))
}

fn asset(value: &str) -> Option<(AssetId, Symbol, u8)> {
    let mut words = value.splitn(3, ' ');
    let id = AssetId::parse(words.next()?).ok()?;
    let symbol = Symbol::parse(words.next()?).ok()?;
    Some((id, symbol, words.next()?.parse().ok()?))
}

fn calldata(value: &str) -> Option<(u64, B256)> {
    let (length, keccak) = value.split_once(" keccak ")?;
    Some((length.parse().ok()?, hash(keccak)?))
}

/// Reads a text. Accepts exactly what `Terms::print` writes and nothing else.
///
/// # Errors
/// [`BadText`] names the first line that is not as expected; a text that differs from its own
/// reprint in any byte (leading zeros, blanks, CRLF, a second spelling) is refused as well.
pub fn parse(text: &str) -> Result<(Decision, Terms), BadText> {
    let mut lines = Lines { rest: text.lines(), line: 1 };
    if text.len() > TEXT_MAX || !text.is_ascii() {
        return Err(lines.bad("at most 8 KiB of ASCII"));
    }
    if lines.rest.next() != Some(HEADING) {
        return Err(lines.bad("the heading bursar/approval/v1"));
    }
    let vault = lines.read("vault", "vault and 32 hex digits", |v| TreasuryId::parse(v).ok())?;
    let request = lines.read("request", "request and a ULID", |v| RequestId::parse(v).ok())?;
    let decision = lines.read("decision", "decision approve or object", |v| {
        [Decision::Approve, Decision::Object].into_iter().find(|d| d.word() == v)
    })?;
    let (network, genesis) = lines.read("network", "network, CAIP-2 id and genesis hash", network)?;
    let from = lines.read("from", "from and an EIP-55 address", address)?;
    let from_wallet = lines.read("from-wallet", "from-wallet and a wallet's name", |v| WalletId::parse(v).ok())?;
    let slot = lines.read("slot", "slot nonce N, or slot late", slot)?;
    let kind = lines.read("kind", "kind native or erc20-transfer", |v| {
        [TransferKind::Native, TransferKind::Erc20Transfer].into_iter().find(|k| k.word() == v)
    })?;
    let to = lines.read("to", "to and an EIP-55 address", address)?;
    let (beneficiary, label) = lines.read("beneficiary", "beneficiary, address and label", beneficiary)?;
    let asset = lines.read("asset", "asset, CAIP-19 id, symbol and decimals", asset)?;
    let amount = lines
        .read("amount", "amount in base units and as decimals", |v| Amount::try_from(v.split_once(' ')?.0.to_owned()).ok())?;
    let calldata = lines.read("calldata", "calldata, length and keccak", calldata)?;
    let memo = lines.read("memo-sha256", "memo-sha256 and 64 hex digits", hash)?;
    let gas_limit = lines.read("gas-limit", "gas-limit and a number", |v| v.parse().ok())?;
    let fee_cap = lines.read("fee-cap-wei", "fee-cap-wei and a number", |v| v.parse().ok())?;
    let tip_cap = lines.read("tip-cap-wei", "tip-cap-wei and a number", |v| v.parse().ok())?;
    lines.value("total-fee-cap-wei", "total-fee-cap-wei and a number")?;
    let policy = lines.read("policy", "policy, version and sha256", |v| {
        let (version, digest) = v.split_once(" sha256:")?;
        Some((version.parse().ok()?, hash(digest)?))
    })?;
    let duplicates = lines.read("duplicates", "duplicates none, or request ids", |v| match v {
        "none" => Some(Vec::new()),
        ids => ids.split(' ').map(|id| RequestId::parse(id).ok()).collect(),
    })?;
    let not_after = lines.read("not-after", "not-after and a UTC time", Timestamp::parse)?;
    let terms = Terms {
        vault,
        request,
        network,
        genesis,
        from,
        from_wallet,
        slot,
        kind,
        to,
        beneficiary,
        label,
        asset,
        amount,
        calldata,
        memo,
        gas_limit,
        fee_cap,
        tip_cap,
        policy,
        duplicates,
        not_after,
    };
    if terms.print(decision) == text {
        Ok((decision, terms))
    } else {
        Err(lines.bad("the text to equal its own canonical form: no leading zeros, extra blanks, lines or CRLF"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{U256, address, keccak256};
    use proptest::prelude::*;

    pub(crate) fn sample() -> Terms {
        let network = NetworkId::Eip155(31337);
        Terms {
            vault: TreasuryId::from_bytes([7; 16]),
            request: RequestId::from_parts(1_795_372_800_000, 1),
            network,
            genesis: keccak256("genesis"),
            from: address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
            from_wallet: WalletId::parse("pay-1").expect("slug"),
            slot: Slot::Nonce(412),
            kind: TransferKind::Native,
            to: address!("fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
            beneficiary: address!("fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
            label: Label::parse("Supplier 7").expect("label"),
            asset: (AssetId::native(network), Symbol::parse("ETH").expect("symbol"), 18),
            amount: Amount::from(1_500_000_000_000_000_000),
            calldata: (0, keccak256("")),
            memo: B256::ZERO,
            gas_limit: 21_000,
            fee_cap: 60_000_000_000,
            tip_cap: 2_000_000_000,
            policy: (17, B256::repeat_byte(3)),
            duplicates: vec![RequestId::from_parts(1, 2), RequestId::from_parts(3, 4)],
            not_after: Timestamp::from_unix(1_795_410_000),
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        let terms = sample();
        let text = terms.print(Decision::Object);
        assert_eq!(parse(&text), Ok((Decision::Object, terms.clone())));
        let late = Terms { slot: Slot::Late, duplicates: vec![], ..terms };
        assert_eq!(parse(&late.print(Decision::Approve)), Ok((Decision::Approve, late)));
    }

    #[test]
    fn every_second_spelling_is_refused() {
        let text = sample().print(Decision::Approve);
        let swaps = [
            ("gas-limit 21000", "gas-limit 021000"),
            ("\n", "\r\n"),
            ("slot nonce 412", "slot nonce 0412"),
            ("amount 1500000000000000000 (1.5", "amount 1500000000000000000 (2.5"),
            ("vault ", "vault  "),
            ("decision approve", "decision APPROVE"),
            ("total-fee-cap-wei 1", "total-fee-cap-wei 2"),
            ("0x5aAeb6", "0x5aaeb6"),
            ("fee-cap-wei 6", "fee-cap-wei +6"),
            ("label \"Sup", "label \"\tSup"),
        ];
        for (from, to) in swaps {
            let other = text.replacen(from, to, 1);
            assert_ne!(other, text, "{from:?} occurs");
            assert!(parse(&other).is_err(), "{to:?} was accepted");
        }
        assert!(parse(&format!("{text}extra x\n")).is_err());
        assert!(parse(text.trim_end()).is_err());
        for cut in 0..text.len() {
            assert!(parse(&text[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn every_line_is_in_the_digest() {
        let text = sample().print(Decision::Approve);
        let digest = sample().digest();
        let mut seen = 0;
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1;
            if let Ok((_, terms)) = String::from_utf8(bytes).map_err(|_| ()).and_then(|t| parse(&t).map_err(|_| ())) {
                assert_ne!(terms.digest(), digest, "byte {position}");
                seen += 1;
            }
        }
        assert!(seen > 100, "only {seen} single-bit changes still parse");
    }

    proptest! {
        #[test]
        fn parse_then_print_is_the_identity(nonce: u64, amount: [u64; 4], gas: u64, cap: u128, tip: u128, not_after in 0..=Timestamp::MAX.unix()) {
            let terms = Terms {
                slot: Slot::Nonce(nonce), amount: Amount::from_base(U256::from_limbs(amount)), gas_limit: gas,
                fee_cap: cap, tip_cap: tip, not_after: Timestamp::from_unix(not_after), ..sample()
            };
            let text = terms.print(Decision::Approve);
            let (decision, read) = parse(&text).expect("printed");
            prop_assert_eq!(read.print(decision), text);
        }

        #[test]
        fn garbage_never_panics(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
