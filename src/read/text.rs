//! Pages of plain text: which line is the headline.

use super::written;

/// How many non-empty lines are near the top.
const TOP_LINES: usize = 8;
/// A headline has at most this many words.
const MAX_TITLE_WORDS: usize = 20;
/// A paragraph has at least this many words, or ends like a sentence.
const MIN_PARAGRAPH_WORDS: usize = 25;
/// A section name or a byline has fewer words than this; a headline with fewer is only taken when there is no other.
const MIN_TITLE_WORDS: usize = 4;
/// Fewer words than this, said twice, are a menu and no headline.
const MIN_REPEATED_WORDS: usize = 3;

/// Lines at the top of a page that are for screen readers or left by scripts.
const NOISE: [&str; 17] = [
    "تخطى إلى المحتوى",
    "تخطي إلى المحتوى",
    "التجاوز إلى المحتوى",
    "انتقل إلى المحتوى",
    "الانتقال إلى المحتوى",
    "İçeriğe geç",
    "İçeriğe atla",
    "Перейти к содержимому",
    "К основному содержимому",
    "К содержанию",
    "Перейти к содержанию",
    "Перейти к основному содержанию",
    "Skip to content",
    "Skip to main content",
    "Jump to content",
    "Aller au contenu",
    "پرش به محتوا",
];

/// The headline of a text: a line near the top that is repeated, else a short line before the first paragraph, else none.
pub(super) fn title(text: &str) -> Option<&str> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_noise(line));
    let top: Vec<&str> = lines().take(TOP_LINES).collect();
    let words = |line: &str| line.split_whitespace().count();
    let headline = |line: &&&str| (MIN_REPEATED_WORDS..=MAX_TITLE_WORDS).contains(&words(line));
    if let Some((_, repeated)) = top.iter().enumerate().filter(|(_, line)| headline(line)).find(|(at, line)| top[at + 1..].contains(line)) {
        return Some(repeated);
    }
    let body = top.iter().position(|line| is_paragraph(line))?;
    let short = || top[..body].iter().filter(|line| words(line) <= MAX_TITLE_WORDS);
    let sure = || short().filter(|line| !is_doubtful(line));
    let long_enough = |line: &&&str| words(line) >= MIN_TITLE_WORDS;
    sure().find(long_enough).or_else(|| sure().next()).or_else(|| short().next()).copied()
}

/// A menu (`World | Sports`, or words set apart by spaces) or a dated byline: a headline only when there is no other.
fn is_doubtful(line: &str) -> bool {
    line.contains(['|', '\t']) || line.contains("  ") || !written::find(line, true).is_empty()
}

fn is_paragraph(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let ended = line.trim_end_matches(['"', '»', '”', ')', '\'']).ends_with(['.', '۔', '。']) && !line.ends_with("..");
    words >= MIN_PARAGRAPH_WORDS || (ended && words >= MIN_TITLE_WORDS)
}

fn is_noise(line: &str) -> bool {
    let bare = line.trim_end_matches(['.', ' ']);
    NOISE.iter().any(|noise| noise.to_lowercase() == bare.to_lowercase())
        || line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("error:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_are_found() {
        let body = "افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر بحضور عدد كبير من السكان.";
        for (name, text, expected) in [
            (
                "repeated",
                format!("آخر الأخبار\n\nافتتاح جسر جديد فوق النهر\n\nافتتاح جسر جديد فوق النهر\n\nفريق التحرير\n\n{body}"),
                "افتتاح جسر جديد فوق النهر",
            ),
            (
                "after a skip link",
                format!("تخطى إلى المحتوى\r\n\r\nافتتاح جسر جديد فوق النهر\r\n\r\n{body}\r\n"),
                "افتتاح جسر جديد فوق النهر",
            ),
            (
                "after an error and a section",
                format!("error:\nSKIP TO CONTENT\nمحليات\nافتتاح جسر جديد فوق النهر\n{body}"),
                "افتتاح جسر جديد فوق النهر",
            ),
            ("a short one", format!("جسر جديد\n{body}"), "جسر جديد"),
            ("a menu said twice", format!("الرئيسية\nالرئيسية\nافتتاح جسر جديد فوق النهر\n{body}"), "افتتاح جسر جديد فوق النهر"),
            ("dots at the end", format!("جسر جديد فوق النهر.. صور\n{body}"), "جسر جديد فوق النهر.. صور"),
            (
                "after a menu",
                format!("الجسر\nمحليات | العالم | المال | الناس\nافتتاح جسر جديد فوق النهر\n{body}"),
                "افتتاح جسر جديد فوق النهر",
            ),
            (
                "after a spaced menu",
                format!("محليات  العالم  المال  الناس\nافتتاح جسر جديد فوق النهر\n{body}"),
                "افتتاح جسر جديد فوق النهر",
            ),
            ("after a date", format!("الثلاثاء، 3 كانون الأول 2024\nافتتاح جسر جديد فوق النهر\n{body}"), "افتتاح جسر جديد فوق النهر"),
            ("text alone", body.to_string(), ""),
            ("no paragraph", "واحد\nاثنان".to_string(), ""),
            ("nothing", String::new(), ""),
        ] {
            assert_eq!(title(&text).unwrap_or_default(), expected, "{name}");
        }
    }
}
