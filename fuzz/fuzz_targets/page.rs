//! Pages: one article or one error, a paragraph a line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory_fuzz::read;

fuzz_target!(
    init: {
        // The reader goes on where Readability panics; libFuzzer would end the process. What nobody catches still ends it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| {
        let Some((how, bytes)) = data.split_first() else { return };
        let html = how % 4 != 0;
        let items = read(if html { "m.html" } else { "m.txt" }, bytes);
        assert_eq!(items.len(), 1);
        for article in items.iter().flatten() {
            assert_eq!(&*article.key, if html { "m.html" } else { "m.txt" });
            let is_paragraph = |line: &str| !line.is_empty() && line.split_whitespace().collect::<Vec<_>>().join(" ") == line;
            assert!(!html || article.text.lines().all(is_paragraph), "{:?}", article.text);
        }
    }
);
