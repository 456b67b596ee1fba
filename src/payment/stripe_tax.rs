//! Calculations of Stripe Tax.
//!
//! **Invariant:** amounts are taken as Stripe rounds them; nothing is charged by asking. A class of goods that is one of
//! Stripe's tax codes (`txcd_…`) is sent as such, another one leaves the code to the account's preset. (Stripe, "Tax
//! Calculations", API reference.)

use std::collections::HashMap;

use stripe_misc::{
    TaxCalculation, TaxCalculationLineItem, TaxProductResourceLineItemTaxBreakdown,
    tax_calculation::{
        CreateTaxCalculation, CreateTaxCalculationCustomerDetails,
        CreateTaxCalculationCustomerDetailsAddress, CreateTaxCalculationCustomerDetailsAddressSource,
        CreateTaxCalculationLineItems, CreateTaxCalculationLineItemsTaxBehavior,
        CreateTaxCalculationShippingCost, CreateTaxCalculationShippingCostTaxBehavior,
        ListLineItemsTaxCalculation,
    },
};

use stripe_types::Currency as WireCurrency;

use super::{GatewayError, stripe::refused_currency, transport::Keyed};
use crate::domain::{
    assessment::{AskedLine, Assessment, Question},
    currency::Currency,
    money::Minor,
    quote::{Tax, TaxScope},
};

/// Stripe's code of what is not taxed.
const NOT_TAXED: &str = "txcd_00000000";
/// What marks Stripe's tax codes.
const CODE_PREFIX: &str = "txcd_";
/// Lines that Stripe answers at once.
const PAGE: i64 = 100;

/// Asks for the taxes of a cart.
pub(super) async fn calculate(keyed: &Keyed<'_>, asked: Question) -> Result<Assessment, GatewayError> {
    let answer = request(&asked)?.send(keyed).await?;
    let (reference, shipping) = read(&answer, asked.currency)?;
    let items = lines(keyed, answer, &reference).await?;
    let by_line: HashMap<&str, &TaxCalculationLineItem> =
        items.iter().map(|item| (item.reference.as_str(), item)).collect();
    let mut lines = Vec::with_capacity(asked.lines.len());
    for line in &asked.lines {
        let item = by_line.get(line.line.to_string().as_str()).ok_or(GatewayError::Unknown)?;
        let parts = item.tax_breakdown.as_deref().unwrap_or_default();
        lines.push(taxes(parts, (item.amount_tax, asked.currency), TaxScope::Lines)?);
    }
    Ok(Assessment { asked, reference, lines, shipping })
}

fn request(asked: &Question) -> Result<CreateTaxCalculation, GatewayError> {
    let currency = asked.currency;
    let wire: WireCurrency = currency.code().to_ascii_lowercase().parse().map_err(|_| refused_currency())?;
    let line = |line: &AskedLine| {
        let mut item = CreateTaxCalculationLineItems::new(currency.to_wire(line.amount));
        item.reference = Some(line.line.to_string());
        item.tax_behavior = Some(if asked.included {
            CreateTaxCalculationLineItemsTaxBehavior::Inclusive
        } else {
            CreateTaxCalculationLineItemsTaxBehavior::Exclusive
        });
        item.tax_code = match &line.class {
            None => Some(NOT_TAXED.to_owned()),
            Some(class) => Some(class.clone()).filter(|class| class.starts_with(CODE_PREFIX)),
        };
        item
    };
    let to = &asked.destination;
    let mut address = CreateTaxCalculationCustomerDetailsAddress::new(to.country.code());
    address.state.clone_from(&to.region);
    address.postal_code.clone_from(&to.postal_code);
    address.city.clone_from(&asked.city);
    address.line1.clone_from(&asked.street);
    let mut customer = CreateTaxCalculationCustomerDetails::new();
    customer.address = Some(address);
    customer.address_source = Some(CreateTaxCalculationCustomerDetailsAddressSource::Shipping);
    let items: Vec<CreateTaxCalculationLineItems> = asked.lines.iter().map(line).collect();
    let request = CreateTaxCalculation::new(wire, items)
        .customer_details(customer)
        .expand(vec!["line_items.data.tax_breakdown".to_owned(), "shipping_cost.tax_breakdown".to_owned()]);
    Ok(match &asked.shipping {
        None => request,
        Some(sent) => {
            let mut cost = CreateTaxCalculationShippingCost::new();
            cost.amount = Some(currency.to_wire(sent.amount));
            cost.tax_behavior = Some(if asked.included {
                CreateTaxCalculationShippingCostTaxBehavior::Inclusive
            } else {
                CreateTaxCalculationShippingCostTaxBehavior::Exclusive
            });
            request.shipping_cost(cost)
        }
    })
}

/// The id of the calculation and the taxes of shipping.
fn read(answer: &TaxCalculation, currency: Currency) -> Result<(String, Vec<Tax>), GatewayError> {
    let reference = answer.id.as_ref().map(ToString::to_string).ok_or(GatewayError::Unknown)?;
    let shipping = match &answer.shipping_cost {
        None => Vec::new(),
        Some(cost) => {
            let parts = cost.tax_breakdown.as_deref().unwrap_or_default();
            taxes(parts, (cost.amount_tax, currency), TaxScope::Shipping)?
        }
    };
    Ok((reference, shipping))
}

/// All lines: those of the answer, and those that come on further pages.
async fn lines(
    keyed: &Keyed<'_>,
    answer: TaxCalculation,
    reference: &str,
) -> Result<Vec<TaxCalculationLineItem>, GatewayError> {
    let first = answer.line_items.ok_or(GatewayError::Unknown)?;
    let (mut items, mut more) = (first.data, first.has_more);
    while let Some(last) = items.last().filter(|_| more) {
        let page = ListLineItemsTaxCalculation::new(reference)
            .limit(PAGE)
            .starting_after(last.id.to_string())
            .expand(vec!["data.tax_breakdown".to_owned()])
            .send(keyed)
            .await?;
        more = page.has_more && !page.data.is_empty();
        items.extend(page.data);
    }
    Ok(items)
}

/// The parts of a tax. They add up to what Stripe asks for, or nobody knows what it asks for.
fn taxes(
    parts: &[TaxProductResourceLineItemTaxBreakdown],
    (sum, currency): (i64, Currency),
    scope: TaxScope,
) -> Result<Vec<Tax>, GatewayError> {
    let part = |part: &TaxProductResourceLineItemTaxBreakdown| {
        let details = part.tax_rate_details.as_ref()?;
        let percent: rust_decimal::Decimal = details.percentage_decimal.parse().ok()?;
        let place = &part.jurisdiction;
        let code = place
            .state
            .as_ref()
            .map_or_else(|| place.country.clone(), |state| format!("{}-{state}", place.country));
        Some(Tax {
            title: format!("{} {}", place.display_name, details.display_name).into(),
            rate: percent / rust_decimal::Decimal::ONE_HUNDRED,
            jurisdiction: code.into(),
            scope,
            amount: currency.from_wire(part.amount)?,
        })
    };
    let taxes: Option<Vec<Tax>> = parts.iter().filter(|part| part.amount != 0).map(part).collect();
    let taxes = taxes.ok_or(GatewayError::Unknown)?;
    let adds_up = Some(taxes.iter().map(|tax| tax.amount).sum::<Minor>()) == currency.from_wire(sum);
    if adds_up { Ok(taxes) } else { Err(GatewayError::Unknown) }
}
