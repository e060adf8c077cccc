//! What is learned now and then from all reports that are held: what the days between reports say, and how distinct stories are.

use super::{ACROSS, Live, Near, WITHIN};
use crate::story::resolution::{self, Compared};
use crate::story::score::Model;
use crate::story::time::Bursts;
use crate::story::{MERGE, RELATED};

impl Live {
    /// Learns bursts and the shift anew. O(pairs · steps of the shift).
    pub fn learn(&mut self) {
        let numbers: Vec<u32> = self.pool.held.iter().filter(|row| row.1.is_some()).map(|row| row.0).collect();
        let mut compared: Vec<Compared> = Vec::new();
        for at in 0..self.tongues.len() {
            let of: Vec<u32> =
                numbers.iter().copied().filter(|number| self.pool.get(*number).is_some_and(|held| held.tongue == at)).collect();
            let pairs = self.pairs_of(&of, WITHIN);
            let both = |near: &Near| near.cosines.0 + near.cosines.1;
            self.tongues[at].bursts = self.bursts(&of, &pairs, both);
            let place = |number: u32| numbers.partition_point(|other| *other < number) as u32;
            let compare = |(a, b, near): &(u32, u32, Near)| Compared {
                a: place(of[*a as usize]),
                b: place(of[*b as usize]),
                logit: near.logit,
                alike: both(near),
            };
            compared.extend(pairs.iter().map(compare));
        }
        compared.sort_unstable();
        self.shift = resolution::shift(numbers.len(), &compared, Model::shipped(), MERGE, RELATED);
        let pairs = self.pairs_of(&numbers, ACROSS);
        self.across.bursts = self.bursts(&numbers, &pairs, |near| near.cosines.1);
    }

    /// The pairs among some reports, ascending, by their places in the list.
    fn pairs_of(&self, numbers: &[u32], kind: usize) -> Vec<(u32, u32, Near)> {
        let earlier = |b: usize| {
            let near = self.pool.near(numbers[b], kind).iter().filter(move |near| near.other < numbers[b]);
            near.filter_map(move |near| Some((numbers.binary_search(&near.other).ok()? as u32, b as u32, *near)))
        };
        (0..numbers.len()).flat_map(earlier).collect()
    }

    fn bursts(&self, numbers: &[u32], pairs: &[(u32, u32, Near)], alike: impl Fn(&Near) -> u32 + Clone) -> Bursts {
        let days: Vec<Option<i64>> = numbers.iter().map(|number| self.pool.get(*number)?.weighed.day).collect();
        let places: Vec<(u32, u32)> = pairs.iter().map(|row| (row.0, row.1)).collect();
        Bursts::new(&days, &places, pairs.iter().map(|row| alike(&row.2)))
    }
}
