//! One JSON record: its fields, cut but not parsed until they are asked for.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::record::{self, Fields, Outcome, Place, Value};
use super::{ReadOptions, charset, strings};

/// Room for the fields of most records.
const USUAL_FIELDS: usize = 8;

/// What the version of a JSON Feed begins with.
pub(super) const FEED: &str = "https://jsonfeed.org/";

/// A JSON object as a list of names and raw values, in their order.
pub(super) struct Object<'a> {
    text: &'a str,
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// Reads one record.
pub(super) fn article(bytes: &[u8], place: Place<'_>, options: &ReadOptions) -> Outcome {
    let error = |message: String| place.file.error(Some(place.line), message).into();
    let text = match charset::decode(bytes, false) {
        Ok(text) => text,
        Err(message) => return error(message.into()),
    };
    let text = text.trim();
    match serde_json::from_str::<Pairs<'_>>(text) {
        Err(failed) => error(invalid(&failed, 0)),
        Ok(Pairs(fields)) => {
            let record = options.keep_records.then(|| one_line(text).into());
            record::article(&Object { text, fields }, place, options, record)
        }
    }
}

/// Reads an object as far as its fields.
pub(super) fn object(text: &str) -> Result<Object<'_>, String> {
    serde_json::from_str::<Pairs<'_>>(text).map(|Pairs(fields)| Object { text, fields }).map_err(|failed| invalid(&failed, 0))
}

/// Whether JSON is a feed: an object whose version, among the fields that `head` holds whole, says so.
pub(super) fn is_feed(head: &[u8]) -> bool {
    struct Version<'a>(&'a Cell<bool>);
    impl<'de> Visitor<'de> for Version<'_> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(name) = map.next_key::<String>()? {
                if name == "version" {
                    self.0.set(map.next_value::<String>()?.starts_with(FEED));
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    let found = Cell::new(false);
    // The head may end anywhere: what was found before counts.
    let _ = serde_json::Deserializer::from_slice(head).deserialize_map(Version(&found));
    found.get()
}

/// What is wrong with JSON, with the column counted from the start of the record.
fn invalid(error: &serde_json::Error, before: usize) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let line = if error.line() > 1 { format!("line {} of the record, ", error.line()) } else { String::new() };
    format!("not a JSON record: {message} ({line}column {})", before + error.column())
}

impl<'a> Object<'a> {
    /// The raw values of the array under `name`.
    pub(super) fn list(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let (_, raw) = self.fields.iter().rfind(|(found, _)| found == name).ok_or_else(|| format!("no field {name:?}"))?;
        let values = serde_json::from_str::<Vec<&RawValue>>(raw.get()).map_err(|_| format!("field {name:?}: expected an array"))?;
        Ok(values.into_iter().map(RawValue::get).collect())
    }
}

impl Fields for Object<'_> {
    fn value(&self, name: &str) -> Result<Option<Value<'_>>, String> {
        let Some(raw) = record::field(&self.fields, name).map(|raw| raw.get()) else { return Ok(None) };
        Ok(match raw.as_bytes().first() {
            Some(b'n') => None,
            Some(b'"') => {
                let before = raw.as_ptr().addr() - self.text.as_ptr().addr();
                let again = || serde_json::from_str::<Text<'_>>(raw).map(|text| text.0).map_err(|error| invalid(&error, before));
                Some(Value::Text(strings::text(raw).map_or_else(again, Ok)?))
            }
            Some(b'-' | b'0'..=b'9') => Some(Value::Number(Cow::Borrowed(raw))),
            Some(b'{') => Some(named(raw).map_or(Value::Other("an object"), Value::Text)),
            Some(b'[') => Some(Value::Other("an array")),
            _ => Some(Value::Other("true or false")),
        })
    }
}

/// The string inside an object: the `name` of a source (`{"id": …, "name": "…"}`), the `rendered` HTML of WordPress.
fn named(raw: &str) -> Option<Cow<'_, str>> {
    let Pairs(fields) = serde_json::from_str(raw).ok()?;
    let (_, name) = fields.into_iter().find(|(key, _)| key == "name" || key == "rendered")?;
    serde_json::from_str::<Text<'_>>(name.get()).ok().map(|text| text.0)
}

struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        struct Cut;
        impl<'de> Visitor<'de> for Cut {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_string())))
            }
        }
        deserializer.deserialize_str(Cut)
    }
}

struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'a>, D::Error> {
        struct Cut;
        impl<'de> Visitor<'de> for Cut {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut fields = Vec::with_capacity(USUAL_FIELDS);
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    fields.push((name, value));
                }
                Ok(Pairs(fields))
            }
        }
        deserializer.deserialize_map(Cut)
    }
}

/// JSON without its line breaks and indentation, everything else as it was spelled.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let (mut in_string, mut escaped) = (false, false);
    let kept = text.chars().filter(|c| {
        if in_string {
            in_string = escaped || *c != '"';
            escaped = *c == '\\' && !escaped;
            return true;
        }
        in_string = *c == '"';
        !c.is_ascii_whitespace()
    });
    Cow::Owned(kept.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::FieldMap;
    use crate::read::input::InputFile;

    fn read(json: &str, options: &ReadOptions) -> Outcome {
        let file = InputFile { path: "f.jsonl".into(), id: "f.jsonl".into(), format: None, size: 0 };
        article(json.as_bytes(), Place { file: &file, line: 7, number: 7 }, options)
    }

    fn options() -> ReadOptions {
        ReadOptions::new(jiff::civil::date(2024, 12, 31))
    }

    #[test]
    fn fields_are_found_under_their_usual_names() {
        for (json, expected) in [
            (r#"{"id":"a","text":"t"}"#, "a|-|t|-|-|-|-|-"),
            (r#"{"guid":"a","Body":"t","headline":"h","pubDate":"Tue, 03 Dec 2024 10:00:00 GMT"}"#, "a|h|t|-|-|-|2024-12-03T10:00:00Z|-"),
            (r#"{"id":12,"content":"t","lang":"ar-EG","gold":3}"#, "12|-|t|-|-|ar|-|3"),
            (
                r#"{"link":"https://www.a.example/2024/12/03/x","summary":"t"}"#,
                "https://www.a.example/2024/12/03/x|-|t|a.example|https://www.a.example/2024/12/03/x|-|2024-12-03|-",
            ),
            (r#"{"text":"t","id":null,"title":null}"#, "f.jsonl:7|-|t|-|-|-|-|-"),
            (r#"{"text":"","body":"t","source":{"id":1,"name":"S"}}"#, "f.jsonl:7|-|t|S|-|-|-|-"),
            (r#"{"id":"a","title":"only a title","text":""}"#, "a|only a title||-|-|-|-|-"),
            (r#"{"id":"a","text":"1","text":"2"}"#, "a|-|2|-|-|-|-|-"),
            ("{\"id\":\"a\",\"text\":\"x\\u0000\\ud83d\\ude00\\r\\ny\"}", "a|-|x\0😀\ny|-|-|-|-|-"),
            (r#"{"id":"a","html":"<div><p>One.</p><p>Two.</p></div>"}"#, "a|-|One.\nTwo.|-|-|-|-|-"),
            (r#"{"id":"a","content":"<p>One.<br>Two.</p><script>x()</script>"}"#, "a|-|One.\nTwo.|-|-|-|-|-"),
            (r#"{"id":9,"title":{"rendered":"h"},"content":{"rendered":"<p>One.</p>"}}"#, "9|h|One.|-|-|-|-|-"),
            (r#"{"id":"a","text":"a <p> in a text"}"#, "a|-|a <p> in a text|-|-|-|-|-"),
            (r#"{"id":9.0,"text":"t"}"#, "9|-|t|-|-|-|-|-"),
            (r#"{"id":"a","text":"t","date":1733244284}"#, "a|-|t|-|-|-|2024-12-03T16:44:44Z|-"),
        ] {
            let outcome = read(json, &options());
            assert!(outcome.complaints.is_empty(), "{json}: {:?}", outcome.complaints);
            let article = outcome.article.expect(json);
            let or = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".into());
            let date = article.published.as_ref().map(|date| date.when.to_string());
            let line = [
                article.key.clone(),
                or(&article.title),
                article.text.clone(),
                or(&article.outlet),
                or(&article.url),
                article.lang.map_or("-".into(), |lang| lang.to_string()),
                or(&date),
                or(&article.gold),
            ];
            assert_eq!(line.join("|"), expected, "{json}");
        }
    }

    #[test]
    fn bad_records_say_what_is_wrong() {
        for (json, expected) in [
            (r#"{"id":"a","text":5}"#, r#"field "text": expected a string, found a number"#),
            (r#"{"id":"a","text":["x"]}"#, r#"field "text": expected a string, found an array"#),
            (r#"{"id":true,"text":"x"}"#, r#"field "id": expected a string, found true or false"#),
            (r#"{"id":1.5,"text":"x"}"#, r#"field "id": 1.5 is not a whole number"#),
            (r#"{"id":"a","text":"x""#, "not a JSON record: EOF while parsing an object (column 20)"),
            (r#"{"id":"a","text":"\ud800 x"}"#, "not a JSON record: unexpected end of hex escape (column 27)"),
            (r#"{"id":"a","text":"\udc00 x"}"#, "not a JSON record: lone leading surrogate in hex escape (column 24)"),
            (r#"["a"]"#, "not a JSON record: invalid type: sequence, expected an object (column 0)"),
            (r#"{"id":"a","text":"  ","title":""}"#, "no text"),
            (r#"{"id":"a"}"#, "no text"),
            (r#"{"id":"a","title":5}"#, r#"no text; field "title": expected a string, found a number"#),
        ] {
            let message = read(json, &options()).article.expect_err(json).to_string();
            let message = message.strip_prefix("f.jsonl:7: ").expect("the place");
            // The columns are serde's; that there is one is what matters.
            let bare = |message: &str| message.split(" (column").next().unwrap_or_default().to_string();
            assert_eq!(bare(message), bare(expected), "{json}");
            assert_eq!(message.contains("(column"), expected.contains("(column"), "{json}");
        }
    }

    #[test]
    fn a_bad_date_keeps_the_article_and_is_told() {
        for (json, expected) in [
            (
                r#"{"id":"a","text":"t","date":"soon"}"#,
                r#"field "date": the date "soon" is not understood; the article is kept, its date is unknown"#,
            ),
            (
                r#"{"id":"a","text":"t","date":"2031-01-01","url":"http://a.example/2024/12/03/x"}"#,
                r#"field "date": the date 2031-01-01 is before 1990 or in the future; the article is kept, its date is taken from the address"#,
            ),
            (
                r#"{"id":"a","text":"t","date":{},"url":"http://a.example/2024/12/03/x"}"#,
                r#"field "date": expected a date, found an object; the article is kept, its date is taken from the address"#,
            ),
        ] {
            let outcome = read(json, &options());
            assert!(outcome.article.is_ok());
            let complaints: Vec<String> = outcome.complaints.iter().map(ToString::to_string).collect();
            assert_eq!(complaints, [format!("f.jsonl:7: {expected}")]);
        }
    }

    #[test]
    fn a_field_of_the_wrong_type_keeps_the_article_and_is_told() {
        let without = "; the article is kept without it";
        for (json, key, expected) in [
            (r#"{"id":"a","text":"t","title":5}"#, "a", vec![r#"field "title": expected a string, found a number"#]),
            (r#"{"id":"a","text":"t","source":{}}"#, "a", vec![r#"field "source": expected a string, found an object"#]),
            (r#"{"id":"a","text":"t","lang":["ar"]}"#, "a", vec![r#"field "lang": expected a string, found an array"#]),
            (r#"{"id":"a","text":"t","gold":true}"#, "a", vec![r#"field "gold": expected a string, found true or false"#]),
            (r#"{"text":"t","url":7}"#, "f.jsonl:7", vec![r#"field "url": expected a string, found a number"#]),
            (
                r#"{"id":"a","text":"t","outlet":1,"title":[]}"#,
                "a",
                vec![r#"field "title": expected a string, found an array"#, r#"field "outlet": expected a string, found a number"#],
            ),
        ] {
            let outcome = read(json, &options());
            let article = outcome.article.expect(json);
            let fields = [article.title, article.outlet, article.url, article.gold];
            assert_eq!((article.key.as_str(), article.text.as_str(), fields), (key, "t", [const { None }; 4]), "{json}");
            assert_eq!(article.lang, None, "{json}");
            let complaints: Vec<String> = outcome.complaints.iter().map(ToString::to_string).collect();
            let expected: Vec<String> = expected.iter().map(|complaint| format!("f.jsonl:7: {complaint}{without}")).collect();
            assert_eq!(complaints, expected, "{json}");
        }
    }

    #[test]
    fn the_date_of_a_page_in_a_record_is_taken_in_the_order_of_its_source() {
        let url = "http://a.example/2024/12/03/x";
        let meta = "<meta property='article:published_time' content='2024-12-02'>";
        let body = "<p>The treaty of 5 May 2020 was signed again by the two sides.</p>";
        for (head, url, expected) in [
            (meta, url, "2024-12-02 meta element"),
            ("", url, "2024-12-03 address"),
            ("", "http://a.example/x", "2020-05-05 date in the text"),
        ] {
            let json = format!(r#"{{"id":"a","url":"{url}","html":"<html><head>{head}</head><body>{body}</body></html>"}}"#);
            let date = read(&json, &options()).article.expect("an article").published.expect("a date");
            assert_eq!(format!("{} {}", date.when, date.source.name()), expected, "{json}");
        }
    }

    #[test]
    fn mapped_fields_replace_the_usual_ones() {
        let fields = FieldMap { id: Some("key".into()), text: Some("story".into()), ..FieldMap::default() };
        let options = ReadOptions { fields, ..options() };
        let article = read(r#"{"key":1,"story":"s","id":"no","text":"no"}"#, &options).article.expect("an article");
        assert_eq!((article.key.as_str(), article.text.as_str()), ("1", "s"));
        for (json, expected) in
            [(r#"{"story":"s"}"#, r#"no field "key" for the id"#), (r#"{"key":"a","text":"t"}"#, r#"no field "story" for the text"#)]
        {
            assert!(read(json, &options).article.expect_err(json).to_string().ends_with(expected), "{json}");
        }
    }

    #[test]
    fn records_are_kept_as_they_were_spelled() {
        let options = ReadOptions { keep_records: true, ..options() };
        for (json, kept) in [
            (r#" {"z": 1.50, "text": "t\u0041", "a": [1e3, {}]} "#, r#"{"z": 1.50, "text": "t\u0041", "a": [1e3, {}]}"#),
            ("{\n  \"text\": \"a \\\" b\",\r\n  \"n\": 1.0\n}", r#"{"text":"a \" b","n":1.0}"#),
        ] {
            assert_eq!(read(json, &options).article.expect(json).record.as_deref(), Some(kept));
        }
    }
}
