//! One whole story without a screen: a small transfer passes, a large one is voted on, a forbidden one is barred,
//! and the journal is checked. Every line is what really happened on the embedded chain.

use std::fmt::Write as _;
use std::path::Path;

use alloy_primitives::Address;

use crate::desk::ask::{Ask, DeskError};
use crate::domain::id::{MemberId, RequestId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::transfer::Stage;
use crate::domain::wallet::Party;
use crate::sandbox::practice::people::{NETWORK, contact_address};
use crate::sandbox::practice::{BLOCK_S, Practice, PracticeError};

/// Tells the story to `say`, one paragraph at a time. The same start gives the same story, hash for hash.
///
/// # Errors
/// [`PracticeError`] where anything goes otherwise than told.
pub async fn tell(folder: &Path, start: Timestamp, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
    let practice = Practice::prepare(folder, start).await?;
    practice.introduce(say)?;
    practice.small(say).await?;
    practice.large(say).await?;
    practice.forbidden(say).await?;
    practice.journal(say)
}

fn by(name: &str) -> Result<MemberId, PracticeError> {
    Ok(MemberId::parse(name)?)
}

impl Practice {
    fn introduce(&self, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        let snapshot = self.desk.snapshot();
        let treasury = &snapshot.treasury;
        let mut text =
            format!("DEMO treasury {} on {NETWORK}, an embedded chain at block {}.\n", treasury.name(), self.chain.head().number);
        let _ = writeln!(
            text,
            "{} wallets, {} members, {} contacts, {} assets, policy version {}, journal of {} entries.",
            treasury.wallets().len(),
            treasury.members().len(),
            treasury.contacts().len(),
            treasury.assets().len(),
            treasury.policy().version,
            snapshot.tip.seq
        );
        text.push_str("One person plays every member here. The keys guard nothing.");
        say(&text);
        Ok(())
    }

    /// The step of a request as a line: what became true and, once there is one, the transaction.
    fn line(&self, id: RequestId) -> Result<String, PracticeError> {
        let treasury = self.desk.snapshot().treasury.clone();
        let request = treasury.request(id).map_err(DeskError::from)?;
        let number = request.number;
        let Some(transfer) = request.transfer() else { return Ok(format!("  {number} {}", request.stage_word())) };
        let mut line = match &transfer.stage {
            Stage::Included(_, at) => format!("  {number} included in block {}", at.block),
            Stage::Settled(_, at, ending) => format!("  {number} settled ({}), block {} is final", ending.word(), at.block),
            stage => format!("  {number} {}", stage.word()),
        };
        if let Some(hash) = transfer.stage.flight().and_then(|f| f.hashes().first().copied()) {
            let _ = write!(line, "{:pad$}  transaction {hash}", "", pad = 44_usize.saturating_sub(line.len()));
        }
        Ok(line)
    }

    /// Follows a request to its end, one line for each stage it passes.
    async fn watch(&self, id: RequestId, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        let mut last = String::new();
        for _ in 0..60 {
            let treasury = self.desk.snapshot().treasury.clone();
            let request = treasury.request(id).map_err(DeskError::from)?;
            let word = request.stage_word().to_owned();
            if word != last {
                say(&self.line(id)?);
                last = word;
            }
            if request.is_over() {
                return Ok(());
            }
            if self.desk.round().await?.moved == 0 {
                self.pass(BLOCK_S)?;
            }
        }
        Err(self.does_not_settle(id))
    }

    async fn balance(&self, wallet: &str, symbol: &str) -> Result<String, PracticeError> {
        self.desk.refresh().await?;
        let snapshot = self.desk.snapshot();
        let asset = snapshot.treasury.assets().values().find(|a| a.symbol.as_str() == symbol);
        let asset = asset.ok_or_else(|| DeskError::NotFound(format!("there is no asset {symbol}")))?;
        let reading = snapshot.balances.get(&WalletId::parse(wallet)?, &asset.id);
        let reading = reading.ok_or_else(|| DeskError::NotFound(format!("no balance of {wallet} was read")))?;
        Ok(format!("{} (from {}, block {})", asset.human(reading.amount), reading.source, reading.block))
    }

    async fn small(&self, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        say("\n1. A small transfer: alice sends 0.25 ETH from hot wallet pay-eu to \"Supplier 7\".");
        say(&format!("  pay-eu has {}", self.balance("pay-eu", "ETH").await?));
        let id = self.transfer("alice", ("pay-eu", "supplier-7"), ("0.25", "ETH"), "invoice 2026-0931").await?;
        self.explain(id, say)?;
        self.watch(id, say).await?;
        say(&format!("  pay-eu has {}", self.balance("pay-eu", "ETH").await?));
        Ok(())
    }

    fn explain(&self, id: RequestId, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        let treasury = self.desk.snapshot().treasury.clone();
        let request = treasury.request(id).map_err(DeskError::from)?;
        if let Some(verdict) = treasury.verdict(request, self.desk.now()) {
            say(&format!("  policy {} says {}: {}", verdict.policy, verdict.standing.word(), verdict.reason));
        }
        Ok(())
    }

    async fn large(&self, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        say("\n2. A large transfer: alice sends 15,000 PUSD from hot wallet pay-us to \"Exchange A deposit 2\".");
        say(&format!("  pay-us has {}", self.balance("pay-us", "PUSD").await?));
        let id = self.transfer("alice", ("pay-us", "exchange-a"), ("15000", "PUSD"), "float for week 48").await?;
        self.explain(id, say)?;
        self.watch_once(id, say)?;
        self.refused("alice votes on her own request", self.approve("alice", id).await, say)?;
        say("  bob approves: a signature by his own key over the canonical text");
        self.approve("bob", id).await?;
        self.explain(id, say)?;
        self.refused("bob votes a second time", self.approve("bob", id).await, say)?;
        say("  carol approves");
        self.approve("carol", id).await?;
        self.watch(id, say).await?;
        say(&format!("  pay-us has {}", self.balance("pay-us", "PUSD").await?));
        Ok(())
    }

    fn watch_once(&self, id: RequestId, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        say(&self.line(id)?);
        Ok(())
    }

    async fn forbidden(&self, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        say("\n3. A forbidden transfer: alice sends 0.1 ETH to an address that is not in the address book.");
        let mut draft = self.draft(("pay-eu", "supplier-7"), ("0.1", "ETH"), "urgent!")?;
        let stranger: Address = contact_address("stranger");
        draft.to = Party::Address(stranger);
        let done = self.desk.ask(&by("alice")?, Ask::Draft(draft)).await?;
        let id = done.request.ok_or_else(|| DeskError::Internal("a draft has an id".to_owned()))?;
        let answer = self.desk.ask(&by("alice")?, Ask::Propose(id)).await;
        self.refused("the proposal", answer.map(drop).map_err(PracticeError::from), say)?;
        self.desk.ask(&by("alice")?, Ask::Withdraw(id)).await?;
        say(&self.line(id)?);
        Ok(())
    }

    /// Whatever should be refused and is not ends the story with an error.
    #[allow(clippy::unused_self, reason = "reads as a step of the story")]
    fn refused(&self, what: &str, answer: Result<(), PracticeError>, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        match answer {
            Err(PracticeError::Desk(DeskError::Refused(refusal))) => {
                say(&format!("  refused, {}: {what}: {refusal}", refusal.code));
                Ok(())
            }
            Err(other) => Err(other),
            Ok(()) => Err(DeskError::Internal(format!("{what} was not refused")).into()),
        }
    }

    fn journal(&self, say: &mut dyn FnMut(&str)) -> Result<(), PracticeError> {
        let report = self.desk.verify(&mut |_| {})?;
        if let Some((seq, why)) = report.broken {
            return Err(DeskError::Internal(format!("the practice journal is broken at entry {seq}: {why}")).into());
        }
        say(&format!(
            "\n4. The journal: {} entries follow from each other, {} votes recover to their members, tip {}.",
            report.entries, report.votes, report.tip
        ));
        Ok(())
    }
}
