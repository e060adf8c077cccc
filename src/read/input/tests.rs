use std::fs;

use super::*;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "text").expect("a file");
    }
    folder
}

fn ids(inputs: &[&str]) -> (Vec<String>, Vec<String>, usize) {
    let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
    let found = resolve(&inputs, None);
    let (good, bad): (Vec<_>, Vec<_>) = found.entries.into_iter().partition(Result::is_ok);
    let good = good.into_iter().flatten().map(|file| file.id).collect();
    (good, bad.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect(), found.skipped)
}

#[test]
fn a_password_is_not_shown() {
    for (address, expected) in [
        ("http://me:secret@a.example/feed?x=1", "http://a.example/feed?x=1"),
        ("https://me@a.example", "https://a.example/"),
        ("http://a.example", "http://a.example"),
        ("http://", "http://"),
    ] {
        assert_eq!(shown(address), expected);
        let found = resolve(&[address.to_owned()], None);
        let file = found.entries[0].as_ref().expect("an address");
        assert_eq!((file.id.as_str(), file.path.to_str(), &*found.addresses[0]), (expected, Some(expected), address));
    }
}

#[test]
fn folders_are_walked_in_order() {
    let folder = folder(&["b.txt", "a/z.html.gz", "a/.hidden.txt", ".git/x.txt", "a/b/c.jsonl", "notes.md", "feed.xml"]);
    let (good, bad, skipped) = ids(&[&folder.path().display().to_string()]);
    assert_eq!(good, ["a/b/c.jsonl", "a/z.html.gz", "b.txt", "feed.xml"]);
    assert_eq!((bad.len(), skipped), (0, 1));
}

#[test]
fn globs_match_files_and_folders() {
    let folder = folder(&["2023/a.txt", "2024/b.txt", "2024/c.html", "2024/d.md", "x.txt"]);
    let root = folder.path().display().to_string();
    for (pattern, expected) in [
        ("*.txt", vec!["x.txt"]),
        ("20*/[ab].txt", vec!["a.txt", "b.txt"]),
        ("**/*.txt", vec!["a.txt", "b.txt", "x.txt"]),
        ("2024/?.*", vec!["b.txt", "c.html"]),
        ("20*", vec!["a.txt", "b.txt", "c.html"]),
    ] {
        assert_eq!(ids(&[&format!("{root}/{pattern}")]).0, expected, "{pattern}");
    }
    for pattern in [format!("{root}/*.csv"), format!("{root}/none/*")] {
        let (good, bad, _) = ids(&[&pattern]);
        assert!(good.is_empty());
        assert_eq!(bad, [format!("{pattern}: no such file, and no file matches it as a pattern")]);
    }
}

#[test]
fn names_with_glob_characters_are_files_first() {
    let folder = folder(&["a[1].txt"]);
    let path = folder.path().join("a[1].txt").display().to_string();
    assert_eq!(ids(&[&path]).0, ["a[1].txt"]);
}

#[test]
fn clashing_ids_get_their_argument_in_front() {
    let folder = folder(&["x/a.txt", "x/only.txt", "y/a.txt", "a.txt"]);
    let root = folder.path().display().to_string();
    let (good, _, _) = ids(&[&format!("{root}/x/"), &format!("{root}/y"), &format!("{root}/a.txt")]);
    assert_eq!(good, [format!("{root}/x/a.txt"), "only.txt".into(), format!("{root}/y/a.txt"), format!("{root}/a.txt")]);
    let (good, _, _) = ids(&[&format!("{root}/*/a.txt")]);
    assert_eq!(good, [format!("{root}/x/a.txt"), format!("{root}/y/a.txt")]);
}

#[test]
fn what_is_missing_is_named() {
    let (good, bad, _) = ids(&["no/such/file.txt"]);
    assert!(good.is_empty());
    assert!(bad[0].starts_with("no/such/file.txt: "), "{}", bad[0]);
}

#[test]
fn addresses_are_inputs_and_their_own_ids() {
    let inputs = ["https://a.example/feed?x[]=*", "HTTP://a.example/feed", "https://a.example/feed?x[]=*"];
    assert_eq!(ids(&inputs), (inputs.map(str::to_string).to_vec(), Vec::new(), 0));
    assert!(!is_address("https:a.example") && !is_address("httpx://a") && !is_address("éé"));
}

#[test]
fn folders_are_walked_so_deep_and_what_is_deeper_is_named() {
    let chain = |levels: usize| vec!["d"; levels].join("/");
    let files = [format!("{}/in.txt", chain(63)), format!("{}/out.txt", chain(64)), format!("{}/out.txt", chain(66)), "z.txt".into()];
    let folder = folder(&files.each_ref().map(String::as_str));
    let root = folder.path().display().to_string();
    let too_deep = format!("{root}/{}: inside more than 64 folders: not read", chain(64));
    assert_eq!(ids(&[&root]), (vec![files[0].clone(), "z.txt".into()], vec![too_deep.clone()], 0));
    assert_eq!(ids(&[&format!("{root}/**/*.txt")]), (vec!["in.txt".into(), "z.txt".into()], vec![too_deep], 0));
}

#[test]
fn so_many_files_are_looked_at_and_that_there_are_more_is_named() {
    let names: Vec<String> = (0..MAX_FOUND).map(|at| format!("a/{at:03}.txt")).collect();
    let folder = folder(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let root = folder.path().display().to_string();
    let too_many = |root: &str| vec![format!("{root}: more than {MAX_FOUND} files and folders: the rest is not read")];
    // The folders themselves count.
    assert_eq!(ids(&[&root]), (names[..MAX_FOUND - 2].to_vec(), too_many(&root), 0));
    let (good, bad, _) = ids(&[&format!("{root}/*/*.txt"), &format!("{root}/a/000.txt")]);
    assert_eq!((good.len(), bad), (MAX_FOUND - 1, too_many(&root)), "the next argument is read");
    assert_eq!(ids(&[&format!("{root}/a")]).0.len(), MAX_FOUND - 1);
    fs::remove_file(folder.path().join(&names[0])).expect("a file");
    assert_eq!(ids(&[&format!("{root}/a")]).1, [""; 0]);
}

#[cfg(unix)]
#[test]
fn loops_are_named_and_reading_goes_on() {
    let folder = folder(&["a/x.txt", "b.txt"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/again")).expect("a link");
    let (good, bad, _) = ids(&[&folder.path().display().to_string()]);
    assert_eq!(good, ["a/x.txt", "b.txt"]);
    assert!(bad.len() == 1 && bad[0].contains("a/again: a link back to "), "{bad:?}");
}
