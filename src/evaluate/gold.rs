//! Labels: a field of the articles, or a file of `{id, gold}` rows beside them.

use std::collections::HashSet;
use std::path::Path;

use crate::article::Article;
use crate::config::Level;
use crate::error::Result;
use crate::evaluate::lines::{self, Line};

/// The label of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldRow {
    /// The article's id.
    pub id: String,
    /// Articles with the same label belong together.
    pub gold: String,
    /// The article's language, for scores by language.
    pub lang: Option<String>,
}

/// The labels that came with the articles; those without one are context and not judged.
///
/// ```
/// use samestory::Article;
/// use samestory::evaluate::gold_of;
/// let labelled = Article { key: "a".into(), gold: Some("x".into()), ..Article::default() };
/// assert_eq!(gold_of(&[labelled, Article::default()]).len(), 1);
/// ```
#[must_use]
pub fn gold_of(articles: &[Article]) -> Vec<GoldRow> {
    let row = |article: &Article| {
        let gold = article.gold.as_deref().filter(|gold| !gold.is_empty())?.to_owned();
        Some(GoldRow { id: article.key.to_string(), gold, lang: article.lang.map(|lang| lang.to_string()) })
    };
    articles.iter().filter_map(row).collect()
}

/// Reads a JSON Lines file of `{"id", "gold"}` rows, with `copies` (the label of copies) and `lang` if they are there.
///
/// At [`Level::Copies`] the `copies` labels are taken when the file has any, else `gold`. Rows without a label are
/// context and left out.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Record`](crate::Error::Record) with the line
/// of the first row that is no object, has no id, or repeats one.
pub fn read_gold(path: &Path, level: Level) -> Result<Vec<GoldRow>> {
    let mut labels = Labels::default();
    lines::read(path, |line| labels.push(line))?;
    Ok(labels.rows(level))
}

/// Rows with both labels, until it is known whether any row has the second.
#[derive(Default)]
struct Labels {
    rows: Vec<Labelled>,
    ids: HashSet<String>,
}

struct Labelled {
    id: String,
    gold: Option<String>,
    copies: Option<String>,
    lang: Option<String>,
}

impl Labels {
    fn push(&mut self, line: &Line<'_>) -> Result<()> {
        let id = line.needed(&["id"])?;
        if !self.ids.insert(id.clone()) {
            return Err(line.error(format!("id {id:?} is labelled twice")));
        }
        let (gold, copies, lang) = (line.text(&["gold"])?, line.text(&["copies"])?, line.text(&["lang"])?);
        self.rows.push(Labelled { id, gold, copies, lang });
        Ok(())
    }

    fn rows(self, level: Level) -> Vec<GoldRow> {
        let by_copies = level == Level::Copies && self.rows.iter().any(|row| row.copies.is_some());
        let row = |row: Labelled| {
            let label = if by_copies { row.copies } else { row.gold };
            Some(GoldRow { id: row.id, gold: label?, lang: row.lang })
        };
        self.rows.into_iter().filter_map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, level: Level) -> Result<Vec<(String, String, Option<String>)>> {
        let mut labels = Labels::default();
        lines::read_from(text.as_bytes(), Path::new("gold.jsonl"), |line| labels.push(line))?;
        Ok(labels.rows(level).into_iter().map(|row| (row.id, row.gold, row.lang)).collect())
    }

    #[test]
    fn rows_without_a_label_are_context() {
        let text = "\u{feff}{\"id\": \"a\", \"gold\": \"x\", \"lang\": \"ar\", \"title\": {}}\n\n{\"id\": 7, \"gold\": 1}\r\n{\"id\": \"c\"}\n{\"id\": \"d\", \"gold\": null}\n{\"id\": \"e\", \"gold\": \"\"}";
        let rows = vec![("a".into(), "x".into(), Some("ar".into())), ("7".into(), "1".into(), None)];
        assert_eq!(read(text, Level::Stories).expect("rows"), rows);
        assert_eq!(read(text, Level::Copies).expect("rows"), rows);
    }

    #[test]
    fn copies_have_labels_of_their_own_when_there_are_any() {
        let text = "{\"id\": \"a\", \"gold\": \"x\", \"copies\": \"x1\"}\n{\"id\": \"b\", \"gold\": \"x\"}";
        assert_eq!(read(text, Level::Stories).expect("rows").len(), 2);
        assert_eq!(read(text, Level::Copies).expect("rows"), [("a".into(), "x1".into(), None)]);
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, message) in [
            ("\n{\"gold\": \"x\"}", "gold.jsonl:2: no field id"),
            ("{\"id\": \"\"}", "gold.jsonl:1: no field id"),
            ("{\"id\": []}", "gold.jsonl:1: field id is neither text nor a number"),
            ("{\"id\": \"a\"}\n{\"id\": \"a\"}", "gold.jsonl:2: id \"a\" is labelled twice"),
            ("{\"id\": \"a\"", "gold.jsonl:1: not a JSON object: EOF while parsing an object at column 10"),
            ("[]", "gold.jsonl:1: not a JSON object: invalid type: sequence, expected a map at column 0"),
        ] {
            assert_eq!(read(text, Level::Stories).expect_err(text).to_string(), message);
        }
        let error = lines::read_from(&b"{}\n\xff\n"[..], Path::new("gold.jsonl"), |_| Ok(())).expect_err("bytes");
        assert_eq!(error.to_string(), "gold.jsonl:2: not UTF-8");
        assert!(read_gold(Path::new("no/such/file"), Level::Stories).expect_err("no file").to_string().starts_with("no/such/file: "));
    }
}
