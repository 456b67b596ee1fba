//! What a text from outside may hold.
//!
//! **Invariant:** every text is judged here and nowhere else: counted in Unicode scalar values, free of control
//! characters and of what turns the reading direction around, and, where it would be stored as it was written, without
//! the number of a payment card.
//!
//! Letters of every script, joiners, apostrophes, emoji and direction *marks* (U+200E, U+200F, U+061C) stay and come back
//! as they were sent. Direction *overrides, embeddings and isolates* are refused: with them a name can show as another
//! one on an invoice, and no script needs them in a field of a form.

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// More scalar values than allowed.
    TooLong,
    /// A control character, or one that turns the reading direction around.
    Unprintable,
    /// The number of a payment card.
    CardNumber,
}

/// Whether a text has one line or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No line ends, no tabs.
    Line,
    /// Line ends and tabs pass.
    Lines,
    /// One line, where up to 15 digits are a telephone number (ITU-T E.164).
    Phone,
}

/// What is wrong with a text that is looked up or compared, and never stored as it was written.
#[must_use]
pub fn fault_of_reference(text: &str, max: usize) -> Option<Fault> {
    fault_of(text, max, Shape::Line)
}

/// What is wrong with a text that is stored as it was written.
#[must_use]
pub fn fault_of_text(text: &str, max: usize, shape: Shape) -> Option<Fault> {
    fault_of(text, max, shape).or_else(|| {
        let fewest = if shape == Shape::Phone { PHONE_DIGITS_MAX + 1 } else { CARD_DIGITS_MIN };
        holds_card_number(text, fewest).then_some(Fault::CardNumber)
    })
}

fn fault_of(text: &str, max: usize, shape: Shape) -> Option<Fault> {
    if text.chars().count() > max {
        return Some(Fault::TooLong);
    }
    let unprintable = |sign: char| match sign {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => shape != Shape::Lines,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    };
    text.chars().any(unprintable).then_some(Fault::Unprintable)
}

/// Whether nothing of a text would be seen.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|sign| {
        sign.is_whitespace()
            || matches!(sign,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
    })
}

/// The fewest digits of a card in use; with 13, times in milliseconds and article numbers would be taken for cards.
const CARD_DIGITS_MIN: usize = 14;
/// The most digits of a telephone number (ITU-T E.164).
const PHONE_DIGITS_MAX: usize = 15;
/// The most digits of a card (ISO/IEC 7812-1).
const CARD_DIGITS_MAX: usize = 19;

/// Whether a text holds what can be the number of a payment card: up to 19 digits of an issuer's range with the right
/// check digit, written together or in groups. What is only alike (one number in ten of those that long has the check
/// digit) is refused, too: a text that has to be written otherwise costs less than a card number in a database.
fn holds_card_number(text: &str, fewest: usize) -> bool {
    let groups = digit_groups(text);
    // A group after a gap is no part of the number before it.
    groups.split(Vec::is_empty).any(|near| {
        (0..near.len()).any(|first| {
            let mut digits = Vec::new();
            near[first..].iter().any(|group| {
                digits.extend_from_slice(group);
                digits.len() >= fewest && is_card_number(&digits)
            })
        })
    })
}

/// The groups of digits of a text, with an empty one wherever something other than a separator stands between two.
/// Digits between letters are part of a word, such as a digest; beside one letter they stand alone.
fn digit_groups(text: &str) -> Vec<Vec<u8>> {
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    let (mut last, mut before) = (' ', false);
    for sign in text.chars().chain([' ']) {
        if let Some(digit) = digit(sign) {
            before = if group.is_empty() { last.is_alphabetic() } else { before };
            group.push(digit);
        } else {
            let whole = std::mem::take(&mut group);
            match (before && !whole.is_empty(), sign.is_alphabetic()) {
                (true, true) => groups.push(Vec::new()),
                (false, false) if whole.is_empty() => {}
                (false, false) => groups.push(whole),
                (true, false) | (false, true) => groups.extend([Vec::new(), whole, Vec::new()]),
            }
            groups.extend((!is_separator(sign)).then(Vec::new));
        }
        last = sign;
    }
    groups
}

/// The value of a digit, also of those that other keyboards type.
fn digit(sign: char) -> Option<u8> {
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    zeros.iter().find_map(|zero| {
        let distance = u32::from(sign).checked_sub(u32::from(*zero)).filter(|distance| *distance < 10)?;
        u8::try_from(distance).ok()
    })
}

fn is_separator(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}')
}

fn is_card_number(digits: &[u8]) -> bool {
    if digits.len() > CARD_DIGITS_MAX {
        return false;
    }
    let prefix = digits.iter().take(4).fold(0_u32, |prefix, digit| prefix * 10 + u32::from(*digit));
    let issued = (2221..=2720).contains(&prefix) || (3000..=6999).contains(&prefix);
    issued && luhn(digits) == 0
}

/// The sum of ISO/IEC 7812-1, annex B, modulo ten.
fn luhn(digits: &[u8]) -> u32 {
    let weighed = |(place, digit): (usize, &u8)| {
        let twice = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
        twice / 10 + twice % 10
    };
    digits.iter().rev().enumerate().map(weighed).sum::<u32>() % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_pass_and_what_hides_or_turns_them_does_not() {
        for good in ["Dana O'Neill", "דנה", "دانا", "👩‍👩‍👧", "山田太郎", "a\u{200f}b", "नमस्ते", ""]
        {
            assert_eq!(fault_of_text(good, 20, Shape::Line), None, "{good}");
        }
        for bad in
            ["a\0b", "a\u{7}b", "a\u{85}b", "a\u{9f}b", "a\u{202e}b", "a\u{2066}b", "a\u{2069}b", "a\nb"]
        {
            assert_eq!(fault_of_text(bad, 20, Shape::Line), Some(Fault::Unprintable), "{bad:?}");
        }
        assert_eq!(fault_of_text("a\r\nb\tc", 20, Shape::Lines), None);
        assert_eq!(fault_of_text("a\u{202e}b", 20, Shape::Lines), Some(Fault::Unprintable));
        assert_eq!(fault_of_text("👍👍", 2, Shape::Line), None);
        assert_eq!(fault_of_text("e\u{301}!", 2, Shape::Line), Some(Fault::TooLong));
    }

    #[test]
    fn a_card_number_is_found_however_it_is_written() {
        for card in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "my card: 5555-5555-5555-4444, thanks",
            "3782 822463 10005",
            "30569309025904",
            "4242.4242.4242.4242 12/28 123",
            "４２４２４２４２４２４２４２４２",
            "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
            "4242\n4242\n4242\n4242",
            "7 4242424242424242",
            "card4242424242424242",
            "2223003122003222",
        ] {
            assert!(holds_card_number(card, CARD_DIGITS_MIN), "{card}");
        }
        for other in [
            "",
            "4242424242424241",
            "42424242424242424242424242424242",
            "1795288680005",
            "1234567890123452",
            "+49 1512 3456789",
            "4242 4242, 4242 4242",
            "a4242424242424242b",
            "a1234567-89ab-4242-8242-4242424242ab",
            "order 20261121-000042",
        ] {
            assert!(!holds_card_number(other, CARD_DIGITS_MIN), "{other}");
        }
    }

    #[test]
    fn a_telephone_number_is_no_card() {
        assert_eq!(fault_of_text("378282246310005", 32, Shape::Line), Some(Fault::CardNumber));
        assert_eq!(fault_of_text("378282246310005", 32, Shape::Phone), None);
        assert_eq!(fault_of_text("4242 4242 4242 4242", 32, Shape::Phone), Some(Fault::CardNumber));
    }

    #[test]
    fn what_cannot_be_seen_is_blank() {
        for blank in ["", " \u{3000}", "\u{200b}", "\u{feff}\u{ad}", "\u{3164}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank("\u{200b}a"));
    }
}
