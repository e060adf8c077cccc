//! Articles while they are read, and how those of one block come to share their memory.
//!
//! A block's texts are put into one allocation: no search for room per text, no rounding up, and the system is asked for memory
//! once a block and not once an article.

use arcstr::ArcStr;

use crate::article::{Article, Lang, Published};
use crate::error::Result;

/// An [`Article`] whose texts still stand each for themselves.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) key: String,
    pub(super) title: Option<String>,
    pub(super) text: String,
    pub(super) outlet: Option<String>,
    pub(super) url: Option<String>,
    pub(super) lang: Option<Lang>,
    pub(super) published: Option<Published>,
    pub(super) gold: Option<String>,
    pub(super) record: Option<Box<str>>,
}

impl Draft {
    fn texts(&self) -> [Option<&str>; 7] {
        let Draft { key, title, text, outlet, url, gold, record, .. } = self;
        let [title, outlet, url, gold] = [title, outlet, url, gold].map(Option::as_deref);
        [Some(key), title, Some(text), outlet, url, gold, record.as_deref()]
    }
}

/// The articles of a block, their texts in one piece.
pub(super) fn share(drafts: Vec<Result<Draft>>) -> Vec<Result<Article>> {
    let texts = || drafts.iter().flatten().flat_map(Draft::texts).flatten();
    let mut all = String::with_capacity(texts().map(str::len).sum());
    all.extend(texts());
    let all = ArcStr::from(all);
    let mut end = 0;
    let mut next = |text: &str| {
        let start = end;
        end += text.len();
        all.substr(start..end)
    };
    let mut article = |draft: Draft| {
        let [key, title, text, outlet, url, gold, record] = draft.texts().map(|text| text.map(&mut next));
        let (key, text) = (key.unwrap_or_default(), text.unwrap_or_default());
        Article { key, title, text, outlet, url, lang: draft.lang, published: draft.published, gold, record }
    };
    drafts.into_iter().map(|draft| draft.map(&mut article)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn each_article_keeps_its_own_texts() {
        let draft = |name: &str| Draft {
            key: name.into(),
            title: Some(format!("{name} title")),
            text: format!("{name} نص"),
            url: Some(format!("{name} url")),
            gold: Some(String::new()),
            record: Some(format!("{name} record").into()),
            ..Draft::default()
        };
        let shared = share(vec![Ok(draft("one")), Err(Error::Input("bad".into())), Ok(draft("two"))]);
        assert!(matches!(shared[1], Err(Error::Input(_))));
        for (name, article) in ["one", "two"].into_iter().zip(shared.iter().flatten()) {
            let own = |what: &str| Some(format!("{name} {what}"));
            assert_eq!((article.key.as_str(), article.text.as_str()), (name, format!("{name} نص").as_str()));
            let [title, url, record] = [&article.title, &article.url, &article.record].map(|text| text.as_deref().map(str::to_owned));
            assert_eq!((title, url, record), (own("title"), own("url"), own("record")));
            assert_eq!((article.outlet.as_deref(), article.gold.as_deref()), (None, Some("")));
        }
    }
}
