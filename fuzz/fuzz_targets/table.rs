//! CSV and TSV: the rows before and behind what is broken are read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory_fuzz::{is, read, text};

fn rows(bytes: &[u8], name: &str, delimiter: &str) {
    let row = |id: &str| [id, "", &text(id)].join(delimiter);
    let header = ["id", "title", "text"].join(delimiter);
    let table = [header.as_bytes(), b"\n", row("first").as_bytes(), b"\n", bytes, b"\n", row("last").as_bytes(), b"\n"].concat();
    let items = read(name, &table);
    assert!(is(items.first(), "first"), "the row before it is lost");
    assert!(is(items.last(), "last"), "the row behind it is lost");
}

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    match how % 4 {
        0 => rows(bytes, "m.csv", ","),
        1 => rows(bytes, "m.csv", ";"),
        2 => rows(bytes, "m.tsv", "\t"),
        _ => drop(read("m.csv", bytes)),
    }
});
