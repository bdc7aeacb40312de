//! Where things stand: size classes, the fixed rows of the screen, and the block for dialogs.

use ratatui::layout::Rect;

/// Smallest terminal that gets a full screen; below it the console names the command line as the way out.
pub const WIDTH_MIN: u16 = 40;
/// See [`WIDTH_MIN`].
pub const HEIGHT_MIN: u16 = 10;
/// Smallest terminal for reviews and acts.
pub const ACT_WIDTH_MIN: u16 = 72;
/// See [`ACT_WIDTH_MIN`].
pub const ACT_HEIGHT_MIN: u16 = 20;
/// The block that dialogs are drawn in.
pub const DIALOG: (u16, u16) = (80, 24);
/// Up to this height the tabs row gives way to content.
const TABS_HEIGHT_OVER: u16 = 20;
/// Share of the list in two-pane layouts, in percent.
const LIST_PERCENT: u32 = 55;

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// One list, no review, no acts but those that reduce risk.
    Xs,
    /// One pane.
    S,
    /// List and details.
    M,
    /// Two columns and extra panels; a review on one page.
    L,
}

impl Class {
    /// The class of a terminal of this size.
    pub fn of(width: u16, height: u16) -> Self {
        if width < 60 || height < 16 {
            Class::Xs
        } else if width < 100 {
            Class::S
        } else if width < 140 || height < 36 {
            Class::M
        } else {
            Class::L
        }
    }
}

/// Whether a full screen makes sense at all.
pub fn is_large_enough(width: u16, height: u16) -> bool {
    width >= WIDTH_MIN && height >= HEIGHT_MIN
}

/// Whether reviews and acts may be opened: their pages must show everything they are about.
pub fn allows_acts(width: u16, height: u16) -> bool {
    width >= ACT_WIDTH_MIN && height >= ACT_HEIGHT_MIN
}

/// The fixed rows and what is left for the screen. Every row is one line high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// Size class of the whole.
    pub class: Class,
    /// Profile, role, lock state, counts.
    pub header: Rect,
    /// The screens; `None` where height is short.
    pub tabs: Option<Rect>,
    /// The rule with the title.
    pub title: Rect,
    /// The screen itself; may be empty on absurdly small terminals.
    pub body: Rect,
    /// The last message.
    pub status: Rect,
    /// The keys.
    pub footer: Rect,
}

impl Areas {
    /// Cuts `area`.
    pub fn of(area: Rect) -> Self {
        let class = Class::of(area.width, area.height);
        let row = |y: u16| {
            let height = u16::from(y < area.height);
            Rect { x: area.x, y: area.y.saturating_add(y.min(area.height)), width: area.width, height }
        };
        let with_tabs = class != Class::Xs && area.height > TABS_HEIGHT_OVER;
        let top = if with_tabs { 3 } else { 2 };
        let status = area.height.saturating_sub(2).max(top);
        let body =
            Rect { y: area.y.saturating_add(top.min(area.height)), height: status.min(area.height).saturating_sub(top), ..area };
        Self {
            class,
            header: row(0),
            tabs: with_tabs.then(|| row(1)),
            title: row(top - 1),
            body,
            status: row(status),
            footer: row(status.saturating_add(1)),
        }
    }

    /// List and details side by side, with one blank column between; `None` below class M.
    pub fn panes(&self) -> Option<(Rect, Rect)> {
        if self.class < Class::M {
            return None;
        }
        let list = u16::try_from(u32::from(self.body.width) * LIST_PERCENT / 100).unwrap_or(self.body.width);
        let details = Rect { x: self.body.x + list + 1, width: self.body.width - list - 1, ..self.body };
        Some((Rect { width: list, ..self.body }, details))
    }
}

/// The 80x24 block for dialogs, centred; all of `area` where that is smaller.
pub fn dialog(area: Rect) -> Rect {
    let (width, height) = (DIALOG.0.min(area.width), DIALOG.1.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(width: u16, height: u16) -> Areas {
        Areas::of(Rect::new(0, 0, width, height))
    }

    #[test]
    fn classes_begin_where_the_design_says() {
        for (width, height, class) in [
            (40, 10, Class::Xs),
            (59, 40, Class::Xs),
            (200, 15, Class::Xs),
            (60, 16, Class::S),
            (80, 24, Class::S),
            (99, 60, Class::S),
            (100, 30, Class::M),
            (139, 60, Class::M),
            (140, 35, Class::M),
            (140, 36, Class::L),
            (200, 60, Class::L),
        ] {
            assert_eq!(Class::of(width, height), class, "{width}x{height}");
        }
    }

    #[test]
    fn acts_need_room() {
        assert!(allows_acts(72, 20) && allows_acts(80, 24));
        assert!(!allows_acts(71, 24) && !allows_acts(80, 19));
        assert!(is_large_enough(40, 10) && !is_large_enough(39, 10) && !is_large_enough(40, 9));
    }

    #[test]
    fn the_standard_screen_has_nineteen_rows_of_its_own() {
        let areas = areas(80, 24);
        assert_eq!((areas.header.y, areas.tabs.map(|tabs| tabs.y), areas.title.y), (0, Some(1), 2));
        assert_eq!(areas.body, Rect::new(0, 3, 80, 19));
        assert_eq!((areas.status.y, areas.footer.y), (22, 23));
    }

    #[test]
    fn short_screens_have_no_tabs() {
        assert_eq!(areas(80, 20).tabs, None);
        assert_eq!(areas(80, 20).body, Rect::new(0, 2, 80, 16));
        assert!(areas(80, 21).tabs.is_some());
        assert_eq!(areas(50, 40).tabs, None);
    }

    #[test]
    fn the_areas_tile_the_screen_at_every_size() {
        for (width, height) in
            (0..=12).chain([16, 20, 21, 24, 40]).flat_map(|height| [0, 1, 40, 80, 140].map(|width| (width, height)))
        {
            let all = areas(width, height);
            let rows = [Some(all.header), all.tabs, Some(all.title), Some(all.body), Some(all.status), Some(all.footer)];
            let total: u16 = rows.into_iter().flatten().map(|area| area.height).sum();
            assert_eq!(total, height, "{width}x{height}: {all:?}");
            assert!(
                rows.into_iter().flatten().all(|area| area.bottom() <= height && area.width == width),
                "{width}x{height}: {all:?}"
            );
        }
    }

    #[test]
    fn panes_share_the_body() {
        assert_eq!(areas(80, 24).panes(), None);
        let (list, details) = areas(140, 40).panes().expect("class L has two panes");
        assert_eq!((list.width, details.x, details.right()), (77, 78, 140));
    }

    #[test]
    fn dialogs_are_centred_and_never_too_large() {
        assert_eq!(dialog(Rect::new(0, 0, 140, 40)), Rect::new(30, 8, 80, 24));
        assert_eq!(dialog(Rect::new(0, 0, 72, 20)), Rect::new(0, 0, 72, 20));
    }
}
