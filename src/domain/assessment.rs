//! Tax as somebody else computed it, with the question that it answers.
//!
//! **Invariant:** an assessment is used only for what it was asked about: the same lines with the same amounts after
//! discounts, to the same place; its amounts are taken as they are. Whatever differs is estimated by the shop's own
//! table until it is asked again.

use std::sync::Arc;

use super::{
    buyer::{Address, Destination},
    cart::Line,
    currency::Currency,
    ids::{LineId, RateId},
    money::Minor,
    quote::{Quote, Tax},
    tenant::{Settings, TaxProvider},
};

/// Who computes the tax of a price.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TaxBy {
    /// The shop's own table.
    #[default]
    Table,
    /// A provider, with its last answers: one a consignment.
    Provider(Arc<[Assessment]>),
    /// The shop's own table, as the provider did not answer.
    Fallback,
}

/// What a provider is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Whether they contain tax.
    pub included: bool,
    /// Where the goods go, or where they are picked up.
    pub destination: Destination,
    /// City there.
    pub city: Option<String>,
    /// Street and number there.
    pub street: Option<String>,
    /// What is bought, in the order of the lines.
    pub lines: Vec<AskedLine>,
    /// How it is sent.
    pub shipping: Option<AskedShipping>,
}

/// A line as asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedLine {
    /// The line.
    pub line: LineId,
    /// What is left of it after discounts.
    pub amount: Minor,
    /// Its class; none where it is not taxed.
    pub class: Option<String>,
}

/// Shipping as asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedShipping {
    /// The rate.
    pub rate: RateId,
    /// Its charge after discounts, with handling.
    pub amount: Minor,
}

/// What the provider said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// What it was asked.
    pub asked: Question,
    /// The provider's id of the calculation.
    pub reference: String,
    /// Taxes of each line, in the order asked.
    pub lines: Vec<Vec<Tax>>,
    /// Taxes of shipping.
    pub shipping: Vec<Tax>,
}

impl Assessment {
    /// The same without city and street, which decide nothing any more once it is answered.
    #[must_use]
    pub fn without_street(&self) -> Self {
        let asked = Question { city: None, street: None, ..self.asked.clone() };
        Self { asked, ..self.clone() }
    }

    /// Whether it is about these goods, for this place.
    #[must_use]
    pub fn is_about(
        &self,
        (currency, included): (Currency, bool),
        destination: &Destination,
        goods: impl ExactSizeIterator<Item = (LineId, Minor)>,
    ) -> bool {
        self.asked.currency == currency
            && self.asked.included == included
            && self.asked.destination == *destination
            && self.asked.lines.len() == goods.len()
            && self
                .asked
                .lines
                .iter()
                .zip(goods)
                .all(|(asked, (line, amount))| asked.line == line && asked.amount == amount)
    }

    /// Whether it is about this charge.
    #[must_use]
    pub fn is_about_shipping(&self, rate: RateId, amount: Minor) -> bool {
        self.asked.shipping.as_ref().is_some_and(|asked| asked.rate == rate && asked.amount == amount)
    }
}

/// What a provider would have to be asked about a consignment of a priced cart; `None` where nobody is asked: by the shop's
/// own choice, while the destination is not known, and for buyers who owe no tax.
///
/// `load` is what it holds, by place of the line, with what is left of it after discounts.
#[must_use]
pub fn question(
    settings: &Settings,
    lines: &[Line],
    quote: &Quote,
    (at, load, address): (usize, &[(usize, Minor)], Option<&Address>),
) -> Option<Question> {
    let nobody = settings.tax_provider == TaxProvider::Table || quote.exemption_of(at).is_some();
    if nobody || load.is_empty() {
        return None;
    }
    let address = address?;
    let shipping = quote.charge_of(at);
    let shipping = shipping.map(|of| AskedShipping { rate: of.rate, amount: of.charge() + of.handling });
    let line = |&(place, amount): &(usize, Minor)| {
        lines.get(place).map(|line| AskedLine { line: line.id, amount, class: line.item.tax_class.clone() })
    };
    Some(Question {
        currency: quote.currency,
        included: quote.taxes_included,
        destination: address.destination()?,
        city: address.city.clone(),
        street: address.address1.clone(),
        lines: load.iter().filter_map(line).collect(),
        shipping,
    })
}
