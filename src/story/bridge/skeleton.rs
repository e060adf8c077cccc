//! Names across scripts: a word of any script as its consonants, so that أردوغان, Erdoğan and Эрдоган meet.

/// Most letters of a skeleton: endings of inflected names are cut.
const MOST: usize = 6;
/// Fewest letters of a skeleton that says anything.
const LEAST: usize = 2;

/// The consonants of a normalized word in Latin letters: vowels and doubled letters out, sounds that scripts do not tell apart made one
/// (p b, v f, g k q c x, z s, d t). Nothing for numbers and for words that have hardly any.
pub(super) fn skeleton(word: &str) -> Option<String> {
    let mut out = String::with_capacity(MOST);
    let latin = deunicode::deunicode(word).to_ascii_lowercase().replace("ph", "f");
    for letter in latin.chars() {
        let sound = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'w' | 'h' => continue,
            'p' => 'b',
            'v' => 'f',
            'q' | 'c' | 'g' | 'x' => 'k',
            'z' => 's',
            'd' => 't',
            'a'..='z' => letter,
            '0'..='9' => return None,
            _ => continue,
        };
        if !out.ends_with(sound) {
            out.push(sound);
        }
        if out.len() == MOST {
            break;
        }
    }
    (out.len() >= LEAST).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_in_every_script() {
        for (names, expected) in [
            (vec!["اردوغان", "erdoğan", "erdogan", "эрдоган", "ერდოღანი"], "rtkn"),
            (vec!["بوتين", "putin", "путин", "πουτιν"], "btn"),
            (vec!["زيلينسكي", "zelensky", "зеленский", "zelenskiy"], "slnsk"),
        ] {
            for name in names {
                assert_eq!(skeleton(name).as_deref(), Some(expected), "{name}");
            }
        }
        assert_eq!([skeleton("33"), skeleton("a"), skeleton("ya"), skeleton("")], [None, None, None, None]);
    }
}
