//! The lines that pages add around an article, by language: one table, read after normalization.

use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};

use super::Reason;
use crate::normalize;

/// Longest line that a pattern may take, in tokens: a running sentence may begin with any of these words.
pub(super) const MAX_TOKENS: usize = 25;

/// How much of the line the phrase must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// All of it.
    Whole,
    /// Its beginning, the rest being another story's headline or a name.
    Start,
    /// Its beginning, when a colon or dash follows: these words also begin sentences.
    Label,
}
use Form::{Label, Start, Whole};
use Reason::{Byline, Comment, Error, Navigation, Promo, Related, Share, SkipLink, Top};

/// Every pattern: reason, form, phrases as an outlet writes them, separated by `|`.
#[rustfmt::skip]
const TABLE: &[(Reason, Form, &str)] = &[
    // Arabic
    (SkipLink, Start, "تخطى إلى المحتوى|تخطي إلى المحتوى|تخط إلى المحتوى|انتقل إلى المحتوى|الانتقال إلى المحتوى|تجاوز إلى المحتوى|اذهب إلى المحتوى"),
    (Promo, Start, "اقرأ أيضاً|اقرا ايضا|إقرأ أيضاً|اقرأوا أيضاً|اقرأ كذلك|اقرأ المزيد|إقرأ المزيد|شاهد أيضاً|شاهد ايضا|طالع أيضاً|طالع كذلك|للمزيد اقرأ|تابع أيضاً|قد يهمك|قد يهمك أيضاً|قد يعجبك أيضاً|اقرأ في|لقراءة المزيد"),
    (Promo, Label, "اقرأ|إقرأ|شاهد|طالع|للمزيد"),
    (Related, Start, "مقالات ذات صلة|أخبار ذات صلة|مواضيع ذات صلة|موضوعات ذات صلة|مواد ذات صلة|مقالات مشابهة|أخبار متعلقة|مواضيع متعلقة|المزيد من الأخبار|المزيد حول هذا الموضوع|ذات صلة|اخترنا لك|الأكثر قراءة|الأكثر مشاهدة"),
    (Comment, Start, "اترك تعليقاً|اترك تعليقك|أضف تعليقاً|أضف تعليقك|أضف تعليق|اكتب تعليقاً|إلغاء الرد|لن يتم نشر عنوان بريدك الإلكتروني|الحقول الإلزامية مشار إليها|احفظ اسمي بريدي الإلكتروني|احفظ اسمي وبريدي الإلكتروني|إرسال التعليق|شارك برأيك"),
    (Comment, Whole, "التعليقات|تعليقات|لا توجد تعليقات|لا تعليقات|تعليق|الاسم|البريد الإلكتروني|الموقع الإلكتروني"),
    (Top, Start, "زر الذهاب إلى الأعلى|العودة إلى الأعلى|العودة للأعلى|الذهاب إلى الأعلى|إلى أعلى الصفحة|عودة إلى الأعلى"),
    (Share, Start, "شارك هذا الخبر|شارك المقال|شارك الخبر|شارك على|شاركها على|شارك هذا الموضوع|انشر الخبر|تابعنا على|تابعونا على|انسخ الرابط|مشاركة عبر"),
    (Share, Whole, "شارك|مشاركة|شاركها|طباعة|نسخ الرابط|واتساب|تيلقرام|تيليجرام|فيسبوك|تويتر|حفظ|استمع للخبر"),
    (Navigation, Whole, "أخر الأخبار|آخر الأخبار|الرئيسية|القائمة|بحث|عاجل|أخبار|الأخبار|سياسة|عربي ودولي|الصفحة الرئيسية|اتصل بنا|من نحن|سياسة الخصوصية"),
    (Byline, Label, "بقلم|كتب|كتبت|تحرير|إعداد|المصدر|متابعات"),
    (Byline, Start, "فريق التحرير|هيئة التحرير|بقلم فريق التحرير"),
    // English
    (SkipLink, Start, "skip to content|skip to main content|skip to navigation|jump to content"),
    (Promo, Start, "read also|also read|read more|see also|you may also like|you might also like|recommended reading|further reading"),
    (Promo, Label, "read|related|watch|more on this|don't miss"),
    (Related, Start, "related articles|related stories|related posts|related news|related topics|related content|more from|most read|most popular|recommended for you|more stories"),
    (Related, Whole, "related|recommended|trending|editor's picks|you may also like|you might also like"),
    (Comment, Start, "leave a comment|leave a reply|add a comment|post a comment|your email address will not be published|required fields are marked|save my name|cancel reply|join the discussion|join the conversation|write a comment"),
    (Comment, Whole, "comments|no comments|comment|name|email|website|submit|post comment"),
    (Top, Start, "back to top|scroll to top|go to top|return to top"),
    (Share, Start, "share this|share on|share via|share article|follow us|copy link|sign up for our newsletter|subscribe to our newsletter|print this"),
    (Share, Whole, "share|tweet|print|email this|whatsapp|telegram|facebook|twitter|save|listen"),
    (Navigation, Whole, "home|menu|search|latest news|breaking news|news|world|politics|about us|contact us|privacy policy|advertisement"),
    (Byline, Label, "by|written by|reported by|reporting by|editing by|source"),
    // Turkish
    (SkipLink, Start, "içeriğe geç|içeriğe atla|ana içeriğe atla|içeriğe git"),
    (Promo, Start, "ayrıca okuyun|ayrıca oku|bunu da okuyun|şunu da okuyun|bunlar da ilginizi çekebilir|ilginizi çekebilir|haberin devamı|daha fazla oku|ayrıca bakınız"),
    (Promo, Label, "oku|okuyun|ilgili haber|izleyin"),
    (Related, Start, "ilgili haberler|ilgili yazılar|ilgili içerikler|benzer haberler|benzer yazılar|diğer haberler|en çok okunanlar|çok okunanlar|önerilen haberler|editörün seçtikleri"),
    (Comment, Start, "yorum yap|yorum yapın|yorum yaz|yorumunuzu yazın|bir yorum yazın|bir yanıt yazın|bir cevap yazın|e-posta adresiniz yayınlanmayacak|e-posta hesabınız yayımlanmayacak|gerekli alanlar|daha sonraki yorumlarımda|yorum gönder"),
    (Comment, Whole, "yorumlar|yorum yok|yorum|isim|e-posta|ad|internet sitesi"),
    (Top, Start, "başa dön|yukarı çık|sayfa başına dön|yukarı dön"),
    (Share, Start, "bu haberi paylaş|haberi paylaş|paylaşın|bizi takip edin|bağlantıyı kopyala|facebook'ta paylaş|twitter'da paylaş"),
    (Share, Whole, "paylaş|yazdır|kaydet|whatsapp'ta paylaş"),
    (Navigation, Whole, "ana sayfa|anasayfa|menü|ara|son dakika|gündem|dünya|haberler|son haberler|künye|iletişim"),
    (Byline, Label, "haber|yazan|hazırlayan|editör|muhabir|kaynak"),
    // Russian
    (SkipLink, Start, "перейти к содержимому|перейти к содержанию|перейти к основному содержанию|к содержимому|пропустить навигацию"),
    (Promo, Start, "читайте также|читать также|смотрите также|читайте ещё|читать далее|читать дальше|вам может быть интересно|вам также может понравиться|ранее по теме|подробнее читайте"),
    (Promo, Label, "по теме|читайте|смотрите|подробнее|материал по теме"),
    (Related, Start, "похожие новости|похожие материалы|похожие записи|связанные материалы|материалы по теме|новости по теме|другие новости|самое читаемое|популярное|рекомендуем|ещё по теме"),
    (Comment, Start, "оставить комментарий|оставьте комментарий|добавить комментарий|написать комментарий|ваш адрес email не будет опубликован|ваш e-mail не будет опубликован|обязательные поля помечены|сохранить моё имя|отправить комментарий|отменить ответ"),
    (Comment, Whole, "комментарии|нет комментариев|комментарий|имя|почта|сайт"),
    (Top, Start, "наверх|вернуться наверх|к началу страницы|вернуться к началу"),
    (Share, Start, "поделиться в|поделиться новостью|поделитесь|подписывайтесь на|подпишитесь на|следите за нами|скопировать ссылку"),
    (Share, Whole, "поделиться|распечатать|сохранить|вконтакте|телеграм|одноклассники"),
    (Navigation, Whole, "главная|меню|поиск|последние новости|новости|в мире|политика|лента новостей|о нас|контакты|реклама"),
    (Byline, Label, "автор|текст|источник|редактор|корреспондент"),
    // Persian
    (SkipLink, Start, "رفتن به محتوا|پرش به محتوا|رفتن به محتوای اصلی|پرش به محتوای اصلی"),
    (Promo, Start, "بیشتر بخوانید|همچنین بخوانید|این مطلب را هم بخوانید|این خبر را هم بخوانید|ادامه مطلب|بیشتر ببینید"),
    (Promo, Label, "بخوانید|ببینید"),
    (Related, Start, "مطالب مرتبط|اخبار مرتبط|خبرهای مرتبط|نوشته های مشابه|مطالب مشابه|پربازدیدترین|پربیننده ترین"),
    (Comment, Start, "دیدگاهتان را بنویسید|نظر خود را بنویسید|ارسال نظر|ارسال دیدگاه|نشانی ایمیل شما منتشر نخواهد شد|بخش های موردنیاز|ثبت نظر"),
    (Comment, Whole, "نظرات|دیدگاه ها|نظر شما|نام|ایمیل|وب سایت"),
    (Top, Start, "بازگشت به بالا|برو به بالا|دکمه بازگشت به بالا"),
    (Share, Start, "اشتراک گذاری|به اشتراک بگذارید|ما را دنبال کنید|کپی لینک"),
    (Navigation, Whole, "صفحه اصلی|خانه|فهرست|جستجو|آخرین اخبار|اخبار"),
    (Byline, Label, "نویسنده|خبرنگار|منبع"),
    // French
    (SkipLink, Start, "aller au contenu|aller au contenu principal|passer au contenu|accéder au contenu"),
    (Promo, Start, "lire aussi|à lire aussi|lire également|à lire également|voir aussi|lire la suite|en savoir plus|vous aimerez aussi"),
    (Promo, Label, "lire|à lire|à voir"),
    (Related, Start, "articles similaires|articles liés|sur le même sujet|articles connexes|les plus lus|à découvrir"),
    (Comment, Start, "laisser un commentaire|laissez un commentaire|ajouter un commentaire|votre adresse e-mail ne sera pas publiée|votre adresse email ne sera pas publiée|les champs obligatoires|enregistrer mon nom|annuler la réponse"),
    (Comment, Whole, "commentaires|aucun commentaire|nom|e-mail|site web"),
    (Top, Start, "haut de page|retour en haut|retour en haut de page"),
    (Share, Start, "partager sur|partager cet article|suivez-nous|copier le lien"),
    (Share, Whole, "partager|imprimer|enregistrer"),
    (Navigation, Whole, "accueil|recherche|dernières nouvelles|actualités|mentions légales"),
    (Byline, Label, "par|rédigé par|source|écrit par"),
    // Any language
    (Error, Whole, "error|خطأ"),
];

/// Words by which a line about the author is known.
#[rustfmt::skip]
const BIO: &str = "كاتب|كاتبة|صحفي|صحفية|صحافي|صحافية|محرر|محررة|مراسل|مراسلة|إعلامي|إعلامية|باحث|باحثة|\
    journalist|writer|editor|reporter|correspondent|columnist|author|freelance|\
    gazeteci|yazar|muhabir|editör|muhabiri|yazarı|köşe|\
    журналист|журналистка|автор|корреспондент|редактор|обозреватель|колумнист|\
    نویسنده|خبرنگار|روزنامه|\
    journaliste|rédacteur|rédactrice|auteur|correspondante|correspondant";

/// Ways a byline ends.
const BYLINE_ENDS: &str = "فريق التحرير|هيئة التحرير|قسم التحرير|غرفة الأخبار|news desk|editorial team|editorial staff|newsroom|haber merkezi|\
    yazı işleri|отдел новостей|редакция|تحریریه|la rédaction";

struct Tables {
    /// First token → phrases that begin with it, longest first.
    starts: AHashMap<String, Vec<(String, Form, Reason)>>,
    bio: Vec<String>,
    ends: Vec<String>,
    /// Hashes of all first tokens of phrases and of all last tokens of the ways a byline ends.
    edges: (AHashSet<u64>, AHashSet<u64>),
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let split = |phrases: &str| phrases.split('|').map(normalize::line).collect::<Vec<String>>();
    let mut starts: AHashMap<String, Vec<(String, Form, Reason)>> = AHashMap::new();
    for (reason, form, phrases) in TABLE {
        for phrase in split(phrases) {
            let first = phrase.split(' ').next().unwrap_or_default().to_owned();
            starts.entry(first).or_default().push((phrase, *form, *reason));
        }
    }
    for phrases in starts.values_mut() {
        phrases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    }
    let ends = split(BYLINE_ENDS);
    let edges = (starts.keys().map(|first| first_token(first)).collect(), ends.iter().map(|end| last_token(end)).collect());
    Tables { starts, bio: split(BIO), ends, edges }
});

fn first_token(text: &str) -> u64 {
    let mut first = None;
    normalize::hashes(text, |token, _| first = first.or(Some(token)));
    first.unwrap_or(0)
}

fn last_token(text: &str) -> u64 {
    let mut last = 0;
    normalize::hashes(text, |token, _| last = token);
    last
}

/// Whether a line of these tokens can be furniture at all, by its first or last one: most lines cannot and need not be spelled out.
pub(super) fn may_match(tokens: &[u64]) -> bool {
    let holds = |set: &AHashSet<u64>, token: Option<&u64>| token.is_some_and(|token| set.contains(token));
    holds(&TABLES.edges.0, tokens.first()) || holds(&TABLES.edges.1, tokens.last())
}

/// Whether the normalized line is one of the configuration's patterns: all of it, or its beginning before a `*`.
pub(super) fn is_own(line: &str, own: &[String]) -> bool {
    own.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => line.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
        None => line == pattern,
    })
}

/// Whether the normalized line is furniture: `raw` is the line as it was written.
pub(super) fn reason(line: &str, raw: &str) -> Option<Reason> {
    let first = line.split(' ').next().unwrap_or_default();
    let phrases = TABLES.starts.get(first)?;
    let begins = |phrase: &str| line.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let holds = |(phrase, form, _): &&(String, Form, Reason)| match form {
        Whole => line == phrase,
        Start => begins(phrase),
        Label => begins(phrase) && labelled(raw, phrase.split(' ').count()),
    };
    phrases.iter().find(holds).map(|(_, _, reason)| *reason)
}

/// Whether a promo or related label stands alone on its line, so that what it announces follows on the next ones.
pub(super) fn is_label_alone(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    let announces = |(phrase, _, reason): &(String, Form, Reason)| matches!(reason, Promo | Related) && phrase == line;
    TABLES.starts.get(first).is_some_and(|phrases| phrases.iter().any(announces))
}

/// Whether a colon, dash or bar follows the first `words` tokens of the line and something follows it.
fn labelled(raw: &str, words: usize) -> bool {
    let mut ends = Vec::new();
    normalize::tokens(raw, |token| ends.push(token.span));
    let (Some(last), Some(next)) = (words.checked_sub(1).and_then(|at| ends.get(at)), ends.get(words)) else { return false };
    raw[last.end..next.start].contains([':', '|', '»']) || raw[last.end..next.start].trim().starts_with(['–', '—', '-'])
}

/// Whether one of the line's first tokens says that it is about an author.
pub(super) fn is_bio(line: &str) -> bool {
    line.split(' ').take(5).any(|token| TABLES.bio.iter().any(|word| word == token))
}

/// Whether the line ends in words such as "news desk".
pub(super) fn ends_byline(line: &str) -> bool {
    TABLES.ends.iter().any(|end| line.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_pages_are_known_and_sentences_are_not() {
        for (line, expected) in [
            ("error:تخطى إلى المحتوى", Some(SkipLink)),
            ("اقرأ أيضاً: عنوان خبر آخر", Some(Promo)),
            ("شاهد: ما جرى", Some(Promo)),
            ("شاهد الناس الحادث من بعيد", None),
            ("مقالات ذات صلة", Some(Related)),
            ("error:", Some(Error)),
            ("Error bars were wide in the poll", None),
            ("Share prices fell on Monday", None),
            ("Share", Some(Share)),
            ("By: Jane Roe", Some(Byline)),
            ("By Monday the talks had ended", None),
            ("Читайте также: другой заголовок", Some(Promo)),
            ("Ayrıca okuyun: başka başlık", Some(Promo)),
            ("بیشتر بخوانید: خبر دیگر", Some(Promo)),
            ("Lire aussi : un autre titre", Some(Promo)),
            ("خطوات هامة", None),
        ] {
            let error = line.strip_prefix("error:").filter(|rest| !rest.is_empty());
            assert_eq!(reason(&normalize::line(error.unwrap_or(line)), line), expected, "{line}");
        }
        assert!(ends_byline(&normalize::line("طيف بوست – فريق التحرير")));
    }

    #[test]
    fn own_patterns_match_whole_lines_or_beginnings() {
        let own = ["Advert!", "Sponsor *"].map(crate::extract::pattern);
        for (line, expected) in
            [("advert", true), ("advert here", false), ("sponsor", true), ("sponsor acme and sons", true), ("sponsorship fell", false)]
        {
            assert_eq!(is_own(line, &own), expected, "{line}");
        }
    }
}
