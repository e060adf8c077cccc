//! An index keeps the settings it was made with.

use super::{BRIDGE, dedup, item};
use crate::util::Dir;

#[test]
fn an_index_keeps_its_settings() {
    let input = item("a", 3, BRIDGE);
    let dir = Dir::with(&[("in.jsonl", &input)]);
    let first = dedup(&dir, &input, &["--resemblance", "0.5", "--expiry", "9"]);
    assert_eq!(dedup(&dir, &input, &[]), first, "nothing said is what it was made with");
    assert_eq!(dedup(&dir, &input, &["--resemblance", "0.5", "--expiry", "9"]), first);
    for (args, differs) in [
        (&["--resemblance", "0.6"][..], "resemblance 0.5 and not 0.6"),
        (&["--expiry", "30"], "expiry 9 and not 30"),
        (&["--level", "copies", "--containment", "off"], "level \"stories\" and not \"copies\", containment 0.7 and not null"),
    ] {
        let output = dir.run(&[&["dedup", "in.jsonl", "--index", "ix"], args].concat());
        let message = format!(
            "samestory: ix/index.redb: was made with {differs}: leave that setting away, or export it and import it into a new index\n"
        );
        assert_eq!((output.stderr, output.stdout.as_str(), output.code), (message, "", Some(1)));
    }
    let wrong = dir.run(&["dedup", "in.jsonl", "--index", "ix", "--expiry", "0"]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("0 is not between 1 and 365"), "{}", wrong.stderr);
}

#[test]
fn looking_up_has_the_settings_of_the_index() {
    let dir = Dir::with(&[("in.jsonl", &item("a", 3, BRIDGE))]);
    dedup(&dir, &item("a", 3, BRIDGE), &["--resemblance", "0.5"]);
    for args in [&[][..], &["--resemblance", "0.5"]] {
        assert!(dir.run(&[&["query", "in.jsonl", "--index", "ix"], args].concat()).good().contains("\"id\":\"a\""));
    }
    let other = dir.run(&["query", "in.jsonl", "--index", "ix", "--resemblance", "0.9"]);
    let message =
        "samestory: ix: was made with resemblance 0.5 and not 0.9: leave that setting away, or export it and import it into a new index\n";
    assert_eq!((other.stderr.as_str(), other.code), (message, Some(2)));
}

#[test]
fn pins_may_change() {
    let dir = Dir::new().file("apart.toml", "apart = [[\"a\", \"b\"]]\n");
    dedup(&dir, &item("a", 3, BRIDGE), &[]);
    let apart = dedup(&dir, &item("b", 3, BRIDGE), &["--config", "apart.toml"]);
    assert!(apart.contains("\"verdict\":\"new\""), "{apart}");
    let copy = dedup(&dir, &item("c", 3, BRIDGE), &[]);
    assert!(copy.contains("\"story\":\"a\""), "{copy}");
}

#[test]
fn the_settings_in_force_can_be_seen() {
    let dir = Dir::new().file("samestory.toml", "shingle = 4\n");
    let usual = dir.run(&["dedup", "--show-config"]).good();
    assert!(usual.starts_with("# expiry: 7 days\n") && usual.contains("shingle = 4\n") && usual.contains("resemblance = 0.4\n"), "{usual}");
    dedup(&dir, &item("a", 3, BRIDGE), &["--resemblance", "0.5", "--expiry", "9"]);
    let kept = dir.run(&["dedup", "--show-config", "--index", "ix", "--quiet"]).good();
    assert!(kept.starts_with("# expiry: 9 days\n") && kept.contains("shingle = 4\n") && kept.contains("resemblance = 0.5\n"), "{kept}");
    for command in ["query", "import"] {
        let shown = dir.run(&[command, "--show-config", "--index", "ix"]).good();
        assert!(shown.starts_with("# expiry: 9 days\n") && shown.contains("resemblance = 0.5\n"), "{command}: {shown}");
    }
    let again = dir.run(&["cluster", "--show-config"]).good();
    let same = Dir::new().file("shown.toml", &usual).run(&["cluster", "--show-config", "--config", "shown.toml"]).good();
    let settings = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(settings(&same), settings(&again));
}
