//! What a page says about other pages never makes it one of them.

use samestory::{Article, Clustering, Config, cluster, language};

/// Two different events of one language as pages: a headline and paragraphs each, and how a page points at another one.
struct Case {
    lang: &'static str,
    headlines: [&'static str; 2],
    texts: [&'static str; 2],
    promo: &'static str,
    related: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        lang: "ar",
        headlines: ["افتتاح جسر جديد فوق النهر وسط المدينة", "حريق كبير يلتهم مستودع الأخشاب في الميناء الشرقي"],
        texts: [
            "افتتح رئيس البلدية صباح الثلاثاء الجسر الذي يربط ضفتي النهر بعد ثلاث سنوات من أعمال البناء.\n\
             وقال المهندس المشرف إن حركة السيارات ستبدأ مساء اليوم نفسه وإن المشاة سيجدون ممرا مظللا.",
            "اندلعت النيران قبل الفجر في مستودع للأخشاب بالميناء وامتدت إلى رصيفين قبل أن تسيطر عليها فرق الإطفاء.\n\
             ولم تسجل إصابات بين العمال فيما قدر صاحب المستودع خسائره بمئات الآلاف وفتحت الشرطة تحقيقا.",
        ],
        promo: "اقرأ أيضا: ",
        related: "مواضيع ذات صلة",
    },
    Case {
        lang: "en",
        headlines: ["New bridge opens over the river in the town centre", "Fire destroys timber warehouse in the eastern harbour"],
        texts: [
            "The mayor opened the crossing between the two banks on Tuesday morning after three years of building works.\n\
             Cars may use it from the evening, the engineer in charge said, and walkers get a shaded lane of their own.",
            "Flames broke out before dawn in a store of planks and spread to two quays until crews brought them under control.\n\
             No worker was hurt; the owner put his losses at several hundred thousand and detectives began an inquiry.",
        ],
        promo: "Read also: ",
        related: "Related articles",
    },
    Case {
        lang: "tr",
        headlines: ["Kent merkezinde nehrin üzerindeki yeni köprü açıldı", "Doğu limanındaki kereste deposu büyük yangında kül oldu"],
        texts: [
            "Belediye başkanı iki yakayı birleştiren geçidi üç yıllık inşaatın ardından salı sabahı hizmete soktu.\n\
             Sorumlu mühendis, araçların akşam saatlerinde geçmeye başlayacağını, yayalar için gölgeli bir yol ayrıldığını söyledi.",
            "Alevler şafaktan önce tahta yığınlarında çıktı ve itfaiye ekipleri denetim altına alana dek iki rıhtıma sıçradı.\n\
             İşçilerden yaralanan olmadı; mal sahibi zararını yüz binlerle ifade etti, polis soruşturma başlattı.",
        ],
        promo: "Ayrıca okuyun: ",
        related: "İlgili haberler",
    },
    Case {
        lang: "ru",
        headlines: ["В центре города открыли новый мост через реку", "В восточном порту сгорел большой склад древесины"],
        texts: [
            "Мэр во вторник утром пустил движение между двумя берегами после трёх лет строительных работ.\n\
             По словам главного инженера, машины поедут вечером того же дня, а пешеходам отвели тенистую дорожку.",
            "Пламя вспыхнуло до рассвета среди штабелей досок и перекинулось на два причала, пока его не сбили пожарные.\n\
             Никто из рабочих не пострадал; хозяин оценил убытки в сотни тысяч, полиция начала проверку.",
        ],
        promo: "Читайте также: ",
        related: "Похожие новости",
    },
];

impl Case {
    /// The two pages, each with the other's headline where `furniture` puts it.
    fn pages(&self, furniture: impl Fn(&str) -> String) -> Vec<Article> {
        let page = |own: usize| Article {
            key: format!("{} {own}", self.lang).into(),
            title: Some(self.headlines[own].into()),
            text: format!("{}\n{}", self.texts[own].replace('\n', &format!("\n{}\n", furniture(self.headlines[1 - own]))), furniture(""))
                .into(),
            outlet: Some(format!("Outlet {own}").into()),
            lang: language::declared(self.lang),
            ..Article::default()
        };
        vec![page(0), page(1)]
    }

    fn found(&self, articles: &[Article]) -> Clustering {
        cluster(articles, &Config::default()).expect("a good configuration")
    }
}

#[test]
fn a_promo_of_the_other_story_links_nothing() {
    for case in &CASES {
        let plain = case.found(&case.pages(|_| String::new()));
        let pages = case.pages(|headline| if headline.is_empty() { String::new() } else { format!("{}{headline}", case.promo) });
        let found = case.found(&pages);
        assert_eq!((plain.stories.len(), found.stories.len()), (2, 2), "{}", case.lang);
        assert_eq!(found.placements.iter().map(|place| place.removed).collect::<Vec<_>>(), [1, 1], "{}", case.lang);
        let related = |found: &Clustering| found.stories.iter().map(|story| story.related.clone()).collect::<Vec<_>>();
        assert_eq!(related(&found), related(&plain), "{}: a promo brings two stories nearer", case.lang);
    }
}

#[test]
fn a_list_of_related_stories_at_the_end_links_nothing() {
    for case in &CASES {
        let pages = case.pages(|_| String::new());
        let pages: Vec<Article> = pages
            .iter()
            .enumerate()
            .map(|(own, page)| {
                let tail = format!("{}\n{}", case.related, case.headlines[1 - own]);
                Article { text: format!("{}\n{tail}", page.text.trim_end()).into(), ..page.clone() }
            })
            .collect();
        let found = case.found(&pages);
        assert_eq!(found.stories.len(), 2, "{}", case.lang);
        assert_eq!(found.placements.iter().map(|place| place.removed).collect::<Vec<_>>(), [2, 2], "{}", case.lang);
    }
}

#[test]
fn what_an_outlet_prints_on_every_page_makes_no_copies() {
    let template = "Our newsroom answers every letter within two working days and corrects each error on the page where it stood";
    let page = |at: usize, text: &str| Article {
        key: format!("{at}").into(),
        text: format!("{text}\n{template} {at}").into(),
        outlet: Some("Daily".into()),
        published: None,
        ..Article::default()
    };
    let texts = CASES.iter().flat_map(|case| case.texts).chain([
        "The council voted on Monday to plant lime trees along the whole northern road and to close it for lorries on summer weekends.",
    ]);
    let articles: Vec<Article> = texts.enumerate().map(|(at, text)| page(at, text)).collect();
    let copies = Config { level: samestory::Level::Copies, ..Config::default() };
    let found = cluster(&articles, &copies).expect("a good configuration");
    assert_eq!(found.stories.len(), articles.len());
    assert!(found.placements.iter().all(|place| place.removed == 1), "{:?}", found.placements);
}

#[test]
fn a_configured_pattern_takes_whole_lines() {
    let texts = ["This report was made possible by our many generous readers", "One", "Two"];
    let article = |key: &str, own: &str| Article { key: key.into(), text: format!("{own}\n{}", texts[0]).into(), ..Article::default() };
    let articles = [article("a", texts[1]), article("b", texts[2])];
    let groups = |boilerplate: &[&str]| {
        let boilerplate = boilerplate.iter().map(ToString::to_string).collect();
        cluster(&articles, &Config { boilerplate, ..Config::default() }).expect("a good configuration").stories.len()
    };
    assert_eq!(groups(&[]), 1, "shared text makes copies");
    assert_eq!(groups(&["This report was made *"]), 2);
    assert_eq!(groups(&["this REPORT was made possible by our many generous readers"]), 2);
    assert_eq!(groups(&["this report was made"]), 1, "a pattern without a star is a whole line");
}
