//! From group and story numbers to the result that is printed: representatives, links, scores.

use std::cell::OnceCell;
use std::cmp::Reverse;

use smallvec::SmallVec;

use super::*;
use crate::link::{Link, LinkKind};

/// Most articles of a story whose pairs are all listed as links; a larger story lists those of its representatives.
const LINKED: usize = 256;
/// Most members of a copy group whose overlaps are all computed to choose a representative; of a larger group the first stands for it.
const COMPARED: usize = 64;
/// Most related stories named for one story.
const SHOWN_RELATED: usize = 5;

/// Overlaps between some articles: those that the search for copies kept, others computed when they are asked for.
struct Overlaps<'r> {
    run: &'r Run<'r>,
    articles: Vec<ArticleId>,
    sets: Vec<OnceCell<Shingles>>,
}

impl Overlaps<'_> {
    fn of(&self, a: ArticleId, b: ArticleId) -> Overlap {
        if let Some(overlap) = self.run.copies.overlap(a, b) {
            return overlap;
        }
        if self.run.copies.is_same_text(a, b) {
            return Overlap { shared: 1, smaller: 1, larger: 1 };
        }
        match (self.set(a), self.set(b)) {
            (Some(a), Some(b)) => Overlap::of(a, b),
            _ => Overlap::of(&self.run.shingles(a), &self.run.shingles(b)),
        }
    }

    fn set(&self, article: ArticleId) -> Option<&Shingles> {
        let at = self.articles.binary_search(&article).ok()?;
        Some(self.sets[at].get_or_init(|| self.run.shingles(article)))
    }
}

/// A pair of members and what links them, in the units that are summed.
struct Pair {
    link: Option<Link>,
    millionths: u64,
}

impl Run<'_> {
    /// The result.
    #[must_use]
    pub fn clustering(&self) -> Clustering {
        let mut groups: Vec<(u32, u32)> = self.story_of.iter().copied().zip(0..).collect();
        groups.par_sort_unstable();
        let size = |groups: &[(u32, u32)]| groups.iter().map(|row| self.groups[row.1 as usize].articles.len()).sum::<usize>();
        let mut order: Vec<&[(u32, u32)]> = groups.chunk_by(|a, b| a.0 == b.0).collect();
        // Groups are numbered by their smallest keys, and so stand stories by their first groups.
        order.par_sort_by_cached_key(|groups| (Reverse(size(groups)), groups[0].1));
        let (stories, scores): (Vec<_>, Vec<_>) = order.into_par_iter().map(|groups| self.story(groups.iter().map(|row| row.1))).unzip();
        drop(groups);
        let mut placements = self.unplaced();
        for (place, (story, scores)) in stories.iter().zip(scores).enumerate() {
            for (number, group) in story.copies.iter().enumerate() {
                for article in &group.articles {
                    let at = &mut placements[article.index()];
                    (at.story, at.copies, at.representative) = (place, number, *article == group.representative);
                }
            }
            for (article, score) in story.articles.iter().zip(scores) {
                placements[article.index()].score = Some(score);
            }
        }
        let mut counts = self.counts.clone();
        counts.push(("unlisted_links", stories.iter().map(unlisted).sum()));
        counts.push(("stories", stories.len() as u64));
        let mut found = Clustering { stories, placements, summary: Summary { counts } };
        self.relate(&mut found);
        found
    }

    /// What is said of each article beside its place.
    fn unplaced(&self) -> Vec<Placement> {
        let placement = |(own, lang): (&Own, &Option<Lang>)| Placement {
            story: 0,
            copies: 0,
            score: None,
            representative: false,
            lang: *lang,
            repaired: own.repaired,
            removed: own.removals.len() as u32,
        };
        self.own.iter().zip(&self.langs).map(placement).collect()
    }

    /// Overlaps between these articles.
    fn overlaps(&self, mut articles: Vec<ArticleId>) -> Overlaps<'_> {
        articles.sort_unstable();
        Overlaps { run: self, sets: vec![OnceCell::new(); articles.len()], articles }
    }

    /// Unknown dates last.
    fn by_date(&self, article: &ArticleId) -> (bool, i64, u32) {
        let when = self.articles[article.index()].published.as_ref().map(|published| published.when.order());
        (when.is_none(), when.unwrap_or(0), self.rank[article.index()])
    }

    /// A copy group, given by its members in the order of their keys, and the member that stands for it: the one most alike to the
    /// others, then the earliest, then the smallest key.
    pub(super) fn group(&self, members: Members) -> CopyGroup {
        let id = members[0];
        if members.len() == 1 {
            return CopyGroup { id, representative: id, articles: members };
        }
        // Two are as alike to each other.
        let overlaps = (3..=COMPARED).contains(&members.len()).then(|| self.overlaps(members.to_vec()));
        let alike = |article: &ArticleId| -> u64 {
            let Some(overlaps) = &overlaps else { return 0 };
            members.iter().map(|other| overlaps.of(*article, *other)).map(|overlap| overlap.resemblance().max(overlap.containment())).sum()
        };
        let representative = members
            .iter()
            .map(|article| (Reverse(alike(article)), self.by_date(article), *article))
            .min()
            .map_or(ArticleId(0), |best| best.2);
        let mut articles = members;
        articles.sort_by_key(|article| (*article != representative, self.by_date(article)));
        CopyGroup { id, representative, articles }
    }

    /// The story of some groups, in the order of their numbers, and the scores of its articles; one alone has none.
    fn story(&self, groups: impl Iterator<Item = u32>) -> (Story, Box<[f64]>) {
        let mut copies: SmallVec<[CopyGroup; 1]> = groups.map(|group| self.groups[group as usize].clone()).collect();
        let id = copies[0].id;
        if let [group] = &copies[..]
            && group.articles.len() == 1
        {
            let (articles, links, related) = (group.articles.clone(), Box::default(), Box::default());
            return (Story { id, representative: id, copies, articles, links, score: None, related }, Box::default());
        }
        let mut articles: Members = copies.iter().flat_map(|group| group.articles.iter().copied()).collect();
        articles.sort_by_key(|article| self.by_date(article));
        let (links, sums) = self.links(&copies, &articles);
        let others = articles.len() as u64 - 1;
        let scores = sums.iter().map(|sum| *sum as f64 / others as f64 / 1e6).collect();
        let score = Some(sums.iter().sum::<u64>() as f64 / (others * articles.len() as u64) as f64 / 1e6);
        // The story's face: the representative of a largest group with the best score, then the earliest.
        let sum_of: AHashMap<ArticleId, u64> = articles.iter().copied().zip(sums).collect();
        let face = copies.iter().max_by_key(|group| {
            let of = group.representative;
            (group.articles.len(), sum_of.get(&of).copied().unwrap_or(0), Reverse(self.by_date(&of)))
        });
        let representative = face.map_or(ArticleId(0), |group| group.representative);
        copies.sort_by_key(|group| Reverse(group.articles.len()));
        (Story { id, representative, copies, articles, links: links.into(), score, related: Box::default() }, scores)
    }

    /// Links inside a story, and the sum of link scores of each article in millionths.
    fn links(&self, copies: &[CopyGroup], articles: &[ArticleId]) -> (Vec<Link>, Vec<u64>) {
        let overlaps = self.overlaps(articles.to_vec());
        let mut sums = vec![0u64; articles.len()];
        let listed: Vec<usize> = if articles.len() <= LINKED {
            (0..articles.len()).collect()
        } else {
            let stands = |at: &usize| copies.iter().any(|group| group.representative == articles[*at]);
            (0..articles.len()).filter(stands).take(LINKED).collect()
        };
        let mut links = Vec::new();
        for (at, i) in listed.iter().enumerate() {
            for j in &listed[at + 1..] {
                let pair = self.pair(articles[*i], articles[*j], &overlaps);
                sums[*i] += pair.millionths;
                sums[*j] += pair.millionths;
                links.extend(pair.link);
            }
        }
        if listed.len() < articles.len() {
            self.sums_of_many(copies, articles, &overlaps, &mut sums);
        }
        links.sort_by_key(|link| (self.rank[link.a.index()], self.rank[link.b.index()]));
        (links, sums)
    }

    /// In a story too large for all pairs, an article's score is that of its copy group: its likeness to the representative for each
    /// other member, and the groups' probability for the rest.
    fn sums_of_many(&self, copies: &[CopyGroup], articles: &[ArticleId], overlaps: &Overlaps<'_>, sums: &mut [u64]) {
        let group_number = |group: &CopyGroup| self.group_of[group.representative.index()];
        let across: AHashMap<u32, u64> = copies
            .par_iter()
            .map(|group| {
                let other = |other: &CopyGroup| {
                    if group_number(other) == group_number(group) {
                        0
                    } else {
                        other.articles.len() as u64 * self.probability(group_number(group), group_number(other))
                    }
                };
                (group_number(group), copies.iter().map(other).sum())
            })
            .collect::<Vec<(u32, u64)>>()
            .into_iter()
            .collect();
        for (article, sum) in articles.iter().zip(sums) {
            let group = self.group_of[article.index()];
            let members = &self.groups[group as usize];
            let alike = if *article == members.representative {
                1_000_000
            } else {
                self.pair(*article, members.representative, overlaps).millionths
            };
            *sum = alike * (members.articles.len() as u64 - 1) + across.get(&group).copied().unwrap_or(0);
        }
    }

    /// Probability of two copy groups in millionths.
    fn probability(&self, a: u32, b: u32) -> u64 {
        u64::from(self.scores.probability(a, b)) * 1_000_000 / u64::from(story::PROBABILITY_ONE)
    }

    fn pair(&self, x: ArticleId, y: ArticleId, overlaps: &Overlaps<'_>) -> Pair {
        let (a, b) = if self.rank[x.index()] < self.rank[y.index()] { (x, y) } else { (y, x) };
        let overlap = overlaps.of(a, b);
        let (resemblance, containment) = (overlap.resemblance(), overlap.containment());
        let (kind, millionths) = if self.is_copy(a, b, &overlap) {
            (LinkKind::Copy, resemblance.max(containment))
        } else if self.is_among(&self.config.together, a, b) {
            (LinkKind::Pinned, 1_000_000)
        } else {
            (LinkKind::Event, self.probability(self.group_of[a.index()], self.group_of[b.index()]))
        };
        let ratio = |millionths: u64| millionths as f64 / 1e6;
        let link = Link { a, b, kind, score: ratio(millionths), resemblance: ratio(resemblance), containment: ratio(containment) };
        Pair { link: (millionths > 0).then_some(link), millionths }
    }

    /// Names the stories that are near each other and were kept apart.
    fn relate(&self, found: &mut Clustering) {
        let mut near: BTreeMap<(usize, usize), (u32, bool)> = BTreeMap::new();
        let place = |group: &u32| found.placements[self.groups[*group as usize].id.index()].story;
        for (a, b, probability) in self.scores.pairs.iter().filter(|edge| edge.2 >= story::RELATED) {
            let (a, b) = (place(a), place(b));
            if a != b {
                let entry = near.entry((a.min(b), a.max(b))).or_default();
                entry.0 = entry.0.max(*probability);
            }
        }
        for (a, b) in pinned(self.articles, &self.config.apart) {
            let (a, b) = (found.placements[a.index()].story, found.placements[b.index()].story);
            if a != b {
                near.entry((a.min(b), a.max(b))).or_default().1 = true;
            }
        }
        if near.is_empty() {
            return;
        }
        let mut related: Vec<Vec<(bool, u32, usize)>> = vec![Vec::new(); found.stories.len()];
        for ((a, b), (probability, pinned)) in near {
            related[a].push((pinned, probability, b));
            related[b].push((pinned, probability, a));
        }
        for (story, mut related) in found.stories.iter_mut().zip(related) {
            related.sort_by_key(|(pinned, probability, other)| (Reverse(*pinned), Reverse(*probability), *other));
            related.truncate(SHOWN_RELATED);
            let score = |probability: u32| f64::from(probability) / f64::from(story::PROBABILITY_ONE);
            story.related =
                related.into_iter().map(|(pinned, probability, story)| Related { story, score: score(probability), pinned }).collect();
        }
    }
}

/// Pairs of a story whose links are not listed.
fn unlisted(story: &Story) -> u64 {
    let (all, pairs) = (story.articles.len(), |n: usize| (n * n.saturating_sub(1) / 2) as u64);
    if all <= LINKED { 0 } else { pairs(all) - pairs(story.copies.len().min(LINKED)) }
}
