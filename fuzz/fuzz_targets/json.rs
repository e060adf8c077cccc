//! JSON Lines and JSON: a record harms no other, every line is an article or an error, and kept records are the records.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory_fuzz::{is, is_complaint, read, record};

/// Between two lines: both are read, and each line in between is one article or one error.
fn lines(bytes: &[u8]) {
    let (first, last) = (record("first"), record("last"));
    let items = read("m.jsonl", &[first.as_bytes(), b"\n", bytes, b"\n", last.as_bytes()].concat());
    assert!(is(items.first(), "first") && is(items.last(), "last"));
    let count = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    let found = items.iter().filter(|item| !item.as_ref().is_err_and(is_complaint)).count();
    assert_eq!(found, count + 2);
}

/// In an array: what stands before is read, and what stands behind too when brackets and strings of the rest are closed.
fn array(bytes: &[u8]) {
    let (first, last) = (record("first"), record("last"));
    let items = read("m.json", &[b"[", first.as_bytes(), b",\n", bytes, b",\n", last.as_bytes(), b"]"].concat());
    assert!(is(items.first(), "first"));
    assert!(!is_closed(bytes) || is(items.last(), "last"));
}

fn is_closed(bytes: &[u8]) -> bool {
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.pop() != Some(*byte) => return false,
            _ => {}
        }
    }
    open.is_empty() && !in_string
}

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    match how % 4 {
        0 => lines(bytes),
        1 => array(bytes),
        2 => drop(read("m.json", bytes)),
        _ => {
            // Not even a file with nothing in it goes without a word.
            assert!(!read("m.jsonl", bytes).is_empty());
        }
    }
});
