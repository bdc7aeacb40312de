//! From words on the command line to things of the treasury.

use std::sync::Arc;

use alloy_primitives::{Address, B256, hex};

use crate::cli::report::{Kind, Report};
use crate::domain::asset::{Asset, NetworkId};
use crate::domain::id::{ContactId, RequestId, RequestNumber, WalletId};
use crate::domain::terms::Digest;
use crate::domain::treasury::{Request, Treasury};
use crate::domain::wallet::{Party, Wallet};

/// How near a name must be to be suggested (Jaro-Winkler, 0 to 1).
const NEAR_MIN: f64 = 0.8;

/// Shortest and longest address of another network, in characters: Base58 ones of Bitcoin begin at 26, Bech32m ones end at 90.
const FOREIGN_LEN_MIN: usize = 26;
const FOREIGN_LEN_MAX: usize = 90;

/// A request by its ULID or its number.
///
/// # Errors
/// Usage for neither form, not found for no such request.
pub fn request(treasury: &Treasury, text: &str) -> Result<Arc<Request>, Report> {
    if text.starts_with(['R', 'r']) {
        let number = RequestNumber::parse(text)?;
        let unknown =
            || Report::new(Kind::NotFound, "request.unknown", format!("there is no request {number} (or it was over long ago)"));
        return treasury
            .by_number(number)
            .cloned()
            .ok_or_else(|| unknown().hint("`bursar transfer list` and `bursar queue` show what there is"));
    }
    let id = RequestId::parse(text).map_err(|e| Report::from(e).hint("a request is named by its number R-0412 or its ULID"))?;
    Ok(treasury.request(id)?.clone())
}

/// A wallet by its name.
///
/// # Errors
/// Usage for no name, not found with the nearest name.
pub fn wallet<'a>(treasury: &'a Treasury, text: &str) -> Result<&'a Wallet, Report> {
    let id = WalletId::parse(text)?;
    treasury.wallets().get(&id).ok_or_else(|| unknown("wallet", text, treasury.wallets().keys().map(WalletId::as_str)))
}

/// An asset by symbol or CAIP-19 id.
///
/// # Errors
/// Not found with the nearest symbol.
pub fn asset<'a>(treasury: &'a Treasury, text: &str) -> Result<&'a Asset, Report> {
    let named = |asset: &&Asset| asset.symbol.as_str() == text || asset.id.to_string() == text;
    treasury
        .assets()
        .values()
        .find(named)
        .ok_or_else(|| unknown("asset", text, treasury.assets().values().map(|a| a.symbol.as_str())))
}

/// A destination: a contact, a wallet of ours, or an address with its checksum. `contact:` and `wallet:` say which.
///
/// # Errors
/// Usage for a name that is both or an address without checksum, not found with the nearest name.
pub fn party(treasury: &Treasury, text: &str) -> Result<Party, Report> {
    if text.starts_with("0x") {
        return address(text).map(Party::Address);
    }
    let as_contact =
        |name: &str| ContactId::parse(name).ok().filter(|id| treasury.contacts().contains_key(id)).map(Party::Contact);
    let as_wallet = |name: &str| WalletId::parse(name).ok().filter(|id| treasury.wallets().contains_key(id)).map(Party::Wallet);
    let contacts = || treasury.contacts().keys().map(ContactId::as_str);
    if let Some(name) = text.strip_prefix("contact:") {
        return as_contact(name).ok_or_else(|| unknown("contact", name, contacts()));
    }
    if let Some(name) = text.strip_prefix("wallet:") {
        return wallet(treasury, name).map(|w| Party::Wallet(w.id.clone()));
    }
    match (as_contact(text), as_wallet(text)) {
        (Some(_), Some(_)) => {
            let message = format!("{text} is a contact and a wallet of ours; expected contact:{text} or wallet:{text}");
            Err(Report::usage("usage.destination", message))
        }
        (Some(found), None) | (None, Some(found)) => Ok(found),
        (None, None) if is_foreign_address(text) => {
            let ours: Vec<String> = treasury.networks().keys().map(ToString::to_string).collect();
            let shown: String = text.chars().take(80).collect();
            let message =
                format!("{shown:?} looks like an address of another network; this treasury pays on {}", ours.join(", "));
            Err(Report::usage("usage.address", message).hint("ask for an address of that network: 0x and 40 hex digits"))
        }
        (None, None) => Err(unknown("contact", text, contacts().chain(treasury.wallets().keys().map(WalletId::as_str)))),
    }
}

/// Whether a word that names nothing of ours has the shape of another network's address: Bech32 (BIP 173) and Base58 ones are
/// one run of letters and digits, longer than people make names.
fn is_foreign_address(text: &str) -> bool {
    (FOREIGN_LEN_MIN..=FOREIGN_LEN_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// An EVM address with a right EIP-55 checksum.
///
/// # Errors
/// Usage: what was expected.
pub fn address(text: &str) -> Result<Address, Report> {
    let shown: String = text.chars().take(80).collect();
    Address::parse_checksummed(text, None).map_err(|_| {
        Report::usage("usage.address", format!("address {shown:?}: expected 0x and 40 hex digits with their EIP-55 checksum"))
            .hint("copy the address again; one without checksum or with a wrong one may be mistyped")
    })
}

/// The digest of a request.
///
/// # Errors
/// Usage: what was expected.
pub fn digest(text: &str) -> Result<Digest, Report> {
    let digits = text.strip_prefix("0x").and_then(|d| hex::decode_to_array::<_, 32>(d).ok());
    digits.map(|bytes| Digest(B256::new(bytes))).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        Report::usage("usage.digest", format!("digest {shown:?}: expected 0x and 64 hex digits, as `bursar queue` shows them"))
    })
}

/// The network that is meant: the one named, or the only one there is.
///
/// # Errors
/// Usage where none is named and there are several; not found for one that the treasury does not use.
pub fn network(treasury: &Treasury, named: Option<&str>) -> Result<NetworkId, Report> {
    let known = || treasury.networks().keys().map(ToString::to_string).collect::<Vec<_>>();
    match named {
        Some(text) => {
            let id = NetworkId::parse(text)?;
            let there = treasury.networks().contains_key(&id);
            if there { Ok(id) } else { Err(unknown("network", text, known().iter().map(String::as_str))) }
        }
        None => match known().as_slice() {
            [_] => treasury
                .networks()
                .keys()
                .next()
                .copied()
                .ok_or_else(|| Report::new(Kind::NotFound, "network.unknown", "the treasury has no network")),
            several => Err(Report::usage(
                "usage.network",
                format!("the treasury uses several networks; expected one of: {}", several.join(", ")),
            )
            .hint("append @NETWORK, as in @eip155:1")),
        },
    }
}

/// No such thing, with the nearest name.
pub fn unknown<'a>(what: &str, text: &str, known: impl Iterator<Item = &'a str>) -> Report {
    let shown: String = text.chars().take(80).collect();
    let report = Report::new(Kind::NotFound, &format!("{what}.unknown"), format!("there is no {what} {shown:?}"));
    let best = known.map(|k| (strsim::jaro_winkler(text, k), k)).max_by(|a, b| a.0.total_cmp(&b.0)).filter(|b| b.0 >= NEAR_MIN);
    let report = match best {
        Some((_, near)) => report.hint(format!("did you mean {near}?")),
        None => report,
    };
    report.hint(format!("`bursar {what} list` shows what there is"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(results: &[Result<(), Report>]) -> Vec<(u8, &str)> {
        results.iter().map(|r| r.as_ref().map_or_else(|e| (e.kind.exit(), e.code.as_str()), |()| (0, ""))).collect()
    }

    #[test]
    fn requests_go_by_number_or_ulid() {
        let none = Treasury::unfounded();
        let found = ["R-0412", "r-1", "01JD8Z3M6W5T6X7Y8Z9A0B1C2D", "412", "R-x", "01jd8z3m6w5t6x7y8z9a0b1c2d", ""]
            .map(|t| request(&none, t).map(drop));
        let unknown = (5, "request.unknown");
        let usage = (2, "usage.id");
        assert_eq!(codes(&found), [unknown, unknown, unknown, usage, usage, usage, usage]);
    }

    #[test]
    fn addresses_need_their_checksum() {
        let right = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
        assert!(address(right).is_ok());
        for bad in [
            right.to_lowercase(),
            right.replace('A', "a"),
            right[..41].to_owned(),
            right.replace("0x", ""),
            String::new(),
            "0x\u{1b}[2J".into(),
        ] {
            let report = address(&bad).expect_err(&bad);
            assert_eq!(report.code, "usage.address");
            assert!(!report.message.contains('\u{1b}'));
        }
    }

    #[test]
    fn digests_are_whole() {
        let text = format!("0x{}", "0f".repeat(32));
        assert_eq!(digest(&text).expect("a digest").to_string(), text);
        for bad in ["", "0x", "0f", &text[..65], &text[2..], &format!("{text}0f")] {
            assert!(digest(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_found_in_an_empty_treasury() {
        let none = Treasury::unfounded();
        assert_eq!(party(&none, "supplier-7").expect_err("empty").code, "contact.unknown");
        assert_eq!(asset(&none, "USDC").expect_err("empty").code, "asset.unknown");
        assert_eq!(wallet(&none, "pay").expect_err("empty").kind, Kind::NotFound);
    }

    #[test]
    fn a_near_name_is_suggested() {
        let report = unknown("wallet", "pay-eu1", ["cold-1", "pay-eu-1"].into_iter());
        assert_eq!(report.hints[0], "did you mean pay-eu-1?");
    }
}
