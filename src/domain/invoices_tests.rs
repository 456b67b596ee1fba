//! Invoices told as a cart, its terms and what the printed bill says.
//!
//! **Invariant:** no expected figure comes from this program: each was worked out by hand, or stands in the source that
//! is named beside it. A bill is `[subtotal, discount, shipping with handling, tax, total]`, in minor units.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    buy_get::BuyGet,
    buyer::Destination,
    cart::{Line, tests::line},
    discount::{Discount, Effect, Per, Rejection, Usage},
    fixtures_tests::{assert_adds_up, certificate, discount, ground, sales_tax, terms, typed, world},
    ids::TaxRateId,
    money::{Minor, RoundingLevel, RoundingMode},
    pricing::{Exemption, Quote, Terms, price},
    scope::Scope,
    shipping::Rate,
    tax::{ShippingTax, TaxRate},
};

mod certificates_tests;
mod consignments_tests;
mod discounts_tests;
mod published_tests;
mod rounding_tests;
mod shipping_tests;
mod tax_tests;

/// A cart and its terms, put together line by line.
struct Invoice {
    lines: Vec<Line>,
    rates: Vec<Rate>,
    taxes: Vec<TaxRate>,
    terms: Terms,
}

/// In dollars, to California; nothing is taxed and nothing sent until told.
fn usd() -> Invoice {
    to("US", "USD")
}

/// To a country, in a currency.
fn to(country: &str, currency: &str) -> Invoice {
    let base = terms("0", 0);
    let region = base.destination.as_ref().and_then(|to| to.region.clone()).filter(|_| country == "US");
    let destination = Some(Destination { country: country.parse().unwrap(), region, postal_code: None });
    let terms = Terms { currency: currency.parse().unwrap(), destination, ..base };
    Invoice { lines: Vec::new(), rates: Vec::new(), taxes: Vec::new(), terms }
}

impl Invoice {
    /// One more line, taxed as standard goods.
    fn line(mut self, unit_price: i64, quantity: i64) -> Self {
        let number = u128::try_from(self.lines.len()).unwrap() + 1;
        self.lines.push(line(number, unit_price, quantity));
        self
    }

    fn lines(self, many: &[(i64, i64)]) -> Self {
        many.iter().fold(self, |invoice, &(price, quantity)| invoice.line(price, quantity))
    }

    /// Changes the last line.
    fn but(mut self, change: impl Fn(&mut Line)) -> Self {
        self.lines.last_mut().into_iter().for_each(change);
        self
    }

    fn class(self, class: &str) -> Self {
        self.but(|line| line.item.tax_class = Some(class.into()))
    }

    fn untaxed(self) -> Self {
        self.but(|line| line.item.tax_class = None)
    }

    fn digital(self) -> Self {
        self.but(|line| line.item.requires_shipping = false)
    }

    fn tag(self, tag: &str) -> Self {
        self.but(|line| line.item.tags.push(tag.into()))
    }

    /// A tax on standard goods, on top of those before it.
    fn tax(self, rate: &str) -> Self {
        self.tax_of("standard", rate)
    }

    fn tax_of(mut self, class: &str, rate: &str) -> Self {
        let id = TaxRateId::from_uuid(Uuid::from_u128(u128::try_from(self.taxes.len()).unwrap() + 1));
        let country = self.terms.destination.as_ref().map_or("US".parse().unwrap(), |to| to.country);
        let name = format!("Tax {}", self.taxes.len() + 1);
        self.taxes.push(TaxRate { id, name, country, class: class.into(), ..sales_tax(rate, false) });
        self
    }

    /// The last tax is taken of shipping, too.
    fn on_shipping(mut self) -> Self {
        self.taxes.last_mut().into_iter().for_each(|last| last.on_shipping = true);
        self
    }

    /// The last tax is taken of the price and the taxes before it.
    fn compound(mut self) -> Self {
        self.taxes.last_mut().into_iter().for_each(|last| last.compound = true);
        self
    }

    /// Prices contain tax.
    fn included(mut self) -> Self {
        self.terms.tax.included = true;
        self
    }

    /// Tax is rounded once on the total of a class.
    fn on_total(mut self) -> Self {
        self.terms.tax.level = RoundingLevel::Total;
        self
    }

    fn half_even(mut self) -> Self {
        self.terms.tax.mode = RoundingMode::HalfEven;
        self
    }

    /// Shipping is taxed as the goods that it serves.
    fn shipping_as_goods(mut self) -> Self {
        self.terms.tax.shipping = ShippingTax::Goods;
        self
    }

    fn reverse_charge(mut self) -> Self {
        self.terms.exemption = Some(Exemption::ReverseCharge);
        self
    }

    fn ship(self, price: i64) -> Self {
        self.rate(ground(price))
    }

    /// Sent by this rate, the first one is chosen.
    fn rate(mut self, rate: Rate) -> Self {
        self.rates.push(Rate { currency: self.terms.currency, ..rate });
        self
    }

    fn handling(mut self, amount: i64) -> Self {
        self.rates.last_mut().into_iter().for_each(|last| last.handling = Minor::new(amount));
        self
    }

    fn free_from(mut self, subtotal: i64) -> Self {
        self.rates.last_mut().into_iter().for_each(|last| last.free_from = Some(Minor::new(subtotal)));
        self
    }

    /// A code with nothing special about it.
    fn off(self, effect: Effect) -> Self {
        let id = u128::try_from(self.terms.codes.len()).unwrap() + 1;
        self.code(discount(id, effect))
    }

    fn code(mut self, discount: Discount) -> Self {
        self.terms.codes.push(typed(discount));
        self
    }

    fn automatic(mut self, discount: Discount) -> Self {
        self.terms.automatic.push((Discount { code: None, ..discount }, Usage::default()));
        self
    }

    fn certificate(mut self, balance: i64) -> Self {
        let number = u128::try_from(self.terms.certificates.len()).unwrap() + 1;
        self.terms.certificates.push(certificate(number, self.terms.currency.code(), balance));
        self
    }

    /// The bill: `[subtotal, discount, shipping with handling, tax, total]`.
    #[track_caller]
    fn is(&self, bill: [i64; 5]) -> Printed {
        let mut terms = self.terms.clone();
        terms.zones = [world(self.rates.clone())].into();
        terms.tax_rates = self.taxes.clone().into();
        let priced = price(&self.lines, &terms);
        assert_adds_up(&priced);
        let quote = priced.quote;
        let delivery = quote.shipping_charge() + quote.handling();
        let found = [quote.subtotal(), quote.discount(), delivery, quote.tax(), quote.grand_total()];
        assert_eq!(found.map(Minor::raw), bill);
        Printed(quote)
    }
}

/// What more a bill says.
struct Printed(Quote);

impl Printed {
    /// Left to pay after gift certificates.
    #[track_caller]
    fn due(&self, due: i64) {
        assert_eq!(self.0.amount_due(), Minor::new(due));
    }

    /// Each tax, in the order printed.
    #[track_caller]
    fn taxes(&self, amounts: &[i64]) {
        assert_eq!(self.0.taxes().iter().map(|tax| tax.amount.raw()).collect::<Vec<_>>(), amounts);
    }

    /// What came off each line.
    #[track_caller]
    fn off_lines(&self, amounts: &[i64]) {
        assert_eq!(self.0.lines.iter().map(|line| line.discount().raw()).collect::<Vec<_>>(), amounts);
    }

    #[track_caller]
    fn rounding(&self, amount: i64) {
        assert_eq!(self.0.rounding, Minor::new(amount));
    }

    #[track_caller]
    fn relief(&self, amount: i64) {
        assert_eq!(self.0.relief(), Minor::new(amount));
    }

    /// What each code takes off, or why it does not.
    #[track_caller]
    fn codes(&self, results: &[Result<i64, Rejection>]) {
        let found: Vec<_> = self.0.codes.iter().map(|code| code.result.map(Minor::raw)).collect();
        assert_eq!(found, results);
    }
}

/// The line of this number alone.
fn only(number: u128) -> Scope {
    Scope { variants: vec![line(number, 0, 1).item.variant], ..Scope::default() }
}

fn tagged(tag: &str) -> Scope {
    Scope { tags: vec![tag.into()], ..Scope::default() }
}

fn each(amount: i64, per: Per) -> Effect {
    Effect::Fixed { amount: Minor::new(amount), per }
}

/// Buy so many of these, get so many of those for so many percent less.
fn deal(buy: (Scope, i64), get: (Scope, i64), percent: i64) -> BuyGet {
    let ((buy, buy_quantity), (get, get_quantity)) = (buy, get);
    BuyGet { buy, buy_quantity, get, get_quantity, off: Decimal::new(percent, 2), times_max: None }
}

/// Three for two, of anything.
fn three_for_two() -> BuyGet {
    deal((Scope::default(), 2), (Scope::default(), 1), 100)
}
