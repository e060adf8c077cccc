//! Average linkage on a sparse graph, in integers: the same groups whatever the order of the edges.
//!
//! Two groups merge while the mean weight of all pairs between them, a missing pair counting 0, is at least the bound; the pair of
//! groups with the highest mean goes first, ties by the smallest member (Sokal and Michener 1958, UPGMA). Means are compared as
//! fractions, never divided. Each merge pushes the new group's neighbors anew: O(edges log edges) while groups have few of them, more
//! around hubs.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// Weight of a pair; sums of up to 2^32 of them, a story of 90,000 groups compared with each other, stay below 2^64.
pub type Weight = u32;

/// An edge of the graph: two nodes and how alike they are.
pub type Edge = (u32, u32, Weight);

/// A mean as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mean {
    sum: u64,
    pairs: u64,
}

impl Ord for Mean {
    fn cmp(&self, other: &Mean) -> Ordering {
        (u128::from(self.sum) * u128::from(other.pairs)).cmp(&(u128::from(other.sum) * u128::from(self.pairs)))
    }
}

impl PartialOrd for Mean {
    fn partial_cmp(&self, other: &Mean) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What groups must obey.
#[derive(Debug, Clone, Default)]
pub struct Pins {
    /// Pairs that share a group whatever their weight.
    pub together: Vec<(u32, u32)>,
    /// Pairs that never share a group.
    pub apart: Vec<(u32, u32)>,
}

/// Groups of `nodes` nodes: for each the smallest node of its group. Mean weights of at least `least(size)` merge, where `size` counts
/// the nodes of the group that would arise.
#[must_use]
pub fn average(nodes: usize, edges: &[Edge], least: impl Fn(usize) -> Weight, pins: &Pins) -> Vec<u32> {
    link(nodes, edges, least, pins, |_| ()).labels()
}

/// The merges that [`average`] makes with one bound and no pins, in order: two nodes whose groups merge, and the mean weight, rounded
/// down. The means never rise, so that those of at least a higher bound are what that bound would have made.
#[must_use]
pub fn merges(nodes: usize, edges: &[Edge], least: Weight) -> Vec<Edge> {
    let mut found = Vec::new();
    link(nodes, edges, |_| least, &Pins::default(), |merge| found.push(merge));
    found
}

fn link(nodes: usize, edges: &[Edge], least: impl Fn(usize) -> Weight, pins: &Pins, mut merged: impl FnMut(Edge)) -> Partition {
    let lowest = (2..=nodes).map(&least).min().unwrap_or(0);
    let mut groups = Groups::new(nodes, inside(nodes, edges, lowest, pins), &pins.apart);
    for (a, b) in &pins.together {
        groups.merge(*a, *b);
    }
    // A pair below the bound stays there until one of its groups grows, and then it is looked at anew.
    let candidate = |groups: &Groups, a: u32, b: u32| {
        let (mean, size) = (groups.mean(a, b), groups.size[a as usize] + groups.size[b as usize]);
        (mean.sum >= u64::from(least(size as usize)) * mean.pairs).then_some((mean, Reverse(a.min(b)), Reverse(a.max(b))))
    };
    let mut heap = BinaryHeap::new();
    for a in 0..nodes as u32 {
        heap.extend(groups.sums[a as usize].range(a + 1..).filter_map(|(b, _)| candidate(&groups, a, *b)));
    }
    while let Some((mean, Reverse(a), Reverse(b))) = heap.pop() {
        // An entry is stale when either group has since changed.
        if groups.partition.root(a) != a || groups.partition.root(b) != b || groups.mean(a, b) != mean {
            continue;
        }
        let Some(a) = groups.merge(a, b) else { continue };
        merged((a, b, (mean.sum / mean.pairs) as Weight));
        heap.extend(groups.sums[a as usize].keys().filter_map(|other| candidate(&groups, a, *other)));
    }
    groups.partition
}

/// The edges that can matter. Groups merge only where a pair between them reaches the bound, so that no merge leads out of a component
/// of such pairs, and no edge between two components is ever looked at.
fn inside<'e>(nodes: usize, edges: &'e [Edge], least: Weight, pins: &Pins) -> impl Iterator<Item = &'e Edge> {
    let strong = edges.iter().filter(|edge| edge.2 >= least).map(|edge| (edge.0, edge.1));
    let component = components(nodes, strong.chain(pins.together.iter().copied()));
    edges.iter().filter(move |edge| component[edge.0 as usize] == component[edge.1 as usize])
}

/// Disjoint groups of nodes, each named by its smallest node, that obey pairs pinned apart.
#[derive(Debug, Clone, Default)]
pub struct Partition {
    parent: Vec<u32>,
    /// Of the few roots that have any, the roots they never join.
    apart: BTreeMap<u32, BTreeSet<u32>>,
}

impl Partition {
    /// Every node alone.
    #[must_use]
    pub fn new(nodes: usize, apart: &[(u32, u32)]) -> Partition {
        let mut found = Partition { parent: (0..nodes as u32).collect(), apart: BTreeMap::new() };
        for (a, b) in apart.iter().filter(|(a, b)| a != b) {
            found.apart.entry(*a).or_default().insert(*b);
            found.apart.entry(*b).or_default().insert(*a);
        }
        found
    }

    /// Adds a node, alone; returns its number.
    pub fn grow(&mut self) -> u32 {
        let node = self.parent.len() as u32;
        self.parent.push(node);
        node
    }

    /// The smallest node of the group of `node`.
    pub fn root(&mut self, node: u32) -> u32 {
        find(&mut self.parent, node)
    }

    /// Makes one group of two unless members are pinned apart; returns the new and the vanished root.
    pub fn join(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.root(a), self.root(b));
        let (a, b) = (a.min(b), a.max(b));
        if a == b || self.apart.get(&a).is_some_and(|apart| apart.contains(&b)) {
            return None;
        }
        self.parent[b as usize] = a;
        for other in self.apart.remove(&b).unwrap_or_default() {
            let theirs = self.apart.entry(other).or_default();
            theirs.remove(&b);
            theirs.insert(a);
            self.apart.entry(a).or_default().insert(other);
        }
        Some((a, b))
    }

    /// The root of every node.
    #[must_use]
    pub fn labels(mut self) -> Vec<u32> {
        (0..self.parent.len() as u32).map(|node| self.root(node)).collect()
    }
}

/// Connected components: for each node the smallest node it is connected with.
#[must_use]
pub fn components(nodes: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut groups = Partition::new(nodes, &[]);
    for (a, b) in edges {
        groups.join(a, b);
    }
    groups.labels()
}

fn find(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

struct Groups {
    partition: Partition,
    size: Vec<u64>,
    /// For each group, the sum of weights to each other group it has an edge to.
    sums: Vec<BTreeMap<u32, u64>>,
}

impl Groups {
    fn new<'e>(nodes: usize, edges: impl Iterator<Item = &'e Edge>, apart: &[(u32, u32)]) -> Groups {
        let mut sums: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); nodes];
        for (a, b, weight) in edges.filter(|edge| edge.0 != edge.1) {
            sums[*a as usize].insert(*b, u64::from(*weight));
            sums[*b as usize].insert(*a, u64::from(*weight));
        }
        Groups { partition: Partition::new(nodes, apart), size: vec![1; nodes], sums }
    }

    fn mean(&self, a: u32, b: u32) -> Mean {
        let sum = self.sums[a as usize].get(&b).copied().unwrap_or(0);
        Mean { sum, pairs: self.size[a as usize] * self.size[b as usize] }
    }

    /// Merges two groups unless they are pinned apart; returns the new root.
    fn merge(&mut self, a: u32, b: u32) -> Option<u32> {
        let (a, b) = self.partition.join(a, b)?;
        self.size[a as usize] += self.size[b as usize];
        self.sums[a as usize].remove(&b);
        for (other, sum) in std::mem::take(&mut self.sums[b as usize]) {
            self.sums[other as usize].remove(&b);
            if other != a {
                *self.sums[a as usize].entry(other).or_default() += sum;
                *self.sums[other as usize].entry(a).or_default() += sum;
            }
        }
        Some(a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_is_cut_where_its_ends_are_unlike() {
        let chain = [(0, 1, 60), (1, 2, 55)];
        assert_eq!(average(3, &chain, |_| 40, &Pins::default()), [0, 0, 2]);
        assert_eq!(components(3, chain.iter().map(|edge| (edge.0, edge.1))), [0, 0, 0]);
        assert_eq!(average(3, &[(0, 1, 60), (1, 2, 55), (0, 2, 30)], |_| 40, &Pins::default()), [0, 0, 0]);
    }

    #[test]
    fn pins_are_obeyed() {
        let edges = [(0, 1, 90), (1, 2, 90), (0, 2, 90)];
        let pins = Pins { together: vec![(2, 3)], apart: vec![(0, 3)] };
        let found = average(4, &edges, |_| 20, &pins);
        assert_eq!(found[2], found[3]);
        assert_ne!(found[0], found[3]);
    }

    #[test]
    fn a_rising_bound_stops_large_groups() {
        let edges: Vec<Edge> = (0..6).flat_map(|a| (a + 1..6).map(move |b| (a, b, 50))).collect();
        assert_eq!(average(6, &edges, |_| 50, &Pins::default()), [0; 6]);
        let found = average(6, &edges, |size| if size > 3 { 60 } else { 50 }, &Pins::default());
        assert!((0..6u32).all(|group| found.iter().filter(|label| **label == group).count() <= 3));
    }

    /// All pairs, all means, the definition itself.
    fn oracle(nodes: usize, weight: &BTreeMap<(u32, u32), u32>, least: u32) -> Vec<u32> {
        let mut groups: Vec<Vec<u32>> = (0..nodes as u32).map(|node| vec![node]).collect();
        loop {
            let mut best: Option<(_, usize, usize)> = None;
            for i in 0..groups.len() {
                for j in 0..groups.len() {
                    if groups[i][0] < groups[j][0] {
                        let pairs = groups[i].iter().flat_map(|a| groups[j].iter().map(move |b| (*a.min(b), *a.max(b))));
                        let sum = pairs.filter_map(|pair| weight.get(&pair)).map(|weight| u64::from(*weight)).sum();
                        let mean = Mean { sum, pairs: (groups[i].len() * groups[j].len()) as u64 };
                        let order = (mean, Reverse(groups[i][0]), Reverse(groups[j][0]));
                        if mean.sum >= u64::from(least) * mean.pairs && best.is_none_or(|best| order > best.0) {
                            best = Some((order, i, j));
                        }
                    }
                }
            }
            let Some((_, i, j)) = best else { break };
            let moved = groups[j].clone();
            groups[i].extend(moved);
            groups[i].sort_unstable();
            groups.remove(j);
        }
        let mut labels = vec![0; nodes];
        for group in groups {
            for node in &group {
                labels[*node as usize] = group[0];
            }
        }
        labels
    }

    proptest! {
        #[test]
        fn the_definition_is_met_in_any_order_of_edges(edges in prop::collection::vec((0u32..9, 0u32..9, 1u32..12), 0..30), least in 1u32..10) {
            let weight: BTreeMap<(u32, u32), u32> = edges.iter().filter(|edge| edge.0 < edge.1).map(|edge| ((edge.0, edge.1), edge.2)).collect();
            let mut list: Vec<Edge> = weight.iter().map(|(pair, weight)| (pair.0, pair.1, *weight)).collect();
            let found = average(9, &list, |_| least, &Pins::default());
            prop_assert_eq!(&found, &oracle(9, &weight, least));
            list.reverse();
            prop_assert_eq!(&found, &average(9, &list, |_| least, &Pins::default()));
            let all = merges(9, &list, 1);
            prop_assert!(all.windows(2).all(|pair| pair[0].2 >= pair[1].2));
            prop_assert_eq!(found, components(9, all.iter().filter(|merge| merge.2 >= least).map(|merge| (merge.0, merge.1))));
        }
    }
}
