//! Names of the Gregorian months in Arabic (three traditions), Persian, Turkish, Russian and English, and the folding they are
//! looked up under.
//!
//! CLDR has one name per month and language; newspapers use several, so the variants are listed here.

/// The first code points of the decimal digit blocks of living scripts.
const ZEROS: [u32; 19] =
    [0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0xff10];

/// The value of a decimal digit of any script.
pub(super) fn digit(c: char) -> Option<u32> {
    if c < '\u{660}' {
        return c.to_digit(10);
    }
    let code = u32::from(c);
    ZEROS.iter().map(|zero| code.wrapping_sub(*zero)).find(|value| *value < 10)
}

/// Adds `c` to `word`, folded: lower case, hamza seats to bare alef, Persian to Arabic letters, no marks, dotless i to i.
pub(super) fn push_folded(word: &mut String, c: char) {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => word.push('ا'),
        'ى' | 'ی' => word.push('ي'),
        'ک' => word.push('ك'),
        'ة' => word.push('ه'),
        'ı' => word.push('i'),
        'ـ' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{307}' | '\u{200c}' | '\u{200d}' => {}
        _ => word.extend(c.to_lowercase().filter(|lower| *lower != '\u{307}')),
    }
}

/// The number of a month given by one folded word.
pub(super) fn single(word: &str) -> Option<i8> {
    Some(match word {
        "يناير" | "جانفي" | "ژانويه" | "ocak" | "oca" | "января" | "январь" | "янв" | "january" | "jan" => 1,
        "شباط" | "فبراير" | "فيفري" | "فوريه" | "şubat" | "şub" | "subat" | "февраля" | "февраль" | "фев" | "февр" | "february" | "feb" => {
            2
        }
        "اذار" | "مارس" | "mart" | "mar" | "марта" | "март" | "мар" | "march" => 3,
        "نيسان" | "ابريل" | "افريل" | "اوريل" | "nisan" | "nis" | "апреля" | "апрель" | "апр" | "april" | "apr" => {
            4
        }
        "ايار" | "مايو" | "مايس" | "ماي" | "مه" | "مي" | "mayis" | "мая" | "май" | "may" => 5,
        "حزيران" | "يونيو" | "يونيه" | "جوان" | "ژوئن" | "haziran" | "haz" | "июня" | "июнь" | "июн" | "june" | "jun" => {
            6
        }
        "تموز" | "يوليو" | "يوليه" | "يوليوز" | "جويليه" | "ژوئيه" | "جولاي" | "temmuz" | "tem" | "июля" | "июль" | "июл" | "july"
        | "jul" => 7,
        "اب" | "اغسطس" | "اوت" | "غشت" | "اگوست" | "ağustos" | "ağu" | "agustos" | "августа" | "август" | "авг" | "august" | "aug" => {
            8
        }
        "ايلول" | "سبتمبر" | "شتنبر" | "سپتامبر" | "eylül" | "eyl" | "eylul" | "сентября" | "сентябрь" | "сен" | "сент" | "september"
        | "sept" | "sep" => 9,
        "اكتوبر" | "اكتبر" | "ekim" | "eki" | "октября" | "октябрь" | "окт" | "october" | "oct" => 10,
        "نوفمبر" | "نونبر" | "نوامبر" | "kasim" | "kas" | "ноября" | "ноябрь" | "ноя" | "нояб" | "november" | "nov" => {
            11
        }
        "ديسمبر" | "دجنبر" | "دسامبر" | "aralik" | "ara" | "декабря" | "декабрь" | "дек" | "december" | "dec" => {
            12
        }
        _ => return None,
    })
}

/// Whether a folded word begins a month of two words.
pub(super) fn is_double(first: &str) -> bool {
    matches!(first, "تشرين" | "كانون")
}

/// The number of a month given by two folded words (the Levantine Kanun and Tishrin).
pub(super) fn double(first: &str, second: &str) -> Option<i8> {
    Some(match (first, second) {
        ("كانون", "الثاني" | "ثاني") => 1,
        ("تشرين", "الاول" | "اول") => 10,
        ("تشرين", "الثاني" | "ثاني") => 11,
        ("كانون", "الاول" | "اول") => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(word: &str) -> String {
        let mut folded = String::new();
        word.chars().for_each(|c| push_folded(&mut folded, c));
        folded
    }

    #[test]
    fn every_tradition_names_twelve_months() {
        let levantine = "كانون_الثاني شباط آذار نيسان أيّار حزيران تمّوز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأوّل";
        let gulf = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر";
        let tunisian = "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر";
        let moroccan = "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر";
        let persian = "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر";
        let turkish = "Ocak Şubat MART Nisan Mayıs HAZİRAN Temmuz Ağustos Eylül Ekim KASIM Aralık";
        let russian = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря";
        let english = "January February March April May June July August September October November DECEMBER";
        let short = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        for names in [levantine, gulf, tunisian, moroccan, persian, turkish, russian, english, short] {
            let numbers: Vec<_> = names
                .split(' ')
                .map(|name| match name.split_once('_') {
                    Some((first, second)) => double(&fold(first), &fold(second)),
                    None => single(&fold(name)),
                })
                .collect();
            assert_eq!(numbers, (1..=12).map(Some).collect::<Vec<_>>(), "{names}");
        }
        assert_eq!(single("word"), None);
    }

    #[test]
    fn digits_of_any_script() {
        for (c, value) in [('7', Some(7)), ('٣', Some(3)), ('۹', Some(9)), ('०', Some(0)), ('５', Some(5)), ('x', None), ('²', None)]
        {
            assert_eq!(digit(c), value, "{c}");
        }
    }
}
