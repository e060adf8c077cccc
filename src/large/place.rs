//! Where articles end that are not alone: sets of them are read again, some at a time, and handed to a run in memory.

use rayon::prelude::*;

use super::articles::Articles;
use super::prints::Prints;
use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::config::Config;
use crate::copies::Copies;
use crate::error::Result;
use crate::report::row::rounded;

/// Articles of small sets that are looked at together.
const TOGETHER: usize = 2048;

/// The place of an article that is not alone.
pub(super) struct Placed {
    pub(super) article: u32,
    /// The articles whose ids are the story's and the copy group's.
    pub(super) story: u32,
    pub(super) group: u32,
    pub(super) score: Option<f64>,
    /// Whether it stands for its copy group, and for its story.
    pub(super) representative: bool,
    pub(super) face: bool,
}

/// A member of a set: the set's number, its place by id, its own number.
pub(super) type Member = (u32, u32, u32);

/// Those whose sets have several, set by set; `set_of` names the set of each article.
pub(super) fn members(set_of: &[u32], sets: usize, rank: &[u32]) -> Vec<Member> {
    let mut size = vec![0u32; sets];
    set_of.iter().for_each(|set| size[*set as usize] += 1);
    let several = set_of.iter().zip(0..).filter(|(set, _)| size[**set as usize] > 1);
    let mut members: Vec<Member> = several.map(|(set, at)| (*set, rank[at as usize], at)).collect();
    drop(size);
    members.par_sort_unstable();
    members
}

/// Places members by runs over whole sets of them, which `finish` may complete; by article.
pub(super) fn place(
    (articles, prints, copies): (&Articles, &Prints, &Copies),
    config: &Config,
    members: &[Member],
    finish: impl Fn(&mut Run<'_>, &[Member]) + Sync,
) -> Result<Vec<Placed>> {
    let mut batches: Vec<&[Member]> = Vec::new();
    let mut rest = members;
    while !rest.is_empty() {
        let last = rest[rest.len().min(TOGETHER) - 1].0;
        let (batch, behind) = rest.split_at(rest.partition_point(|row| row.0 <= last));
        batches.push(batch);
        rest = behind;
    }
    let of_batch = |batch: &&[Member]| -> Result<Vec<Placed>> {
        let of_each = |row: &Member| Ok((articles.get(ArticleId(row.2))?, prints.own(ArticleId(row.2))?));
        let (texts, own): (Vec<Article>, Vec<_>) = batch.iter().map(of_each).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let mut run = Run::of_copies(&texts, config, own, copies.of(batch.iter().map(|row| ArticleId(row.2))))?;
        finish(&mut run, batch);
        let found = run.clustering();
        let number = |id: ArticleId| batch[id.index()].2;
        let placed = batch.iter().zip(&found.placements).map(|(row, at)| {
            let story = &found.stories[at.story];
            Placed {
                article: row.2,
                story: number(story.id),
                group: number(story.copies[at.copies].id),
                score: at.score.map(rounded),
                representative: at.representative,
                face: number(story.representative) == row.2,
            }
        });
        Ok(placed.collect())
    };
    let placed: Vec<Vec<Placed>> = batches.par_iter().map(of_batch).collect::<Result<_>>()?;
    let mut placed: Vec<Placed> = placed.into_iter().flatten().collect();
    placed.par_sort_unstable_by_key(|row| row.article);
    Ok(placed)
}
