//! Grouping pairs into records of one thing: group-average linkage in falling weight, with pairs that may not stand together.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Of the pairs between two clusters that were not compared, at most about so many are: evenly chosen ones stand for all.
const SAMPLE: usize = 24;

/// What may not stand in one cluster, and what a pair weighs that was not found by its keys.
pub(crate) trait Linkage {
    /// What a record brings that must not meet something else, for example its tax number.
    type Marks: Clone;

    /// The marks of one record.
    fn marks(&self, record: u32) -> Self::Marks;
    /// Whether clusters with these marks may be one.
    fn together(&self, one: &Self::Marks, other: &Self::Marks) -> bool;
    /// The marks of both.
    fn join(&self, one: &Self::Marks, other: &Self::Marks) -> Self::Marks;
    /// The records that may not stand in one cluster with this one, in rising order.
    fn apart(&self, record: u32) -> &[u32];
    /// The weight of a pair that is not among the edges.
    fn weight(&self, one: u32, other: u32) -> f64;
}

/// A pair of clusters, by the average weight of the pairs between them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Join {
    weight: f64,
    one: u32,
    other: u32,
}

impl Eq for Join {}

impl Ord for Join {
    /// The heaviest first; of equals the one of the first records, so that the order of the input does not matter.
    fn cmp(&self, other: &Self) -> Ordering {
        let weight = self.weight.total_cmp(&other.weight);
        weight.then_with(|| (other.one, other.other).cmp(&(self.one, self.other)))
    }
}

impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Cluster<M> {
    records: Vec<u32>,
    marks: M,
    /// The other clusters to which edges lead, with the sum of the weights and the number of the edges.
    near: BTreeMap<u32, (f64, u32)>,
}

/// Groups records so that on average the pairs between two parts of a group weigh at least `threshold`. Gives the groups of
/// two or more, each in rising order, in the order of their first records.
///
/// `edges` are pairs of records, the smaller first, each once, with their weights: at least all of `threshold` and more, since
/// no average reaches it without one of them.
pub(crate) fn group<L: Linkage>(edges: &[(u32, u32, f64)], threshold: f64, linkage: &L) -> Vec<Vec<u32>> {
    let mut state =
        State { linkage, clusters: BTreeMap::new(), home: HashMap::new(), heap: BinaryHeap::new(), threshold };
    for &(one, other, weight) in edges {
        state.edge(one, other, weight);
    }
    state.fill();
    while let Some(join) = state.heap.pop() {
        state.join(join);
    }
    let mut groups: Vec<Vec<u32>> = state.clusters.into_values().map(|cluster| cluster.records).collect();
    groups.retain(|group| group.len() > 1);
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort_unstable();
    groups
}

struct State<'a, L: Linkage> {
    linkage: &'a L,
    clusters: BTreeMap<u32, Cluster<L::Marks>>,
    /// In which cluster a record is, if it has left its own.
    home: HashMap<u32, u32>,
    heap: BinaryHeap<Join>,
    threshold: f64,
}

impl<L: Linkage> State<'_, L> {
    fn edge(&mut self, one: u32, other: u32, weight: f64) {
        for (from, to) in [(one, other), (other, one)] {
            let linkage = self.linkage;
            let cluster = self.clusters.entry(from).or_insert_with(|| Cluster {
                records: vec![from],
                marks: linkage.marks(from),
                near: BTreeMap::new(),
            });
            cluster.near.insert(to, (weight, 1));
        }
    }

    fn fill(&mut self) {
        let pairs: Vec<(u32, u32)> = self
            .clusters
            .iter()
            .flat_map(|(one, cluster)| {
                cluster.near.keys().filter(move |other| one < *other).map(move |other| (*one, *other))
            })
            .collect();
        for (one, other) in pairs {
            self.offer(one, other);
        }
    }

    /// Puts a pair of clusters into the line, if it may be joined and is heavy enough.
    fn offer(&mut self, one: u32, other: u32) {
        if let Some(weight) = self.average(one, other).filter(|weight| *weight >= self.threshold) {
            self.heap.push(Join { weight, one: one.min(other), other: one.max(other) });
        }
    }

    /// The average weight of the pairs between two clusters; `None` if they may not be one. Pairs that no edge tells are
    /// compared; where there are many, some of them stand for all.
    fn average(&self, one: u32, other: u32) -> Option<f64> {
        let (left, right) = (self.clusters.get(&one)?, self.clusters.get(&other)?);
        let (sum, count) = left.near.get(&other).copied()?;
        if !self.linkage.together(&left.marks, &right.marks) || self.kept_apart(one, left, other, right) {
            return None;
        }
        let pairs = left.records.len().saturating_mul(right.records.len());
        let known = usize::try_from(count).unwrap_or(usize::MAX);
        if known >= pairs {
            return Some(sum / f64::from(count));
        }
        let step = pairs.div_ceil(SAMPLE);
        let (mut sampled, mut number) = (0.0, 0.0);
        for at in (0..pairs).step_by(step) {
            let (from, to) = (at.checked_div(right.records.len())?, at.checked_rem(right.records.len())?);
            let (from, to) = (*left.records.get(from)?, *right.records.get(to)?);
            sampled += self.linkage.weight(from.min(to), from.max(to));
            number += 1.0;
        }
        if step == 1 {
            return Some(sampled / number);
        }
        let missing = f64::from(u32::try_from(pairs - known).unwrap_or(u32::MAX));
        Some((sum + missing * sampled / number) / (f64::from(count) + missing))
    }

    /// Whether a record of one cluster may not stand with one of the other.
    fn kept_apart(&self, one: u32, left: &Cluster<L::Marks>, other: u32, right: &Cluster<L::Marks>) -> bool {
        let (records, far) =
            if left.records.len() <= right.records.len() { (&left.records, other) } else { (&right.records, one) };
        let home = |record: &u32| self.home.get(record).copied().unwrap_or(*record);
        records.iter().any(|record| self.linkage.apart(*record).iter().any(|banned| home(banned) == far))
    }

    fn join(&mut self, join: Join) {
        let Join { weight, one, other } = join;
        let still = self.average(one, other).is_some_and(|now| now.total_cmp(&weight) == Ordering::Equal);
        if !still {
            return;
        }
        let (Some(mut left), Some(right)) = (self.clusters.remove(&one), self.clusters.remove(&other)) else { return };
        left.marks = self.linkage.join(&left.marks, &right.marks);
        self.home.extend(right.records.iter().map(|record| (*record, one)));
        left.records.extend(right.records);
        left.near.remove(&other);
        let mut touched = Vec::with_capacity(left.near.len());
        for (near, (sum, count)) in right.near {
            if near != one {
                let entry = left.near.entry(near).or_insert((0.0, 0));
                *entry = (entry.0 + sum, entry.1 + count);
            }
        }
        for (near, edge) in &left.near {
            if let Some(cluster) = self.clusters.get_mut(near) {
                cluster.near.remove(&other);
                cluster.near.insert(one, *edge);
                touched.push(*near);
            }
        }
        self.clusters.insert(one, left);
        for near in touched {
            self.offer(one, near);
        }
    }
}
