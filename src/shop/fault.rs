//! What is wrong with a file, and where.
//!
//! **Invariant:** a list of faults is short whatever the file holds: at most 50 lines and under 4 KiB. What is quoted
//! cannot command a terminal, and nothing that looks like a key is repeated.

use std::fmt::Display;

/// The most faults that are listed; the rest is counted.
const LINES_MAX: usize = 50;
/// The most bytes of a list, its last line included.
const LIST_BYTES_MAX: usize = 4096;
/// The most bytes of one line: twenty faults of any length are all told.
const LINE_BYTES_MAX: usize = 190;
/// The most characters of a path, and of a file's name.
const PATH_MAX: usize = 80;
const NAME_MAX: usize = 40;
/// What keys start with that may not be written anywhere.
const KEYS: [&str; 5] = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"];

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    path: String,
    text: String,
    line: usize,
    column: usize,
}

impl Fault {
    /// A fault whose place is not known yet. No path means the file as a whole.
    pub fn new(path: impl Into<String>, text: impl Display) -> Self {
        Self { path: path.into(), text: text.to_string(), line: 0, column: 0 }
    }

    /// With its place: line and column, from 1.
    #[must_use]
    pub fn at(self, (line, column): (usize, usize)) -> Self {
        Self { line, column, ..self }
    }

    /// What it is about, such as `products[0].slug`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Line and column, from 1; 0 where it has none.
    #[must_use]
    pub const fn position(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// As one short line, such as `products[0].slug: no slug`.
    #[must_use]
    pub fn told(&self) -> String {
        let path = short(&self.path, PATH_MAX);
        let text = plain(&self.text);
        if path.is_empty() { text } else { format!("{path}: {text}") }
    }
}

/// The list of faults as lines, each with the file, its place and its path.
#[must_use]
pub fn lines(faults: &[Fault], file: &str) -> Vec<String> {
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let file = short(if file.chars().count() > NAME_MAX { last } else { file }, NAME_MAX);
    let mut told: Vec<String> = Vec::new();
    let mut bytes = 0;
    for (place, fault) in faults.iter().enumerate() {
        let at = if fault.line == 0 { String::new() } else { format!(":{}:{}", fault.line, fault.column) };
        let line = cut(&format!("{file}{at}: {}", fault.told()), LINE_BYTES_MAX);
        bytes += line.len() + 1;
        // Room for the line that counts the others.
        if place == LINES_MAX || bytes > LIST_BYTES_MAX - NAME_MAX * 4 - 40 {
            told.push(format!("{file}: and {} more", faults.len() - place));
            break;
        }
        told.push(line);
    }
    told
}

/// Whether a text holds what looks like a key.
#[must_use]
pub fn holds_key(text: &str) -> bool {
    KEYS.iter().any(|start| text.contains(start))
}

/// A text as it may be shown, of at most so many characters.
#[must_use]
pub fn short(text: &str, chars_max: usize) -> String {
    let shown: String = text.chars().take(chars_max).collect();
    let shown = plain(if shown.len() < text.len() { &text[..shown.len()] } else { text });
    if shown.chars().count() > chars_max || text.chars().count() > chars_max {
        shown.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
    } else {
        shown
    }
}

/// Without keys, and with everything escaped that moves a cursor, turns the direction of writing or is not seen.
fn plain(text: &str) -> String {
    let mut hidden = text.to_owned();
    for start in KEYS {
        while let Some(at) = hidden.find(start) {
            let tail = &hidden[at..];
            let end = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(tail.len());
            hidden.replace_range(at..at + end, "(a key)");
        }
    }
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    hidden.chars().fold(String::new(), |mut shown, c| {
        if unseen(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
        shown
    })
}

/// At most so many bytes, cut between characters.
fn cut(line: &str, bytes_max: usize) -> String {
    if line.len() <= bytes_max {
        return line.to_owned();
    }
    let end = (0..=bytes_max - '…'.len_utf8()).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(count: usize, text: &str) -> Vec<Fault> {
        (0..count).map(|at| Fault::new(format!("a[{at}]"), text).at((at + 1, 1))).collect()
    }

    #[test]
    fn a_list_is_short_whatever_the_file_holds() {
        for text in ["x", &"long ".repeat(1000), &"\u{202e}é".repeat(500)] {
            for file in ["shop.toml", &format!("{}/{}", "deep".repeat(20), "n".repeat(300))] {
                let told = lines(&many(10_000, text), file);
                assert!(told.len() <= LINES_MAX + 1, "{}", told.len());
                assert!(told.iter().map(|line| line.len() + 1).sum::<usize>() < LIST_BYTES_MAX);
                let counted = told.last().unwrap();
                assert!(counted.contains(&format!("and {} more", 10_000 - (told.len() - 1))), "{counted}");
                assert_eq!(lines(&many(20, text), file).len(), 20, "twenty are all told");
            }
        }
        assert_eq!(lines(&many(50, "x"), "shop.toml").len(), 50);
    }

    #[test]
    fn what_is_quoted_neither_commands_a_terminal_nor_gives_a_key_away() {
        let fault = Fault::new("a.\u{1b}[2J\u{202e}", "line\nbreak \u{200b} whsec_abc123 sk_live_x.");
        assert_eq!(fault.told(), "a.\\u{1b}[2J\\u{202e}: line\\u{a}break \\u{200b} (a key) (a key).");
        assert_eq!(short(&"é".repeat(50), 10), "éééééééééé".chars().take(9).chain(['…']).collect::<String>());
    }
}
