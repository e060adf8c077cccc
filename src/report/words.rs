//! How an article, a moment and a share are called for a reader.

use crate::article::Article;
use crate::date::When;
use crate::report::plain::clean;
use crate::story;

/// Letters of the first line of text that stand in for a missing headline.
const LEAD: usize = 80;

/// The outlet, when its name says anything.
pub(super) fn outlet(article: &Article) -> Option<String> {
    article.outlet.as_deref().map(clean).filter(|name| !name.is_empty())
}

/// The headline, else the start of the text, else the id.
pub(super) fn headline(article: &Article) -> String {
    let title = article.title.as_deref().map(clean).filter(|title| !title.is_empty());
    title.or_else(|| article.text.lines().map(clean).find(|line| !line.is_empty()).map(shortened)).unwrap_or_else(|| clean(&article.key))
}

/// A moment for a reader: to the minute, with the zone it was given in.
pub(super) fn moment(when: &When) -> String {
    match when {
        When::Day(date) => date.to_string(),
        When::Local(time) => time.strftime("%Y-%m-%d %H:%M").to_string(),
        When::Instant(stamp, offset) if offset.is_zero() => stamp.strftime("%Y-%m-%d %H:%MZ").to_string(),
        When::Instant(stamp, offset) => stamp.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%d %H:%M%:z").to_string(),
    }
}

/// Whether a story with this score is called certain; below it is probable.
pub(super) fn is_certain(score: f64) -> bool {
    score >= f64::from(story::CERTAIN) / f64::from(story::PROBABILITY_ONE)
}

/// A share in percent; 100 % is kept for what is all of it.
pub(super) fn percent(share: f64) -> String {
    let percent = (share * 100.0).round();
    format!("{}%", if share < 1.0 { percent.min(99.0) } else { percent })
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
