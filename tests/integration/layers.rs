//! The order of the modules, read from their source: a module uses only what stands before it.

use std::path::{Path, PathBuf};

use crate::util::root;

/// The library from the ground up.
const LIBRARY: &[&str] = &[
    "error",
    "hash",
    "kernel",
    "date",
    "article",
    "link",
    "normalize",
    "language",
    "shingle",
    "sketch",
    "verify",
    "config",
    "band",
    "contain",
    "linkage",
    "extract",
    "read",
    "copies",
    "story",
    "cluster",
    "index",
    "report",
    "large",
    "shuffle",
    "explain",
    "evaluate",
];

/// The command from the ground up.
const COMMAND: &[&str] = &[
    "values",
    "shared",
    "index_args",
    "args",
    "settings",
    "input",
    "interrupt",
    "output",
    "stats",
    "commands",
    "evaluate",
    "dedup",
    "feed",
    "index",
    "report",
];

/// The only file that may hold `unsafe`.
const KERNEL: &str = "src/kernel.rs";

/// What library and command never do: the caller decides what is printed and when to stop.
const FORBIDDEN: &[&str] = &["println!", "print!", "eprint!", "process::exit", ".unwrap()", "panic!(", "todo!(", "dbg!("];

/// Every `.rs` file below `folder`, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    let nested = entries.into_iter().flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    nested.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// A file's code without comment lines, which may name anything.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The first names after every `crate::` of `code`: of `crate::{a, b::{c, d}}` these are `a` and `b`.
fn uses(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        // `$crate` and names that end in "crate" are no path of ours.
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(name(rest)),
            Some(list) => found.extend(heads(list)),
        }
    }
    found
}

/// The first name of each part of `list`, up to the brace that closes it.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {}
        }
        if let Some(part) = parts.last_mut().filter(|_| c != ',') {
            part.push(c);
        }
    }
    parts.iter().map(|part| name(part.trim())).filter(|name| !name.is_empty()).collect()
}

fn name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// What breaks `order` in the modules of `folder`, one line each.
fn violations(folder: &str, order: &[&str]) -> Vec<String> {
    let folder = root().join(folder);
    let mut found = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for path in sources(&folder) {
        let below = path.strip_prefix(&folder).expect("a path below").with_extension("");
        let module = below.iter().next().expect("a part").to_string_lossy().into_owned();
        if matches!(module.as_str(), "lib" | "main" | "bin") {
            continue;
        }
        let Some(place) = order.iter().position(|name| *name == module.trim_end_matches("_tests")) else {
            found.push(format!("{module} has no place in the order"));
            continue;
        };
        seen.insert(order[place]);
        let code = code(&path);
        if code.contains("super::super::") {
            found.push(format!("{} climbs by super::super::, where the order cannot be seen", path.display()));
        }
        for used in uses(&code) {
            match order.iter().position(|name| *name == used) {
                Some(at) if at <= place => {}
                Some(_) => found.push(format!("{module} uses {used}, which stands after it ({})", path.display())),
                None => found.push(format!("{module} uses crate::{used}, which is no module of the order ({})", path.display())),
            }
        }
    }
    found.extend(order.iter().filter(|name| !seen.contains(*name)).map(|name| format!("{name} is in the order and nowhere else")));
    found
}

#[test]
fn modules_use_only_what_stands_before_them() {
    assert_eq!(violations("src", LIBRARY), Vec::<String>::new());
    assert_eq!(violations("src/bin/samestory", COMMAND), Vec::<String>::new());
}

#[test]
fn uses_are_read_in_every_form() {
    let code = "use crate::a::X;\nuse crate::{b, c::{D, e}, f::*};\nfn g() -> crate::h::I { $crate::no; mycrate::no }\npub(in crate::j) k";
    assert_eq!(uses(code), ["a", "b", "c", "f", "h", "j"]);
}

/// The code that runs outside tests.
fn without_tests(path: &Path) -> String {
    if path.to_string_lossy().ends_with("tests.rs") {
        return String::new();
    }
    let code = code(path);
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn library_and_command_never_print_exit_or_panic_by_themselves() {
    let mut found = Vec::new();
    for path in sources(&root().join("src")) {
        let code = without_tests(&path);
        found.extend(FORBIDDEN.iter().filter(|word| code.contains(*word)).map(|word| format!("{word} in {}", path.display())));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn unsafe_stands_in_the_kernel_alone() {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let holders: Vec<PathBuf> =
        sources(&root().join("src")).into_iter().filter(|path| code(path).split(|c| !is_word(c)).any(|word| word == "unsafe")).collect();
    assert_eq!(holders, [root().join(KERNEL)]);
}
