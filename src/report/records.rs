//! The input records with one more field: the deduplicated file that a data pipeline wants.
//!
//! A record is cut and joined as text, never parsed into values and printed again: numbers keep their spelling, keys
//! their order and their repetitions, strings their escapes. Only line breaks between tokens go, so that a record that
//! was printed over several lines becomes one line.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::article::Article;
use crate::report::row::Place;

/// The name of the field that is added.
const FIELD: &str = "samestory";

/// Writes the record of an article on a line.
pub(super) fn write(article: &Article, place: &Place<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let place = serde_json::to_string(place)?;
    let record = match &article.record {
        Some(record) => Cow::from(&**record),
        None => Cow::from(made(article)?),
    };
    let spliced = splice(&record, &place).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("record of {:?} is not a JSON object: {error}", article.key))
    })?;
    out.write_all(spliced.as_bytes())?;
    out.write_all(b"\n")
}

/// A record of what is known, for an article that did not come as one.
fn made(article: &Article) -> serde_json::Result<String> {
    #[derive(serde::Serialize)]
    struct Known<'a> {
        id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        published: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        outlet: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lang: Option<&'a str>,
    }
    serde_json::to_string(&Known {
        id: &article.key,
        title: article.title.as_deref(),
        text: &article.text,
        url: article.url.as_deref(),
        published: article.published.as_ref().map(|published| published.when.to_string()),
        outlet: article.outlet.as_deref(),
        lang: article.lang.as_deref(),
    })
}

/// The record on one line with `value` as its `samestory` field: in the place of the one it has, else last.
fn splice(record: &str, value: &str) -> serde_json::Result<String> {
    let record = record.trim();
    let (members, own) = own_values(record)?;
    let mut line = String::with_capacity(record.len() + value.len() + FIELD.len() + 4);
    let mut done = 0;
    for range in own.iter().cloned() {
        push_on_one_line(&mut line, &record[done..range.start]);
        line.push_str(value);
        done = range.end;
    }
    if !own.is_empty() {
        push_on_one_line(&mut line, &record[done..]);
        return Ok(line);
    }
    // A trimmed JSON object ends in its brace.
    let body = record[..record.len() - 1].trim_end();
    push_on_one_line(&mut line, body);
    if members > 0 {
        line.push(',');
    }
    line.push_str(&format!("\"{FIELD}\":{value}"));
    push_on_one_line(&mut line, &record[body.len()..]);
    Ok(line)
}

/// Copies JSON text without its line breaks and the indentation after them; neither can stand raw inside a string.
fn push_on_one_line(line: &mut String, json: &str) {
    let mut lines = json.split(['\n', '\r']);
    line.push_str(lines.next().unwrap_or_default());
    for rest in lines {
        line.push_str(rest.trim_start_matches([' ', '\t']));
    }
}

/// How many members an object has, and where in its text the values of `samestory` members stand.
fn own_values(record: &str) -> serde_json::Result<(usize, Vec<Range<usize>>)> {
    struct Members<'r>(&'r str);

    impl<'de> Visitor<'de> for Members<'de> {
        type Value = (usize, Vec<Range<usize>>);

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut members, mut own) = (0, Vec::new());
            while let Some(key) = map.next_key::<String>()? {
                let value = map.next_value::<&'de RawValue>()?.get();
                members += 1;
                if key == FIELD {
                    // A borrowed raw value is a slice of the record, so the addresses differ by its offset.
                    let start = value.as_ptr() as usize - self.0.as_ptr() as usize;
                    own.push(start..start + value.len());
                }
            }
            Ok((members, own))
        }
    }

    let mut json = serde_json::Deserializer::from_str(record);
    let found = json.deserialize_map(Members(record))?;
    json.end()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::report::{Format, Only, Options, sample, write};

    #[test]
    fn a_field_is_added_and_nothing_else_changes() {
        for (name, record, expected) in [
            ("plain", r#"{"id":"a"}"#, r#"{"id":"a","samestory":V}"#),
            ("empty", "{}", r#"{"samestory":V}"#),
            ("empty with space", " { } ", r#"{"samestory":V }"#),
            ("odd spacing", r#"{ "id" :  "a" , "n": [ 1,2 ] }"#, r#"{ "id" :  "a" , "n": [ 1,2 ],"samestory":V }"#),
            (
                "numbers as spelled",
                r#"{"n":1.50e+02,"m":-0,"big":123456789012345678901234567890.10}"#,
                r#"{"n":1.50e+02,"m":-0,"big":123456789012345678901234567890.10,"samestory":V}"#,
            ),
            ("nested braces", r#"{"a":{"b":{"samestory":1}},"c":[{}]}"#, r#"{"a":{"b":{"samestory":1}},"c":[{}],"samestory":V}"#),
            ("strings with braces", r#"{"a":"}{\"samestory\":1,","b":"\\"}"#, r#"{"a":"}{\"samestory\":1,","b":"\\","samestory":V}"#),
            ("escapes as spelled", r#"{"a":"\u0632\/é\n"}"#, r#"{"a":"\u0632\/é\n","samestory":V}"#),
            ("repeated keys", r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2,"samestory":V}"#),
            ("an older result", r#"{"samestory": {"story":"}"} ,"b":1}"#, r#"{"samestory": V ,"b":1}"#),
            ("an older result, escaped", r#"{"same\u0073tory":null}"#, r#"{"same\u0073tory":V}"#),
            ("an older result, twice", r#"{"samestory":1,"samestory":2}"#, r#"{"samestory":V,"samestory":V}"#),
            ("several lines", "{\r\n  \"a\": 1,\n\t\"b\": [\n    2\n  ]\n}\n", r#"{"a": 1,"b": [2],"samestory":V}"#),
        ] {
            assert_eq!(splice(record, "V").expect(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_record_keeps_its_values(record in object(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) };
            let spliced = splice(&text.expect("JSON"), "[1]").expect("an object");
            prop_assert!(!spliced.contains('\n'));
            let read: serde_json::Map<String, Value> = serde_json::from_str(&spliced).expect("an object");
            let mut expected = record;
            expected.insert(FIELD.into(), Value::from(vec![1]));
            prop_assert_eq!(read, expected);
        }
    }

    /// Objects with nasty strings, two levels deep, some with the field already.
    fn object() -> impl Strategy<Value = serde_json::Map<String, Value>> {
        let text = "[{}\\[\\]\",:\\\\ \n\u{85}\u{2028}aش]{0,6}";
        let leaf = prop_oneof![text.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
        let key = || prop_oneof![text.prop_map(String::from), Just(FIELD.to_owned())];
        let map =
            |value: BoxedStrategy<Value>| proptest::collection::vec((key(), value), 0..5).prop_map(|members| members.into_iter().collect());
        let inner =
            prop_oneof![leaf.clone(), map(leaf.clone().boxed()).prop_map(Value::Object), leaf.prop_map(|leaf| Value::from(vec![leaf]))];
        map(inner.boxed())
    }

    #[test]
    fn what_is_not_an_object_is_an_error() {
        for record in ["", "[]", "1", "{", "{\"a\":1}}", "{\"a\":1,}", "null"] {
            assert!(splice(record, "V").is_err(), "{record}");
        }
    }

    #[test]
    fn records_keep_their_fields_and_others_are_made() {
        let (mut articles, clustering) = sample::result();
        articles[0].record = Some(r#"{"id":"wire", "views": 1.0}"#.into());
        articles[2].url = Some("https://a.example/1".into());
        articles[2].lang = crate::language::declared("ar");
        let expected = concat!(
            r#"{"id":"wire", "views": 1.0,"samestory":{"story":"blog","copies":"site","score":0.6333,"representative":true}}"#,
            "\n",
            r#"{"id":"خبر-1","title":"زلزال يضرب الساحل","text":"","url":"https://a.example/1","published":"2024-12-04T01:00:00+03:00","outlet":"الجزيرة","lang":"ar","samestory":{"story":"blog","copies":"خبر-1","score":0.9,"representative":true}}"#,
            "\n",
            r#"{"id":"blog","text":"\n  The ground moved.\nThen it stopped.","samestory":{"story":"blog","copies":"blog","score":0.5,"representative":true}}"#,
            "\n",
            r#"{"id":"alone","title":"Elections, at last","text":"","samestory":{"story":"alone","copies":"alone","score":null,"representative":true}}"#,
            "\n",
        );
        assert_eq!(
            sample::text(|out| write(
                Format::Records,
                &articles,
                &clustering,
                &Options { only: Some(Only::Representatives), ..Options::default() },
                out
            )),
            expected
        );
        articles[0].record = Some("[1]".into());
        let error = write(Format::Records, &articles, &clustering, &Options::default(), &mut Vec::new()).expect_err("a list is no record");
        assert!(error.to_string().starts_with("record of \"wire\" is not a JSON object: "), "{error}");
    }
}
