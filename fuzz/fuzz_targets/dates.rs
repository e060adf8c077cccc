//! Dates: what is read, printed and read again is the same, wherever it was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory::date::of_day_number;
use samestory::{DateSource, Published, When};
use samestory_fuzz::read;
use serde_json::{Value, json};

/// The publication dates that records are read with.
fn published(records: &[Value]) -> Vec<Published> {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    read("m.jsonl", lines.as_bytes()).into_iter().flatten().filter_map(|article| article.published).collect()
}

fuzz_target!(|text: &str| {
    if let Some(when) = When::parse_iso(text) {
        assert_eq!(When::parse_iso(&when.to_string()), Some(when.clone()), "printed as {when}");
        assert_eq!(of_day_number(when.day_number()), when.date());
        let day = When::Day(when.date());
        assert!(when.gap_hours(&when) == 0 && when.gap_hours(&day) == 0 && day.gap_hours(&when) == 0);
        assert!((when.order() - day.order()).abs() <= 2 * 86_400, "{when} is not near its day");
    }
    let found = published(&[
        json!({"id": "date", "text": "A ferry.", "date": text}),
        json!({"id": "url", "text": "A ferry.", "url": text}),
        json!({"id": "text", "text": text}),
    ]);
    let again: Vec<Value> = found.iter().map(|found| json!({"id": "again", "text": "A ferry.", "date": found.when.to_string()})).collect();
    let same: Vec<Published> = found.into_iter().map(|found| Published { source: DateSource::Field, ..found }).collect();
    assert!(again.is_empty() || published(&again) == same, "{same:?} is read as something else from {again:?}");
});
