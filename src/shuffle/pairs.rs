//! From distinct texts to pairs of copies.

use super::wire::{self, CONTAINS, RESEMBLES, Text};
use super::{Emit, Group, Step};
use crate::band::CROWDED;
use crate::copies::{CopyFinder, Work, gather, longer_first};
use crate::error::Result;
use crate::linkage::Partition;
use crate::shingle::Shingles;
use crate::verify::Overlap;

/// The keys of a text, one a row, each with its band before it.
pub(super) struct Bands;

impl Step for Bands {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        for (key, band) in row[1].as_chunks::<4>().0.iter().zip(0..=u16::MAX) {
            let [a, b] = band.to_be_bytes();
            let [c, d, e, f] = *key;
            emit(&[&[a, b, c, d, e, f], row[0]]);
        }
        Ok(())
    }
}

/// Pairs of texts that share a bucket; of a crowded one its members.
#[derive(Default)]
pub(super) struct Meet {
    /// Of a crowd only as many as tell that it is one.
    members: Vec<Vec<u8>>,
}

impl Group for Meet {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        if self.members.len() > CROWDED {
            emit(&[row[1], &[], row[0]]);
            return Ok(());
        }
        self.members.push(row[1].to_vec());
        if self.members.len() > CROWDED {
            self.members.iter().for_each(|member| emit(&[member, &[], row[0]]));
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        if self.members.len() <= CROWDED {
            for (at, a) in self.members.iter().enumerate() {
                self.members[at + 1..].iter().for_each(|b| emit(&[a, b, &[]]));
            }
        }
        self.members.clear();
        Ok(())
    }
}

/// Tells a link, the longer text first.
pub(super) fn tell(finder: &CopyFinder, a: (&[u8], &Shingles), b: (&[u8], &Shingles), overlap: Overlap, emit: &mut Emit<'_>) {
    let (longer, shorter, overlap) = longer_first(a, b, overlap);
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    let kind = bit(finder.rule.resembles(&overlap), RESEMBLES) | bit(finder.rule.contains(&overlap), CONTAINS);
    emit(&[longer, shorter, &wire::overlap_to_bytes(&overlap), &[kind]]);
}

/// Those of the pairs that are copies.
pub(super) struct Links(pub(super) CopyFinder);

impl Step for Links {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (a, b) = (Text::of(row[2])?, Text::of(row[3])?);
        let overlap = Overlap::of(&a.shingles, &b.shingles);
        if self.0.is_copy(a.days, b.days, &overlap) {
            tell(&self.0, (row[0], &a.shingles), (row[1], &b.shingles), overlap, emit);
        }
        Ok(())
    }
}

/// The copies in crowded buckets which share members or components: first the members come, each with what it is connected to, then the
/// buckets.
pub(super) struct Crowds {
    finder: CopyFinder,
    units: Vec<Vec<u8>>,
    roots: Vec<Vec<u8>>,
    texts: Vec<Text>,
    buckets: Vec<(Vec<u8>, Vec<u32>)>,
}

impl Crowds {
    pub(super) fn new(finder: CopyFinder) -> Crowds {
        Crowds { finder, units: Vec::new(), roots: Vec::new(), texts: Vec::new(), buckets: Vec::new() }
    }
}

impl Group for Crowds {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [_, crowd, unit, root, text] = row else { return Err(wire::foreign()) };
        if crowd.is_empty() {
            self.units.push(unit.to_vec());
            self.roots.push(root.to_vec());
            self.texts.push(Text::of(text)?);
            return Ok(());
        }
        let at = self.units.binary_search_by(|other| other.as_slice().cmp(unit)).map_err(|_| wire::foreign())? as u32;
        match self.buckets.last_mut() {
            Some(bucket) if bucket.0 == *crowd => bucket.1.push(at),
            _ => self.buckets.push((crowd.to_vec(), vec![at])),
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (days, sets) = std::mem::take(&mut self.texts).into_iter().map(|text| (text.days, text.shingles)).unzip();
        let work = Work { finder: &self.finder, days, sets, apart: Vec::new() };
        let mut groups = Partition::new(work.sets.len(), &[]);
        let mut by_root: Vec<(&Vec<u8>, u32)> = self.roots.iter().zip(0..).collect();
        by_root.sort_unstable();
        for pair in by_root.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            groups.join(pair[0].1, pair[1].1);
        }
        let mut buckets: Vec<Vec<u32>> = self.buckets.drain(..).map(|bucket| bucket.1).collect();
        buckets.sort_unstable();
        buckets.dedup();
        for bucket in buckets {
            gather(&bucket, &mut groups, |pairs| {
                let links = work.links(pairs);
                for (a, b, overlap) in &links {
                    let text = |at: u32| (&*self.units[at as usize], &work.sets[at as usize]);
                    tell(&self.finder, text(*a), text(*b), *overlap, emit);
                }
                links.into_iter().map(|link| (link.0, link.1)).collect()
            });
        }
        self.units.clear();
        self.roots.clear();
        Ok(())
    }
}
