//! A look at a document before the parser sees it.
//!
//! **Invariant:** one pass over the bytes, no recursion: a document that nests or repeats beyond the limits never reaches
//! the parser, whose stack a list literal of 4 kB would overflow.

/// The most bytes of a document.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// The deepest nesting of brackets.
pub const NESTING_MAX: usize = 64;
/// The most tokens.
pub const TOKENS_MAX: usize = 10_000;
/// The most directives in a document.
pub const DIRECTIVES_MAX: usize = 50;

/// Why a document is not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Too many bytes.
    TooLong,
    /// Nested too deep, or too many tokens or directives.
    TooComplex,
}

/// Counts brackets, tokens and directives, outside of strings and comments.
pub fn check(document: &str) -> Result<(), Refused> {
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(Refused::TooLong);
    }
    let (mut depth, mut tokens, mut directives) = (0_usize, 0_usize, 0_usize);
    let bytes = document.as_bytes();
    let mut at = 0;
    let mut in_word = false;
    while let Some(&byte) = bytes.get(at) {
        let word = byte.is_ascii_alphanumeric() || byte == b'_';
        if word && !in_word || !word && !byte.is_ascii_whitespace() && byte != b',' {
            tokens += 1;
        }
        in_word = word;
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'@' => directives += 1,
            b'"' => at = end_of_string(bytes, at),
            b'#' => at = end_of_line(bytes, at),
            _ => {}
        }
        if depth > NESTING_MAX || tokens > TOKENS_MAX || directives > DIRECTIVES_MAX {
            return Err(Refused::TooComplex);
        }
        at += 1;
    }
    Ok(())
}

/// The last byte of the string that starts here, a block string included; the end where it is not closed.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let block = bytes.get(start..start + 3) == Some(br#"""""#);
    let mut at = start + if block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if !block => at += 1,
            b'\\' if bytes.get(at + 1..at + 4) == Some(br#"""""#) => at += 3,
            // A line's end closes a plain string that was not closed, as in the parser.
            b'"' | b'\n' if !block => return at,
            b'"' if bytes.get(at..at + 3) == Some(br#"""""#) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn end_of_line(bytes: &[u8], start: usize) -> usize {
    bytes
        .iter()
        .skip(start)
        .position(|&byte| byte == b'\n' || byte == b'\r')
        .map_or(bytes.len(), |length| start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_document_passes() {
        assert_eq!(
            check(
                "query Q($a: [Int!]) { a(x: {y: [1, 2]}) { b ...F } } fragment F on A { c @skip(if: true) }"
            ),
            Ok(())
        );
    }

    #[test]
    fn what_would_abort_the_parser_is_refused() {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let nested = format!("{{ a(x: {}{}) }}", open.repeat(2_000), close.repeat(2_000));
            assert_eq!(check(&nested), Err(Refused::TooComplex));
        }
        assert_eq!(check(&"{a".repeat(65)), Err(Refused::TooComplex));
        assert_eq!(check(&format!("{{{}}}", "a ".repeat(10_001))), Err(Refused::TooComplex));
        assert_eq!(check(&format!("{{ a {} }}", "@include(if: true) ".repeat(51))), Err(Refused::TooComplex));
        assert_eq!(check(&" ".repeat(DOCUMENT_BYTES_MAX + 1)), Err(Refused::TooLong));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(100);
        for document in [
            format!("{{ a(x: \"{brackets}\\\"{brackets}\") }}"),
            format!("{{ a(x: \"\"\"{brackets}\"{brackets}\\\"\"\"{brackets}\"\"\") }}"),
            format!("# {brackets}\n{{ a }}"),
        ] {
            assert_eq!(check(&document), Ok(()), "{document}");
        }
        let hidden = format!("{{ a(x: \"\\\\\" y: {brackets}) }}");
        assert_eq!(check(&hidden), Err(Refused::TooComplex));
    }
}
