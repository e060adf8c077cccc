//! Bytes to text: byte order mark, strict UTF-8, the declared charset, detection.
//!
//! A declared `utf-8` that is not valid often lies, and a page that is UTF-8 but for a cut character is common; the two are
//! told apart by how many multi-byte characters are whole. Detection (chardetng) is right on Windows-1256, 1251 and 1254 from
//! about 40 letters.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

/// How far into a page a charset declaration is looked for, in bytes: what HTML asks of authors.
const DECLARATION_BYTES: usize = 1024;

/// UTF-8 with broken places is believed when there is at most one for this many whole multi-byte characters. Text of another
/// charset has nearly none that are whole; a cut or garbled page has hundreds.
const WHOLE_PER_BROKEN: usize = 20;

/// The share of characters that may be replacements or controls: 1 in 100 still reads, more is not text.
const MAX_BAD_SHARE: f64 = 0.01;

/// The first byte of U+FFFD in UTF-8.
const REPLACEMENT_START: u8 = 0xef;

/// Why bytes are not text.
pub(super) const UNDECODABLE: &str = "undecodable: not text in a charset that can be told";

/// Decodes a page; `markup` says whether a declaration inside it counts.
///
/// # Errors
/// [`UNDECODABLE`] when there are NUL bytes outside UTF-16, or too many characters that stand for nothing.
pub(super) fn decode(bytes: &[u8], markup: bool) -> Result<Cow<'_, str>, &'static str> {
    if let Some((encoding, mark)) = marked(bytes, markup) {
        return checked(encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    let utf8 = simdutf8::basic::from_utf8(bytes);
    if let Some(text) = utf8.ok().filter(|_| is_clean(bytes)) {
        return Ok(Cow::Borrowed(text));
    }
    if bytes.contains(&0) {
        return Err(UNDECODABLE);
    }
    if let Ok(text) = utf8 {
        // Controls of the second block stand in pages that were once decoded wrongly, but it is UTF-8 all the same.
        let first_block = text.chars().filter(|c| !matches!(c, '\u{80}'..='\u{9f}'));
        return few_bad(first_block).then_some(Cow::Borrowed(text)).ok_or(UNDECODABLE);
    }
    let declared = if markup && !mostly_utf8(bytes) { declared(bytes) } else { None };
    checked(declared.unwrap_or_else(|| guess(bytes)).decode_without_bom_handling(bytes).0)
}

/// The bytes of a document without NULs and the line of the first, where there are so few that it is text all the same.
pub(super) fn without_nuls(bytes: &[u8]) -> Option<(Vec<u8>, u64)> {
    let first = memchr::memchr(0, bytes)?;
    let kept: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let few = (bytes.len() - kept.len()) as f64 <= MAX_BAD_SHARE * bytes.len() as f64;
    let wide = marked(bytes, true).is_some_and(|(encoding, _)| encoding != UTF_8);
    let line = 1 + memchr::memchr_iter(b'\n', &bytes[..first]).count() as u64;
    (few && !wide).then_some((kept, line))
}

/// The charset of a byte order mark and how long the mark is. The first `<` of markup is a mark of UTF-16 too.
pub(super) fn marked(bytes: &[u8], markup: bool) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or(match bytes {
        [b'<', 0, ..] if markup => Some((UTF_16LE, 0)),
        [0, b'<', ..] if markup => Some((UTF_16BE, 0)),
        _ => None,
    })
}

/// The charset of bytes that are not valid UTF-8 and declare nothing.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    if mostly_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether the bytes are UTF-8 with a few broken places.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken * WHOLE_PER_BROKEN <= whole
}

/// The charset declared in the first bytes (`charset=…`, `encoding="…"`), unless it is one that bytes which got here cannot have.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_BYTES)]).to_ascii_lowercase();
    for (word, within) in [("charset", "<meta"), ("encoding", "<?xml")] {
        for (at, _) in head.match_indices(word) {
            let opened = head[..at].rfind('<').is_some_and(|tag| head[tag..].starts_with(within));
            let Some(value) = head[at + word.len()..].trim_start().strip_prefix('=') else { continue };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let label = value.split(|c: char| c.is_whitespace() || "\"'>;/?".contains(c)).next().unwrap_or_default();
            let encoding = Encoding::for_label(label.as_bytes());
            let usable = encoding.filter(|e| ![UTF_8, UTF_16LE, UTF_16BE, REPLACEMENT, X_USER_DEFINED].contains(e));
            if opened && usable.is_some() {
                return usable;
            }
        }
    }
    None
}

/// The text, when few enough of its characters stand for nothing.
fn checked(text: Cow<'_, str>) -> Result<Cow<'_, str>, &'static str> {
    if few_bad(text.chars()) { Ok(text) } else { Err(UNDECODABLE) }
}

/// Whether UTF-8 has neither controls, line ends included, nor replacement characters. One pass without branches, for the usual case.
fn is_clean(text: &[u8]) -> bool {
    let (control, replacement) = text.iter().fold((false, false), |(control, replacement), byte| {
        (control | (*byte < b' ') | (*byte == 0x7f), replacement | (*byte == REPLACEMENT_START))
    });
    !control && (!replacement || memchr::memmem::find(text, "\u{fffd}".as_bytes()).is_none())
}

fn few_bad(text: impl Iterator<Item = char>) -> bool {
    let suspect = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}'));
    let (mut bad, mut all) = (0usize, 0usize);
    for c in text {
        all += 1;
        bad += usize::from(suspect(c));
    }
    bad as f64 <= MAX_BAD_SHARE * all as f64
}

#[cfg(test)]
mod tests {
    use encoding_rs::{WINDOWS_1251, WINDOWS_1254, WINDOWS_1256};

    use super::*;

    const ARABIC: &str = "افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر بحضور عدد كبير من السكان";
    const RUSSIAN: &str = "Мэр города открыл новый мост через реку, движение по нему начнётся в понедельник";
    const TURKISH: &str = "Belediye başkanı nehrin üzerindeki yeni köprüyü açtı, köprüden geçiş ücretsiz olacağı için şoförler mutlu";

    #[test]
    fn plain_text_is_detected() {
        for (encoding, text) in [(WINDOWS_1256, ARABIC), (WINDOWS_1251, RUSSIAN), (WINDOWS_1254, TURKISH)] {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost);
            assert_eq!(decode(&bytes, false).as_deref(), Ok(text), "{}", encoding.name());
        }
        let short: String = ARABIC.chars().take(40).collect();
        assert_eq!(decode(&WINDOWS_1256.encode(&short).0, false).as_deref(), Ok(short.as_str()));
    }

    #[test]
    fn declarations_count_in_markup_unless_they_lie() {
        for declaration in [
            "<meta charset=windows-1256>",
            "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=windows-1256'>",
            "<?xml version=\"1.0\" encoding=\"windows-1256\"?>",
            "<meta charset=\"utf-8\">",
            "<meta charset=\"no-such-charset\">",
            "",
        ] {
            let page = format!("{declaration}<p>{ARABIC}</p>");
            assert_eq!(decode(&WINDOWS_1256.encode(&page).0, true).as_deref(), Ok(page.as_str()), "{declaration}");
        }
        let page = format!("<meta charset=windows-1251><p>{RUSSIAN}</p>");
        assert_eq!(decode(page.as_bytes(), true).as_deref(), Ok(page.as_str()), "valid UTF-8 goes before a declaration");
    }

    #[test]
    fn marks_and_broken_utf8() {
        let with_mark = format!("\u{feff}{ARABIC}");
        assert_eq!(decode(with_mark.as_bytes(), false).as_deref(), Ok(ARABIC));
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(ARABIC.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16, false).as_deref(), Ok(ARABIC));
        let page = format!("<p>{ARABIC}</p>");
        let unmarked = |bytes: fn(u16) -> [u8; 2]| page.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for utf16 in [unmarked(u16::to_le_bytes), unmarked(u16::to_be_bytes)] {
            assert_eq!(decode(&utf16, true).as_deref(), Ok(page.as_str()));
            assert_eq!(decode(&utf16, false), Err(UNDECODABLE));
        }
        let long = ARABIC.repeat(3);
        let cut = &long.as_bytes()[..long.len() - 1];
        let read = decode(cut, false).expect("one cut character is no reason to reject a page");
        assert!(read.starts_with(ARABIC) && read.ends_with('\u{fffd}'));
    }

    #[test]
    fn utf8_that_was_once_decoded_wrongly_is_still_text() {
        let text = "soka\u{c4}\u{9f}a \u{c3}\u{a7}\u{c4}\u{b1}kma \u{c4}\u{9f}\u{c4}\u{9f}";
        assert_eq!(decode(text.as_bytes(), false).as_deref(), Ok(text));
    }

    #[test]
    fn bytes_that_are_no_text_are_rejected() {
        assert_eq!(decode(b"a few\0 letters", false), Err(UNDECODABLE));
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\x01\x02\x03\x04", false), Err(UNDECODABLE));
        assert_eq!(decode("\u{fffd}\u{fffd} mojibake".as_bytes(), false), Err(UNDECODABLE));
        assert_eq!(decode(b"", false).as_deref(), Ok(""));
    }
}
