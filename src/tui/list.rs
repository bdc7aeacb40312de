//! A cursor in a list that is kept by id: new rows appear in place and nothing moves under the cursor.

use crate::tui::keymap::Action;
use crate::tui::widget::window_start;

/// Which row is selected and where the window begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<K> {
    selected: Option<K>,
    /// Where the selected row was seen last: when its id is gone, the cursor stays at that place.
    at: usize,
    start: usize,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self { selected: None, at: 0, start: 0 }
    }
}

impl<K: Clone + PartialEq> List<K> {
    /// A list with this row selected.
    pub fn at(id: K) -> Self {
        Self { selected: Some(id), at: 0, start: 0 }
    }

    /// Index of the selected row; `None` in an empty list.
    pub fn index(&self, ids: &[K]) -> Option<usize> {
        let last = ids.len().checked_sub(1)?;
        let found = self.selected.as_ref().and_then(|wanted| ids.iter().position(|id| id == wanted));
        Some(found.unwrap_or(self.at.min(last)))
    }

    /// The selected row's id.
    pub fn selected<'a>(&self, ids: &'a [K]) -> Option<&'a K> {
        self.index(ids).map(|at| &ids[at])
    }

    /// First row and selected row of a window of `height` rows.
    pub fn window(&self, ids: &[K], height: usize) -> (usize, Option<usize>) {
        let at = self.index(ids);
        (window_start(self.start, at.unwrap_or(0), height, ids.len()), at)
    }

    /// Selects a row by its id.
    pub fn select(&mut self, id: K) {
        self.selected = Some(id);
    }

    /// Moves the cursor if the action is a movement; `height` is that of the window. Returns whether it was one.
    pub fn step(&mut self, action: Action, ids: &[K], height: usize) -> bool {
        let Some(at) = self.index(ids) else { return false };
        let (last, half) = (ids.len() - 1, (height / 2).max(1));
        let to = match action {
            Action::Down => at + 1,
            Action::Up => at.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => last,
            Action::PageDown => at + half,
            Action::PageUp => at.saturating_sub(half),
            _ => return false,
        };
        let to = to.min(last);
        self.start = window_start(self.start, to, height, ids.len());
        (self.selected, self.at) = (Some(ids[to].clone()), to);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_with_its_row() {
        let mut list = List::default();
        assert!(list.step(Action::Down, &[10, 20, 30], 5));
        assert_eq!(list.selected(&[10, 20, 30]), Some(&20));
        assert_eq!(list.index(&[5, 10, 20, 30]), Some(2), "a row came in above");
        assert_eq!(list.index(&[10, 30]), Some(1), "its row is gone: the place stays");
        assert_eq!(list.index(&[]), None);
        assert!(!list.step(Action::Acts, &[1], 5));
    }

    #[test]
    fn pages_and_ends() {
        let ids: Vec<u32> = (0..100).collect();
        let mut list = List::default();
        list.step(Action::PageDown, &ids, 10);
        assert_eq!(list.selected(&ids), Some(&5));
        list.step(Action::Bottom, &ids, 10);
        assert_eq!(list.window(&ids, 10), (90, Some(99)));
        list.step(Action::PageUp, &ids, 10);
        assert_eq!(list.window(&ids, 10), (90, Some(94)));
        list.step(Action::Top, &ids, 10);
        assert_eq!(list.window(&ids, 10), (0, Some(0)));
    }
}
