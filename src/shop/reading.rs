//! What is known while a file is read: the faults so far, the currencies, the names that ids come of.
//!
//! **Invariant:** whoever answers `None` has told the fault, so that no fault is lost and none is told twice.

use std::{collections::BTreeSet, fmt::Display};

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use toml::{Value, value::Datetime};
use uuid::Uuid;

use super::value;
use crate::domain::{
    country::Country, currency::Currency, ids::OrganizationId, instant::Timestamp, money::Minor,
    tenant::Settings,
};

/// Start and end, each open when left out.
pub(super) type Window = (Option<Timestamp>, Option<Timestamp>);

/// A file on its way to a shop.
#[derive(Default)]
pub(super) struct Reading {
    faults: Vec<String>,
    /// The organization's id; nil where it has none, and then no id is kept.
    organization: Uuid,
    /// What the organization decided, where that could be read.
    pub settings: Option<Settings>,
}

impl Reading {
    /// All that was wrong.
    pub fn into_faults(self) -> Vec<String> {
        self.faults
    }

    /// Tells a fault.
    pub fn fault(&mut self, path: &str, fault: impl Display) {
        self.faults.push(format!("{path}: {fault}"));
    }

    /// The value, or a fault.
    pub fn taken<T, E: Display>(&mut self, path: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|fault| self.fault(path, fault)).ok()
    }

    /// One section.
    pub fn entry<T: DeserializeOwned>(&mut self, path: &str, written: Value) -> Option<T> {
        let read = written.try_into::<T>();
        self.taken(path, read.map_err(|error| error.to_string().trim().replace('\n', " ")))
    }

    /// The entries of a section that can be read, each with its path.
    pub fn entries<T: DeserializeOwned>(&mut self, name: &str, written: Vec<Value>) -> Vec<(String, T)> {
        let read = |(place, written)| {
            let path = format!("{name}[{place}]");
            self.entry(&path, written).map(|entry| (path, entry))
        };
        written.into_iter().enumerate().filter_map(read).collect()
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
            self.fault(path, format_args!("{key} is there already"));
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
        (from, until): (Option<Datetime>, Option<Datetime>),
    ) -> Option<Window> {
        let from = self.maybe(from, |reading, at| reading.taken(start, value::instant(at)));
        let until = self.maybe(until, |reading, at| reading.taken(end, value::instant(at)));
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
