//! The list of acts for one request, with those that are off and why. Opening it changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::{MemberId, RequestId};
use crate::domain::request::Request;
use crate::domain::terms::Decision;
use crate::theme::{Role, Theme};
use crate::tui::act::catalogue::{Act, Entry, Reviewed, entries, wallet_of};
use crate::tui::act::ceremony::Ceremony;
use crate::tui::act::screen::ActScreen;
use crate::tui::act::seat;
use crate::tui::input::KeyPress;
use crate::tui::keymap::{Action, Context};
use crate::tui::modal::Modal;
use crate::tui::page::{Line, draw_rows, wrap};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::screen::review::gate::Version;
use crate::tui::screen::review::sections_of;
use crate::tui::ui::Say;
use crate::tui::widget::cut;

/// The key that offers to act as another member whose key is open here.
pub const MEMBER_KEY: KeyPress = KeyPress::char('@');
/// Rows below the acts: a blank one, and what can be told about the chosen act.
const FOOT_ROWS: usize = 6;
/// Members offered at once.
const MEMBERS_SHOWN: usize = 8;
/// Where the words about an act begin.
const HELP_X: usize = 14;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Acts; the chosen one.
    Acts(usize),
    /// Members whose keys are open; the chosen one.
    Members(usize),
}

/// The list of acts for one thing.
#[derive(Clone, Debug)]
pub struct ActSheet {
    request: Option<RequestId>,
    /// What was seen of its review, and for which version.
    reviewed: Option<(Version, Reviewed)>,
    mode: Mode,
}

impl ActSheet {
    /// Acts for a request, none of whose review was seen.
    #[must_use]
    pub const fn new(request: Option<RequestId>) -> Self {
        Self { request, reviewed: None, mode: Mode::Acts(0) }
    }

    /// Acts for a request under review: so much of this version was seen.
    #[must_use]
    pub fn reviewed(request: RequestId, version: Option<Version>, seen: Reviewed) -> Self {
        Self { request: Some(request), reviewed: version.map(|version| (version, seen)), mode: Mode::Acts(0) }
    }

    /// The members whose keys are open here, to choose who acts.
    #[must_use]
    pub fn members(scene: &Scene<'_>) -> Self {
        let at = seat::open_members(scene.snap).iter().position(|id| Some(id) == scene.me);
        Self { request: None, reviewed: None, mode: Mode::Members(at.unwrap_or(0)) }
    }

    /// Rows it takes, title and footer aside.
    #[must_use]
    pub fn rows(&self) -> u16 {
        let rows = if self.request.is_some() { Act::ALL.len() + FOOT_ROWS } else { MEMBERS_SHOWN + 2 };
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    fn request<'a>(&self, scene: &Scene<'a>) -> Option<&'a Request> {
        scene.snap.treasury.request(self.request?).ok().map(AsRef::as_ref)
    }

    /// What was seen counts only for the version that stands there now.
    fn seen(&self, scene: &Scene<'_>, request: &Request) -> Reviewed {
        let all = sections_of(request).len();
        match &self.reviewed {
            Some((version, seen)) if *version == Version::of(scene, request) => *seen,
            Some(_) | None => (0, all),
        }
    }

    fn open(&self, scene: &Scene<'_>, at: usize) -> Vec<Step> {
        let Some(request) = self.request(scene) else { return Vec::new() };
        let seen = self.seen(scene, request);
        let Some(entry) = entries(scene, request, seen).into_iter().nth(at) else { return Vec::new() };
        match (&entry.off, Ceremony::open(scene, request, entry.act, seen)) {
            (None, Some(ceremony)) => vec![Step::Close, Step::Open(Modal::Act(ActScreen::new(ceremony)))],
            (Some(why), _) => vec![Step::Say(Say::info(format!("{} is off: {why}.", entry.act.word())))],
            (None, None) => {
                vec![Step::Say(Say::info(format!("{} is off: nothing can be asked for to confirm it.", entry.act.word())))]
            }
        }
    }

    fn choose(&mut self, scene: &Scene<'_>, action: Action) -> Option<Vec<Step>> {
        let (at, total) = match self.mode {
            Mode::Acts(at) => (at, Act::ALL.len()),
            Mode::Members(at) => (at, seat::open_members(scene.snap).len()),
        };
        let to = match action {
            Action::Down => (at + 1).min(total.saturating_sub(1)),
            Action::Up => at.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => total.saturating_sub(1),
            _ => return None,
        };
        self.mode = match self.mode {
            Mode::Acts(_) => Mode::Acts(to),
            Mode::Members(_) => Mode::Members(to),
        };
        Some(Vec::new())
    }

    fn acts_page(&self, scene: &Scene<'_>, theme: &Theme, columns: usize, at: usize) -> Vec<Line> {
        let Some(request) = self.request(scene) else {
            let why =
                if self.request.is_some() { "It is being read." } else { "Nothing is selected: there is nothing to act on." };
            return vec![Line::plain(format!("  {why}"))];
        };
        let seen = self.seen(scene, request);
        let all = entries(scene, request, seen);
        let mut lines: Vec<Line> =
            all.iter().enumerate().map(|(index, entry)| act_line(theme, entry, index == at, columns)).collect();
        lines.push(Line::blank());
        if let Some(entry) = all.get(at) {
            lines.extend(foot(scene, request, entry, seen));
        }
        lines
    }

    fn members_page(&self, scene: &Scene<'_>, theme: &Theme, at: usize) -> Vec<Line> {
        let members = seat::open_members(scene.snap);
        let start = (at + 1).saturating_sub(MEMBERS_SHOWN);
        let mut lines: Vec<Line> = members
            .iter()
            .enumerate()
            .skip(start)
            .take(MEMBERS_SHOWN)
            .map(|(index, id)| {
                let roles = scene
                    .snap
                    .treasury
                    .members()
                    .get(id)
                    .map(|member| member.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", "));
                choice(theme, index == at, &format!("{:<12}", id.as_str())).and(Role::TextDim, roles.unwrap_or_default())
            })
            .collect();
        lines.push(Line::blank());
        lines.push(Line::plain("  These keys are open here. Every act is recorded as the chosen member's own."));
        lines
    }
}

fn choice(theme: &Theme, chosen: bool, text: &str) -> Line {
    let mark = if chosen { theme.glyphs().select } else { " ".to_owned() };
    Line::of(Role::Title, format!("  {mark} ")).and(if chosen { Role::RowSelected } else { Role::Text }, text)
}

fn act_line(theme: &Theme, entry: &Entry, chosen: bool, columns: usize) -> Line {
    let name = format!("{:<HELP_X$}", entry.act.word());
    let line = choice(theme, chosen, &name);
    let room = columns.saturating_sub(HELP_X + 4);
    match &entry.off {
        Some(why) => line.and(Role::TextDim, cut(&format!("off: {why}"), room)),
        None => line.and(Role::Text, cut(&format!("{:<46}{}", entry.act.help(), friction(entry)), room)),
    }
}

const fn friction(entry: &Entry) -> &'static str {
    match (entry.challenge, entry.act.needs_reason()) {
        (true, _) => "typed check",
        (false, true) => "reason, y or n",
        (false, false) => "y or n",
    }
}

/// About the chosen act: the whole reason why it is off, who acts, and the same as a command.
fn foot(scene: &Scene<'_>, request: &Request, entry: &Entry, seen: Reviewed) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(why) = &entry.off {
        lines.push(Line::dim("  off    ").and(Role::Text, why.clone()).hung(9));
    }
    let sentence = seat::sentence(scene.snap, scene.me);
    let who = sentence.unwrap_or_else(|| scene.me.map_or_else(|| "nobody acts here".to_owned(), |me| format!("you act as {me}")));
    let gate = if request.is_open() { format!("; review seen: {} of {}", seen.0, seen.1) } else { String::new() };
    lines.push(Line::dim("  you    ").and(Role::Text, format!("{who}{gate}")).hung(9));
    if let Some(command) = command(request, entry.act, scene.me) {
        lines.push(Line::dim("  same   ").and(Role::Text, command).hung(9));
    }
    lines
}

/// The verb of the command line that does the same.
#[must_use]
pub fn command(request: &Request, act: Act, me: Option<&MemberId>) -> Option<String> {
    let by = me.map(|me| format!(" --as {me}")).unwrap_or_default();
    let number = request.number;
    let vote = |decision: Decision, rest: &str| {
        let verb = decision.word();
        request.digest().map(|digest| format!("bursar{by} {verb} {number} --digest {digest}{rest}"))
    };
    match act {
        Act::Propose => Some(format!("bursar{by} transfer propose {number}")),
        Act::Approve => vote(Decision::Approve, ""),
        Act::Object => vote(Decision::Object, " --reason \"..\""),
        Act::Withdraw => Some(format!("bursar{by} transfer withdraw {number}")),
        Act::Bump => Some(format!("bursar{by} transfer bump {number}")),
        Act::Freeze => wallet_of(request).map(|wallet| format!("bursar{by} freeze --wallet {wallet} --reason \"..\"")),
    }
}

impl Pane for ActSheet {
    fn context(&self) -> Context {
        Context::ActSheet
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let number = self.request(scene).map(|request| format!("Acts for {}", request.number));
        match self.mode {
            Mode::Acts(_) => (number.unwrap_or_else(|| "Acts".to_owned()), "nothing happens by opening this list".to_owned()),
            Mode::Members(_) => ("Act as".to_owned(), "nothing happens by opening this list".to_owned()),
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        match self.mode {
            Mode::Acts(_) => &[
                Hint::Of(&[Action::Down, Action::Up], "choose"),
                Hint::Of(&[Action::Open], "open its screen"),
                Hint::Of(&[Action::Cancel], "close"),
            ],
            Mode::Members(_) => &[
                Hint::Of(&[Action::Down, Action::Up], "choose"),
                Hint::Of(&[Action::Open], "act as this member"),
                Hint::Of(&[Action::Cancel], "close"),
            ],
        }
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if pressed.key == MEMBER_KEY {
            if !seat::has_choice(scene.snap) {
                return Some(vec![Step::Say(Say::info("Only one member's key is open here."))]);
            }
            let at = seat::open_members(scene.snap).iter().position(|id| Some(id) == scene.me);
            self.mode = Mode::Members(at.unwrap_or(0));
            return Some(Vec::new());
        }
        let action = pressed.action?;
        match (action, self.mode) {
            (Action::Open, Mode::Acts(at)) => Some(self.open(scene, at)),
            (Action::Open, Mode::Members(at)) => {
                let member = seat::open_members(scene.snap).get(at).cloned();
                self.mode = Mode::Acts(0);
                let closes = self.request.is_none().then_some(Step::Close);
                Some(member.map(Step::ActAs).into_iter().chain(closes).collect())
            }
            (Action::Cancel, Mode::Members(_)) if self.request.is_some() => {
                self.mode = Mode::Acts(0);
                Some(Vec::new())
            }
            (Action::Cancel, Mode::Acts(_) | Mode::Members(_)) => Some(vec![Step::Close]),
            (action, _) => self.choose(scene, action),
        }
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let columns = usize::from(area.width).saturating_sub(1);
        let page = match self.mode {
            Mode::Acts(at) => self.acts_page(scene, theme, columns, at),
            Mode::Members(at) => self.members_page(scene, theme, at),
        };
        draw_rows(buf, area, theme, &wrap(&page, columns), 0);
        None
    }
}
