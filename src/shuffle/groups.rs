//! Connected components, and the copy groups in them.

use ahash::AHashMap;

use super::wire::{self, Text};
use super::{Emit, Step};
use crate::copies::{CopyFinder, Link, Work};
use crate::error::Result;

/// Disjoint sets of nodes that are named by bytes (Tarjan 1975).
#[derive(Default)]
struct Sets {
    number: AHashMap<Box<[u8]>, u32>,
    names: Vec<Box<[u8]>>,
    parent: Vec<u32>,
}

impl Sets {
    fn node(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.number.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.number.insert(name.into(), number);
        self.names.push(name.into());
        self.parent.push(number);
        number
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            self.parent[node as usize] = self.parent[self.parent[node as usize] as usize];
            node = self.parent[node as usize];
        }
        node
    }

    /// Joins two sets, the one with the smaller name in front; false when they were one.
    fn join(&mut self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = (self.node(a), self.node(b));
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return false;
        }
        let (first, second) = if self.names[a as usize] < self.names[b as usize] { (a, b) } else { (b, a) };
        self.parent[second as usize] = first;
        true
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
        for node in 0..self.0.names.len() as u32 {
            let root = self.0.root(node);
            emit(&[&self.0.names[node as usize], &self.0.names[root as usize]]);
        }
        Ok(())
    }
}

/// Average linkage inside components of texts that resemble each other: a text has no second end, a link has.
pub(super) struct Groups {
    finder: CopyFinder,
    root: Vec<u8>,
    units: Vec<Vec<u8>>,
    texts: Vec<Text>,
    links: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

impl Groups {
    pub(super) fn new(finder: CopyFinder) -> Groups {
        Groups { finder, root: Vec::new(), units: Vec::new(), texts: Vec::new(), links: Vec::new() }
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
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

impl Step for Groups {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let [root, a, b, value] = row else { return Err(wire::foreign()) };
        if *root != self.root {
            self.tell(emit)?;
            self.root = root.to_vec();
        }
        if b.is_empty() {
            self.units.push(a.to_vec());
            self.texts.push(Text::of(value)?);
        } else {
            self.links.push((a.to_vec(), b.to_vec(), value.to_vec()));
        }
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.tell(emit)
    }
}
