//! Text for a terminal: what an editor reads first. Stories of several articles, largest first, then the articles alone.

use std::collections::BTreeSet;
use std::io;

use crate::article::{Article, ArticleId};
use crate::date::When;
use crate::link::{Clustering, CopyGroup, Related, Story};
use crate::report::Options;
use crate::report::first::{First, dated};
use crate::report::plain::{Paragraph, Setting, Style, clean};
use crate::report::ties::Ties;
use crate::report::words::{headline, is_certain, moment, outlet, percent};

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
        let headline = Paragraph::default().quote(Style::Bold, &headline(self.article(story.representative)));
        self.set(&headline, "", out)?;
        self.set(&self.facts(story), "  ", out)?;
        let outlets: BTreeSet<String> = story.articles.iter().filter_map(|id| outlet(self.article(*id))).collect();
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
            let (style, word) = if is_certain(score) { (Style::Green, "certain") } else { (Style::Yellow, "probable") };
            facts = facts.say(Style::Dim, "·").say(style, format!("{word} {}", percent(score)));
        }
        let languages: BTreeSet<&str> =
            story.articles.iter().filter_map(|id| self.clustering.placements[id.index()].lang.as_deref()).collect();
        if !languages.is_empty() {
            let names: Vec<&str> = languages.into_iter().collect();
            facts = facts.say(Style::Dim, "·").quote(Style::Plain, &names.join(", "));
        }
        let mut dates: Vec<&When> = dated(self.articles, story).map(|(_, when)| when).collect();
        dates.sort_by_key(|when| when.order());
        if let (Some(first), Some(last)) = (dates.first(), dates.last()) {
            facts = facts.say(Style::Dim, "·").say(Style::Plain, moment(first));
            if moment(first) != moment(last) {
                facts = facts.say(Style::Plain, "–").say(Style::Plain, moment(last));
            }
        }
        facts
    }

    /// Who was first: several when their dates are not precise enough to tell, nobody when no date is known.
    fn first(&self, story: &Story) -> Option<Paragraph> {
        let First { earliest, contenders } = First::of(self.articles, story)?;
        let mut line = Paragraph::default();
        for (number, id) in contenders.iter().take(FIRSTS).enumerate() {
            if number > 0 {
                line = line.say(Style::Plain, "or");
            }
            let name = outlet(self.article(*id)).unwrap_or_else(|| self.article(*id).key.to_string());
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
            ties.relation(number).to_string()
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
        if let Some(outlet) = outlet(self.article(id)) {
            line = line.quote(Style::Plain, &outlet).glue(Style::Plain, ":");
        }
        self.set(&self.headed(line, Style::Plain, id), &format!("  {} {role:ROLE$} ", mark(stands)), out)
    }

    /// The headline of an article and its id, behind what a line says already.
    fn headed(&self, line: Paragraph, style: Style, id: ArticleId) -> Paragraph {
        let headline = headline(self.article(id));
        let key = &self.article(id).key;
        if headline == clean(key) {
            return line.quote(style, &headline);
        }
        line.quote(style, &headline).say(Style::Dim, "·").quote(Style::Dim, key)
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

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
