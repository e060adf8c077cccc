//! An inverted index that grows by one report at a time.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::numbered::Numbered;
use crate::story::candidates::{Choice, HEAVY, LONG_POSTING};
use crate::story::snapshot::{Vector, keep_first};

/// For each term the reports that hold it and its weight there.
#[derive(Default)]
pub(in crate::story) struct Postings {
    rows: Vec<VecDeque<(u32, u32)>>,
    /// Lengths of the vectors of the reports; 0 of those that are gone.
    roots: Numbered<u32>,
    /// Products with the report that is looked for, by its distance from the first one.
    dots: Vec<u64>,
}

impl Postings {
    /// Takes a report in.
    pub(in crate::story) fn add(&mut self, report: u32, vector: &Vector) {
        for (number, weight) in vector.weights() {
            if self.rows.len() <= number as usize {
                self.rows.resize_with(number as usize + 1, VecDeque::new);
            }
            self.rows[number as usize].push_back((report, weight));
        }
        self.roots.set(report, root(vector) as u32);
    }

    /// The reports nearest to a vector, by `choice`; `key` orders terms of one weight, `day` tells whether and when a report may be chosen.
    pub(in crate::story) fn nearest(
        &mut self,
        vector: &Vector,
        mut choice: Choice,
        key: impl Fn(u32) -> u64,
        day: impl Fn(u32) -> Option<Option<i64>>,
    ) -> Vec<u32> {
        let searched =
            |term: &(u32, u32)| self.rows.get(term.0 as usize).is_some_and(|list| (1..=LONG_POSTING as usize).contains(&list.len()));
        let mut heavy: Vec<(u32, u32)> = vector.weights().filter(searched).collect();
        keep_first(&mut heavy, HEAVY, |term| (Reverse(term.1), key(term.0)));
        let range = self.roots.range();
        self.dots.resize(range.len(), 0);
        let mut touched = Vec::new();
        for (number, weight) in heavy {
            for (other, theirs) in &self.rows[number as usize] {
                let Some(dot) = other.checked_sub(range.start).and_then(|at| self.dots.get_mut(at as usize)) else { continue };
                if *dot == 0 {
                    touched.push(*other);
                }
                *dot += u64::from(weight) * u64::from(*theirs);
            }
        }
        for other in touched {
            let dot = std::mem::take(&mut self.dots[(other - range.start) as usize]);
            let root = self.roots.get(other).copied().unwrap_or(0);
            if root == 0 || !choice.may_take(dot, root.into()) {
                continue;
            }
            if let Some(day) = day(other) {
                choice.push(dot, root.into(), day, other, other);
            }
        }
        let mut chosen = choice.finish();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// Lets a report with this vector go. Mostly it is the oldest one, the first of every list.
    pub(in crate::story) fn remove(&mut self, report: u32, vector: &Vector) {
        for (number, _) in vector.weights() {
            let Some(list) = self.rows.get_mut(number as usize) else { continue };
            if let Some(at) = list.iter().position(|row| row.0 == report) {
                list.remove(at);
            }
            if list.is_empty() {
                // Most terms are rare, and most of those do not come again.
                *list = VecDeque::new();
            }
        }
        if let Some(root) = self.roots.get_mut(report) {
            *root = 0;
        }
    }

    /// Forgets the numbers below `first`, whose reports are gone.
    pub(in crate::story) fn cut(&mut self, first: u32) {
        self.roots.cut(first);
    }
}

fn root(vector: &Vector) -> u64 {
    vector.square.isqrt().max(1)
}
