//! What stands for [`fetch`](super::fetch) in builds without that feature: every address is refused.

use std::collections::{BTreeMap, VecDeque};

use super::Validators;

/// Fetches nothing.
pub(super) struct Fetcher {
    none: BTreeMap<String, Validators>,
}

impl Fetcher {
    pub(super) fn new(_: VecDeque<String>, _: BTreeMap<String, Validators>) -> Fetcher {
        Fetcher { none: BTreeMap::new() }
    }

    pub(super) fn validators(&self) -> &BTreeMap<String, Validators> {
        &self.none
    }

    pub(super) fn unchanged(&self) -> &[String] {
        &[]
    }

    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        Err("addresses are not read: samestory was built without its feature fetch".into())
    }
}

#[cfg(test)]
mod tests {
    use crate::read::{ReadOptions, Reader};

    #[test]
    fn an_address_is_refused_with_the_reason() {
        let options = ReadOptions::new(jiff::civil::date(2024, 12, 31));
        let read: Vec<_> =
            Reader::open(&["https://a.example/feed".to_string()], options).map(|item| item.map_err(|e| e.to_string())).collect();
        let reason = "addresses are not read: samestory was built without its feature fetch";
        assert_eq!(read, [Err(format!("https://a.example/feed: {reason}"))]);
    }
}
