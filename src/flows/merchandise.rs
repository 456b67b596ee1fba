//! From what a client names to what the shop sells.
//!
//! **Invariant:** prices come from the shop. A line is taken at the door only if it is offered in the session's currency
//! and enough is left; a stored line that is no longer keeps its last price and says so.

use std::collections::HashMap;

use super::{
    App,
    estimate::customer_key,
    outcome::{Code, Detail, Refusal},
};
use crate::{
    domain::{
        cart::{Attribute, Item, Line, demand},
        catalog::{Merchandise, Stock},
        checkout::{Finding, Found},
        currency::Currency,
        customer::Customer,
        draft::{Details, Draft, LineRequest, Reference},
        ids::{LineId, ProductId, SessionId, VariantId},
        instant::Timestamp,
        money::{LINES_MAX, QUANTITY_MAX, UNIT_PRICE_MAX},
    },
    store::{
        StoreError, Tx,
        catalog::{self, Offered, Wanted},
    },
};

/// What the shop says of everything that lines name.
pub(super) struct Shelf {
    all: Vec<Merchandise>,
    by_id: HashMap<VariantId, usize>,
    customers: HashMap<String, Customer>,
}

impl Shelf {
    /// Looks up what requests and stored lines name, and who buys, in one statement.
    pub(super) async fn look_up(
        tx: &Tx,
        requests: &[LineRequest],
        lines: &[Line],
        (session, terms): (Option<SessionId>, &Terms<'_>),
    ) -> Result<Self, StoreError> {
        let mut wanted = wanted(requests);
        wanted.variants.extend(lines.iter().map(|line| line.item.variant));
        let wanted = (&wanted, &terms.customers[..]);
        let Offered { variants: all, customers } =
            catalog::for_cart(tx, wanted, terms.currency, (session, terms.now)).await?;
        let by_id = all.iter().enumerate().map(|(place, found)| (found.variant.id, place)).collect();
        Ok(Self { all, by_id, customers })
    }

    /// What is known of who buys; of a stranger nothing.
    pub(super) fn customer(&self, details: &Details) -> Customer {
        self.customers.get(&customer_key(details)).cloned().unwrap_or_default()
    }

    fn get(&self, variant: VariantId) -> Option<&Merchandise> {
        self.by_id.get(&variant).and_then(|&place| self.all.get(place))
    }

    fn resolve(&self, request: &LineRequest, field: &str) -> Result<&Merchandise, Refusal> {
        let missing = |part: &str| Refusal::at(Code::MerchandiseNotFound, format!("{field}.{part}"));
        match request.reference() {
            Some(Reference::Variant(variant, product)) => {
                let found = self.get(variant).ok_or_else(|| missing("variantId"))?;
                let other_sku = request.sku.is_some() && request.sku != found.variant.sku;
                if other_sku {
                    return Err(Refusal::at(Code::ConflictingInput, format!("{field}.sku")));
                }
                of_product(found, product, field)
            }
            Some(Reference::Sku(sku, product)) => {
                let found = self.all.iter().find(|found| found.variant.sku.as_deref() == Some(sku));
                of_product(found.ok_or_else(|| missing("sku"))?, product, field)
            }
            Some(Reference::Product(product)) => {
                let mut offered =
                    self.all.iter().filter(|found| found.variant.product == product && found.is_offered());
                match (offered.next(), offered.next()) {
                    (Some(only), None) => Ok(only),
                    (Some(_), Some(_)) => {
                        Err(Refusal::at(Code::VariantRequired, format!("{field}.variantId")))
                    }
                    (None, _) => Err(missing("itemId")),
                }
            }
            None => Err(Refusal::at(Code::Required, format!("{field}.variantId"))),
        }
    }

    /// Turns requests into lines: those of the same thing become one, and a stored line of the same thing keeps its id.
    /// Answers every refusal at once; `base` is the path of the list.
    pub(super) fn lines(
        &self,
        requests: &[LineRequest],
        stored: &[Line],
        terms: &Terms<'_>,
    ) -> Result<Vec<Line>, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let mut lines: Vec<Line> = Vec::new();
        if too_many(requests.len()) {
            return Err(vec![Refusal::at(Code::TooMany, terms.base)]);
        }
        for (place, request) in requests.iter().enumerate() {
            let field = format!("{}[{place}]", terms.base);
            match self.line(request, &field, terms).or_else(|refusal| kept(request, stored).ok_or(refusal)) {
                Err(refusal) => refusals.push(refusal),
                Ok(line) => merge(&mut lines, line, stored),
            }
        }
        if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
    }

    fn line(&self, request: &LineRequest, field: &str, terms: &Terms<'_>) -> Result<Line, Refusal> {
        if !(1..=QUANTITY_MAX).contains(&request.quantity) {
            return Err(Refusal::at(Code::Invalid, format!("{field}.quantity")));
        }
        let found = self.resolve(request, field)?;
        // Priced again with all that is in the cart, and for who buys it.
        let asked = Asked { currency: terms.currency, now: terms.now, groups: &[], before: (&[], &[]) };
        let item = item(found, &asked, request.quantity)
            .ok_or_else(|| Refusal::at(Code::MerchandiseUnavailable, field))?;
        Ok(Line {
            id: LineId::from_uuid(App::new_id()),
            item,
            quantity: request.quantity,
            attributes: request.attributes.clone(),
        })
    }

    /// Brings lines up to date with the shop, and says what was found.
    pub(super) fn refresh(&self, lines: &mut [Line], asked: &Asked<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (wanted, stored) = (demand(lines), demand(asked.before.0));
        for line in lines.iter_mut() {
            let variant = line.item.variant;
            let found = self.get(variant);
            let what = match found.and_then(|found| item(found, asked, units(&wanted, variant))) {
                None => Some(Found::Unavailable),
                Some(current) => {
                    line.item = current;
                    found.and_then(|found| asked.price_changed(line, found, units(&stored, variant)))
                }
            };
            findings.extend(what.map(|what| Finding { line: line.id, what }));
        }
        for (variant, wanted) in wanted {
            let stock = self.get(variant).map_or(Stock::Untracked, |found| found.variant.stock);
            if let Stock::Available(left) = stock
                && left < wanted
            {
                let short = lines.iter().filter(|line| line.item.variant == variant);
                findings.extend(short.map(|line| Finding { line: line.id, what: Found::Short { left } }));
            }
        }
        findings
    }

    /// Refuses lines of which fewer units are left than they want, in all; `locate` says which argument wants a variant.
    pub(super) fn shortages(&self, lines: &[Line], locate: impl Fn(VariantId) -> String) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (variant, wanted) in demand(lines) {
            let Some(found) = self.get(variant) else { continue };
            let stock = found.variant.stock;
            if !stock.covers(wanted) {
                let refusal = Refusal::at(Code::InsufficientStock, format!("{}.quantity", locate(variant)));
                refusals.push(refusal.with(Detail::Stock { variant, stock }));
            }
        }
        refusals
    }

    /// The argument that wants a variant: the first request that names it.
    pub(super) fn wanted_at(&self, requests: &[LineRequest], base: &str, variant: VariantId) -> String {
        let names =
            |request: &LineRequest| self.resolve(request, "").is_ok_and(|found| found.variant.id == variant);
        requests.iter().position(names).map_or_else(|| base.to_owned(), |place| format!("{base}[{place}]"))
    }
}

/// A variant that must be one of a product, where the client named both.
fn of_product<'a>(
    found: &'a Merchandise,
    product: Option<ProductId>,
    field: &str,
) -> Result<&'a Merchandise, Refusal> {
    if product.is_some_and(|product| product != found.variant.product) {
        return Err(Refusal::at(Code::ConflictingInput, format!("{field}.itemId")));
    }
    Ok(found)
}

/// How requests become lines.
pub(super) struct Terms<'a> {
    /// Currency of the session.
    pub(super) currency: Currency,
    /// Now.
    pub(super) now: Timestamp,
    /// Path of the list, for refusals.
    pub(super) base: &'a str,
    /// Keys of customers to look up.
    pub(super) customers: Vec<String>,
}

/// For whom and when lines are priced, and what is known of the last time.
pub(super) struct Asked<'a> {
    /// Currency of the session.
    pub(super) currency: Currency,
    /// Now.
    pub(super) now: Timestamp,
    /// Groups of the customer.
    pub(super) groups: &'a [String],
    /// Lines as they were last priced, and the groups of who bought then.
    pub(super) before: (&'a [Line], &'a [String]),
}

impl Asked<'_> {
    /// Whether the shop asks something else than before. A buyer who takes more units, or says who they are, gets another
    /// price by that, and knows: what counts is what the shop asks now for what was bought then, by whom it was.
    fn price_changed(&self, line: &Line, found: &Merchandise, units: i64) -> Option<Found> {
        let (lines, groups) = self.before;
        let before = lines.iter().find(|old| old.id == line.id)?.item.unit_price;
        let now = found.variant.price_in(self.currency)?.of(units, groups, self.now);
        (now != before && line.item.unit_price != before).then_some(Found::PriceChanged { before })
    }
}

/// Units of a variant among what is wanted of all.
fn units(wanted: &[(VariantId, i64)], variant: VariantId) -> i64 {
    wanted.iter().find(|(of, _)| *of == variant).map_or(0, |(_, units)| *units)
}

/// A stored line that is no longer offered stays, at its last price and with an ERROR; the client sends its whole list
/// with every change.
fn kept(request: &LineRequest, stored: &[Line]) -> Option<Line> {
    let named = |line: &&Line| match request.reference() {
        Some(Reference::Variant(variant, product)) => {
            let sku = request.sku.is_none() || request.sku == line.item.sku;
            line.item.variant == variant && sku && product.is_none_or(|product| product == line.item.product)
        }
        Some(Reference::Sku(sku, product)) => {
            line.item.sku.as_deref() == Some(sku)
                && product.is_none_or(|product| product == line.item.product)
        }
        Some(Reference::Product(_)) | None => false,
    };
    let line = stored.iter().filter(named).find(|line| line.attributes == request.attributes)?;
    (1..=QUANTITY_MAX)
        .contains(&request.quantity)
        .then(|| Line { quantity: request.quantity, ..line.clone() })
}

fn too_many(lines: usize) -> bool {
    i64::try_from(lines).is_ok_and(|lines| lines > LINES_MAX)
}

fn merge(lines: &mut Vec<Line>, line: Line, stored: &[Line]) {
    if let Some(same) = same(lines, &line) {
        same.quantity += line.quantity;
        return;
    }
    let kept = stored.iter().find(|old| old.is_same(line.item.variant, &line.attributes)).map(|old| old.id);
    lines.push(Line { id: kept.unwrap_or(line.id), ..line });
}

fn same<'a>(lines: &'a mut [Line], line: &Line) -> Option<&'a mut Line> {
    let attributes: &[Attribute] = &line.attributes;
    lines.iter_mut().find(|old| old.is_same(line.item.variant, attributes))
}

/// What a line of this variant sells where so many units of it are bought; `None` where it is not offered in this currency.
fn item(found: &Merchandise, asked: &Asked<'_>, units: i64) -> Option<Item> {
    let variant = &found.variant;
    let price = variant.price_in(asked.currency).filter(|_| found.is_offered())?;
    let unit_price = price.of(units, asked.groups, asked.now);
    (unit_price.raw() <= UNIT_PRICE_MAX).then(|| Item {
        variant: variant.id,
        product: variant.product,
        title: found.sold_as(),
        sku: variant.sku.clone(),
        image: variant.image.clone().or_else(|| found.product_image.clone()),
        unit_price,
        compare_at: price.struck(unit_price),
        requires_shipping: variant.requires_shipping,
        tax_class: variant.taxable.then(|| variant.tax_class.clone()),
        weight_grams: variant.weight_grams,
        tags: found.product_tags.clone(),
    })
}

/// The variants that a draft's lines, or else the stored ones, want, in the order in which they are locked.
pub(super) async fn variants_of(
    tx: &Tx,
    draft: &Draft,
    stored: &[Line],
) -> Result<Vec<VariantId>, StoreError> {
    let mut variants: Vec<VariantId> = match draft.lines.as_set() {
        None => stored.iter().map(|line| line.item.variant).collect(),
        Some(requests) => catalog::variant_ids(tx, &wanted(requests)).await?,
    };
    variants.sort_unstable();
    variants.dedup();
    Ok(variants)
}

fn wanted(requests: &[LineRequest]) -> Wanted {
    let mut wanted = Wanted::default();
    for request in requests {
        match request.reference() {
            Some(Reference::Variant(variant, _)) => wanted.variants.push(variant),
            Some(Reference::Sku(sku, _)) => wanted.skus.push(sku.to_owned()),
            Some(Reference::Product(product)) => wanted.products.push(product),
            None => {}
        }
    }
    wanted
}
