//! `docs/cases.md` says which test covers which case, the README which shows which promise; a test that they name exists.
//!
//! **Invariant:** a name is a file of this tree and a function in it, so that the page cannot outlive what it promises.

use std::{fs, path::Path};

const PAGE: &str = include_str!("../docs/cases.md");
const README: &str = include_str!("../README.md");

/// The names on the page: what stands between backquotes and has `::` in it, split there.
fn named(page: &str) -> Vec<(&str, &str)> {
    page.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect()
}

/// What is wrong with a name.
fn missing((file, test): (&str, &str)) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let Ok(source) = fs::read_to_string(path) else { return Some(format!("{file}: there is no such file")) };
    // A function, or a sentence that a macro makes into one.
    let there = source.contains(&format!("fn {test}(")) || source.contains(&format!("    {test}: "));
    (!there).then(|| format!("{file}: there is no test `{test}`"))
}

#[test]
fn every_test_that_the_page_names_exists() {
    let names = named(PAGE);
    assert!(names.len() > 100, "only {} names were found on the page", names.len());
    let wrong: Vec<String> = names.into_iter().filter_map(missing).collect();
    assert!(wrong.is_empty(), "docs/cases.md names what is not there:\n{}", wrong.join("\n"));
}

#[test]
fn every_promise_of_the_readme_has_a_test_that_exists() {
    let (_, promises) = README.split_once("## What it promises").unwrap();
    let rows: Vec<&str> = promises.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 10, "ten promises");
    for row in rows {
        let names = named(row);
        assert_eq!(names.len(), 1, "{row}");
        assert_eq!(names.into_iter().find_map(missing), None, "{row}");
    }
}

#[test]
fn every_case_stands_once_and_has_a_test_or_a_reason() {
    let rows: Vec<Vec<&str>> = PAGE
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let cases: Vec<&Vec<&str>> =
        rows.iter().filter(|row| row[0].contains(|sign: char| sign.is_ascii_digit())).collect();
    assert!(cases.len() > 100, "only {} cases were found on the page", cases.len());
    let mut ids: Vec<&str> = cases.iter().map(|row| row[0]).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "a case stands twice");
    let bare: Vec<&str> = cases
        .iter()
        .filter(|row| row.len() != 3 || row[1].is_empty() || row[2].is_empty())
        .map(|row| row[0])
        .collect();
    assert!(bare.is_empty(), "without a sentence, a test or a reason: {bare:?}");
}

#[test]
fn the_check_sees_what_is_not_there() {
    let names = named("by `tests/cases.rs::named`, `tests/cases.rs::nobody`, `tests/none.rs::x` and `plain`");
    let wrong: Vec<String> = names.into_iter().filter_map(missing).collect();
    assert_eq!(wrong, ["tests/cases.rs: there is no test `nobody`", "tests/none.rs: there is no such file"]);
}
