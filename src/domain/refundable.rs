//! What may still be given back of an order, and how a refund is shared out: over what it is for, and over who paid.
//!
//! **Invariant:** every refund is taken from what is left of each part and of each payer, and leaves nothing below zero.
//! So refunds of any parts in any order end at exactly nothing on every line, on shipping, on the card and on each gift
//! certificate, and never give back more than was captured or drawn. Amounts are multiples of the currency's step, as
//! the provider wants them.
//!
//! **What a part is worth.** A line is worth what it cost after discounts, with its tax; a shipping charge is worth its
//! price after discounts with handling and tax. Where making the total a multiple of a step moved it, the parts share
//! that by largest remainder. Some of the units left of a line are worth their share of what is left of it, rounded up
//! for the buyer: the last ones are worth the rest. An amount is taken off all parts in proportion to what is left of
//! each: it makes everything cheaper, so who returns a unit later gets back what it cost in the end.
//!
//! **Who gets it.** Card and gift certificates in proportion to what is left of what each paid, by largest remainder:
//! each gets back what it gave. The law asks for the means that the buyer paid with (Directive 2011/83/EU, article
//! 13(1), which also says that the costs of delivery are given back). A merchant who would choose the certificate first
//! keeps money of the buyer; one who would choose the card first turns certificates into cash.

use super::{
    currency::Currency,
    money::{Minor, split},
    order::{Order, OrderLine, OrderPaymentStatus},
    quote::{Quote, QuotedShipping, Tax},
    refund::{LineName, Part, Payer, Refusal, Share, Shares, Target},
};

/// What is left of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    currency: Currency,
    skus: Vec<Option<String>>,
    lines: Vec<Share>,
    shipping: Vec<Share>,
    payers: Vec<(Payer, Minor)>,
}

impl Left {
    /// What is left of an order after refunds that are done or under way.
    pub fn of<'a>(
        order: &Order,
        charged: Minor,
        given: impl IntoIterator<Item = &'a Shares>,
    ) -> Result<Self, Refusal> {
        match order.payment_status {
            OrderPaymentStatus::Pending => return Err(Refusal::NotCaptured),
            OrderPaymentStatus::Disputed => return Err(Refusal::Disputed),
            // What is given back before it is captured is not captured.
            OrderPaymentStatus::NotRequired
            | OrderPaymentStatus::Authorized
            | OrderPaymentStatus::Paid
            | OrderPaymentStatus::PartiallyRefunded
            | OrderPaymentStatus::Refunded => {}
        }
        Ok(Self::after(order, charged, given))
    }

    /// The same, whatever may be done with it: what was given back elsewhere is given back.
    pub fn after<'a>(order: &Order, charged: Minor, given: impl IntoIterator<Item = &'a Shares>) -> Self {
        let mut left = Self::before_any(order, charged);
        given.into_iter().for_each(|shares| left.take(shares));
        left
    }

    fn before_any(order: &Order, charged: Minor) -> Self {
        let quote = &order.snapshot.quote;
        let drawn = order.snapshot.drawn();
        let drawn = drawn.iter().map(|(id, amount)| (Payer::Certificate(*id), *amount));
        let payers: Vec<_> = std::iter::once((Payer::Card, charged)).chain(drawn).collect();
        let worths = [lines(order), shipping_charges(quote)].concat();
        let worths = share_out(payers.iter().map(|(_, amount)| *amount).sum(), &worths, order.currency);
        let (of_lines, of_shipping) = worths.split_at(order.lines.len());
        let lines = order.lines.iter().zip(of_lines);
        let shipping = (0..).zip(of_shipping);
        Self {
            currency: order.currency,
            skus: order.lines.iter().map(|line| line.line.item.sku.clone()).collect(),
            lines: lines
                .map(|(line, amount)| Share {
                    part: Part::Line(line.id),
                    units: line.line.quantity,
                    amount: *amount,
                })
                .collect(),
            shipping: shipping
                .map(|(place, amount)| Share { part: Part::Shipping(place), units: 0, amount: *amount })
                .collect(),
            payers,
        }
    }

    /// Takes off what is given back.
    pub fn take(&mut self, given: &Shares) {
        for share in &given.parts {
            for left in self.lines.iter_mut().chain(&mut self.shipping).filter(|left| left.part == share.part)
            {
                left.amount -= share.amount;
                left.units -= share.units;
            }
        }
        for (payer, amount) in &given.payers {
            for (_, left) in self.payers.iter_mut().filter(|(of, _)| of == payer) {
                *left -= *amount;
            }
        }
    }

    /// How much it is.
    #[must_use]
    pub fn amount(&self) -> Minor {
        self.payers.iter().map(|(_, amount)| *amount).sum()
    }

    /// What is left of each part.
    pub fn parts(&self) -> impl Iterator<Item = &Share> {
        self.lines.iter().chain(&self.shipping)
    }

    /// What is left of what each paid.
    #[must_use]
    pub fn payers(&self) -> &[(Payer, Minor)] {
        &self.payers
    }

    /// What is left of what the card paid.
    #[must_use]
    pub fn card(&self) -> Minor {
        self.payers.iter().filter(|(payer, _)| *payer == Payer::Card).map(|(_, left)| *left).sum()
    }

    /// An amount that the card alone does not pay: of everything in proportion to what is left of it.
    pub fn off_the_card(&self, amount: Minor) -> Result<Shares, Refusal> {
        if amount > self.card() {
            return Err(Refusal::TooMuch(self.card(), self.currency));
        }
        let parts = self.cheaper_by(amount, self.currency)?;
        let parts = parts.into_iter().filter(|share| !share.amount.is_zero()).collect();
        Ok(Shares { parts, payers: vec![(Payer::Card, amount)] })
    }

    /// Shares a refund out, or says why there is none.
    pub fn shares(&self, target: &Target) -> Result<Shares, Refusal> {
        let parts = match target {
            Target::Remaining => self.parts().copied().collect(),
            Target::Amount(amount, currency) => self.cheaper_by(*amount, *currency)?,
            Target::Parts { lines, shipping } => {
                let mut parts = self.units_of(lines)?;
                parts.extend(self.shipping.iter().filter(|_| *shipping));
                parts
            }
        };
        let parts: Vec<Share> =
            parts.into_iter().filter(|share| share.units > 0 || !share.amount.is_zero()).collect();
        let amount: Minor = parts.iter().map(|share| share.amount).sum();
        if amount.is_zero() {
            return Err(Refusal::Nothing);
        }
        if amount > self.amount() {
            return Err(Refusal::TooMuch(self.amount(), self.currency));
        }
        let of_each: Vec<Minor> = self.payers.iter().map(|(_, left)| *left).collect();
        let back = share_out(amount, &of_each, self.currency);
        let payers = self.payers.iter().zip(back).map(|((payer, _), amount)| (*payer, amount));
        Ok(Shares { parts, payers: payers.filter(|(_, amount)| !amount.is_zero()).collect() })
    }

    /// An amount off everything.
    fn cheaper_by(&self, amount: Minor, currency: Currency) -> Result<Vec<Share>, Refusal> {
        if currency != self.currency {
            return Err(Refusal::OtherCurrency(self.currency));
        }
        if amount <= Minor::ZERO {
            return Err(Refusal::NotPositive);
        }
        if amount.raw() % currency.step() != 0 {
            return Err(Refusal::NotInSteps(currency.step()));
        }
        if amount > self.amount() {
            return Err(Refusal::TooMuch(self.amount(), currency));
        }
        let of_each: Vec<Minor> = self.parts().map(|left| left.amount).collect();
        let shares = share_out(amount, &of_each, currency);
        Ok(self.parts().zip(shares).map(|(left, amount)| Share { units: 0, amount, ..*left }).collect())
    }

    /// Units of lines, with what they are worth.
    fn units_of(&self, wanted: &[(LineName, Option<i64>)]) -> Result<Vec<Share>, Refusal> {
        let mut units = vec![0; self.lines.len()];
        for (name, number) in wanted {
            let named: Vec<usize> =
                (0..self.lines.len()).filter(|place| self.is_named(*place, name)).collect();
            if named.is_empty() {
                return Err(Refusal::ForeignLine(name.to_string()));
            }
            let free: i64 = named.iter().map(|place| self.lines[*place].units - units[*place]).sum();
            let mut missing = number.unwrap_or(free);
            if number.is_some_and(|number| number < 1) {
                return Err(Refusal::NotPositive);
            }
            if missing > free || free < 1 {
                return Err(Refusal::TooManyUnits { line: name.to_string(), left: free.max(0) });
            }
            for place in named {
                let more = missing.min(self.lines[place].units - units[place]);
                units[place] += more;
                missing -= more;
            }
        }
        let taken = self.lines.iter().zip(units).filter(|(_, units)| *units > 0);
        Ok(taken.map(|(left, units)| Share { units, amount: self.worth(left, units), ..*left }).collect())
    }

    fn is_named(&self, place: usize, name: &LineName) -> bool {
        match name {
            LineName::Id(id) => self.lines[place].part == Part::Line(*id),
            LineName::Sku(sku) => self.skus[place].as_ref() == Some(sku),
        }
    }

    /// What some of the units left of a line are worth, up to a whole step; all of them are worth the rest.
    fn worth(&self, left: &Share, units: i64) -> Minor {
        if units == left.units {
            return left.amount;
        }
        let step = self.currency.step();
        let steps = i128::from(left.amount.raw() / step) * i128::from(units);
        let whole = (steps + i128::from(left.units) - 1) / i128::from(left.units);
        // At most what is left, which was an i64.
        i64::try_from(whole).map_or(left.amount, |whole| Minor::new(whole * step)).min(left.amount)
    }
}

/// Splits an amount in whole steps of a currency, in proportion to weights.
fn share_out(amount: Minor, weights: &[Minor], currency: Currency) -> Vec<Minor> {
    let step = currency.step();
    let shares = split(Minor::new(amount.raw() / step), weights);
    shares.into_iter().map(|share| share.times(step)).collect()
}

/// What each line cost, with its tax.
fn lines(order: &Order) -> Vec<Minor> {
    let quote = &order.snapshot.quote;
    let relief = |line| quote.lines.iter().find(|quoted| quoted.line == line).map(|quoted| quoted.relief);
    let worth = |line: &OrderLine| {
        line.total() + added(quote, &line.taxes) - relief(line.line.id).unwrap_or_default()
    };
    order.lines.iter().map(worth).collect()
}

/// What each shipping charge cost, with handling and its tax.
fn shipping_charges(quote: &Quote) -> Vec<Minor> {
    let worth = |charge: &QuotedShipping| {
        charge.charge() + charge.handling + added(quote, &charge.taxes) - charge.relief
    };
    quote.charges().map(worth).collect()
}

/// Taxes, where prices do not contain them.
fn added(quote: &Quote, taxes: &[Tax]) -> Minor {
    if quote.taxes_included { Minor::ZERO } else { taxes.iter().map(|tax| tax.amount).sum() }
}
