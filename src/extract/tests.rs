use super::*;
use crate::article::Article;

fn article(text: &str, title: Option<&str>) -> Article {
    Article { key: "a".into(), text: text.into(), title: title.map(Into::into), ..Article::default() }
}

/// The kept lines and the removed ones with their reasons.
fn cleaned(article: &Article) -> (Vec<String>, Vec<(String, &'static str)>) {
    let mut tokens = Vec::new();
    let lines = Lines::read(article, &mut tokens);
    let own = clean(article, None, &lines, &LineCounts::default(), &[], &mut tokens);
    let mut again = Vec::new();
    own.tokens(&article.text, &mut again);
    assert_eq!(tokens, again);
    let text = |span: &Span| span.of(&article.text).trim().to_owned();
    let kept = own.kept.iter().flat_map(|span| span.of(&article.text).lines()).filter(|line| line.chars().any(char::is_alphanumeric));
    (
        kept.map(|line| line.trim().to_owned()).collect(),
        own.removals.iter().map(|removal| (text(&removal.span), removal.reason.name())).collect(),
    )
}

const BODY: &str = "أجرى الرئيسان اتصالاً هاتفياً يوم الاثنين وتناولا فيه الأوضاع في المنطقة والعلاقات بين البلدين الجارين.\n\nخطوات هامة\n\nواتفق الجانبان على مواصلة التنسيق خلال الأسابيع المقبلة عبر القنوات الدبلوماسية والعسكرية المعتادة.\n";

#[test]
fn furniture_goes_and_subheads_stay() {
    let text = format!(
        "error:تخطى إلى المحتوى\nعنوان الخبر هنا\nعنوان الخبر هنا\nمنبر مخترع – فريق التحرير\n{BODY}اقرأ أيضاً: خبر آخر تماماً\nsami noor\nكاتب صحفي متخصص في الأخبار\nمقالات ذات صلة\nاتفاق جديد في مكان آخر\nاترك تعليقاً\nزر الذهاب إلى الأعلى\nerror:\n"
    );
    let (kept, removed) = cleaned(&article(&text, None));
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[1], "خطوات هامة");
    let reasons: Vec<&str> = removed.iter().map(|row| row.1).collect();
    let expected = [
        "skip link",
        "headline",
        "headline",
        "byline",
        "promo of another story",
        "about the author",
        "about the author",
        "related heading",
        "after the article's end",
        "comment form",
        "link to the top",
        "error message",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn of_a_text_without_end_only_the_beginning_is_compared() {
    let read = |article: &Article| {
        let mut tokens = Vec::new();
        let lines = Lines::read(article, &mut tokens);
        let own = clean(article, None, &lines, &LineCounts::default(), &[], &mut tokens);
        let mut again = Vec::new();
        own.tokens(&article.text, &mut again);
        assert_eq!(tokens, again);
        (tokens, own)
    };
    let words = |range: std::ops::Range<usize>, between: &str| range.map(|at| format!("w{at}{between}")).collect::<String>();
    for between in [" ", ". ", "\n", "\r\n\n"] {
        let (fits, own) = read(&article(&words(0..MAX_TOKENS, between), None));
        assert!(fits.len() == MAX_TOKENS && !own.cut, "{between:?}");
        let (cut, own) = read(&article(&words(0..MAX_TOKENS * 3, between), None));
        assert!(cut == fits && own.cut, "{between:?}");
    }
    // No white space to cut at: pairs of characters, and a sign that stands for four words.
    for (text, least) in [("中国".repeat(MAX_TOKENS), MAX_TOKENS - 1), ("\u{fdfa}".repeat(MAX_TOKENS), MAX_TOKENS - 3)] {
        let (tokens, own) = read(&article(&text, None));
        assert!((least..=MAX_TOKENS).contains(&tokens.len()) && own.cut, "{}", tokens.len());
    }
    let (headline, text) = (words(0..MAX_TOKENS + 1, " "), "One thing happened today.");
    let long = article(text, Some(&headline));
    let (_, own) = read(&long);
    assert!(own.cut);
    assert_eq!(own.parts(&long), [words(0..MAX_TOKENS, " ").as_str(), text]);
}

#[test]
fn a_given_title_is_removed_from_the_text_and_repeats_are_kept_once() {
    let (kept, removed) =
        cleaned(&article("A Title, given\nOne thing happened today.\nOne thing happened today.\nThen another did.", Some("A title given")));
    assert_eq!(kept, ["One thing happened today.", "Then another did."]);
    assert_eq!(removed, [("A Title, given".to_owned(), "headline"), ("One thing happened today.".to_owned(), "repeated in the article")]);
}

#[test]
fn a_long_text_after_a_comment_heading_is_not_a_tail() {
    let text =
        format!("Short start of a story.\nComments\n{}", "A long paragraph follows with many words in it that tell the story. ".repeat(5));
    assert_eq!(cleaned(&article(&text, None)).0.len(), 2);
}

#[test]
fn a_subhead_and_a_paragraph_before_an_anchor_are_not_a_biography() {
    let (kept, _) = cleaned(&article(&format!("{BODY}مقالات ذات صلة\nشيء"), None));
    assert_eq!(kept.len(), 3);
}

fn counted(pages: &[(String, Option<i64>)], outlet: &str) -> (LineCounts, Vec<Lines>) {
    let mut counts = LineCounts::default();
    let of_outlet = |text: &str| Article { outlet: Some(outlet.into()), ..article(text, None) };
    let lines: Vec<Lines> = pages.iter().map(|page| Lines::read(&of_outlet(&page.0), &mut Vec::new())).collect();
    for (page, lines) in pages.iter().zip(&lines) {
        counts.add(Some(outlet), page.1, lines.templates());
    }
    (counts, lines)
}

#[test]
fn a_line_that_an_outlet_repeats_on_two_days_goes_whatever_its_number() {
    let page = |at: i64| {
        format!(
            "Story number {at} tells of something that happened to person {at} in town {at} on that day.\nVisit us at desk {at} for more\n"
        )
    };
    let pages: Vec<(String, Option<i64>)> =
        (0..4).map(|at| (page(at).replace("Story number", ["Old", "New", "Great", "Small"][at as usize]), Some(at / 2))).collect();
    let (counts, lines) = counted(&pages, "one");
    let removed = |outlet: Option<&str>, counts: &LineCounts| {
        let (article, mut tokens) = (article(&pages[0].0, None), Vec::new());
        let _ = Lines::read(&article, &mut tokens);
        clean(&article, outlet, &lines[0], counts, &[], &mut tokens).removals
    };
    assert_eq!(removed(Some("one"), &counts).iter().map(|removal| removal.reason).collect::<Vec<_>>(), [Reason::Outlet]);
    assert_eq!(*removed(None, &counts), [], "without an outlet the rule is off");
    assert_eq!(*removed(Some("two"), &counts), [], "another outlet's line is its own");
    let same_day: Vec<_> = pages.iter().map(|page| (page.0.clone(), Some(1))).collect();
    assert_eq!(*removed(Some("one"), &counted(&same_day, "one").0), [], "one day is not enough");
    let undated: Vec<_> = pages.iter().map(|page| (page.0.clone(), None)).collect();
    assert_eq!(*removed(Some("one"), &counted(&undated, "one").0), [], "four undated pages are not enough");
}

#[test]
fn an_article_that_its_outlet_repeats_whole_is_not_a_template() {
    let pages: Vec<(String, Option<i64>)> =
        (0..6).map(|at| ("The very same report again.\nWith a second line.".to_owned(), Some(at))).collect();
    let (counts, lines) = counted(&pages, "one");
    let (article, mut tokens) = (article(&pages[0].0, None), Vec::new());
    let _ = Lines::read(&article, &mut tokens);
    assert_eq!(*clean(&article, Some("one"), &lines[0], &counts, &[], &mut tokens).removals, []);
}

#[test]
fn headlines_under_a_label_of_their_own_go_with_it() {
    for label in ["اقرأ أيضاً:", "اقرأ أيضا", "Read also", "Читайте также:", "Ayrıca okuyun", "You may also like", "Related stories"]
    {
        let text = format!(
            "{BODY}{label}\nنادٍ كبير يعلن صفقة جديدة\nأسعار القمح ترتفع\nوقال مصدر رسمي إن المشاورات ستستمر في الأسابيع المقبلة.\n{BODY}{BODY}"
        );
        let (kept, removed) = cleaned(&article(&text, None));
        assert!(removed.iter().any(|row| row.0.contains("صفقة")) && removed.iter().any(|row| row.0.contains("القمح")), "{label}");
        assert!(kept.iter().any(|line| line.contains("مصدر رسمي")), "{label}");
    }
}
