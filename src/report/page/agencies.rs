//! The news agencies that a text credits, by their names in many scripts.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::harmless;
use crate::article::Article;

/// An agency: its name as the page prints it, names that stand for it anywhere, and short forms that other words share, which count only
/// between brackets, dashes or other marks: `(AA)`, `الرياض – واس`.
struct Agency {
    name: &'static str,
    names: &'static [&'static str],
    short: &'static [&'static str],
}

const fn agency(name: &'static str, names: &'static [&'static str], short: &'static [&'static str]) -> Agency {
    Agency { name, names, short }
}

/// The table, by name.
#[rustfmt::skip]
const AGENCIES: &[Agency] = &[
    agency("AAP", &["Australian Associated Press"], &["AAP"]),
    agency("AFP", &["AFP", "Agence France-Presse", "Agence France Presse", "فرانس برس", "أ ف ب", "أ.ف.ب", "ا ف ب", "ا.ف.ب", "أ. ف. ب", "АФП", "Франс Пресс", "Франс-Пресс", "法新社", "AFP通信", "خبرگزاری فرانسه"], &["أف ب", "اف ب"]),
    agency("Agenzia Nova", &["Agenzia Nova", "وكالة نوفا"], &["Nova"]),
    agency("Anadolu", &["Anadolu Ajansı", "Anadolu Agency", "Anadolu Agentur", "الأناضول", "الاناضول", "Анадолу", "Агентство Анадолу", "آناتولی", "Agence Anadolu", "Agencia Anadolu"], &["AA", "A.A", "Anadolu"]),
    agency("ANI", &["Asian News International"], &["ANI"]),
    agency("ANSA", &["Agenzia ANSA", "وكالة أنسا", "АНСА"], &["ANSA", "أنسا"]),
    agency("Antara", &["Kantor Berita Antara"], &["ANTARA", "Antara"]),
    agency("AP", &["Associated Press", "أسوشيتد برس", "أسوشييتد برس", "اسوشيتد برس", "اسوشييتد برس", "Ассошиэйтед Пресс", "美联社", "آسوشیتدپرس"], &["AP", "أ ب", "أ.ب", "ا ب", "АП"]),
    agency("APS", &["Algérie Presse Service", "وكالة الأنباء الجزائرية"], &["APS", "وأج", "واج"]),
    agency("Azertac", &["AZƏRTAC", "AZERTAC", "Azertac", "Азертадж", "АЗЕРТАДЖ"], &[]),
    agency("Belga", &["Agence Belga"], &["Belga"]),
    agency("BelTA", &["БелТА", "BelTA"], &["БЕЛТА"]),
    agency("Bernama", &["Bernama"], &["BERNAMA"]),
    agency("Bloomberg", &["Bloomberg", "بلومبرغ", "بلومبيرغ", "بلومبرج", "Блумберг"], &[]),
    agency("BNA", &["وكالة أنباء البحرين", "Bahrain News Agency"], &["BNA", "بنا"]),
    agency("Canadian Press", &["The Canadian Press", "La Presse canadienne"], &[]),
    agency("CNA", &["中央社", "Central News Agency"], &["CNA"]),
    agency("CTK", &["ČTK"], &["CTK"]),
    agency("DHA", &["Demirören Haber Ajansı"], &["DHA"]),
    agency("DPA", &["Deutsche Presse-Agentur", "وكالة الأنباء الألمانية", "الوكالة الألمانية", "德新社"], &["DPA", "dpa", "د ب أ", "د.ب.أ", "د ب ا"]),
    agency("EFE", &["Agencia EFE", "وكالة إفي", "وكالة إيفي"], &["EFE", "إفي"]),
    agency("Fars", &["Fars News", "خبرگزاری فارس", "وكالة فارس"], &["فارس"]),
    agency("IHA", &["İhlas Haber Ajansı"], &["İHA", "IHA"]),
    agency("INA", &["وكالة الأنباء العراقية", "Iraqi News Agency"], &["INA", "واع"]),
    agency("Interfax", &["Interfax", "Интерфакс", "إنترفاكس", "انترفاكس"], &[]),
    agency("IRNA", &["IRNA", "خبرگزاری جمهوری اسلامی", "وكالة إرنا", "ایرنا", "ИРНА"], &["إرنا", "ارنا"]),
    agency("ISNA", &["ISNA", "ایسنا", "وكالة إسنا"], &["إسنا"]),
    agency("Jiji", &["時事通信", "Jiji Press"], &["Jiji"]),
    agency("KCNA", &["Korean Central News Agency", "조선중앙통신"], &["KCNA"]),
    agency("KUNA", &["وكالة الأنباء الكويتية", "Kuwait News Agency"], &["KUNA", "كونا"]),
    agency("Kyodo", &["共同通信", "Kyodo News", "وكالة كيودو"], &["Kyodo", "كيودو"]),
    agency("LANA", &["وكالة الأنباء الليبية"], &["وال", "LANA"]),
    agency("Lusa", &["Agência Lusa"], &["Lusa"]),
    agency("MAP", &["Maghreb Arabe Presse", "وكالة المغرب العربي للأنباء"], &["MAP", "و م ع", "ومع"]),
    agency("Mehr", &["خبرگزاری مهر", "Mehr News"], &[]),
    agency("MENA", &["وكالة أنباء الشرق الأوسط", "Middle East News Agency"], &["أ ش أ", "أ.ش.أ", "ا ش ا", "MENA"]),
    agency("NNA", &["الوكالة الوطنية للإعلام"], &["NNA"]),
    agency("ONA", &["وكالة الأنباء العمانية", "Oman News Agency"], &["ONA", "العمانية"]),
    agency("PA", &["PA Media", "Press Association"], &["PA"]),
    agency("PAP", &["Polska Agencja Prasowa"], &["PAP"]),
    agency("Petra", &["وكالة الأنباء الأردنية", "Jordan News Agency"], &["بترا", "Petra"]),
    agency("Prensa Latina", &["Prensa Latina", "برنسا لاتينا"], &[]),
    agency("PTI", &["Press Trust of India"], &["PTI"]),
    agency("QNA", &["وكالة الأنباء القطرية", "Qatar News Agency"], &["QNA", "قنا"]),
    agency("Reuters", &["Reuters", "REUTERS", "رويترز", "رويتر", "Рейтер", "路透社", "路透", "ロイター", "로이터", "رویترز", "רויטרס", "रॉयटर्स"], &[]),
    agency("RIA Novosti", &["РИА Новости", "RIA Novosti", "ريا نوفوستي", "نوفوستي", "РИА «Новости»"], &["РИА", "RIA"]),
    agency("Saba", &["وكالة الأنباء اليمنية"], &["سبأ", "Saba"]),
    agency("SANA", &["الوكالة العربية السورية للأنباء", "Syrian Arab News Agency"], &["SANA", "سانا"]),
    agency("SPA", &["وكالة الأنباء السعودية", "Saudi Press Agency"], &["SPA", "واس"]),
    agency("Sputnik", &["Sputnik", "سبوتنيك"], &["Спутник"]),
    agency("SUNA", &["وكالة السودان للأنباء", "Sudan News Agency"], &["SUNA", "سونا"]),
    agency("Tanjug", &["Tanjug", "Танјуг"], &["TANJUG"]),
    agency("TAP", &["وكالة تونس أفريقيا للأنباء", "Tunis Afrique Presse"], &["TAP", "وات"]),
    agency("Tasnim", &["Tasnim News", "خبرگزاری تسنیم", "وكالة تسنيم"], &["تسنيم", "تسنیم"]),
    agency("TASS", &["TASS", "ТАСС", "وكالة تاس", "塔斯社", "タス通信"], &["تاس", "Tass"]),
    agency("Ukrinform", &["Ukrinform", "Укринформ", "Укрінформ"], &[]),
    agency("UNIAN", &["УНИАН", "УНІАН", "UNIAN"], &[]),
    agency("UPI", &["United Press International", "يونايتد برس"], &["UPI"]),
    agency("WAFA", &["وكالة الأنباء الفلسطينية", "وكالة وفا"], &["WAFA", "وفا"]),
    agency("WAM", &["وكالة أنباء الإمارات", "Emirates News Agency"], &["WAM", "وام"]),
    agency("Xinhua", &["Xinhua", "شينخوا", "Синьхуа", "新华社", "新華社", "新华网"], &[]),
    agency("Yonhap", &["Yonhap", "يونهاب", "연합뉴스", "Рёнхап", "Ренхап"], &[]),
];

/// All forms of all agencies, and for each its agency and whether it is short.
struct Forms {
    search: Option<AhoCorasick>,
    of: Vec<(usize, bool)>,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let rows = AGENCIES.iter().enumerate().flat_map(|(at, agency)| {
        let names = agency.names.iter().map(move |form| (*form, (at, false)));
        names.chain(agency.short.iter().map(move |form| (*form, (at, true))))
    });
    let (forms, of): (Vec<&str>, Vec<_>) = rows.unzip();
    // A table of fixed words always fits.
    let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA)).build(forms).ok();
    Forms { search, of }
});

/// Most letters of an ending that a name may take, as in `Рейтера`.
const ENDING: usize = 3;
/// Arabic particles that are written together with a name.
const PARTICLES: [char; 5] = ['و', 'ف', 'ب', 'ل', 'ك'];

/// Bytes at either end of a text where credits stand; a name further in is somebody who is spoken of.
const HEAD: usize = 1000;
const TAIL: usize = 400;

/// The agencies that an article credits, each once, in the order of the table.
pub(super) fn credited(article: &Article) -> Vec<&'static str> {
    let mut found = Vec::new();
    for text in [&article.outlet, &article.title].into_iter().flatten() {
        look(text, 0..text.len(), &mut found);
    }
    let (head, tail) = (harmless::head(&article.text, HEAD).len(), article.text.len() - harmless::tail(&article.text, TAIL).len());
    look(&article.text, 0..head, &mut found);
    look(&article.text, tail.max(head)..article.text.len(), &mut found);
    found.sort_unstable();
    found.into_iter().map(|at| AGENCIES[at].name).collect()
}

/// Adds the agencies that are named in a part of a text; what stands around a name counts beyond the part.
fn look(text: &str, part: Range<usize>, found: &mut Vec<usize>) {
    let Forms { search: Some(forms), of } = &*FORMS else { return };
    for hit in forms.find_iter(Input::new(text).range(part)) {
        let (at, short) = of[hit.pattern().as_usize()];
        let (before, after) = (&text[..hit.start()], &text[hit.end()..]);
        let stands = if short { is_between_marks(before, after) } else { is_name(before, &text[hit.range()], after) };
        if stands && !found.contains(&at) {
            found.push(at);
        }
    }
}

/// Whether a name stands there as a word, with a particle before it or a short ending behind it.
fn is_name(before: &str, name: &str, after: &str) -> bool {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    if name.chars().any(wide) {
        return true;
    }
    let mut letters = before.chars().rev();
    let starts = match letters.next() {
        Some(c) if PARTICLES.contains(&c) => !letters.next().is_some_and(char::is_alphanumeric),
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    let ending = after.chars().take_while(|c| c.is_alphanumeric()).count();
    starts && (ending == 0 || (ending <= ENDING && name.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}' | 'ı'))))
}

/// Whether a short form stands alone between marks: in brackets, after a dash, on a line of its own.
fn is_between_marks(before: &str, after: &str) -> bool {
    let on_line = |c: &char| *c == '\n' || !c.is_whitespace();
    let left = before.chars().rev().find(on_line);
    let right = after.chars().find(on_line);
    let opens = |c: char| matches!(c, '(' | '[' | '/' | '-' | '–' | '—' | ':' | '|' | '\n' | '«' | '"' | '،' | ',' | '©');
    let closes = |c: char| matches!(c, ')' | ']' | '/' | '-' | '–' | '—' | ':' | '|' | '\n' | '»' | '"' | '،' | ',' | '.');
    // One comma is what a list has; a credit has a mark that stands for it.
    let soft = |c: Option<char>| matches!(c, Some('،' | ',' | '.'));
    left.is_none_or(opens) && right.is_none_or(closes) && !(soft(left) && soft(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&'static str> {
        credited(&Article { text: text.into(), ..Article::default() })
    }

    #[test]
    fn names_are_found_in_every_script() {
        for (text, agencies) in [
            ("MOSCOW (Reuters) - The two spoke.", &["Reuters"][..]),
            ("قال لرويترز مسؤول تركي", &["Reuters"]),
            ("باريس (أ ف ب) – تحدث الرئيسان", &["AFP"]),
            ("Ankara, 3 Aralık (AA) - İki lider görüştü", &["Anadolu"]),
            ("الرياض - واس: أعلن", &["SPA"]),
            ("сообщает агентство Рейтера", &["Reuters"]),
            ("МОСКВА, 3 декабря. /ТАСС/. Президенты", &["TASS"]),
            ("(РИА Новости, Interfax)", &["Interfax", "RIA Novosti"]),
            ("据新华社报道", &["Xinhua"]),
            ("Текст\nТАСС\n", &["TASS"]),
        ] {
            assert_eq!(of(text), agencies, "{text}");
        }
    }

    #[test]
    fn words_that_only_look_like_short_forms_do_not_count() {
        for text in
            ["The AA battery is empty.", "ومع ذلك قال", "قنا عائمة", "Reutersville is a town", "وفا الرجل بوعده", "a map of Nova Scotia"]
        {
            assert_eq!(of(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_name_is_judged_by_what_stands_around_it_in_the_whole_text() {
        let filler = "كلمة ".repeat(400);
        // The part that is looked at begins inside a word, which is no short form for it.
        let cut = "واس) ثم".to_owned() + &"x".repeat(TAIL - "واس) ثم".len());
        assert_eq!(of(&format!("{filler}قر{cut}")), Vec::<&str>::new());
        assert_eq!(of(&format!("{filler}({cut}")), ["SPA"]);
        assert_eq!(of(&format!("{filler}Reuters {filler}")), Vec::<&str>::new(), "further in");
    }

    #[test]
    fn the_table_is_in_order_and_says_nothing_twice() {
        assert!(AGENCIES.is_sorted_by(|a, b| a.name.to_lowercase() < b.name.to_lowercase()));
        let mut forms: Vec<&str> = AGENCIES.iter().flat_map(|agency| agency.names.iter().chain(agency.short)).copied().collect();
        forms.sort_unstable();
        assert!(forms.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
