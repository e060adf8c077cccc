//! A list by number that grows at one end and is cut at the other.

use std::collections::VecDeque;

/// Rows numbered from `first` on.
#[derive(Debug, Default)]
pub(crate) struct Numbered<T> {
    /// Numbers below are gone.
    least: u32,
    first: u32,
    rows: VecDeque<T>,
}

impl<T: Default> Numbered<T> {
    /// The row of a number; nothing when it is gone or never was.
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.rows.get(number.checked_sub(self.first)? as usize)
    }

    /// … to change it.
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.rows.get_mut(number.checked_sub(self.first)? as usize)
    }

    /// Puts a row in its place; one whose number is gone is dropped.
    pub(crate) fn set(&mut self, number: u32, row: T) {
        if number < self.least {
            return;
        }
        if self.rows.is_empty() {
            self.first = number;
        }
        while number < self.first {
            self.rows.push_front(T::default());
            self.first -= 1;
        }
        let at = (number - self.first) as usize;
        while self.rows.len() <= at {
            self.rows.push_back(T::default());
        }
        self.rows[at] = row;
    }

    /// Lets go all below `first`.
    pub(crate) fn cut(&mut self, first: u32) {
        self.least = self.least.max(first);
        let gone = (first.saturating_sub(self.first) as usize).min(self.rows.len());
        self.rows.drain(..gone);
        self.first = self.first.max(first);
    }

    /// The first number, and the one behind the last.
    pub(crate) fn range(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.rows.len() as u32
    }

    /// All rows with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (self.first..).zip(&self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers_while_the_first_are_cut() {
        let mut rows = Numbered::default();
        rows.set(5, 50);
        rows.set(7, 70);
        assert_eq!([4, 5, 6, 7, 8].map(|number| rows.get(number).copied()), [None, Some(50), Some(0), Some(70), None]);
        rows.cut(6);
        rows.set(5, 51);
        assert_eq!((rows.get(5), rows.range()), (None, 6..8));
        rows.cut(20);
        rows.set(30, 1);
        assert_eq!((rows.range(), rows.iter().count()), (30..31, 1));
        rows.set(28, 2);
        assert_eq!((rows.range(), [28, 29, 30].map(|number| rows.get(number).copied())), (28..31, [Some(2), Some(0), Some(1)]));
    }
}
