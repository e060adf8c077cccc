//! The text of a JSON string, made once and of the right size.
//!
//! serde_json unescapes into a buffer that grows and is then copied; here the escapes are counted first. What is wrong with a
//! string is left to serde_json to say.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// The text of `raw`, a JSON string in its quotes whose escapes are known to be well-formed; `None` when half a surrogate pair
/// is among them.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let escapes = memchr_iter(b'\\', inner.as_bytes()).count();
    if escapes == 0 {
        return Some(Cow::Borrowed(inner));
    }
    // An escape is at least a byte longer than its character.
    let mut text = String::with_capacity(inner.len() - escapes);
    let mut rest = inner;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = unescape(&rest[at + 1..], &mut text)?;
    }
    text.push_str(rest);
    text.shrink_to_fit();
    Some(Cow::Owned(text))
}

/// Adds what the escape at the start of `rest` stands for (its backslash is gone), and the `\u` escapes right behind it. Gives
/// what follows.
fn unescape<'a>(mut rest: &'a str, text: &mut String) -> Option<&'a str> {
    loop {
        let (c, length) = match rest.as_bytes().first()? {
            b'n' => ('\n', 1),
            b'"' => ('"', 1),
            b'\\' => ('\\', 1),
            b'/' => ('/', 1),
            b't' => ('\t', 1),
            b'r' => ('\r', 1),
            b'b' => ('\u{8}', 1),
            b'f' => ('\u{c}', 1),
            b'u' => unicode(rest.as_bytes())?,
            _ => return None,
        };
        text.push(c);
        rest = &rest[length..];
        match rest.as_bytes() {
            [b'\\', b'u', ..] => rest = &rest[1..],
            _ => return Some(rest),
        }
    }
}

/// The character of `uXXXX` or `uXXXX\uXXXX` at the start of `escape`, and its length.
fn unicode(escape: &[u8]) -> Option<(char, usize)> {
    let first = unit(escape.get(1..5)?)?;
    if let Some(c) = char::from_u32(u32::from(first)) {
        return Some((c, 5));
    }
    let second = unit(escape.get(5..11)?.strip_prefix(b"\\u")?)?;
    let c = char::decode_utf16([first, second]).next()?.ok()?;
    Some((c, 11))
}

fn unit(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)? as u16))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (raw, expected) in [
            (r#""plain""#, Some("plain")),
            (r#""""#, Some("")),
            (r#""a\nb\t\"c\"\\\/\b\f\r""#, Some("a\nb\t\"c\"\\/\u{8}\u{c}\r")),
            (r#""\u0645\u0631\u062D\u0628\u0627 x""#, Some("مرحبا x")),
            (r#""\ud83d\ude00""#, Some("😀")),
            (r#""\ud83d""#, None),
            (r#""\ude00""#, None),
            (r#""\ud83d\u0041""#, None),
            (r#""\ud83d\n\ude00""#, None),
        ] {
            assert_eq!(text(raw).as_deref(), expected, "{raw}");
        }
        assert!(matches!(text(r#""plain""#), Some(Cow::Borrowed(_))));
    }

    proptest! {
        /// Either the same text as serde_json, or an error there too.
        #[test]
        fn the_text_is_the_one_serde_reads(parts in proptest::collection::vec(
            prop_oneof!["[a-zم😀 ]{0,4}", r#"\\[nrtbf"/\\]"#, r"\\u[0-9a-fA-F]{4}", r"\\ud[89ab]3d\\ud[c-f]0f"], 0..12,
        )) {
            let raw = format!("\"{}\"", parts.concat());
            let expected = serde_json::from_str::<String>(&raw).ok();
            prop_assert_eq!(text(&raw).map(Cow::into_owned), expected);
        }
    }
}
