//! What every machine format says about one article.

use serde::Serialize;

use crate::article::{Article, ArticleId};
use crate::link::{Clustering, Placement};

/// Decimals of a printed score: more would show differences nobody should act on.
const SCORE_STEPS: f64 = 10_000.0;

/// A score as printed: rounded to four decimals, never `-0`, never outside what JSON can say.
pub(crate) fn rounded(score: f64) -> f64 {
    // Adding zero turns -0 into 0.
    (score * SCORE_STEPS).round() / SCORE_STEPS + 0.0
}

/// The row of one article; the order of the fields is the order of the keys and columns.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    pub(super) id: &'a str,
    #[serde(flatten)]
    pub(super) place: Place<'a>,
    pub(super) outlet: Option<&'a str>,
    pub(super) published: Option<String>,
    pub(super) lang: Option<&'a str>,
    pub(super) title: Option<&'a str>,
}

/// Where an article ended: the middle of a row and the whole of a record's `samestory` field.
#[derive(Debug, Serialize)]
pub(crate) struct Place<'a> {
    pub(crate) story: &'a str,
    pub(crate) copies: &'a str,
    /// Rounded as it is printed.
    pub(crate) score: Option<f64>,
    pub(crate) representative: bool,
}

/// The place of an article.
pub(crate) fn place<'a>(articles: &'a [Article], clustering: &Clustering, at: &Placement) -> Place<'a> {
    let story = &clustering.stories[at.story];
    let key = |id: ArticleId| articles[id.index()].key.as_str();
    Place { story: key(story.id), copies: key(story.copies[at.copies].id), score: at.score.map(rounded), representative: at.representative }
}

impl<'a> Row<'a> {
    /// The row of an article at its place.
    pub(crate) fn new(article: &'a Article, place: Place<'a>, lang: Option<&'a str>) -> Row<'a> {
        Row {
            id: &article.key,
            place,
            outlet: article.outlet.as_deref(),
            published: article.published.as_ref().map(|published| published.when.to_string()),
            lang,
            title: article.title.as_deref(),
        }
    }

    /// The names of the columns.
    pub(crate) const COLUMNS: [&'static str; 9] =
        ["id", "story", "copies", "score", "representative", "outlet", "published", "lang", "title"];

    /// The values as text, unknown ones empty.
    pub(crate) fn cells(&self) -> [String; 9] {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        [
            self.id.to_owned(),
            self.place.story.to_owned(),
            self.place.copies.to_owned(),
            // Debug writes 1.0 where Display writes 1: the same spelling as in JSON.
            self.place.score.map(|score| format!("{score:?}")).unwrap_or_default(),
            self.place.representative.to_string(),
            text(self.outlet),
            self.published.clone().unwrap_or_default(),
            text(self.lang),
            text(self.title),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_four_decimals() {
        for (score, printed) in [(1.0, "1.0"), (0.0, "0.0"), (-0.0, "0.0"), (2.0 / 3.0, "0.6667"), (0.00004, "0.0"), (0.5, "0.5")] {
            assert_eq!(format!("{:?}", rounded(score)), printed);
            assert_eq!(serde_json::to_string(&rounded(score)).expect("a number"), printed);
        }
        assert_eq!(format!("{:?}", rounded(0.0001)), "0.0001");
    }
}
