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

/// A story before it has its place among the others.
struct Built {
    story: Story,
    /// Each member's score.
    scores: Vec<(ArticleId, Option<f64>)>,
    /// Pairs whose links are not listed.
    unlisted: u64,
}

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
        let mut members: Vec<(u32, u32)> = self.story_of.iter().copied().zip(0..).collect();
        members.par_sort_unstable();
        let stories: Vec<&[(u32, u32)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
        let mut built: Vec<Built> = stories.into_par_iter().map(|groups| self.story(groups.iter().map(|row| row.1))).collect();
        built.sort_by_key(|built| (Reverse(built.story.articles.len()), self.rank[self.smallest(&built.story).index()]));
        let mut found = Clustering { placements: vec![self.blank(); self.articles.len()], ..Clustering::default() };
        let mut place_of_group = vec![0usize; self.groups.len()];
        let mut unlisted = 0;
        for (place, Built { story, scores, unlisted: left }) in built.into_iter().enumerate() {
            unlisted += left;
            for (number, group) in story.copies.iter().enumerate() {
                for article in &group.articles {
                    place_of_group[self.group_of[article.index()] as usize] = place;
                    let own = &self.own[article.index()];
                    found.placements[article.index()] = Placement {
                        story: place,
                        copies: number,
                        score: None,
                        representative: *article == group.representative,
                        lang: self.langs[article.index()].clone(),
                        repaired: own.repaired,
                        removed: own.removals.len() as u32,
                    };
                }
            }
            for (article, score) in scores {
                found.placements[article.index()].score = score;
            }
            found.stories.push(story);
        }
        self.relate(&mut found, &place_of_group);
        found.summary = Summary { counts: self.counts.clone() };
        found.summary.counts.push(("unlisted_links", unlisted));
        found.summary.counts.push(("stories", found.stories.len() as u64));
        found
    }

    fn blank(&self) -> Placement {
        Placement { story: 0, copies: 0, score: None, representative: false, lang: None, repaired: 0, removed: 0 }
    }

    fn smallest(&self, story: &Story) -> ArticleId {
        story.articles.iter().copied().min_by_key(|article| self.rank[article.index()]).unwrap_or(story.representative)
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

    /// A copy group and the member that stands for it: the one most alike to the others, then the earliest, then the smallest key.
    pub(super) fn group(&self, members: Members) -> CopyGroup {
        let overlaps = self.overlaps(members.to_vec());
        let alike = |article: &ArticleId| -> u64 {
            // One is alone, and two are as alike to each other.
            if members.len() <= 2 || members.len() > COMPARED {
                return 0;
            }
            members.iter().map(|other| overlaps.of(*article, *other)).map(|overlap| overlap.resemblance().max(overlap.containment())).sum()
        };
        let representative = members
            .iter()
            .map(|article| (Reverse(alike(article)), self.by_date(article), *article))
            .min()
            .map_or(ArticleId(0), |best| best.2);
        let id = members
            .iter()
            .min_by_key(|article| self.rank[article.index()])
            .map(|first| self.articles[first.index()].key.clone())
            .unwrap_or_default();
        let mut articles = members;
        articles.sort_by_key(|article| (*article != representative, self.by_date(article)));
        CopyGroup { id, representative, articles }
    }

    fn story(&self, groups: impl Iterator<Item = u32>) -> Built {
        let mut copies: SmallVec<[CopyGroup; 1]> = groups.map(|group| self.groups[group as usize].clone()).collect();
        if let [group] = &copies[..]
            && let [article] = group.articles[..]
        {
            return self.alone(article, copies);
        }
        let mut articles: Members = copies.iter().flat_map(|group| group.articles.iter().copied()).collect();
        articles.sort_by_key(|article| self.by_date(article));
        let (links, sums, unlisted) = self.links(&copies, &articles);
        let others = articles.len().saturating_sub(1) as u64;
        let scores: Vec<(ArticleId, Option<f64>)> =
            articles.iter().zip(&sums).map(|(article, sum)| (*article, (others > 0).then(|| *sum as f64 / others as f64 / 1e6))).collect();
        let pairs = others * articles.len() as u64;
        let score = (pairs > 0).then(|| sums.iter().sum::<u64>() as f64 / pairs as f64 / 1e6);
        // The story's face: the representative of a largest group with the best score, then the earliest.
        let sum_of: AHashMap<ArticleId, u64> = articles.iter().copied().zip(sums).collect();
        let face = copies.iter().max_by_key(|group| {
            let of = group.representative;
            (group.articles.len(), sum_of.get(&of).copied().unwrap_or(0), Reverse(self.by_date(&of)))
        });
        let representative = face.map_or(ArticleId(0), |group| group.representative);
        let id = articles
            .iter()
            .min_by_key(|article| self.rank[article.index()])
            .map(|first| self.articles[first.index()].key.clone())
            .unwrap_or_default();
        copies.sort_by(|a, b| b.articles.len().cmp(&a.articles.len()).then_with(|| a.id.cmp(&b.id)));
        Built { story: Story { id, representative, copies, articles, links, score, related: Vec::new() }, scores, unlisted }
    }

    /// The story of one article.
    fn alone(&self, article: ArticleId, copies: SmallVec<[CopyGroup; 1]>) -> Built {
        let id = self.articles[article.index()].key.clone();
        let (links, related) = (Vec::new(), Vec::new());
        let story = Story { id, representative: article, copies, articles: Members::from_slice(&[article]), links, score: None, related };
        Built { story, scores: Vec::new(), unlisted: 0 }
    }

    /// Links inside a story, the sum of link scores of each article in millionths, and how many pairs were left unlisted.
    fn links(&self, copies: &[CopyGroup], articles: &[ArticleId]) -> (Vec<Link>, Vec<u64>, u64) {
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
        let pairs = |n: usize| (n * n.saturating_sub(1) / 2) as u64;
        (links, sums, pairs(articles.len()) - pairs(listed.len()))
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
        } else if self.pinned(a, b) {
            (LinkKind::Pinned, 1_000_000)
        } else {
            (LinkKind::Event, self.probability(self.group_of[a.index()], self.group_of[b.index()]))
        };
        let ratio = |millionths: u64| millionths as f64 / 1e6;
        let link = Link { a, b, kind, score: ratio(millionths), resemblance: ratio(resemblance), containment: ratio(containment) };
        Pair { link: (millionths > 0).then_some(link), millionths }
    }

    fn pinned(&self, a: ArticleId, b: ArticleId) -> bool {
        let (a, b) = (&self.articles[a.index()].key, &self.articles[b.index()].key);
        self.config.together.iter().any(|(x, y)| (x, y) == (a, b) || (y, x) == (a, b))
    }

    /// Names the stories that are near each other and were kept apart.
    fn relate(&self, found: &mut Clustering, place_of_group: &[usize]) {
        let mut near: BTreeMap<(usize, usize), (u32, bool)> = BTreeMap::new();
        for (a, b, probability) in self.scores.pairs.iter().filter(|edge| edge.2 >= story::RELATED) {
            let (a, b) = (place_of_group[*a as usize], place_of_group[*b as usize]);
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
