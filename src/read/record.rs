//! From the fields of a record to an article, whatever format they came in.

use std::borrow::Cow;

use super::draft::Draft;
use super::fields::Role;
use super::input::InputFile;
use super::{ReadOptions, dates, html, text_date};
use crate::article::{DateSource, Published};
use crate::error::{Error, Result};
use crate::language;

/// What one page or record becomes: an article or an error, and a complaint about every field that did not spoil it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) article: Result<Draft>,
    pub(super) complaints: Vec<Error>,
}

impl Outcome {
    /// Adds the article or error to `items`, and the complaints behind it.
    pub(super) fn give(self, items: &mut Vec<Result<Draft>>) {
        items.push(self.article);
        items.extend(self.complaints.into_iter().map(Err));
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Outcome {
        Outcome { article: Err(error), complaints: Vec::new() }
    }
}

/// The value of a field of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// A number as it was spelled.
    Number(Cow<'a, str>),
    /// Another type, in words: `"an array"`.
    Other(&'static str),
}

/// A record whose fields can be looked up.
pub trait Fields {
    /// The value under `name`, compared without regard to ASCII case; `None` when it is missing or null.
    ///
    /// # Errors
    /// A message when there is a value that cannot be read, which spoils the record.
    fn value(&self, name: &str) -> std::result::Result<Option<Value<'_>>, String>;
}

/// The field of that name in a list: the last one when it is repeated, as in every JSON map; an exact name goes before another case. O(fields).
pub fn field<'a, N: AsRef<str>, F>(fields: &'a [(N, F)], name: &str) -> Option<&'a F> {
    let mut alike = fields.iter().rev().filter(|(found, _)| found.as_ref().eq_ignore_ascii_case(name));
    let last = alike.next()?;
    let exact = |field: &&(N, F)| field.0.as_ref() == name;
    Some(&Some(last).filter(exact).or_else(|| alike.find(exact)).unwrap_or(last).1)
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a InputFile,
    /// The line it starts on.
    pub(super) line: u64,
    /// What makes the id of a record that has none: its line, or its place in a JSON array.
    pub(super) number: u64,
}

/// Builds the article; `record` is its JSON, when records are kept.
pub(super) fn article(fields: &impl Fields, place: Place<'_>, options: &ReadOptions, record: Option<Box<str>>) -> Outcome {
    let error = |message: String| place.file.error(Some(place.line), message);
    match build(fields, place, options) {
        Err(message) => error(message).into(),
        Ok((mut article, complaints)) => {
            article.record = record;
            Outcome { article: Ok(article), complaints: complaints.into_iter().map(error).collect() }
        }
    }
}

type Found<'a> = Option<(&'a str, Value<'a>)>;

/// The field that plays `role`: the mapped name, else the first usual name with something in it.
fn look_up<'a>(fields: &'a impl Fields, role: Role, options: &'a ReadOptions) -> std::result::Result<Found<'a>, String> {
    let filled = |value: &Value<'_>| !matches!(value, Value::Text(text) if text.trim().is_empty());
    if let Some(name) = options.fields.mapped(role) {
        let value = fields.value(name)?;
        if value.is_none() && matches!(role, Role::Id | Role::Text) {
            return Err(format!("no field {name:?} for the {}", role.word()));
        }
        return Ok(value.filter(filled).map(|value| (name, value)));
    }
    for name in role.names() {
        if let Some(value) = fields.value(name)?.filter(filled) {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

/// The value as text, or why it is none; whole numbers count where `numbers` says so.
pub(super) fn text_of<'a>(name: &str, value: Value<'a>, numbers: bool) -> std::result::Result<Cow<'a, str>, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(number) if numbers => {
            // A data frame writes 1.0 where another row has no number.
            let whole =
                number.split_once('.').filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0')).map_or(&*number, |(whole, _)| whole);
            if !whole.strip_prefix('-').unwrap_or(whole).bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("field {name:?}: {number} is not a whole number"));
            }
            Ok(if whole.len() == number.len() { number } else { whole.to_owned().into() })
        }
        Value::Number(_) => Err(format!("field {name:?}: expected a string, found a number")),
        Value::Other(found) => Err(format!("field {name:?}: expected a string, found {found}")),
    }
}

/// The id, if the record has one. An address of the wrong type is none, and is told as an address.
fn id(fields: &impl Fields, options: &ReadOptions) -> std::result::Result<Option<String>, String> {
    let Some((name, value)) = look_up(fields, Role::Id, options)? else { return Ok(None) };
    if options.fields.id.is_none() && Role::Url.names().contains(&name) && !matches!(value, Value::Text(_)) {
        return Ok(None);
    }
    text_of(name, value, true).map(|id| Some(id.trim().to_string()))
}

/// The article and complaints about fields it had to be left without; the error is what spoils the whole record.
pub(super) fn build(fields: &impl Fields, place: Place<'_>, options: &ReadOptions) -> std::result::Result<(Draft, Vec<String>), String> {
    let key = id(fields, options)?.unwrap_or_else(|| format!("{}:{}", place.file.id, place.number));
    let mut wrong = Vec::new();
    let mut one = |role, numbers| {
        let Some((name, value)) = look_up(fields, role, options)? else { return Ok(None) };
        Ok::<_, String>(match text_of(name, value, numbers) {
            Ok(text) => Some(text.trim().to_string()),
            Err(message) => {
                wrong.push(message);
                None
            }
        })
    };
    let mut article = Draft {
        key,
        title: one(Role::Title, false)?,
        url: one(Role::Url, false)?,
        outlet: one(Role::Outlet, false)?,
        lang: one(Role::Lang, false)?.and_then(|lang| language::declared(&lang)),
        gold: one(Role::Gold, true)?,
        ..Draft::default()
    };
    let mut page_date = None;
    if let Some((name, value)) = look_up(fields, Role::Text, options)? {
        let text = text_of(name, value, false)?;
        if name.eq_ignore_ascii_case("html") || (!name.eq_ignore_ascii_case("text") && html::looks_like(&text)) {
            let page = html::piece(&text, options.latest);
            page_date = page.published;
            article.title = article.title.or(page.title);
            article.url = article.url.or(page.url);
            article.outlet = article.outlet.or(page.outlet);
            article.lang = article.lang.or(page.lang);
            article.text = page.text;
        } else {
            article.text = lines(text);
        }
    }
    if article.text.trim().is_empty() && article.title.is_none() {
        wrong.insert(0, "no text".into());
        return Err(wrong.join("; "));
    }
    let mut complaints: Vec<String> = wrong.into_iter().map(|message| format!("{message}; the article is kept without it")).collect();
    if article.outlet.is_none() {
        article.outlet = article.url.as_deref().and_then(host);
    }
    match publication(fields, options, article.lang.as_deref(), &article.text)? {
        (Some(when), _) => article.published = Some(when),
        (None, complaint) => {
            let url = || article.url.as_deref().and_then(dates::from_url).filter(|when| dates::plausible(when, options.latest));
            let text = || text_date::find(&article.text, article.lang.as_deref(), options.latest);
            // The page's own date goes before the address, unless it was only found in running text.
            let (stated, written) = match page_date {
                Some(date) if date.source == DateSource::Text => (None, Some(date)),
                date => (date, None),
            };
            article.published = stated
                .or_else(|| url().map(|when| Published { when, source: DateSource::Url }))
                .or(written)
                .or_else(|| text().map(|when| Published { when, source: DateSource::Text }));
            complaints.extend(complaint.map(|complaint| {
                let instead = article.published.as_ref().map_or("unknown".into(), |date| format!("taken from the {}", date.source.name()));
                format!("{complaint}; the article is kept, its date is {instead}")
            }));
        }
    }
    Ok((article, complaints))
}

/// The date field, or why it was not believed.
fn publication(
    fields: &impl Fields,
    options: &ReadOptions,
    lang: Option<&str>,
    text: &str,
) -> std::result::Result<(Option<Published>, Option<String>), String> {
    let Some((name, value)) = look_up(fields, Role::Published, options)? else { return Ok((None, None)) };
    let given: Cow<'_, str> = match value {
        Value::Text(given) | Value::Number(given) => given,
        Value::Other(found) => return Ok((None, Some(format!("field {name:?}: expected a date, found {found}")))),
    };
    Ok(match dates::parse(&given, dates::day_first(lang, text)) {
        Some(when) if dates::plausible(&when, options.latest) => (Some(Published { when, source: DateSource::Field }), None),
        Some(when) => (None, Some(format!("field {name:?}: the date {when} is before 1990 or in the future"))),
        None => (None, Some(format!("field {name:?}: the date {:?} is not understood", shortened(&given)))),
    })
}

/// Enough of a value to recognize it in a message.
pub(super) fn shortened(value: &str) -> String {
    const MAX_CHARS: usize = 60;
    value.chars().take(MAX_CHARS).collect()
}

/// The text with every kind of line end as `\n`.
pub(super) fn lines(text: Cow<'_, str>) -> String {
    if !text.starts_with('\u{feff}') && !has_other_line_ends(text.as_bytes()) {
        return text.into_owned();
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}'], "\n")
}

/// Whether there is a line end besides `\n`: CR, U+2028, U+2029 or U+0085.
fn has_other_line_ends(text: &[u8]) -> bool {
    memchr::memchr3_iter(b'\r', 0xc2, 0xe2, text)
        .any(|at| matches!(&text[at..], [b'\r', ..] | [0xc2, 0x85, ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..]))
}

/// The host of an address, without `www.` and the port.
pub(super) fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let host = host.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (url, expected) in [
            ("https://www.News.example:8080/a", Some("news.example")),
            ("http://user@news.example?x", Some("news.example")),
            ("news.example/a", None),
            ("file:///a", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn line_ends_become_one_kind() {
        assert_eq!(lines("\u{feff}a\r\nb\rc\u{2028}d\n".into()), "a\nb\nc\nd\n");
        assert_eq!(lines("a\u{85}b\u{2029}c".into()), "a\nb\nc");
        assert_eq!(lines("«a» “b”\nc".into()), "«a» “b”\nc");
    }
}
