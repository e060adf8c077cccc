//! From terms to pairs of reports, and what is usual around them.

use std::collections::BTreeMap;

use super::terms::{Common, MOST, REPORT, is_across, parts};
use super::wire;
use super::{Emit, Group, Shared, Step};
use crate::config::Config;
use crate::error::Result;
use crate::story::spread::{self, Desk, Entry, Gaps, Met, Posting, Search, Settled, Side};

/// Days that the window is long.
fn window(config: &Config) -> i64 {
    i64::from(config.window.div_ceil(24))
}

/// What a term finds for each report that it searches for.
pub(super) struct Searches {
    window: i64,
    holders: Vec<([u8; REPORT], Posting)>,
}

impl Searches {
    pub(super) fn new(config: &Config) -> Searches {
        Searches { window: window(config), holders: Vec::new() }
    }
}

impl Group for Searches {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.holders.push((parts(row[1])?.0, wire::of_sound(row[2], Posting::is_sound)?));
        Ok(())
    }

    fn close(&mut self, term: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        // Behind its kind a term's name is made as that of a report.
        let (_, corpus) = parts(term.get(1..).unwrap_or_default())?;
        for (report, search) in spread::searches(&self.holders, self.window, is_across(corpus)) {
            emit(&[&[&report, corpus].concat(), term, &wire::to_bytes(&search)?]);
        }
        self.holders.clear();
        Ok(())
    }
}

/// Candidates of each report, the longer of two first; a pair that was chosen from both sides comes twice.
pub(super) struct Chosen {
    window: i64,
    searches: Vec<Search>,
}

impl Chosen {
    pub(super) fn new(config: &Config) -> Chosen {
        Chosen { window: window(config), searches: Vec::new() }
    }
}

impl Group for Chosen {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.searches.push(wire::of_sound(row[2], Search::is_sound)?);
        Ok(())
    }

    fn close(&mut self, name: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (report, corpus) = parts(name)?;
        for (a, b) in spread::nearest(report, &std::mem::take(&mut self.searches), self.window, is_across(corpus)) {
            emit(&[&[&a, corpus].concat(), &[&b, corpus].concat()]);
        }
        Ok(())
    }
}

/// What a report weighs.
pub(super) fn entry_of(bytes: &[u8]) -> Result<Entry> {
    wire::of_sound(bytes, Entry::is_sound)
}

/// How alike reports are: of each first its own row, without another, then those that it is compared with.
#[derive(Default)]
pub(super) struct Compared(Option<Desk>);

impl Group for Compared {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let entry = entry_of(row[2])?;
        if row[1].is_empty() {
            self.0 = Some(Desk::new(entry));
            return Ok(());
        }
        let desk = self.0.as_ref().ok_or_else(wire::foreign)?;
        if let Some(met) = desk.meet(&entry) {
            emit(&[row[0], row[1], &wire::to_bytes(&met)?]);
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], _: &mut Emit<'_>) -> Result<()> {
        self.0 = None;
        Ok(())
    }
}

/// The side of a pair that a row is of.
const FIRST: &[u8] = b"a";
/// … or of a report alone.
const ALONE: &[u8] = b"r";

/// What is usual around each report, to each of its pairs, and for itself.
#[derive(Default)]
pub(super) struct Around(Vec<(Vec<u8>, Vec<u8>, Met)>);

impl Group for Around {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.push((row[1].to_vec(), row[2].to_vec(), wire::of_sound(row[3], Met::is_sound)?));
        Ok(())
    }

    fn close(&mut self, report: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let rows = std::mem::take(&mut self.0);
        let sizes = |(_, side, met): &(Vec<u8>, Vec<u8>, Met)| if side == FIRST { met.sizes } else { (met.sizes.1, met.sizes.0) };
        let own = rows.first().map_or(1, |row| sizes(row).0);
        let around = spread::look_around(own, rows.iter().map(|row| (&row.2, sizes(row).1)));
        for (pair, side, met) in &rows {
            let value = if side == FIRST { wire::to_bytes(&(met, around))? } else { wire::to_bytes(&around)? };
            emit(&[pair, side, &value]);
        }
        emit(&[report, ALONE, &wire::to_bytes(&around)?]);
        Ok(())
    }
}

/// Pairs with what is usual around both; at the end, with no report for a name, by corpus how many near ones lie so many days apart.
#[derive(Default)]
pub(super) struct Settle {
    first: Option<(Met, Side)>,
    second: Option<Side>,
    near: BTreeMap<Vec<u8>, BTreeMap<i64, u64>>,
}

impl Group for Settle {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        if row[1] == FIRST {
            self.first = Some(wire::of_sound(row[2], |(met, side): &(Met, Side)| met.is_sound() && side.is_sound())?);
        } else {
            self.second = Some(wire::of_sound(row[2], Side::is_sound)?);
        }
        Ok(())
    }

    fn close(&mut self, pair: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (Some((met, first)), Some(second)) = (self.first.take(), self.second.take()) else { return Err(wire::foreign()) };
        let (a, rest) = parts(pair)?;
        let (b, corpus) = parts(rest)?;
        if let Some(gap) = Settled::near_gap(&met, (first, second)) {
            *self.near.entry(corpus.to_vec()).or_default().entry(gap).or_default() += 1;
        }
        let name = |report: [u8; REPORT]| [&report, corpus].concat();
        emit(&[&name(a.min(b)), &name(a.max(b)), &wire::to_bytes(&Settled::new(met, (first, second)))?]);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        for (corpus, near) in &self.near {
            emit(&[&[], corpus, &wire::to_bytes(near)?]);
        }
        Ok(())
    }
}

/// What the days say, by corpus.
pub(super) struct AllGaps(BTreeMap<Vec<u8>, Gaps>);

impl AllGaps {
    /// Of the shared rows those that [`Settle`] ends with, under `gaps` and their corpus.
    pub(super) fn new(common: &Common, shared: &Shared<'_>) -> Result<AllGaps> {
        let mut near: BTreeMap<Vec<u8>, BTreeMap<i64, u64>> = common.corpora().map(|corpus| (corpus.to_vec(), BTreeMap::new())).collect();
        for (name, counts) in shared {
            let Some(corpus) = name.strip_prefix(b"gaps") else { continue };
            let of_corpus = near.entry(corpus.to_vec()).or_default();
            for (gap, count) in wire::of_bytes::<BTreeMap<i64, u64>>(counts)? {
                let sum = of_corpus.entry(gap).or_default();
                *sum = sum.saturating_add(count).min(MOST);
            }
        }
        let gaps = |(corpus, near): (Vec<u8>, BTreeMap<i64, u64>)| {
            let gaps = Gaps::new(common.census(&corpus)?, near.into_iter());
            Ok((corpus, gaps))
        };
        Ok(AllGaps(near.into_iter().map(gaps).collect::<Result<_>>()?))
    }

    pub(super) fn of(&self, corpus: &[u8]) -> Result<&Gaps> {
        self.0.get(corpus).ok_or_else(wire::foreign)
    }
}

/// What every pair scores, in thousandths of a logit, and how alike the two are; the kind is 1 for those in one language that can merge.
pub(super) struct Scored {
    gaps: AllGaps,
    /// What a pair has to reach that can merge.
    lowest: u32,
}

impl Scored {
    pub(super) fn new(gaps: AllGaps) -> Scored {
        Scored { gaps, lowest: spread::lowest() }
    }
}

impl Step for Scored {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (_, corpus) = parts(row[0])?;
        let settled = wire::of_sound(row[2], Settled::is_sound)?;
        let logit = settled.logit(self.gaps.of(corpus)?);
        let value: Vec<u8> = logit.to_le_bytes().into_iter().chain(settled.all().to_le_bytes()).collect();
        let can_merge = !is_across(corpus) && spread::probability(logit, false, 0) >= self.lowest;
        emit(&[row[0], row[1], &value, &[can_merge.into()]]);
        Ok(())
    }
}

/// The score and the likeness of a pair.
pub(super) fn scored(value: &[u8]) -> Result<(i32, u32)> {
    let mut value = wire::Bytes(value);
    Ok((value.u32()? as i32, value.u32()?))
}
