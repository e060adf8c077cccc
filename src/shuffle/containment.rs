//! Groups that hold another one's text: the search of [`contain`](crate::contain), its tables put together from parts.
//!
//! It is done twice: for texts that their samples tell, and then for those that only all of their shingles do, among the texts that share
//! some with them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::pairs::tell;
use super::wire::{self, CONTAINS, Text};
use super::{Emit, Group, Shared, Step, shared_value};
use crate::config::{Config, Linkage};
use crate::contain::{self, COARSE, FINE, Filling, Marks, Tables, Wanted};
use crate::copies::{CopyFinder, SAMPLE};
use crate::error::{Error, Result};
use crate::verify::{MIN_CONTAINED, Overlap, Ratio};

/// What looks for a holder, and what may be one.
const LOOKS: &[u8] = b"w";
const HOLDS: &[u8] = b"h";
/// What only all of its shingles tell, one a row.
const THIN: &[u8] = b"t";

/// The marks that are shared: behind the name how many values were marked, behind the name and a number a piece of them.
struct Named(&'static str, usize);
const WANTED: Named = Named("wanted", COARSE);
const OF_THIN: Named = Named("thin", FINE);

impl Named {
    fn none(&self, shared: &Shared<'_>) -> Result<Option<Marks>> {
        let count = shared_value(shared, self.0).map(wire::number).transpose()?;
        Ok(count.map(|count| Marks::none((count as usize).saturating_mul(self.1))))
    }

    fn of(&self, shared: &Shared<'_>) -> Result<Option<Marks>> {
        let Some(mut marks) = self.none(shared)? else { return Ok(None) };
        pieces(shared, self.0, |piece, bytes| marks.merge(piece, bytes))?;
        Ok(Some(marks))
    }
}

fn pieces(shared: &Shared<'_>, name: &str, mut receive: impl FnMut(u32, &[u8])) -> Result<()> {
    let of_name = shared.iter().filter_map(|row| Some((row.0.strip_prefix(name.as_bytes())?, row.1)));
    of_name.filter(|row| !row.0.is_empty()).try_for_each(|(piece, bytes)| {
        receive(wire::place(piece)?, bytes);
        Ok(())
    })
}

/// The values by which a text is known: its sample, or those that share a place with a value of a thin one.
fn values(text: &Text, thin: Option<&Marks>) -> Vec<u32> {
    match thin {
        None => text.sample.values().to_vec(),
        Some(thin) => {
            let mut values = text.whole();
            values.retain(|value| thin.may_hold(*value));
            values.sort_unstable();
            values
        }
    }
}

/// The few of each group that are looked at.
#[derive(Default)]
pub(super) struct Samples {
    taken: usize,
}

impl Group for Samples {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        self.taken += 1;
        if self.taken <= SAMPLE {
            emit(row);
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], _: &mut Emit<'_>) -> Result<()> {
        self.taken = 0;
        Ok(())
    }
}

/// How many values all texts have.
pub(super) struct Size {
    thin: Option<Marks>,
    size: u64,
}

impl Size {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Size> {
        Ok(Size { thin: OF_THIN.of(shared)?, size: 0 })
    }
}

impl Step for Size {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.size += values(&Text::of(row[2])?, self.thin.as_ref()).len() as u64;
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        emit(&[b"size", &self.size.to_le_bytes()]);
        Ok(())
    }
}

fn filling(shared: &Shared<'_>) -> Result<Filling> {
    Ok(Filling::new(wire::number(shared_value(shared, "size").ok_or_else(wire::foreign)?)? as usize))
}

fn tell_pieces(pieces: impl FnOnce(&mut dyn FnMut(u32, &[u8])), emit: &mut Emit<'_>) {
    pieces(&mut |piece, bytes| emit(&[&piece.to_be_bytes(), bytes]));
}

/// The tables of some groups.
pub(super) struct Count {
    thin: Option<Marks>,
    filling: Filling,
    group: Vec<Vec<u32>>,
}

impl Count {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Count> {
        Ok(Count { thin: OF_THIN.of(shared)?, filling: filling(shared)?, group: Vec::new() })
    }
}

impl Group for Count {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.group.push(values(&Text::of(row[2])?, self.thin.as_ref()));
        Ok(())
    }

    fn close(&mut self, _: &[u8], _: &mut Emit<'_>) -> Result<()> {
        let Some(first) = self.group.first() else { return Ok(()) };
        self.filling.count(first);
        if self.group.len() == 1 {
            self.filling.add(first);
        } else {
            self.filling.add(&contain::union(self.group.iter().map(Into::into)));
        }
        self.group.clear();
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        tell_pieces(|give| self.filling.pieces(give), emit);
        Ok(())
    }
}

/// The tables of all groups, from those of some.
pub(super) struct Add(Filling);

impl Add {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Add> {
        filling(shared).map(Add)
    }
}

impl Step for Add {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.merge(wire::place(row[0])?, row[1]);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        tell_pieces(|give| self.0.pieces(give), emit);
        Ok(())
    }
}

/// What texts are looked for by: their rarest values, or where their samples do not tell them all.
pub(super) struct Look {
    least: Option<Ratio>,
    tables: Tables,
    thin: Option<Marks>,
}

impl Look {
    pub(super) fn new(config: &Config, shared: &Shared<'_>) -> Result<Look> {
        let filling = filling(shared)?;
        pieces(shared, "table", |piece, bytes| filling.merge(piece, bytes))?;
        Ok(Look { least: config.copy_rule().containment, tables: filling.finish(), thin: OF_THIN.of(shared)? })
    }
}

impl Step for Look {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (Some(least), text) = (self.least, Text::of(row[2])?) else { return Ok(()) };
        if text.sample.shingles() < MIN_CONTAINED || (self.thin.is_none() && !self.tables.may_be_held(&text.sample, least)) {
            return Ok(());
        }
        let (room, suffices) = text.sample.room(least, || text.whole());
        let mut tell = |value: u32, side: &[u8]| emit(&[&value.to_be_bytes(), side, row[1], row[0]]);
        if suffices || self.thin.is_some() {
            let values = values(&text, self.thin.as_ref());
            self.tables.prefix(room, &values).into_iter().for_each(|value| tell(value, LOOKS));
        } else {
            text.whole().into_iter().for_each(|value| tell(value, THIN));
        }
        Ok(())
    }
}

/// Marks of values, of some and of all.
pub(super) struct Mark(Marks);

impl Mark {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Mark> {
        let none = WANTED.none(shared)?.map_or_else(|| OF_THIN.none(shared), |marks| Ok(Some(marks)))?;
        none.map(Mark).ok_or_else(wire::foreign)
    }
}

impl Step for Mark {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.add(wire::place(row[0])?);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        tell_pieces(|give| self.0.pieces(give), emit);
        Ok(())
    }
}

pub(super) struct Join(Mark);

impl Join {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Join> {
        Mark::new(shared).map(Join)
    }
}

impl Step for Join {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.0.merge(wire::place(row[0])?, row[1]);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.0.end(emit)
    }
}

/// The texts that have a wanted value.
pub(super) struct Hold {
    wanted: Marks,
    thin: Option<Marks>,
}

impl Hold {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Hold> {
        Ok(Hold { wanted: WANTED.of(shared)?.ok_or_else(wire::foreign)?, thin: OF_THIN.of(shared)? })
    }
}

impl Step for Hold {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let mut values = values(&Text::of(row[2])?, self.thin.as_ref());
        values.retain(|value| self.wanted.may_hold(*value));
        values.sort_unstable();
        values.dedup();
        values.into_iter().for_each(|value| emit(&[&value.to_be_bytes(), HOLDS, row[1], row[0]]));
        Ok(())
    }
}

/// Texts that look for a holder, each with those that it meets.
#[derive(Default)]
pub(super) struct Near {
    /// Texts and their groups.
    holders: Vec<(Vec<u8>, Vec<u8>)>,
    looks: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Group for Near {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let side = if row[1] == HOLDS { &mut self.holders } else { &mut self.looks };
        side.push((row[2].to_vec(), row[3].to_vec()));
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        // Texts are numbered by content, as on one machine: in the order of their names.
        let mut names: Vec<&Vec<u8>> = self.holders.iter().chain(&self.looks).map(|row| &row.0).collect();
        names.sort_unstable();
        names.dedup();
        let rows = |side: &[(Vec<u8>, Vec<u8>)]| -> Vec<u64> {
            side.iter().map(|row| names.partition_point(|name| **name < row.0) as u64).collect()
        };
        let (looks, holders) = (rows(&self.looks), rows(&self.holders));
        let group: BTreeMap<u64, usize> = looks.iter().copied().zip(0..).collect();
        contain::near(&looks, &holders, |text, met| {
            let (a, of_a) = &self.looks[group[&u64::from(text)]];
            for (b, of_b) in &self.holders[met] {
                if of_a != of_b {
                    emit(&[a, b]);
                }
            }
        });
        self.holders.clear();
        self.looks.clear();
        Ok(())
    }
}

/// Those of the pairs that are copies, the first of which may be in the second.
pub(super) struct Contain(pub(super) CopyFinder);

impl Step for Contain {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (Some(least), a, b) = (self.0.rule.containment, Text::of(row[2])?, Text::of(row[3])?) else { return Ok(()) };
        let (room, suffices) = a.sample.room(least, || a.whole());
        let of = |text: &Text| if suffices { text.sample.values().to_vec() } else { text.whole() };
        let overlap = Overlap::of(&a.shingles, &b.shingles);
        if Wanted::new(&of(&a), &a.sample, room).may_be_in(&of(&b), &b.sample) && self.0.is_copy(a.days, b.days, &overlap) {
            tell(&self.0, (row[0], &a.shingles), (row[1], &b.shingles), overlap, emit);
        }
        Ok(())
    }
}

/// Each group with the one that it joins: most of its members hold the other one's text. All links, by single linkage.
pub(super) struct Held {
    linkage: Linkage,
    size: usize,
    /// The shorter group, the last of the holders, how many there are, and the most that is shared.
    shorter: Vec<(Vec<u8>, Vec<u8>, usize, usize)>,
}

impl Held {
    pub(super) fn new(config: &Config) -> Held {
        Held { linkage: config.linkage, size: 0, shorter: Vec::new() }
    }
}

impl Group for Held {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let [longer, shorter, a, _, overlap, kind, size] = row else { return Err(wire::foreign()) };
        if self.linkage == Linkage::Single {
            emit(&[longer, shorter]);
            return Ok(());
        }
        if kind.first().is_none_or(|kind| kind & CONTAINS == 0) {
            return Ok(());
        }
        let size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
        self.size = size.ok_or_else(|| Error::Input("the size of a group is no number".to_owned()))?;
        let shared = wire::overlap_of(overlap)?.shared;
        match self.shorter.last_mut() {
            Some(last) if last.0 == *shorter => {
                last.2 += usize::from(last.1 != *a);
                last.3 = last.3.max(shared);
                last.1 = a.to_vec();
            }
            _ => self.shorter.push((shorter.to_vec(), a.to_vec(), 1, shared)),
        }
        Ok(())
    }

    fn close(&mut self, longer: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let size = self.size;
        let most = self.shorter.drain(..).filter(|row| row.2 * 2 > size).max_by_key(|row| (row.3, Reverse(row.0.clone())));
        if let Some((shorter, ..)) = most {
            emit(&[longer, &shorter]);
        }
        Ok(())
    }
}
