//! What is known while a file is read: the faults so far, the currencies, the names that ids come of.
//!
//! **Invariant:** whoever answers `None` has told the fault, so that no fault is lost and none is told twice.

use std::{collections::BTreeSet, fmt::Display};

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    fault::{Fault, short},
    value,
};
use crate::domain::{
    country::Country, currency::Currency, ids::OrganizationId, instant::Timestamp, money::Minor,
    tenant::Settings,
};

/// Start and end, each open when left out.
pub(super) type Window = (Option<Timestamp>, Option<Timestamp>);

/// The characters of a repeated name that a fault quotes.
const QUOTED_MAX: usize = 40;

/// A file on its way to a shop.
pub(super) struct Reading {
    faults: Vec<Fault>,
    /// Paths of what was replaced by an empty value, the faults of which are told.
    mended: BTreeSet<String>,
    /// The organization's id; nil where it has none, and then no id is kept.
    organization: Uuid,
    /// What the organization decided, where that could be read.
    pub settings: Option<Settings>,
}

impl Reading {
    /// Begins with what is known to be wrong already.
    pub fn after(faults: Vec<Fault>) -> Self {
        let mended = faults.iter().map(|fault| fault.path().to_owned()).collect();
        Self { faults, mended, organization: Uuid::nil(), settings: None }
    }

    /// All that was wrong.
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Tells a fault, unless it is about an empty value that stands for one told before: there, in what holds it, or in
    /// what it holds.
    pub fn fault(&mut self, path: &str, fault: impl Display) {
        let ends = path.match_indices(['.', '[']).map(|(end, _)| end).chain([path.len()]);
        let within = ends.into_iter().any(|end| self.mended.contains(&path[..end]));
        let holds = |mended: &String| {
            let rest = mended.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| !rest.contains(['.', '[']))
        };
        if !within && !self.mended.iter().any(holds) {
            self.faults.push(Fault::new(path, fault));
        }
    }

    /// The value, or a fault.
    pub fn taken<T, E: Display>(&mut self, path: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|fault| self.fault(path, fault)).ok()
    }

    /// A text that says something.
    pub fn text(&mut self, path: &str, written: String) -> Option<String> {
        let said = !written.trim().is_empty() && written.trim() == written;
        self.taken(path, if said { Ok(written) } else { Err("blank, or with blanks around it") })
    }

    /// A text that others' names are made of; a slash in it could make two names one.
    pub fn part(&mut self, path: &str, written: String) -> Option<String> {
        let text = self.text(path, written)?;
        self.taken(path, if text.contains('/') { Err("may not contain a slash") } else { Ok(text) })
    }

    /// Tells a fault where the key was seen before.
    pub fn once(&mut self, seen: &mut BTreeSet<String>, path: &str, key: &str) {
        if !seen.insert(key.to_owned()) {
            self.fault(path, format_args!("{} is there already", short(key, QUOTED_MAX)));
        }
    }

    /// One of some words.
    pub fn word<T: Copy>(&mut self, path: &str, written: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == written).map(|(_, value)| *value);
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.taken(path, found.ok_or_else(|| format!("not one of {}", known.join(", "))))
    }

    /// A currency that the organization sells in.
    pub fn currency(&mut self, path: &str, code: &str) -> Option<Currency> {
        let currency: Currency = self.taken(path, code.parse())?;
        let sold = self.settings.as_ref().is_none_or(|settings| settings.currencies.contains(&currency));
        self.taken(path, sold.then_some(currency).ok_or("not a currency of the organization"))
    }

    /// A country.
    pub fn country(&mut self, path: &str, code: &str) -> Option<Country> {
        self.taken(path, code.parse())
    }

    /// A region code without its country, such as CA.
    pub fn region(&mut self, path: &str, code: &str) -> Option<String> {
        let plain = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let fits = plain && (1..=3).contains(&code.len());
        self.taken(path, fits.then(|| code.to_owned()).ok_or("not a region code of ISO 3166-2"))
    }

    /// An amount.
    pub fn amount(&mut self, path: &str, written: &str, currency: Currency) -> Option<Minor> {
        self.taken(path, value::amount(written, currency))
    }

    /// A value that may be left out: `None` only where it is there and at fault.
    #[expect(clippy::option_option, reason = "left out and at fault are told apart, and only here")]
    pub fn maybe<T, R>(
        &mut self,
        written: Option<T>,
        read: impl FnOnce(&mut Self, T) -> Option<R>,
    ) -> Option<Option<R>> {
        written.map_or(Some(None), |written| read(self, written).map(Some))
    }

    /// A window, by the paths and values of its start and its end.
    pub fn window(
        &mut self,
        (start, end): (&str, &str),
        (from, until): (Option<String>, Option<String>),
    ) -> Option<Window> {
        let from = self.maybe(from, |reading, at| reading.taken(start, value::instant(&at)));
        let until = self.maybe(until, |reading, at| reading.taken(end, value::instant(&at)));
        let (from, until) = (from?, until?);
        let runs = from.zip(until).is_none_or(|(from, until)| from < until);
        self.taken(end, runs.then_some((from, until)).ok_or("not after the start"))
    }

    /// A rate.
    pub fn fraction(&mut self, path: &str, written: &str) -> Option<Decimal> {
        self.taken(path, value::fraction(written))
    }

    /// The id of an organization; later ids are derived from it.
    pub fn organization_id(&mut self, slug: &str) -> OrganizationId {
        let name = format!("urn:checkstand:organization/{slug}");
        self.organization = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
        OrganizationId::from_uuid(self.organization)
    }

    /// The id of something of the organization, such as `variant/MUG-SET`. Stored shops hold these: a name never
    /// changes its form.
    pub fn id(&self, name: &str) -> Uuid {
        Uuid::new_v5(&self.organization, name.as_bytes())
    }
}
