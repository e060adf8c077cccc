//! From scored pairs of reports to stories.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::candidates::{AllGaps, entry_of, scored};
use super::terms::{Common, REPORT, is_across, parts};
use super::wire;
use super::{Emit, Group, Shared, Step};
use crate::cluster::fragments;
use crate::error::Result;
use crate::linkage::{self, Edge, Pins};
use crate::story::spread::{self, CUTS, Cut, Desk, Entry, Side};
use crate::story::{MERGE, RELATED};

/// The pairs of one component, by names.
#[derive(Default)]
struct Component {
    numbers: AHashMap<Vec<u8>, u32>,
    edges: Vec<Edge>,
}

impl Component {
    fn number(&mut self, name: &[u8]) -> u32 {
        let next = self.numbers.len() as u32;
        self.numbers.get(name).copied().unwrap_or_else(|| *self.numbers.entry(name.to_vec()).or_insert(next))
    }

    fn push(&mut self, a: &[u8], b: &[u8], weight: u32) {
        let edge = (self.number(a), self.number(b), weight);
        self.edges.push(edge);
    }

    /// Its nodes in order, and the edges by their places there.
    fn take(&mut self) -> (Vec<Vec<u8>>, Vec<Edge>) {
        let Component { numbers, mut edges } = std::mem::take(self);
        let mut nodes: Vec<(Vec<u8>, u32)> = numbers.into_iter().collect();
        nodes.sort_unstable();
        let mut places = vec![0; nodes.len()];
        (0..).zip(&nodes).for_each(|(at, node)| places[node.1 as usize] = at);
        for (a, b, _) in &mut edges {
            let ends = [places[*a as usize], places[*b as usize]];
            (*a, *b) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        }
        (nodes.into_iter().map(|node| node.0).collect(), edges)
    }
}

/// The stories of reports at each of the cuts that are tried: their numbers in the component, and their sizes.
#[derive(Default)]
pub(super) struct Cuts(Component);

impl Group for Cuts {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let probability = spread::probability(scored(row[3])?.0, false, 0);
        if probability >= RELATED {
            self.0.push(row[1], row[2], probability);
        }
        Ok(())
    }

    fn close(&mut self, root: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (nodes, edges) = self.0.take();
        for (node, cuts) in nodes.iter().zip(spread::cuts(nodes.len(), &edges)) {
            emit(&[node, root, &wire::to_bytes(&cuts)?]);
        }
        Ok(())
    }
}

/// How distinct stories are at each cut, summed over the reports of a task: of each report first its own row, without another, then those that
/// it was compared with.
#[derive(Default)]
pub(super) struct Silhouettes {
    own: Option<(u32, [Cut; CUTS])>,
    near: Vec<(u32, [Cut; CUTS], u32)>,
    /// Components by number.
    roots: BTreeMap<Vec<u8>, u32>,
    sums: [i64; CUTS],
}

impl Group for Silhouettes {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [_, other, value, root, cuts] = row else { return Err(wire::foreign()) };
        // Who is in no component is alone at every cut.
        let is_alone = cuts.is_empty();
        let next = self.roots.len() as u32;
        let root = *self.roots.entry(if is_alone { other.to_vec() } else { root.to_vec() }).or_insert(next);
        let cuts: [Cut; CUTS] = if is_alone { [(u32::MAX, 1); CUTS] } else { wire::of_bytes(cuts)? };
        if other.is_empty() {
            self.own = Some((root, cuts));
        } else {
            self.near.push((root, cuts, scored(value)?.1));
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], _: &mut Emit<'_>) -> Result<()> {
        let near = std::mem::take(&mut self.near);
        self.roots.clear();
        let (root, own) = self.own.take().ok_or_else(wire::foreign)?;
        for (at, sum) in self.sums.iter_mut().enumerate() {
            let others = near.iter().map(|(root, cuts, alike)| ((*root, cuts[at].0), cuts[at].1, *alike));
            *sum = sum.saturating_add(spread::silhouette(((root, own[at].0), own[at].1), others));
        }
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        emit(&[b"silhouettes", &wire::to_bytes(&self.sums)?]);
        Ok(())
    }
}

/// What is added to scores, from all silhouettes.
fn shift(common: &Common, shared: &Shared<'_>) -> Result<i64> {
    let mut sums = [0i64; CUTS];
    for (_, part) in shared.iter().filter(|row| row.0 == b"silhouettes") {
        let part: [i64; CUTS] = wire::of_bytes(part)?;
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum = sum.saturating_add(part));
    }
    Ok(spread::shift(common.reports(), sums))
}

/// Probabilities of pairs; the kind is 1 for those that can merge, 2 for those that are more likely than not.
pub(super) struct Edges {
    shift: i64,
}

impl Edges {
    pub(super) fn new(common: &Common, shared: &Shared<'_>) -> Result<Edges> {
        Ok(Edges { shift: shift(common, shared)? })
    }
}

impl Step for Edges {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let ((a, corpus), (b, _)) = (parts(row[0])?, parts(row[1])?);
        let probability = spread::probability(scored(row[2])?.0, is_across(corpus), self.shift);
        let kind = u8::from(probability >= MERGE) + u8::from(probability >= MERGE.max(fragments::LEAST));
        emit(&[&a, &b, &probability.to_le_bytes(), &[kind]]);
        Ok(())
    }
}

/// Average linkage in a component of reports that can merge: the story of each by its smallest report.
#[derive(Default)]
pub(super) struct Linked(Component);

impl Group for Linked {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let probability = wire::Bytes(row[3]).u32()?;
        if probability >= RELATED {
            self.0.push(row[1], row[2], probability);
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (nodes, edges) = self.0.take();
        let labels = linkage::average(nodes.len(), &edges, |_| MERGE, &Pins::default());
        nodes.iter().zip(labels).for_each(|(node, label)| emit(&[node, &nodes[label as usize]]));
        Ok(())
    }
}

/// The reports that were compared with so many that some were surely left out.
#[derive(Default)]
pub(super) struct Full(usize);

impl Group for Full {
    fn row(&mut self, _: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn close(&mut self, report: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        if std::mem::take(&mut self.0) >= fragments::FULL {
            emit(&[report]);
        }
        Ok(())
    }
}

/// A report of a fragment.
struct Member {
    report: [u8; REPORT],
    label: Vec<u8>,
    within: Option<Entry>,
    across: Option<Entry>,
    sides: BTreeMap<Vec<u8>, Side>,
}

/// Large stories that were found in fragments: those that hold likely pairs, compared for themselves. Of each report there is a row with its
/// story, without another report; one for each of the likely pairs; and, under the corpora behind a sign, what it weighs and what is usual around it.
pub(super) struct Fragments {
    shift: i64,
    gaps: AllGaps,
    members: Vec<Member>,
    likely: Vec<([u8; REPORT], [u8; REPORT])>,
}

/// The signs of likely pairs, …
const PAIR: u8 = b'p';
/// … and of what a report weighs.
const ENTRY: u8 = b'e';

impl Fragments {
    pub(super) fn new(common: &Common, shared: &Shared<'_>) -> Result<Fragments> {
        let gaps = AllGaps::new(common, shared)?;
        Ok(Fragments { shift: shift(common, shared)?, gaps, members: Vec::new(), likely: Vec::new() })
    }

    /// The probability of two members.
    fn probability(&self, desks: &mut BTreeMap<bool, (u32, Desk)>, a: u32, b: u32) -> Option<u32> {
        let (x, y) = (&self.members[a as usize], &self.members[b as usize]);
        let across = x.within.as_ref()?.lang() != y.within.as_ref()?.lang();
        let entry = |of: &Member| if across { of.across.clone() } else { of.within.clone() };
        if desks.get(&across).is_none_or(|desk| desk.0 != a) {
            desks.insert(across, (a, Desk::new(entry(x)?)));
        }
        let met = desks.get(&across)?.1.meet(&entry(y)?)?;
        let corpus = if across { spread::ACROSS.as_bytes() } else { x.within.as_ref()?.lang().as_bytes() };
        let side = |of: &Member, size: u32| of.sides.get(corpus).copied().unwrap_or_else(|| spread::look_around(size, std::iter::empty()));
        let settled = spread::Settled::new(met, (side(x, met.sizes.0), side(y, met.sizes.1)));
        Some(spread::probability(settled.logit(self.gaps.of(corpus).ok()?), across, self.shift))
    }
}

impl Group for Fragments {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [_, report, other, value] = row else { return Err(wire::foreign()) };
        let report = parts(report)?.0;
        match other.split_first() {
            None => {
                let member = Member { report, label: value.to_vec(), within: None, across: None, sides: BTreeMap::new() };
                self.members.push(member);
            }
            Some((&PAIR, other)) => self.likely.push((report, parts(other)?.0)),
            Some((kind, corpus)) => {
                let member = self.members.last_mut().filter(|member| member.report == report).ok_or_else(wire::foreign)?;
                match (*kind, is_across(corpus)) {
                    (ENTRY, true) => member.across = Some(entry_of(value)?),
                    (ENTRY, false) => {
                        // What days say has to be known of every corpus.
                        self.gaps.of(corpus)?;
                        member.within = Some(entry_of(value)?);
                    }
                    _ => member.sides.extend([(corpus.to_vec(), wire::of_sound(value, Side::is_sound)?)]),
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let at = |report: &[u8]| self.members.binary_search_by(|member| member.report.as_slice().cmp(report));
        let number = |report: &[u8]| at(report).map(|at| at as u32).map_err(|_| wire::foreign());
        let labels = self.members.iter().map(|member| number(&member.label)).collect::<Result<Vec<u32>>>()?;
        let likely = self.likely.iter().map(|(a, b)| Ok((number(a)?, number(b)?))).collect::<Result<Vec<_>>>()?;
        let this = &*self;
        let comparer = || {
            let mut desks = BTreeMap::new();
            move |a, b| this.probability(&mut desks, a, b).unwrap_or(0)
        };
        let labels = fragments::together(labels, &likely, comparer, &Pins::default());
        for (member, label) in self.members.iter().zip(labels) {
            emit(&[&member.report, &self.members[label as usize].report]);
        }
        self.members.clear();
        self.likely.clear();
        Ok(())
    }
}
