//! Connected components, and the copy groups in them.

use ahash::AHashMap;

use super::wire::{self, Text};
use super::{Emit, Group, Step};
use crate::copies::{CopyFinder, Link, Work};
use crate::error::Result;
use crate::linkage::Partition;

/// Disjoint sets of nodes that are named by bytes.
#[derive(Default)]
struct Sets {
    number: AHashMap<Box<[u8]>, u32>,
    names: Vec<Box<[u8]>>,
    partition: Partition,
}

impl Sets {
    fn node(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.number.get(name) {
            return *number;
        }
        let number = self.partition.grow();
        self.number.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    /// Joins two sets; false when they were one.
    fn join(&mut self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = (self.node(a), self.node(b));
        self.partition.join(a, b).is_some()
    }
}

/// Those of the edges that connect what none before them did.
#[derive(Default)]
pub(super) struct Forest(Sets);

impl Step for Forest {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        if self.0.join(row[0], row[1]) {
            emit(row);
        }
        Ok(())
    }
}

/// The smallest node of each node's component, once all edges have come to one task.
#[derive(Default)]
pub(super) struct Components(Sets);

impl Step for Components {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.join(row[0], row[1]);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        let Sets { names, partition, .. } = std::mem::take(&mut self.0);
        let labels = partition.labels();
        let mut least: Vec<&[u8]> = names.iter().map(|name| &**name).collect();
        for (name, label) in names.iter().zip(&labels) {
            let least = &mut least[*label as usize];
            *least = (*least).min(name);
        }
        names.iter().zip(labels).for_each(|(name, label)| emit(&[name, least[label as usize]]));
        Ok(())
    }
}

/// A turn of the stars that find components without anyone holding one (Kiveris et al. 2014, "Connected components in MapReduce and
/// beyond"): of each node's neighbors, by the smallest of it and them, the larger ones, or, of smaller ones alone, all and the node itself.
#[derive(Default)]
pub(super) struct Star {
    is_small: bool,
    least: Option<Vec<u8>>,
    last: Vec<u8>,
}

impl Star {
    /// The turn that reads edges in both directions.
    pub(super) fn large() -> Star {
        Star::default()
    }

    /// … and the one that reads each from its larger end.
    pub(super) fn small() -> Star {
        Star { is_small: true, ..Star::default() }
    }
}

impl Group for Star {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let [node, other] = row else { return Err(wire::foreign()) };
        // Rows are sorted: the first neighbor is the smallest, and equal ones follow each other.
        let is_first = self.least.is_none();
        let least = self.least.get_or_insert_with(|| node.min(other).to_vec());
        if is_first || self.last != *other {
            if (self.is_small && least != other) || (!self.is_small && other > node) {
                emit(&[other, least]);
            }
            self.last.clear();
            self.last.extend_from_slice(other);
        }
        Ok(())
    }

    fn close(&mut self, node: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let least = self.least.take();
        if let Some(least) = least.filter(|least| self.is_small && least != node) {
            emit(&[node, &least]);
        }
        Ok(())
    }
}

/// Average linkage inside components of texts that resemble each other: a text has no second end, a link has.
pub(super) struct Groups {
    finder: CopyFinder,
    units: Vec<Vec<u8>>,
    texts: Vec<Text>,
    links: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

impl Groups {
    pub(super) fn new(finder: CopyFinder) -> Groups {
        Groups { finder, units: Vec::new(), texts: Vec::new(), links: Vec::new() }
    }
}

impl Group for Groups {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [_, a, b, value] = row else { return Err(wire::foreign()) };
        if b.is_empty() {
            self.units.push(a.to_vec());
            self.texts.push(Text::of(value)?);
        } else {
            self.links.push((a.to_vec(), b.to_vec(), value.to_vec()));
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let units = std::mem::take(&mut self.units);
        let at = |unit: &Vec<u8>| units.binary_search(unit).map(|at| at as u32).map_err(|_| wire::foreign());
        let link = |(a, b, overlap): (Vec<u8>, Vec<u8>, Vec<u8>)| {
            let (a, b) = (at(&a)?, at(&b)?);
            Ok((a.min(b), a.max(b), wire::overlap_of(&overlap)?))
        };
        let mut links: Vec<Link> = self.links.drain(..).map(link).collect::<Result<_>>()?;
        links.sort_unstable_by_key(|link| (link.0, link.1));
        links.dedup_by_key(|link| (link.0, link.1));
        let (days, sets) = std::mem::take(&mut self.texts).into_iter().map(|text| (text.days, text.shingles)).unzip();
        let work = Work { finder: &self.finder, days, sets, apart: Vec::new() };
        let labels = work.average(&links, &mut 0);
        units.iter().zip(labels).for_each(|(unit, label)| emit(&[unit, &units[label as usize]]));
        Ok(())
    }
}
