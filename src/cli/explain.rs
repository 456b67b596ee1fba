//! `checkstand explain`: the bill of an order, a step a line, and whether it comes out the same when it is priced again.
//!
//! **Invariant:** it never writes; ends with 0 where the order agrees with itself, 1 where it does not, 2 where it could
//! not look. Nothing of it says who bought: no name, address or code of a gift certificate is printed.

use std::process::ExitCode;

use clap::Args;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{CliError, open_existing};
use crate::{
    config::Config,
    domain::{
        currency::Currency,
        explanation::StepKind,
        money::Minor,
        tenant::Slug,
        vat::{Registration, Verification},
    },
    flows::explain::{self, ExplainError, Explained, Replay, Which},
};

/// Which order.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Its id (ord_…), or its number together with --organization
    order: Which,
    /// Look in this organization only
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
}

/// Finds the order, prints its bill, and says how to end.
pub(super) async fn run(config: &Config, wanted: &Explain) -> Result<ExitCode, CliError> {
    let fault = |what: String| CliError::Faults(vec![what]);
    let slug = wanted.organization.as_deref().map(str::parse::<Slug>).transpose();
    let slug = slug.map_err(|_| fault("--organization is no slug".to_owned()))?;
    let store = open_existing(config).await?;
    let explained = match explain::explain(&store, &wanted.order, slug.as_ref()).await {
        Ok(explained) => explained,
        Err(ExplainError::Store(error)) => return Err(error.into()),
        Err(
            error @ (ExplainError::NoSuchOrganization(_)
            | ExplainError::NoSuchOrder
            | ExplainError::WhoseNumber),
        ) => return Err(fault(error.to_string())),
    };
    for line in bill(&explained) {
        println!("{line}");
    }
    println!("{}", verdict(&explained.replay));
    Ok(if matches!(explained.replay, Replay::Differs(_)) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn verdict(replay: &Replay) -> String {
    match replay {
        Replay::Agrees => "Priced again, every part comes out the same.".to_owned(),
        Replay::Differs(difference) => format!("Priced again, it differs. {difference}."),
        Replay::NoTerms => {
            "It was bound before terms were kept, so it cannot be priced again; it adds up.".to_owned()
        }
    }
}

/// A label and an amount; what is contained in other amounts stands in parentheses.
struct Row(String, String);

impl Row {
    fn of(label: &str, amount: Minor, currency: Currency) -> Self {
        // Titles are a merchant's: nothing in them moves the cursor.
        let label = label.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
        Self(label, format!("{} ", currency.figures(amount)))
    }

    fn contained(self) -> Self {
        Self(self.0, format!("({})", self.1.trim_end()))
    }
}

/// The bill, aligned.
fn bill(of: &Explained) -> Vec<String> {
    let (order, quote) = (&of.order, &of.order.snapshot.quote);
    let currency = order.currency;
    let row = |label: &str, amount| Row::of(label, amount, currency);
    let taxes = quote.taxes();
    let mut taxes = taxes.iter();
    let steps = of.booked.steps.iter().map(|step| {
        let tax = if step.kind == StepKind::Tax { taxes.next() } else { None };
        match tax.filter(|_| quote.taxes_included) {
            Some(tax) => row(&step.label, tax.amount).contained(),
            None => row(&step.label, step.amount),
        }
    });
    let mut rows: Vec<Row> = steps.collect();
    let total = rows.len();
    rows.push(row(&format!("Total in {currency}"), of.booked.grand_total));
    for named in &quote.certificates {
        if let Ok(draw) = &named.result {
            rows.push(row(&format!("Gift certificate {}", named.masked), -draw.amount));
        }
    }
    rows.push(row("To pay", quote.amount_due()));
    rows.push(row("Charged", of.booked.charged));
    let longest = |of: fn(&Row) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (labels, amounts) = (longest(|row| &row.0), longest(|row| &row.1));
    let mut lines =
        vec![format!("Order {} of {} ({})", order.number, of.organization, order.id), String::new()];
    for (place, Row(label, amount)) in rows.iter().enumerate() {
        if place == total {
            lines.push(format!("  {}", "-".repeat(labels + amounts + 2)));
        }
        lines.push(format!("  {label:<labels$}  {amount:>amounts$}").trim_end().to_owned());
    }
    lines.push(String::new());
    if let Some(said) = quote.verification {
        lines.extend([looked_up(said), String::new()]);
    }
    lines
}

/// What a registry said of the buyer's VAT number, and when.
fn looked_up(said: Verification) -> String {
    let at = OffsetDateTime::from_unix_timestamp(said.at.ms().div_euclid(1000)).ok();
    let at = at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    match said.registration {
        Registration::Valid => format!("The buyer's VAT number was confirmed by VIES at {at}."),
        Registration::Invalid => format!("The buyer's VAT number was unknown to VIES at {at}."),
        Registration::Unknown => format!("Of the buyer's VAT number VIES said nothing at {at}."),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        certificate::{CertificateOutcome, CertificateRejection, Draw},
        draft::Details,
        explanation::explain,
        ids::{BindingId, CertificateId, LineId, OrderId, SessionId},
        instant::Timestamp,
        order::{Order, OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus, Snapshot},
        quote::{Quote, QuotedLine, TaxSource, TaxStatus},
        replay::Booked,
    };

    const ID: Uuid = Uuid::from_u128(7);

    /// Something for 5.124 dinars, rounded; a certificate pays two of them, and another one nothing.
    fn quote() -> Quote {
        let line = QuotedLine {
            line: LineId::from_uuid(ID),
            title: "Tea\u{1b}[2J".into(),
            quantity: 2,
            unit_price: Minor::new(2_562),
            allocations: Vec::new(),
            taxes: Vec::new(),
            relief: Minor::ZERO,
        };
        let draw = Draw {
            certificate: CertificateId::from_uuid(ID),
            amount: Minor::new(2_000),
            remaining: Minor::ZERO,
        };
        let named = |masked: &str, result| CertificateOutcome { masked: masked.into(), result };
        Quote {
            currency: "KWD".parse().unwrap(),
            taxes_included: true,
            tax_status: TaxStatus::Exempt,
            tax_source: TaxSource::Table,
            exemption: None,
            verification: None,
            lines: vec![line],
            shipping: None,
            further: Vec::new(),
            discounts: Vec::new(),
            codes: Vec::new(),
            certificates: vec![named("…AB12", Ok(draw)), named("…CD34", Err(CertificateRejection::Empty))],
            rounding: Minor::new(-4),
        }
    }

    fn explained(quote: Quote) -> Explained {
        let (grand_total, charged, steps) = (quote.grand_total(), quote.amount_due(), explain(&quote));
        Explained {
            organization: "demo".into(),
            order: Order {
                id: OrderId::from_uuid(ID),
                number: "ABCD-2345".into(),
                session: SessionId::from_uuid(ID),
                binding: BindingId::from_uuid(ID),
                currency: quote.currency,
                status: OrderStatus::Open,
                payment_status: OrderPaymentStatus::Paid,
                fulfillment_status: OrderFulfillmentStatus::NotRequired,
                snapshot: Snapshot { lines: Vec::new(), quote, details: Details::default() },
                lines: Vec::new(),
                refunded: Minor::ZERO,
                customer_message: None,
                placed_at: Timestamp::from_ms(0),
                canceled_at: None,
            },
            booked: Booked { grand_total, charged, steps },
            replay: Replay::Agrees,
        }
    }

    #[test]
    fn a_bill_is_aligned_and_says_what_certificates_pay() {
        let expected = [
            "Order ABCD-2345 of demo (ord_00000000000000000000000000000007)",
            "",
            "  2 x Tea [2J              5.124",
            "  Rounding                -0.004",
            "  -------------------------------",
            "  Total in KWD             5.120",
            "  Gift certificate …AB12  -2.000",
            "  To pay                   3.120",
            "  Charged                  3.120",
            "",
        ];
        assert_eq!(bill(&explained(quote())), expected);
    }
}
