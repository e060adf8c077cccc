//! What the page says, in the languages it can say it in.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the page itself; articles stay in theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speech {
    /// Arabic.
    Ar,
    /// English.
    En,
    /// Turkish.
    Tr,
    /// Russian.
    Ru,
}

impl Speech {
    /// All languages, in the order of the table.
    pub const ALL: [Speech; 4] = [Speech::Ar, Speech::En, Speech::Tr, Speech::Ru];

    /// Its ISO 639-1 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Speech::Ar => "ar",
            Speech::En => "en",
            Speech::Tr => "tr",
            Speech::Ru => "ru",
        }
    }

    /// Where its lines begin.
    pub(super) fn direction(self) -> &'static str {
        if self == Speech::Ar { "rtl" } else { "ltr" }
    }

    /// All phrases by name.
    pub(super) fn phrases(self) -> BTreeMap<&'static str, &'static str> {
        PHRASES.iter().map(|(name, phrases)| (*name, phrases[self as usize])).collect()
    }

    /// One phrase.
    pub(super) fn phrase(self, name: &str) -> &'static str {
        PHRASES.iter().find(|row| row.0 == name).map_or("", |row| row.1[self as usize])
    }
}

impl fmt::Display for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Speech {
    type Err = String;

    fn from_str(code: &str) -> Result<Speech, String> {
        let found = Speech::ALL.into_iter().find(|speech| speech.code() == code);
        found.ok_or_else(|| format!("unknown language {code:?}: ar, en, tr or ru"))
    }
}

/// Each phrase in Arabic, English, Turkish and Russian. Figures follow a colon, so that no language needs its plural forms. The names of
/// counts and of reasons are those of the summary and of the extraction.
#[rustfmt::skip]
const PHRASES: &[(&str, [&str; 4])] = &[
    ("title", ["تقرير التغطية", "Coverage report", "Haber kapsamı raporu", "Обзор публикаций"]),
    ("skip", ["إلى القصص", "Skip to the stories", "Haberlere geç", "К сюжетам"]),
    ("summary", ["ملخص", "Summary", "Özet", "Сводка"]),
    ("articles", ["المقالات", "Articles", "Yazılar", "Статьи"]),
    ("stories", ["القصص", "Stories", "Haberler", "Сюжеты"]),
    ("stories_of_several", ["قصص من عدة مقالات", "Stories of several articles", "Birden çok yazılı haberler", "Сюжеты из нескольких статей"]),
    ("alone", ["مقالات منفردة", "Articles alone", "Tek kalan yazılar", "Одиночные статьи"]),
    ("copies_folded", ["نسخ مطوية", "Copies folded", "Katlanan kopyalar", "Свёрнутые копии"]),
    ("outlets", ["المصادر", "Outlets", "Yayınlar", "Издания"]),
    ("outlet", ["المصدر", "Outlet", "Yayın", "Издание"]),
    ("languages", ["اللغات", "Languages", "Diller", "Языки"]),
    ("days_covered", ["الأيام المشمولة", "Days covered", "Kapsanan günler", "Охвачено дней"]),
    ("undated", ["بلا تاريخ", "Without a date", "Tarihsiz", "Без даты"]),
    ("who", ["من كتب ومن نقل", "Who wrote and who copied", "Kim yazdı, kim kopyaladı", "Кто писал и кто перепечатывал"]),
    ("own_reports", ["بكلماته", "In own words", "Kendi sözleriyle", "Своими словами"]),
    ("copied_by_others", ["نقلها آخرون", "Copied by others", "Başkalarının kopyaladığı", "Перепечатано другими"]),
    ("copied_from_others", ["منقولة عن آخرين", "Copied from others", "Başkalarından kopyalanan", "Перепечатано у других"]),
    ("most_original", ["الأكثر أصالة", "Most original", "En özgün", "Самые оригинальные"]),
    ("most_copied", ["الأكثر نقلاً عنهم", "Most copied", "En çok kopyalanan", "Чаще всего перепечатывают"]),
    ("left_out", ["ما تُرك ولماذا", "What was left out, and why", "Dışarıda kalanlar ve nedeni", "Что не вошло и почему"]),
    ("nothing", ["لا شيء", "Nothing", "Hiçbir şey", "Ничего"]),
    ("problems", ["مشكلات القراءة", "Problems while reading", "Okuma sorunları", "Ошибки чтения"]),
    ("more", ["غير معروضة هنا", "More, not shown here", "Burada gösterilmeyen", "Не показано здесь"]),
    ("not_compared", ["النصوص والرسوم معروضة لأكبر القصص فقط؛ قصص بدونها", "Texts and charts are shown of the largest stories only; stories without", "Metinler ve çizimler yalnız en büyük haberler için gösterilir; onlarsız haberler", "Тексты и графики показаны только для крупнейших сюжетов; сюжетов без них"]),
    ("counts", ["كل الأعداد", "All counts of the run", "Tüm sayımlar", "Все счётчики"]),
    ("bad_input", ["مدخلات غير صالحة", "Unusable input, named below", "Kullanılamayan girdi", "Непригодные данные"]),
    ("skipped_files", ["ملفات من أنواع أخرى", "Files of other kinds", "Başka türden dosyalar", "Файлы других типов"]),
    ("without_text", ["مقالات بلا نص خاص بها", "Articles without words of their own", "Kendi metni olmayan yazılar", "Статьи без собственного текста"]),
    ("removed_lines", ["أسطر محذوفة من قوالب الصفحات", "Template lines removed from pages", "Çıkarılan sayfa kalıbı satırları", "Удалённые строки шаблонов страниц"]),
    ("older", ["مقالات أقدم أو بلا تاريخ", "Older articles, or without a date", "Daha eski ya da tarihsiz yazılar", "Более старые или без даты"]),
    ("mark_only", ["ليس في الآخر", "not in the other", "ötekinde yok", "нет в другом"]),
    ("mark_moved", ["في موضع آخر", "elsewhere in the other", "ötekinde başka yerde", "в другом месте"]),
    ("mark_repaired", ["كلمة أُصلحت", "repaired word", "onarılan sözcük", "восстановленное слово"]),
    ("mark_removed", ["حُذف من المقارنة", "not compared", "karşılaştırılmadı", "не сравнивалось"]),
    ("written", ["كُتبت", "as written", "yazıldığı gibi", "как написано"]),
    ("search", ["بحث", "Search", "Ara", "Поиск"]),
    ("sort", ["ترتيب", "Sort", "Sırala", "Порядок"]),
    ("by_size", ["الأكبر أولاً", "Largest first", "Önce en büyük", "Сначала крупные"]),
    ("by_time", ["الأحدث أولاً", "Newest first", "Önce en yeni", "Сначала новые"]),
    ("by_score", ["الأوثق أولاً", "Surest first", "Önce en kesin", "Сначала надёжные"]),
    ("contents", ["قائمة القصص", "List of stories", "Haber listesi", "Список сюжетов"]),
    ("no_stories", ["لم يُنشر حدث في أكثر من مقال", "No event was reported more than once", "Birden çok yazısı olan haber yok", "Ни одно событие не повторилось"]),
    ("certain", ["مؤكد", "Certain", "Kesin", "Надёжно"]),
    ("probable", ["مرجّح", "Probable", "Olası", "Вероятно"]),
    ("copy_groups", ["نصوص مختلفة", "Different texts", "Farklı metinler", "Разные тексты"]),
    ("first_by", ["أول من نشر", "First reported by", "İlk yayımlayan", "Первым сообщил"]),
    ("last", ["آخر تقرير", "Last report", "Son yazı", "Последнее сообщение"]),
    ("timeline", ["الخط الزمني", "Timeline", "Zaman çizgisi", "Хронология"]),
    ("matrix", ["التشابه", "Similarity", "Benzerlik", "Сходство"]),
    ("key_copy", ["نسخة", "copy", "kopya", "копия"]),
    ("key_rewrite", ["إعادة صياغة", "rewrite", "yeniden yazım", "переработка"]),
    ("key_own", ["بكلماته", "own words", "kendi sözleri", "своими словами"]),
    ("text", ["النص", "Text", "Metin", "Текст"]),
    ("reports", ["التقارير", "Reports", "Yazılar", "Сообщения"]),
    ("report", ["تقرير", "Report", "Yazı", "Сообщение"]),
    ("role_lead", ["يمثل القصة", "Stands for the story", "Haberi temsil eder", "Представляет сюжет"]),
    ("role_copy", ["نسخة من", "Copy of", "Kopyası:", "Копия:"]),
    ("role_rewrite", ["إعادة صياغة، نص مشترك", "Rewrite, shared text", "Yeniden yazım, ortak metin", "Переработка, общего текста"]),
    ("role_own", ["القصة نفسها بكلماته", "Same story, own words", "Aynı haber, kendi sözleriyle", "Тот же сюжет своими словами"]),
    ("role_pinned", ["ضُمّ بالإعدادات", "Joined by the settings", "Ayarlarla birleştirildi", "Присоединено настройками"]),
    ("credits", ["ينسب إلى", "Credits", "Kaynak gösterir", "Ссылается на"]),
    ("other_language", ["بلغة أخرى: لا تُقارن كلماته", "In another language: the words are not compared", "Başka dilde: sözcükler karşılaştırılmaz", "На другом языке: слова не сравниваются"]),
    ("words_shared", ["كلمات مشتركة", "Words shared", "Ortak sözcükler", "Общих слов"]),
    ("sentences_shared", ["جمل مشتركة", "Sentences shared", "Ortak cümleler", "Общих предложений"]),
    ("only_here", ["لا يقوله إلا هذا التقرير", "Only this report says", "Yalnız bu yazının söylediği", "Говорит только это сообщение"]),
    ("side_by_side", ["جنباً إلى جنب", "Side by side", "Yan yana", "Рядом"]),
    ("same_words", ["كلمات متطابقة", "Words that are the same", "Aynı olan sözcükler", "Совпадающих слов"]),
    ("words_not_shown", ["كلمات غير معروضة", "words not shown", "gösterilmeyen sözcükler", "слов не показано"]),
    ("kept_apart", ["قريبة، لكنها قصص أخرى", "Near, but kept apart", "Yakın ama ayrı haberler", "Близкие, но другие сюжеты"]),
    ("same_event", ["احتمال الحدث نفسه", "same event", "aynı olay", "то же событие"]),
    ("here", ["هنا", "here", "burada", "здесь"]),
    ("there", ["هناك", "there", "orada", "там"]),
    ("pinned_apart", ["فُصلت بالإعدادات", "Kept apart by the settings", "Ayarlarla ayrıldı", "Разделено настройками"]),
    ("other_day", ["يوم آخر، الفرق بالأيام", "Other day, days between", "Başka gün, aradaki gün", "Другой день, дней между"]),
    ("other_place", ["مكان آخر", "Other places", "Başka yerler", "Другие места"]),
    ("other_words", ["موضوع آخر", "Other matter", "Başka konu", "Другое содержание"]),
    ("repeated by the outlet", ["يكرره المصدر", "repeated by the outlet", "yayın yineliyor", "повторяется изданием"]),
    ("repeated in the article", ["مكرر في المقال", "repeated in the article", "yazıda yineleniyor", "повтор в статье"]),
    ("headline", ["العنوان", "headline", "başlık", "заголовок"]),
    ("skip link", ["رابط تخطٍّ", "skip link", "atlama bağlantısı", "ссылка пропуска"]),
    ("promo of another story", ["ترويج لخبر آخر", "promo of another story", "başka haberin tanıtımı", "анонс другого материала"]),
    ("related heading", ["عنوان مواضيع ذات صلة", "related heading", "ilgili haber başlığı", "заголовок «по теме»"]),
    ("comment form", ["نموذج تعليق", "comment form", "yorum formu", "форма комментария"]),
    ("link to the top", ["رابط إلى الأعلى", "link to the top", "başa dön bağlantısı", "ссылка наверх"]),
    ("share line", ["سطر مشاركة", "share line", "paylaşım satırı", "строка «поделиться»"]),
    ("navigation", ["تنقل", "navigation", "gezinme", "навигация"]),
    ("byline", ["اسم الكاتب", "byline", "imza", "подпись"]),
    ("error message", ["رسالة خطأ", "error message", "hata iletisi", "сообщение об ошибке"]),
    ("about the author", ["عن الكاتب", "about the author", "yazar hakkında", "об авторе"]),
    ("after the article's end", ["بعد نهاية المقال", "after the article's end", "yazının sonundan sonra", "после конца статьи"]),
    ("configured pattern", ["نمط من الإعدادات", "configured pattern", "ayarlardaki kalıp", "образец из настроек"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_has_one_name_and_four_languages() {
        let mut names: Vec<&str> = PHRASES.iter().map(|row| row.0).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(PHRASES.iter().flat_map(|row| row.1).all(|phrase| !phrase.is_empty()));
        assert_eq!(Speech::Ru.phrase("stories"), "Сюжеты");
    }

    #[test]
    fn every_phrase_is_used_and_every_name_in_a_template_is_there() {
        let templates = [include_str!("templates/page.html"), include_str!("templates/page.md")];
        let sources = [include_str!("view.rs"), include_str!("mod.rs"), include_str!("apart.rs")];
        let named = |text: &str| -> Vec<String> {
            let names = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
            names.filter_map(|word| word.strip_prefix("t.")).map(str::to_owned).collect()
        };
        for name in templates.iter().flat_map(|text| named(text)) {
            assert!(PHRASES.iter().any(|row| row.0 == name), "no phrase {name}");
        }
        let reasons = PHRASES.iter().position(|row| row.0.contains(' ')).unwrap_or_default();
        let counts = ["bad_input", "skipped_files", "without_text", "removed_lines", "older", "certain", "probable"];
        for (name, _) in PHRASES[..reasons].iter().filter(|row| !counts.contains(&row.0)) {
            let said = templates.iter().any(|text| named(text).iter().any(|used| used == name));
            assert!(said || sources.iter().any(|text| text.contains(&format!("\"{name}\""))), "{name} is not used");
        }
    }
}
