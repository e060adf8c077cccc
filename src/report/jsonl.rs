//! JSON Lines: one row per article, in input order.

use std::io;

use crate::report::row::Row;

/// Writes a row on a line.
pub(super) fn write(row: &Row<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(row)?;
    line.push(b'\n');
    out.write_all(&line)
}

#[cfg(test)]
mod tests {
    use crate::report::{Format, Only, Options, sample, write};

    fn written(only: Option<Only>) -> String {
        let (articles, clustering) = sample::result();
        let options = Options { only, ..Options::default() };
        sample::text(|out| write(Format::Jsonl, &articles, &clustering, &options, out))
    }

    #[test]
    fn one_row_per_article_in_input_order() {
        let expected = concat!(
            r#"{"id":"wire","story":"blog","copies":"site","score":0.6333,"representative":true,"outlet":"Reuters","published":"2024-12-03T16:44:00Z","lang":"en","title":"Earthquake shakes the coast"}"#,
            "\n",
            r#"{"id":"site","story":"blog","copies":"site","score":0.6,"representative":false,"outlet":"Daily, the \"best\"","published":"2024-12-03","lang":"en","title":"Earthquake\nshakes \u001b[31mcoast"}"#,
            "\n",
            r#"{"id":"خبر-1","story":"blog","copies":"خبر-1","score":0.9,"representative":true,"outlet":"الجزيرة","published":"2024-12-04T01:00:00+03:00","lang":"ar","title":"زلزال يضرب الساحل"}"#,
            "\n",
            r#"{"id":"blog","story":"blog","copies":"blog","score":0.5,"representative":true,"outlet":null,"published":null,"lang":null,"title":null}"#,
            "\n",
            r#"{"id":"alone","story":"alone","copies":"alone","score":null,"representative":true,"outlet":null,"published":null,"lang":"en","title":"Elections, at last"}"#,
            "\n",
        );
        assert_eq!(written(None), expected);
    }

    #[test]
    fn only_keeps_one_per_group_or_story() {
        let ids = |only| {
            let text = written(only);
            text.lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a row")["id"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(Some(Only::Representatives)), ["wire", "خبر-1", "blog", "alone"]);
        assert_eq!(ids(Some(Only::Stories)), ["wire", "alone"]);
    }
}
