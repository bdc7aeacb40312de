//! The sanitiser: from what was received to what may be drawn.
//!
//! Steps, in this order: cap the length; escape control, bidi, invisible, picture and right-to-left code points and those that
//! normalisation would replace; compose (NFC); escape marks beyond two per base and marks without a base; escape letters of a
//! foreign script (labels) or anything outside the symbol alphabet (symbols); cut to the width on whole graphemes and escapes.

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::classify::{
    Fault, MARKS_MAX, cell_is_safe, is_bidi, is_control, is_enclosing, is_invisible, is_mark, is_picture, is_rtl, is_singleton,
};

/// Longest token symbol that is shown without a flag, in characters.
pub const SYMBOL_CHARS_MAX: usize = 16;
/// What ends a text that did not fit: two ASCII dots, because U+2026 has an ambiguous width.
const CUT: &str = "..";

/// Where the text will stand; decides how strict the rules are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A token symbol: only `[A-Za-z0-9.$+_-]`.
    Symbol,
    /// A name: letters of one script.
    Label,
    /// Free text by a person; tabs become one space.
    Memo,
    /// Messages of nodes, devices, parsers.
    Diag,
}

impl Context {
    /// Characters that are looked at; what follows is left out and flagged.
    pub const fn chars_max(self) -> usize {
        match self {
            Context::Symbol => 64,
            Context::Label => 256,
            Context::Memo => 4096,
            Context::Diag => 2048,
        }
    }
}

/// What the terminal may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 with ambiguous characters one column wide.
    #[default]
    Unicode,
    /// Only U+0020 to U+007E.
    Ascii,
}

/// What was found while sanitising; the counts are code points that are now shown as escapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// C0, DEL or C1.
    pub control: u32,
    /// Direction marks and overrides.
    pub bidi: u32,
    /// No ink, or ink that nobody can know.
    pub invisible: u32,
    /// Marks without a base, enclosing marks, more than two on one base.
    pub marks: u32,
    /// Emoji and dingbats.
    pub emoji: u32,
    /// Letters written from right to left.
    pub rtl: u32,
    /// Letters of another script than the rest (labels).
    pub mixed_script: u32,
    /// Outside the alphabet of the context or of the terminal.
    pub charset: u32,
    /// More characters were received than the context looks at, or than a symbol may have.
    pub too_long: bool,
    /// The text did not fit the width and ends in `..`.
    pub cut: bool,
}

impl Flags {
    /// How many code points are shown as escapes.
    pub fn escaped(&self) -> u32 {
        self.control + self.bidi + self.invisible + self.marks + self.emoji + self.rtl + self.mixed_script + self.charset
    }

    /// True when what is shown is what was received, except perhaps for its end (see [`Flags::cut`]).
    pub fn is_clean(&self) -> bool {
        self.escaped() == 0 && !self.too_long
    }

    /// Short words for a details pane, worst first; empty when clean.
    pub fn words(&self) -> Vec<&'static str> {
        let found = [
            (self.control > 0, "CONTROL"),
            (self.bidi > 0, "BIDI"),
            (self.invisible > 0, "INVIS"),
            (self.mixed_script > 0, "MIXED-SCRIPT"),
            (self.rtl > 0, "RTL"),
            (self.marks > 0, "MARKS"),
            (self.emoji > 0, "EMOJI"),
            (self.charset > 0, "CHARSET"),
            (self.too_long, "TOO-LONG"),
        ];
        found.into_iter().filter_map(|(is, word)| is.then_some(word)).collect()
    }

    fn count(&mut self, fault: Fault) {
        let counter = match fault {
            Fault::Control => &mut self.control,
            Fault::Bidi => &mut self.bidi,
            Fault::Invisible => &mut self.invisible,
            Fault::Marks => &mut self.marks,
            Fault::Emoji => &mut self.emoji,
            Fault::Rtl => &mut self.rtl,
            Fault::Script => &mut self.mixed_script,
            Fault::Charset => &mut self.charset,
        };
        *counter += 1;
    }
}

/// Text that may be drawn, and what had to be done to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Printable, at most as wide as was asked for.
    pub text: String,
    /// What was escaped or cut.
    pub flags: Flags,
}

/// A code point on its way: still a candidate, or already condemned.
type Mark = (char, Option<Fault>);

pub(super) fn show(raw: &str, context: Context, max_width: usize, charset: Charset) -> Shown {
    let mut flags = Flags { too_long: raw.chars().nth(context.chars_max()).is_some(), ..Flags::default() };
    let mut chars: Vec<Mark> = raw.chars().take(context.chars_max()).map(|c| judge(c, context)).collect();
    if context != Context::Symbol {
        chars = compose(&chars);
        limit_marks(&mut chars);
    }
    if context == Context::Label {
        one_script(&mut chars);
    }
    if context == Context::Symbol && chars.len() > SYMBOL_CHARS_MAX {
        flags.too_long = true;
    }
    whole_cells(&mut chars);
    if charset == Charset::Ascii {
        chars.iter_mut().filter(|(c, _)| !c.is_ascii()).for_each(|(_, fault)| *fault = fault.or(Some(Fault::Charset)));
    }
    chars.iter().filter_map(|(_, fault)| *fault).for_each(|fault| flags.count(fault));
    let (text, cut) = fit(&pieces(&chars), max_width);
    flags.cut = cut;
    Shown { text, flags }
}

/// The verdict on a code point alone, without its neighbours.
fn judge(c: char, context: Context) -> Mark {
    if c == '\t' && context == Context::Memo {
        return (' ', None);
    }
    let fault = if is_control(c) {
        Some(Fault::Control)
    } else if is_bidi(c) {
        Some(Fault::Bidi)
    } else if is_invisible(c) {
        Some(Fault::Invisible)
    } else if is_picture(c) {
        Some(Fault::Emoji)
    } else if is_rtl(c) {
        Some(Fault::Rtl)
    } else if is_enclosing(c) {
        Some(Fault::Marks)
    } else if is_singleton(c) || (context == Context::Symbol && !(c.is_ascii_alphanumeric() || ".$+_-".contains(c))) {
        Some(Fault::Charset)
    } else {
        None
    };
    (c, fault)
}

/// NFC over the stretches that are still candidates. Composition may not make a condemned code point disappear.
fn compose(chars: &[Mark]) -> Vec<Mark> {
    let mut composed = Vec::with_capacity(chars.len());
    for run in chars.chunk_by(|a, b| a.1.is_none() && b.1.is_none()) {
        match run {
            [(_, Some(_))] => composed.extend_from_slice(run),
            _ => composed.extend(run.iter().map(|(c, _)| *c).nfc().map(|c| (c, late_fault(c)))),
        }
    }
    composed
}

/// Composition can bring forth code points that were not received; they are judged again.
fn late_fault(c: char) -> Option<Fault> {
    if is_invisible(c) { Some(Fault::Invisible) } else { None }
}

/// At most two marks on a base; a mark needs a base that is a letter, digit or sign, not a space or an escape.
fn limit_marks(chars: &mut [Mark]) {
    let mut room = 0;
    for (c, fault) in chars {
        if fault.is_some() || *c == ' ' {
            room = 0;
        } else if !is_mark(*c) {
            room = MARKS_MAX;
        } else if room == 0 {
            *fault = Some(Fault::Marks);
        } else {
            room -= 1;
        }
    }
}

/// Clusters that the backend would refuse: marks that join no base (some spacing marks form a cluster of their own) and clusters of
/// absurd length. What this file lets through, the last wall lets through.
fn whole_cells(chars: &mut [Mark]) {
    for run in chars.chunk_by_mut(|a, b| a.1.is_none() && b.1.is_none()).filter(|run| run[0].1.is_none()) {
        let text: String = run.iter().map(|(c, _)| *c).collect();
        let mut rest = run;
        for grapheme in text.graphemes(true) {
            let (cluster, behind) = std::mem::take(&mut rest).split_at_mut(grapheme.chars().count());
            if !cell_is_safe(grapheme) {
                cluster.iter_mut().for_each(|(_, fault)| *fault = Some(Fault::Marks));
            }
            rest = behind;
        }
    }
}

/// Letters of one script (UTS 39, single script; the Chinese, Japanese and Korean sets count as one). Where Latin letters occur,
/// the others are foreign: Latin is what a look-alike imitates.
fn one_script(chars: &mut [Mark]) {
    let candidates = || chars.iter().filter(|(_, fault)| fault.is_none()).map(|(c, _)| *c);
    let mut home = AugmentedScriptSet::default();
    if candidates().any(|c| c.script() == Script::Latin) {
        home.intersect_with(AugmentedScriptSet::for_char('a'));
    }
    for (c, fault) in chars.iter_mut().filter(|(_, fault)| fault.is_none()) {
        let mut together = home;
        together.intersect_with(AugmentedScriptSet::for_char(*c));
        if together.is_empty() {
            *fault = Some(Fault::Script);
        } else {
            home = together;
        }
    }
    // A mark whose base became an escape would sit on the escape's closing brace.
    limit_marks(chars);
}

/// Whole graphemes and whole escapes: a cut never goes through one.
fn pieces(chars: &[Mark]) -> Vec<String> {
    let mut pieces = Vec::with_capacity(chars.len());
    for run in chars.chunk_by(|a, b| a.1.is_none() && b.1.is_none()) {
        if let [(c, Some(_))] = run {
            pieces.push(format!("\\u{{{:x}}}", u32::from(*c)));
            continue;
        }
        let text: String = run.iter().map(|(c, _)| *c).collect();
        pieces.extend(text.graphemes(true).map(|grapheme| match grapheme {
            "\\" => "\\\\".to_owned(),
            "\"" => "\\\"".to_owned(),
            other => other.to_owned(),
        }));
    }
    pieces
}

/// As many whole pieces as fit; when some do not, `..` takes the last two columns.
fn fit(pieces: &[String], max_width: usize) -> (String, bool) {
    let room = max_width.saturating_sub(CUT.len());
    let (mut width, mut kept) = (0_usize, 0_usize);
    let mut text = String::new();
    for piece in pieces {
        width = width.saturating_add(piece.width());
        if width > max_width {
            text.truncate(kept);
            text.push_str(&CUT[..CUT.len().min(max_width)]);
            return (text, true);
        }
        text.push_str(piece);
        if width <= room {
            kept = text.len();
        }
    }
    (text, false)
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
