//! The picture of a draft's form, with what the policy would say of it right now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::domain::policy::window::Spend;
use crate::domain::transfer::Draft;
use crate::domain::treasury::Treasury;
use crate::domain::wallet::Party;
use crate::theme::{Role, Theme};
use crate::tui::custody::Custody;
use crate::tui::figures;
use crate::tui::layout::Class;
use crate::tui::page::{Line, draw_rows, scroll_end, wrap};
use crate::tui::scene::{Scene, age, grouped, short};
use crate::tui::screen::transfers::form::{Choice, Field, Form, Mode};
use crate::tui::screen::transfers::typed::look_alikes;
use crate::tui::widget::{Rule, put, rule_title};
use crate::tui::words::amount_in_words;

/// Where values begin.
const INDENT: usize = 10;
/// Columns that a destination with its whole address takes.
const CHOICE_WIDE: usize = 77;
/// The id that a draft has in questions before it has one.
const UNWRITTEN: RequestId = RequestId::from_parts(0, 0);

/// Draws the form and, below or beside it, the verdict or the list to pick from.
pub fn draw(form: &Form, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let draft = form.draft(&scene.snap.treasury);
    let columns = scene.areas().panes().map_or(area, |(left, _)| left).width.saturating_sub(1);
    let fields: Vec<(Field, Vec<Line>)> = fields(form, scene, theme, &draft)
        .into_iter()
        .map(|(field, lines)| (field, wrap(&lines, usize::from(columns))))
        .collect();
    let (top, rest) = split(scene, area, fields.iter().map(|(_, lines)| lines.len()).sum());
    let mut cursor = None;
    let mut y = top.y;
    for (field, lines) in &fields {
        let row = Rect { y, height: top.bottom().saturating_sub(y), ..top };
        draw_rows(buf, row, theme, lines, 0);
        if *field == form.field {
            let mark = theme.glyphs().select;
            put(buf, top.x, y, &mark, theme.style(Role::Title));
            cursor = typed(
                form,
                theme,
                Rect { x: top.x + 2 + 10, width: top.width.saturating_sub(13).min(50), height: 1, ..row },
                buf,
            );
        }
        y = y.saturating_add(u16::try_from(lines.len()).unwrap_or(0));
    }
    if scene.class >= Class::M {
        let twin =
            Rect { x: top.x + 2, y: y + 1, width: top.width.saturating_sub(3), height: top.bottom().saturating_sub(y + 1) };
        draw_rows(buf, twin, theme, &wrap(&twin_lines(scene, &draft), usize::from(twin.width)), 0);
    }
    lower(form, scene, theme, (rest, &draft), buf);
    cursor
}

fn split(scene: &Scene<'_>, area: Rect, rows: usize) -> (Rect, Rect) {
    if let Some((left, right)) = scene.areas().panes().filter(|_| scene.class >= Class::M) {
        return (left, right);
    }
    let rows = u16::try_from(rows).unwrap_or(area.height).min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

fn typed(form: &Form, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    match &form.mode {
        Mode::Moving => None,
        Mode::Typing(field) | Mode::Picking(field, _) => Some(field.draw(buf, area, theme, true)),
    }
}

/// The fields with their lines; the first line of each begins with its name.
fn fields(form: &Form, scene: &Scene<'_>, theme: &Theme, draft: &Result<Draft, String>) -> Vec<(Field, Vec<Line>)> {
    Field::ALL
        .into_iter()
        .map(|field| {
            let mut lines = match field {
                Field::From => from(form, scene),
                Field::To => to(form, scene),
                Field::Asset => asset(form, scene),
                Field::Amount => amount(form, scene, draft),
                Field::Memo => {
                    let memo = figures::memo(form.values.memo.as_ref(), theme.charset());
                    vec![Line::of(Role::Untrusted, memo[0].clone()).and(Role::TextDim, "   journal only, not on the chain")]
                }
                Field::Expires => expires(form, scene),
            };
            for (at, line) in lines.iter_mut().enumerate() {
                let name = if at == 0 { field.word() } else { "" };
                let head = Line::of(Role::Text, "  ").and(Role::TextDim, format!("{name:<INDENT$}"));
                line.spans.splice(0..0, head.spans);
                line.hang = INDENT + 2;
            }
            (field, lines)
        })
        .collect()
}

fn none(what: &str) -> Line {
    Line::dim(format!("(enter: {what})"))
}

fn from(form: &Form, scene: &Scene<'_>) -> Vec<Line> {
    let wallet = form.values.from.as_ref().and_then(|id| scene.snap.treasury.wallets().get(id));
    let Some(wallet) = wallet else { return vec![none("choose the wallet that pays")] };
    let (role, tag) = (Custody::of(wallet).role(), Custody::of(wallet).tag());
    let line = Line::of(role, tag).and(Role::Text, format!(" {}   ", wallet.id));
    vec![match form.values.asset.and_then(|asset| scene.snap.balances.get(&wallet.id, &asset).map(|reading| (asset, reading))) {
        Some((asset, reading)) => {
            let (role, stale) = if scene.is_stale(reading) { (Role::StateStale, "~ ") } else { (Role::Text, "") };
            line.and(role, format!("{stale}has {}", scene.money_of(&asset, reading.amount)))
                .and(Role::TextDim, format!(", read {} ago", scene.age(reading.at)))
        }
        None => line.and(Role::TextDim, if form.values.asset.is_some() { "balance not read yet" } else { "" }),
    }]
}

fn to(form: &Form, scene: &Scene<'_>) -> Vec<Line> {
    let treasury = &scene.snap.treasury;
    let Some(party) = &form.values.to else { return vec![none("choose who gets it"), Line::blank()] };
    let role = if matches!(party, Party::Address(_)) { Role::StateWarn } else { Role::Text };
    let word = match party {
        Party::Contact(id) => format!("   in the address book as {id}"),
        Party::Wallet(_) => "   a wallet of ours".to_owned(),
        Party::Address(_) => "   nobody approved this address".to_owned(),
    };
    let address = treasury.resolve(party).map_or_else(|| "(unknown)".to_owned(), |(address, _, _)| grouped(address));
    vec![Line::of(role, figures::party(treasury, party)).and(Role::TextDim, word), Line::plain(address)]
}

fn asset(form: &Form, scene: &Scene<'_>) -> Vec<Line> {
    let asset = form.values.asset.as_ref().and_then(|id| scene.snap.treasury.assets().get(id));
    vec![asset.map_or_else(
        || none("choose the asset"),
        |asset| {
            Line::plain(asset.symbol.to_string())
                .and(Role::TextDim, format!("   {} decimals, on our list, {}", asset.decimals, asset.id.network))
        },
    )]
}

fn amount(form: &Form, scene: &Scene<'_>, draft: &Result<Draft, String>) -> Vec<Line> {
    let asset = form.values.asset.as_ref().and_then(|id| scene.snap.treasury.assets().get(id));
    let text = match &form.mode {
        Mode::Typing(field) if form.field == Field::Amount => field.text(),
        Mode::Moving | Mode::Typing(_) | Mode::Picking(..) => form.values.amount.clone(),
    };
    if text.is_empty() {
        return vec![none("type the amount"), Line::blank()];
    }
    let Some(asset) = asset else { return vec![Line::plain(text), Line::dim("choose the asset first")] };
    match asset.amount(&text) {
        Ok(parsed) => {
            let words = amount_in_words(parsed, asset.decimals)
                .map_or_else(|| "too large for words".to_owned(), |words| format!("{words} {}", asset.symbol));
            let shown =
                if form.field == Field::Amount && !matches!(form.mode, Mode::Moving) { text } else { asset.human(parsed) };
            let second = draft.as_ref().ok().and_then(|draft| after(scene, draft)).map_or_else(Line::blank, Line::dim);
            vec![
                Line::of(Role::Title, format!("{shown:<24}")).and(Role::TextDim, format!("= {parsed} base units")),
                Line::plain(words),
                second,
            ]
        }
        Err(bad) => vec![Line::plain(text), Line::of(Role::StateWarn, "! ").and(Role::Text, bad.to_string())],
    }
}

fn after(scene: &Scene<'_>, draft: &Draft) -> Option<String> {
    let reading = scene.snap.balances.get(&draft.from, &draft.asset)?;
    Some(match reading.amount.checked_sub(draft.amount) {
        Some(left) => format!("leaves {} before fees and what else is under way", scene.money_of(&draft.asset, left)),
        None => "! more than the wallet has".to_owned(),
    })
}

fn expires(form: &Form, scene: &Scene<'_>) -> Vec<Line> {
    let default = scene.snap.treasury.policy().vote_s;
    if form.values.expires.is_empty() {
        return vec![Line::dim(format!("the policy's {} for votes", age(default)))];
    }
    vec![Line::plain(form.values.expires.clone()).and(Role::TextDim, "   from the moment it is proposed")]
}

/// Warnings that no rule makes: look-alike addresses, the same payment again.
fn warnings(scene: &Scene<'_>, form: &Form, draft: &Draft) -> Vec<Line> {
    let treasury = &scene.snap.treasury;
    let mut lines = Vec::new();
    let warn = |role: Role, tag: &str, text: String| Line::of(role, format!("{tag:<3}")).and(Role::Text, text).hung(3);
    if let Some((address, _, _)) = treasury.resolve(&draft.to) {
        let alike = look_alikes(treasury, address);
        if !alike.is_empty() {
            lines.push(warn(
                Role::StateCrit,
                "!!",
                format!("This address begins and ends like {}, and is another one.", alike.join(", ")),
            ));
        }
    }
    let by = scene.me.cloned();
    let spend = by.map(|by| Spend {
        at: scene.now,
        by,
        wallet: draft.from.clone(),
        to: draft.to.clone(),
        asset: draft.asset,
        amount: draft.amount,
    });
    let same = spend.map(|spend| treasury.spends().look_alikes(form.id.unwrap_or(UNWRITTEN), &spend)).unwrap_or_default();
    if !same.is_empty() {
        let numbers: Vec<String> = same.iter().map(|id| figures::number(treasury, *id)).collect();
        lines.push(warn(Role::StateWarn, "!", format!("Same amount to the same place within 31 days: {}.", numbers.join(", "))));
    }
    if let Some((scope, freeze)) = treasury.freeze_on(&draft.from) {
        lines.push(warn(Role::StateCrit, "!!", format!("{scope} is frozen: {}", freeze.reason)));
    }
    lines
}

fn lower(form: &Form, scene: &Scene<'_>, theme: &Theme, (area, draft): (Rect, &Result<Draft, String>), buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    let treasury = &scene.snap.treasury;
    let below = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(3), height: area.height - 1 };
    let title = Rect { height: 1, ..area };
    if let Mode::Picking(_, at) = &form.mode {
        rule_title(buf, title, theme, Rule::Plain, (&format!("{}: type to narrow", form.field.word()), "enter picks"));
        let choices = form.choices(treasury);
        let start = (at + 1).saturating_sub(usize::from(below.height));
        let lines: Vec<Line> = choices
            .iter()
            .enumerate()
            .skip(start)
            .map(|(index, choice)| choice_line((scene, theme), choice, index == *at, usize::from(below.width)))
            .collect();
        let lines = if lines.is_empty() {
            vec![Line::dim("Nothing fits. A bare address must carry its EIP-55 checksum.")]
        } else {
            lines
        };
        draw_rows(buf, below, theme, &lines, 0);
        return;
    }
    let policy = treasury.policy();
    let lines = match (draft, scene.me) {
        (Err(missing), _) => vec![Line::plain(format!("Not complete: {missing}.")).hung(2)],
        (Ok(_), None) => vec![Line::plain("Nobody acts here: start with --as NAME.")],
        (Ok(draft), Some(me)) => {
            let mut lines = warnings(scene, form, draft);
            match treasury.verdict_of_draft(form.id.unwrap_or(UNWRITTEN), me, draft, scene.now) {
                Some(verdict) => lines.extend(figures::verdict_lines(&verdict)),
                None => lines.push(Line::of(Role::StateBlocked, "X  the wallet or the asset is not known")),
            }
            if scene.class == Class::S {
                lines.extend(twin_lines(scene, &Ok(draft.clone())));
            }
            lines
        }
    };
    let rows = wrap(&lines, usize::from(below.width));
    let start = form.scroll.min(scroll_end(rows.len(), below.height));
    let hidden = rows.len() - (start + usize::from(below.height)).min(rows.len());
    let more = if hidden > 0 { format!("{hidden} more rows: ^d") } else { String::new() };
    rule_title(buf, title, theme, Rule::Plain, (&format!("Policy {}, as if proposed now", policy.version), &more));
    draw_rows(buf, below, theme, &rows, start);
}

fn choice_line((scene, theme): (&Scene<'_>, &Theme), choice: &Choice, chosen: bool, columns: usize) -> Line {
    let treasury = &scene.snap.treasury;
    let mark = if chosen { theme.glyphs().select } else { " ".to_owned() };
    let role = if chosen { Role::RowSelected } else { Role::Text };
    let line = Line::of(Role::Title, format!("{mark} "));
    match choice {
        Choice::Wallet(id) => match treasury.wallets().get(id) {
            Some(wallet) => {
                let (custody, tag) = (Custody::of(wallet).role(), Custody::of(wallet).tag());
                line.and(custody, format!("{tag:<4} "))
                    .and(role, format!("{:<14}", id.as_str()))
                    .and(Role::TextDim, format!("{} {}", wallet.kind.word(), wallet.network))
            }
            None => line,
        },
        Choice::Party(party) => {
            // The whole address where there is room; else it stands in the form as soon as it is picked.
            let write = if columns >= CHOICE_WIDE { grouped } else { short };
            let address = treasury.resolve(party).map(|(address, _, _)| write(address)).unwrap_or_default();
            line.and(role, format!("{:<22} ", figures::party(treasury, party))).and(Role::TextDim, address)
        }
        Choice::Asset(id) => {
            let symbol = treasury.assets().get(id).map_or_else(String::new, |asset| asset.symbol.to_string());
            line.and(role, format!("{symbol:<13} ")).and(Role::TextDim, id.to_string())
        }
    }
}

fn twin_lines(scene: &Scene<'_>, draft: &Result<Draft, String>) -> Vec<Line> {
    let Ok(draft) = draft else { return Vec::new() };
    vec![Line::dim("same as  ").and(Role::Text, twin(&scene.snap.treasury, draft)).hung(9)]
}

/// The command that writes the same draft. The memo is left to its author: untrusted text is no part of a command to copy.
#[must_use]
pub fn twin(treasury: &Treasury, draft: &Draft) -> String {
    let asset = treasury.assets().get(&draft.asset);
    let amount = asset.map_or_else(|| draft.amount.to_string(), |asset| draft.amount.human(asset.decimals, 0).replace(',', ""));
    let symbol = asset.map_or_else(|| draft.asset.to_string(), |asset| asset.symbol.to_string());
    let memo = draft.memo.as_ref().map_or("", |_| " --memo \"..\"");
    let expires = draft.expires_s.map(|seconds| format!(" --expires {seconds}s")).unwrap_or_default();
    format!("bursar transfer draft --from {} --to {} --asset {symbol} --amount {amount}{memo}{expires}", draft.from, draft.to)
}
