//! Text for a terminal: what an editor reads first. Stories of several articles, largest first, then the articles alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::article::{Article, ArticleId};
use crate::date::When;
use crate::link::{Clustering, CopyGroup, Link, LinkKind, Related, Story};
use crate::report::Options;
use crate::report::plain::{Paragraph, Setting, Style, clean};

/// From this mean score on a story is called certain, below it probable.
const CERTAIN: f64 = crate::story::CERTAIN as f64 / crate::story::PROBABILITY_ONE as f64;

/// From this share of shared text on (containment), a report in another copy group is called a rewrite.
const REWRITE: f64 = 0.2;

/// Letters of the first line of text that stand in for a missing headline.
const LEAD: usize = 80;

/// Outlets named as possibly first before the rest are counted.
const FIRSTS: usize = 3;

/// Columns of the role in front of a member.
const ROLE: usize = 14;

/// Writes the summary, the stories and the articles alone.
pub(super) fn write(articles: &[Article], clustering: &Clustering, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let page = Page { articles, clustering, setting: Setting { width: options.width, color: options.color } };
    page.summary(out)?;
    let (many, alone): (Vec<&Story>, Vec<&Story>) = clustering.stories.iter().partition(|story| story.articles.len() > 1);
    for story in many {
        out.write_all(b"\n")?;
        page.story(story, out)?;
    }
    if !alone.is_empty() {
        let heading = Paragraph::default().say(Style::Bold, format!("Alone ({})", alone.len()));
        out.write_all(b"\n")?;
        page.set(&heading, "", out)?;
        for story in alone {
            page.set(&page.headed(Paragraph::default(), Style::Plain, story.representative), "  ", out)?;
            page.related(story, "    ", out)?;
        }
    }
    Ok(())
}

/// What the parts of the report look at.
struct Page<'a> {
    articles: &'a [Article],
    clustering: &'a Clustering,
    setting: Setting,
}

impl<'a> Page<'a> {
    fn article(&self, id: ArticleId) -> &'a Article {
        &self.articles[id.index()]
    }

    fn set(&self, paragraph: &Paragraph, first: &str, out: &mut dyn io::Write) -> io::Result<()> {
        paragraph.write(first, &self.setting, out)
    }

    /// How many of what, then every count of the run that is not zero.
    fn summary(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let stories = &self.clustering.stories;
        let many = stories.iter().filter(|story| story.articles.len() > 1).count();
        let copies: usize = stories.iter().flat_map(|story| &story.copies).map(|group| group.articles.len().saturating_sub(1)).sum();
        let mut line = format!(
            "{}: {} of several articles, {} alone",
            count(self.articles.len(), "article", "articles"),
            count(many, "story", "stories"),
            stories.len() - many,
        );
        if copies > 0 {
            let copies = count(copies, "copy", "copies");
            line.push_str(&format!("; {copies} ({} stands for its group, {} is a copy)", mark(true), mark(false)));
        }
        self.set(&Paragraph::default().say(Style::Plain, line), "", out)?;
        let counts: Vec<String> =
            self.clustering.summary.counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
        if !counts.is_empty() {
            self.set(&Paragraph::default().say(Style::Dim, counts.join(" · ")), "", out)?;
        }
        Ok(())
    }

    fn story(&self, story: &Story, out: &mut dyn io::Write) -> io::Result<()> {
        let headline = Paragraph::default().quote(Style::Bold, &self.headline(story.representative));
        self.set(&headline, "", out)?;
        self.set(&self.facts(story), "  ", out)?;
        let outlets: BTreeSet<String> = story.articles.iter().filter_map(|id| self.outlet(*id)).collect();
        if !outlets.is_empty() {
            let mut names = Paragraph::default();
            for (number, name) in outlets.iter().enumerate() {
                if number > 0 {
                    names = names.glue(Style::Plain, ",");
                }
                names = names.quote(Style::Plain, name);
            }
            self.set(&names, "  outlets: ", out)?;
        }
        if let Some(first) = self.first(story) {
            self.set(&first, "  first: ", out)?;
        }
        let ties = Ties::of(story, self.clustering);
        for (place, number) in self.groups_by_date(story).into_iter().enumerate() {
            self.group(&story.copies[number], place == 0, number, &ties, out)?;
        }
        self.related(story, "  ", out)
    }

    /// Size, score, languages, first and last date.
    fn facts(&self, story: &Story) -> Paragraph {
        let mut facts = Paragraph::default().say(Style::Plain, count(story.articles.len(), "article", "articles"));
        if let Some(score) = story.score {
            let (style, word) = if score >= CERTAIN { (Style::Green, "certain") } else { (Style::Yellow, "probable") };
            facts = facts.say(Style::Dim, "·").say(style, format!("{word} {}", percent(score)));
        }
        let languages: BTreeSet<&str> =
            story.articles.iter().filter_map(|id| self.clustering.placements[id.index()].lang.as_deref()).collect();
        if !languages.is_empty() {
            let names: Vec<&str> = languages.into_iter().collect();
            facts = facts.say(Style::Dim, "·").quote(Style::Plain, &names.join(", "));
        }
        let mut dates: Vec<&When> = self.dated(story).map(|(_, when)| when).collect();
        dates.sort_by_key(|when| when.order());
        if let (Some(first), Some(last)) = (dates.first(), dates.last()) {
            facts = facts.say(Style::Dim, "·").say(Style::Plain, moment(first));
            if moment(first) != moment(last) {
                facts = facts.say(Style::Plain, "–").say(Style::Plain, moment(last));
            }
        }
        facts
    }

    fn dated(&self, story: &'a Story) -> impl Iterator<Item = (ArticleId, &'a When)> {
        story.articles.iter().filter_map(|id| Some((*id, &self.article(*id).published.as_ref()?.when)))
    }

    /// Who was first: several when their dates are not precise enough to tell, nobody when no date is known.
    fn first(&self, story: &Story) -> Option<Paragraph> {
        let (_, earliest) = self.dated(story).min_by_key(|(_, when)| when.order())?;
        let contenders: Vec<ArticleId> = self.dated(story).filter(|(_, when)| !is_after(when, earliest)).map(|(id, _)| id).collect();
        let mut line = Paragraph::default();
        for (number, id) in contenders.iter().take(FIRSTS).enumerate() {
            if number > 0 {
                line = line.say(Style::Plain, "or");
            }
            let name = self.outlet(*id).unwrap_or_else(|| self.article(*id).key.to_string());
            line = line.quote(Style::Plain, &name);
        }
        if contenders.len() > FIRSTS {
            line = line.say(Style::Plain, format!("or {} more", contenders.len() - FIRSTS));
        }
        Some(
            line.glue(Style::Plain, ",")
                .say(Style::Plain, if contenders.len() > 1 { earliest.date().to_string() } else { moment(earliest) }),
        )
    }

    /// The copy groups by their first member, as indices.
    fn groups_by_date(&self, story: &Story) -> Vec<usize> {
        let mut seen = vec![false; story.copies.len()];
        let places = story.articles.iter().map(|id| self.clustering.placements[id.index()].copies);
        places.filter(|place| seen.get_mut(*place).is_some_and(|seen| !std::mem::replace(seen, true))).collect()
    }

    /// The article that stands for the group, then its copies by date.
    fn group(&self, group: &CopyGroup, leads: bool, number: usize, ties: &Ties, out: &mut dyn io::Write) -> io::Result<()> {
        let role = if !leads {
            ties.relation(number)
        } else if group.articles.len() > 1 {
            format!("stands for {}", group.articles.len())
        } else {
            String::new()
        };
        self.member(group.representative, true, &role, out)?;
        for id in group.articles.iter().filter(|id| **id != group.representative) {
            let role = ties.likeness.get(id).map_or_else(|| "copy".to_owned(), |(_, score)| format!("copy {}", percent(*score)));
            self.member(*id, false, &role, out)?;
        }
        Ok(())
    }

    fn member(&self, id: ArticleId, stands: bool, role: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let article = self.article(id);
        let mut line = Paragraph::default();
        if let Some(published) = &article.published {
            line = line.say(Style::Dim, moment(&published.when));
        }
        if let Some(outlet) = self.outlet(id) {
            line = line.quote(Style::Plain, &outlet).glue(Style::Plain, ":");
        }
        self.set(&self.headed(line, Style::Plain, id), &format!("  {} {role:ROLE$} ", mark(stands)), out)
    }

    /// The headline of an article and its id, behind what a line says already.
    fn headed(&self, line: Paragraph, style: Style, id: ArticleId) -> Paragraph {
        let headline = self.headline(id);
        let key = &self.article(id).key;
        if headline == clean(key) {
            return line.quote(style, &headline);
        }
        line.quote(style, &headline).say(Style::Dim, "·").quote(Style::Dim, key)
    }

    /// The outlet, when its name says anything.
    fn outlet(&self, id: ArticleId) -> Option<String> {
        self.article(id).outlet.as_deref().map(clean).filter(|name| !name.is_empty())
    }

    /// The headline, else the start of the text, else the id.
    fn headline(&self, id: ArticleId) -> String {
        let article = self.article(id);
        let title = article.title.as_deref().map(clean).filter(|title| !title.is_empty());
        title
            .or_else(|| article.text.lines().map(clean).find(|line| !line.is_empty()).map(shortened))
            .unwrap_or_else(|| clean(&article.key))
    }

    fn related(&self, story: &Story, indent: &str, out: &mut dyn io::Write) -> io::Result<()> {
        for Related { story: other, score, pinned } in &story.related {
            let other = &self.clustering.stories[*other];
            let words = if *pinned { "pinned apart".to_owned() } else { format!("near, kept apart ({})", percent(*score)) };
            let line = self.headed(Paragraph::default().say(Style::Dim, words).glue(Style::Dim, ":"), Style::Plain, other.representative);
            self.set(&line, indent, out)?;
        }
        Ok(())
    }
}

/// The mark of an article that stands for its copy group, or of a copy.
fn mark(stands: bool) -> char {
    if stands { '●' } else { '○' }
}

/// What the links of a story say about its groups and copies, gathered in one pass.
struct Ties<'a> {
    /// For each group, the strongest link to another group.
    outward: Vec<Option<&'a Link>>,
    /// For each group, the largest share of text that a link to another group shows.
    shared: Vec<f64>,
    /// For each copy, how alike it is: to the article that stands for its group (true), else to another member.
    likeness: BTreeMap<ArticleId, (bool, f64)>,
}

impl<'a> Ties<'a> {
    fn of(story: &'a Story, clustering: &Clustering) -> Ties<'a> {
        let mut ties = Ties { outward: vec![None; story.copies.len()], shared: vec![0.0; story.copies.len()], likeness: BTreeMap::new() };
        let group = |id: ArticleId| clustering.placements[id.index()].copies;
        for link in &story.links {
            if group(link.a) != group(link.b) {
                for end in [group(link.a), group(link.b)] {
                    if let (Some(strongest), Some(shared)) = (ties.outward.get_mut(end), ties.shared.get_mut(end)) {
                        if strongest.is_none_or(|so_far| link.score > so_far.score) {
                            *strongest = Some(link);
                        }
                        *shared = shared.max(link.containment).max(link.resemblance);
                    }
                }
            } else if link.kind == LinkKind::Copy {
                for (end, other) in [(link.a, link.b), (link.b, link.a)] {
                    let direct = story.copies.get(group(end)).is_some_and(|group| group.representative == other);
                    let so_far = ties.likeness.entry(end).or_insert((direct, link.score));
                    if (direct, link.score) > *so_far {
                        *so_far = (direct, link.score);
                    }
                }
            }
        }
        ties
    }

    /// What ties a group to the rest of its story.
    fn relation(&self, group: usize) -> String {
        if self.shared[group] >= REWRITE {
            return format!("rewrite {}", percent(self.shared[group]));
        }
        match self.outward[group] {
            Some(link) if link.kind == LinkKind::Pinned => "pinned".to_owned(),
            Some(link) => format!("own words {}", percent(link.score)),
            None => "own words".to_owned(),
        }
    }
}

/// Whether `when` is surely after `earliest`: a bare day says nothing about the order within it.
fn is_after(when: &When, earliest: &When) -> bool {
    match (when, earliest) {
        (When::Instant(..), When::Instant(..)) | (When::Local(_), When::Local(_)) => when.order() > earliest.order(),
        _ => when.date() > earliest.date(),
    }
}

/// A moment for a reader: to the minute, with the zone it was given in.
fn moment(when: &When) -> String {
    match when {
        When::Day(date) => date.to_string(),
        When::Local(time) => time.strftime("%Y-%m-%d %H:%M").to_string(),
        When::Instant(stamp, offset) if offset.is_zero() => stamp.strftime("%Y-%m-%d %H:%MZ").to_string(),
        When::Instant(stamp, offset) => stamp.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%d %H:%M%:z").to_string(),
    }
}

/// A share in percent; 100 % is kept for what is all of it.
fn percent(share: f64) -> String {
    let percent = (share * 100.0).round();
    format!("{}%", if share < 1.0 { percent.min(99.0) } else { percent })
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn shortened(line: String) -> String {
    match line.char_indices().nth(LEAD) {
        None => line,
        Some((end, _)) => {
            let head = &line[..end];
            format!("{}…", head.rsplit_once(' ').map_or(head, |(words, _)| words))
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
