//! Gift certificates: they pay, they do not discount, so they come after tax.
//!
//! **Invariant:** a certificate is drawn by at most what is on it and at most what is left to pay. It never leaves less
//! to pay than the payment provider takes: then it keeps the difference for another day. Its code is shown once, when it
//! is issued; a session knows it by its hash and its last signs.

use super::{currency::Currency, ids::CertificateId, instant::Timestamp, money::Minor, order};

/// The most certificates of one session.
pub const CERTIFICATES_MAX: usize = 10;
/// The most characters of a code as typed.
pub const CODE_MAX: usize = 64;
/// The least letters and digits of a code that a merchant chooses.
pub const CODE_MIN: usize = 12;
/// What hides a sign of a code.
const HIDDEN: char = '\u{2022}';

/// How a session names a certificate: no code is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRef {
    /// SHA-256 of the code in its normal form, hex; empty where a masked code was given.
    pub key: String,
    /// What may be shown of it.
    pub masked: String,
}

/// Fills in certificates that were named by what is shown of them, from those that a session has already.
#[must_use]
pub fn recognized(named: &[CertificateRef], known: &[CertificateRef]) -> Vec<CertificateRef> {
    let mut left: Vec<&CertificateRef> = known.iter().collect();
    let mut full = |one: &CertificateRef| {
        // Two may look alike: each is taken once, in their order.
        let place = left.iter().position(|other| one.key.is_empty() && other.masked == one.masked);
        place.map_or_else(|| one.clone(), |place| left.remove(place).clone())
    };
    named.iter().map(&mut full).collect()
}

/// Letters and digits alone, in upper case.
fn plain(code: &str) -> impl Iterator<Item = char> {
    code.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase)
}

/// A code as it is compared: letters and digits alone, in upper case, and those that look alike as one: O is 0, I and L
/// are 1 (Crockford's base 32).
#[must_use]
pub fn normal(code: &str) -> String {
    plain(code)
        .map(|sign| {
            if sign == 'O' {
                '0'
            } else if sign == 'I' || sign == 'L' {
                '1'
            } else {
                sign
            }
        })
        .collect()
}

/// All but the last four signs of a code hidden; of a short one, all.
#[must_use]
pub fn masked(code: &str) -> String {
    let plain: Vec<char> = plain(code).collect();
    let shown = if plain.len() < CODE_MIN { &[] } else { &plain[plain.len() - 4..] };
    std::iter::repeat_n(HIDDEN, 4).chain(shown.iter().copied()).collect()
}

/// Whether this is what is shown of a code, rather than a code.
#[must_use]
pub fn is_masked(text: &str) -> bool {
    text.starts_with(HIDDEN)
}

/// A new code from eighty random bits: sixteen signs in fours.
#[must_use]
pub fn new_code(random: [u8; 10]) -> String {
    let signs = order::crockford(&random);
    let fours: Vec<String> =
        signs.as_bytes().chunks(4).map(|four| four.iter().copied().map(char::from).collect()).collect();
    fours.join("-")
}

/// A certificate, with what others hold of it taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// Its currency.
    pub currency: Currency,
    /// What can be drawn.
    pub balance: Minor,
    /// Until when, exclusive; for good when left out.
    pub expires_at: Option<Timestamp>,
    /// Whether it is switched on.
    pub active: bool,
}

/// A certificate as named, with what the shop knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCertificate {
    /// What may be shown of its code.
    pub masked: String,
    /// The certificate of that code.
    pub found: Option<Certificate>,
}

/// Why a certificate does not pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateRejection {
    /// No such code.
    NotFound,
    /// No longer valid.
    Expired,
    /// Switched off.
    Disabled,
    /// It is of another currency.
    CurrencyMismatch,
    /// Nothing is left on it, or all of it is held.
    Empty,
    /// Nothing is left to pay.
    NotNeeded,
}

/// What a certificate pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The certificate.
    pub certificate: CertificateId,
    /// What it pays.
    pub amount: Minor,
    /// What is left on it then.
    pub remaining: Minor,
}

/// What became of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateOutcome {
    /// What may be shown of its code.
    pub masked: String,
    /// What it pays, or why it does not.
    pub result: Result<Draw, CertificateRejection>,
}

impl Certificate {
    fn rejection(&self, currency: Currency, now: Timestamp) -> Option<CertificateRejection> {
        [
            (!self.active, CertificateRejection::Disabled),
            (self.expires_at.is_some_and(|end| end.has_come(now)), CertificateRejection::Expired),
            (self.currency != currency, CertificateRejection::CurrencyMismatch),
            (self.balance < Minor::new(currency.step()), CertificateRejection::Empty),
        ]
        .into_iter()
        .find_map(|(there, why)| there.then_some(why))
    }
}

/// Draws certificates one after the other, in the order named.
#[must_use]
pub fn draw(
    total: Minor,
    currency: Currency,
    named: &[NamedCertificate],
    now: Timestamp,
) -> Vec<CertificateOutcome> {
    let mut left = total;
    let mut used: Vec<CertificateId> = Vec::new();
    let mut take = |found: Option<&Certificate>| {
        let certificate =
            found.filter(|found| !used.contains(&found.id)).ok_or(CertificateRejection::NotFound)?;
        if let Some(why) = certificate.rejection(currency, now) {
            return Err(why);
        }
        let amount = whole_steps(certificate.balance.min(left), currency);
        if amount.is_zero() {
            return Err(CertificateRejection::NotNeeded);
        }
        left -= amount;
        used.push(certificate.id);
        Ok(Draw { certificate: certificate.id, amount, remaining: certificate.balance - amount })
    };
    let mut outcomes: Vec<CertificateOutcome> = named
        .iter()
        .map(|one| CertificateOutcome { masked: one.masked.clone(), result: take(one.found.as_ref()) })
        .collect();
    let minimum = currency.minimum_charge();
    if left > Minor::ZERO && left < minimum && minimum <= total {
        keep_back(&mut outcomes, minimum - left);
    }
    outcomes
}

/// Takes so much less from the certificates, the last one first.
fn keep_back(outcomes: &mut [CertificateOutcome], mut amount: Minor) {
    for draw in outcomes.iter_mut().rev().filter_map(|outcome| outcome.result.as_mut().ok()) {
        let less = amount.min(draw.amount);
        draw.amount -= less;
        draw.remaining += less;
        amount -= less;
    }
}

/// What can be charged beside it is a multiple of the currency's step, so what is drawn is one, too.
fn whole_steps(amount: Minor, currency: Currency) -> Minor {
    Minor::new(amount.raw() - amount.raw() % currency.step())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn named(number: u128, balance: i64) -> NamedCertificate {
        NamedCertificate {
            masked: format!("…{number}"),
            found: Some(Certificate {
                id: CertificateId::from_uuid(Uuid::from_u128(number)),
                currency: "USD".parse().unwrap(),
                balance: Minor::new(balance),
                expires_at: None,
                active: true,
            }),
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed_and_shown_by_its_end() {
        let code = new_code([255, 0, 255, 0, 255, 0, 255, 0, 255, 1]);
        assert_eq!(code, "ZW0F-Y07Z-03ZG-1ZR1");
        assert_eq!(normal("zwof yO7z\u{2013}03zg-iZRl"), normal(&code));
        assert_eq!(masked(&code), "\u{2022}\u{2022}\u{2022}\u{2022}1ZR1");
        assert_eq!(masked("short"), "\u{2022}\u{2022}\u{2022}\u{2022}");
        assert!(is_masked(&masked(&code)) && !is_masked(&code));
    }

    #[test]
    fn a_masked_code_names_what_the_session_has() {
        let one = CertificateRef { key: "key".into(), masked: masked("0000-0000-ABCD") };
        let shown = CertificateRef { key: String::new(), ..one.clone() };
        let (shown, known) = (vec![shown], vec![one.clone()]);
        assert_eq!(recognized(&shown, &known), known);
        assert_eq!(recognized(&shown, &[]), shown);
        let alike = [CertificateRef { key: "other".into(), ..one.clone() }, one];
        assert_eq!(recognized(&[shown.clone(), shown].concat(), &alike), alike);
    }

    fn drawn(
        total: i64,
        currency: &str,
        named: &[NamedCertificate],
    ) -> Vec<Result<(i64, i64), CertificateRejection>> {
        draw(Minor::new(total), currency.parse().unwrap(), named, Timestamp::from_ms(100))
            .into_iter()
            .map(|one| one.result.map(|draw| (draw.amount.raw(), draw.remaining.raw())))
            .collect()
    }

    #[test]
    fn certificates_pay_one_after_the_other_and_never_more_than_is_due() {
        let two = [named(1, 20_00), named(2, 50_00), named(3, 5_00)];
        assert_eq!(
            drawn(60_00, "USD", &two),
            [Ok((20_00, 0)), Ok((40_00, 10_00)), Err(CertificateRejection::NotNeeded)]
        );
    }

    #[test]
    fn what_is_left_to_pay_is_nothing_or_what_the_provider_takes() {
        assert_eq!(drawn(20_10, "USD", &[named(1, 20_00)]), [Ok((19_60, 40))]);
        assert_eq!(drawn(20_10, "USD", &[named(1, 20_00), named(2, 5)]), [Ok((19_60, 40)), Ok((0, 5))]);
        assert_eq!(drawn(20_00, "USD", &[named(1, 20_00)]), [Ok((20_00, 0))]);
        assert_eq!(drawn(30, "USD", &[named(1, 10)]), [Ok((10, 0))]); // the total is too low by itself
    }

    #[test]
    fn each_reason_is_told_apart() {
        let with = |change: &dyn Fn(&mut Certificate)| {
            let mut one = named(1, 20_00);
            one.found.iter_mut().for_each(change);
            drawn(10_00, "USD", &[one]).remove(0).unwrap_err()
        };
        assert_eq!(with(&|one| one.active = false), CertificateRejection::Disabled);
        assert_eq!(
            with(&|one| one.expires_at = Some(Timestamp::from_ms(100))),
            CertificateRejection::Expired
        );
        assert_eq!(with(&|one| one.balance = Minor::ZERO), CertificateRejection::Empty);
        assert_eq!(drawn(10_00, "EUR", &[named(1, 1)]), [Err(CertificateRejection::CurrencyMismatch)]);
        let nobody = NamedCertificate { masked: "…".into(), found: None };
        assert_eq!(drawn(10_00, "USD", &[nobody]), [Err(CertificateRejection::NotFound)]);
        assert_eq!(
            drawn(90_00, "USD", &[named(1, 20_00), named(1, 20_00)])[1],
            Err(CertificateRejection::NotFound)
        );
    }

    #[test]
    fn three_digit_currencies_are_drawn_in_what_can_be_charged() {
        let mut one = named(1, 1_234);
        one.found.iter_mut().for_each(|one| one.currency = "KWD".parse().unwrap());
        assert_eq!(drawn(5_120, "KWD", &[one]), [Ok((1_230, 4))]);
    }
}
