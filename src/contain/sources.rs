//! The values of all groups, one group after the other.

use std::borrow::Cow;

use rayon::prelude::*;

use super::Values;

/// The values of each group, so that what stands in one group only is told from what another one has as well: each once, or more often
/// where one text repeats it. What stands here once is therefore one value of each text that has it.
pub(super) struct Sources<'t> {
    values: &'t dyn Values,
    /// Texts that are groups of their own, and those that are the first of their groups.
    is_alone: Vec<bool>,
    is_first: Vec<bool>,
    /// The texts of larger groups, one group after the other, and where each begins.
    together: Vec<u32>,
    starts: Vec<usize>,
    /// Values of all texts.
    pub(super) size: usize,
}

impl<'t> Sources<'t> {
    pub(super) fn new(values: &'t dyn Values, groups: &[u32]) -> Sources<'t> {
        let mut order: Vec<(u32, u32)> = groups.iter().copied().zip(0..).collect();
        order.par_sort_unstable();
        let size = values.each().map(|(_, values)| values.len()).sum();
        let none = vec![false; groups.len()];
        let mut found = Sources { values, is_alone: none.clone(), is_first: none, together: Vec::new(), starts: Vec::new(), size };
        for run in order.chunk_by(|a, b| a.0 == b.0) {
            found.is_first[run[0].1 as usize] = true;
            if let [(_, text)] = run {
                found.is_alone[*text as usize] = true;
            } else {
                found.starts.push(found.together.len());
                found.together.extend(run.iter().map(|row| row.1));
            }
        }
        found
    }

    /// Gives what each group has to `receive`, on all threads.
    pub(super) fn each(&self, receive: impl Fn(&[u32]) + Sync) {
        self.values.each().filter(|(text, _)| self.is_alone[*text as usize]).for_each(|(_, values)| receive(&values));
        (0..self.starts.len()).into_par_iter().for_each(|group| receive(&self.union(group)));
    }

    /// Gives what the first text of each group has to `receive`, on all threads.
    pub(super) fn firsts(&self, receive: impl Fn(&[u32]) + Sync) {
        self.values.each().filter(|(text, _)| self.is_first[*text as usize]).for_each(|(_, values)| receive(&values));
    }

    /// What the texts of a larger group have together.
    fn union(&self, group: usize) -> Vec<u32> {
        let end = self.starts.get(group + 1).copied().unwrap_or(self.together.len());
        union(self.together[self.starts[group]..end].iter().map(|text| self.values.of(*text)))
    }
}

/// What texts have together, with what one of them repeats.
pub(crate) fn union<'v>(texts: impl Iterator<Item = Cow<'v, [u32]>>) -> Vec<u32> {
    let (mut values, mut repeats) = (Vec::new(), Vec::new());
    for text in texts {
        let start = values.len();
        values.extend_from_slice(&text);
        values[start..].sort_unstable();
        repeats.extend(values[start..].windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
    }
    // Ascending runs are merged.
    values.sort();
    values.dedup();
    values.append(&mut repeats);
    values
}
