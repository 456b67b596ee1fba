//! `checkstand refund`: a merchant gives money of an order back, and reads what went where.
//!
//! **Invariant:** ends with 0 where the money went back or is on its way, 1 where the provider refused, 2 where nothing was
//! done, 3 where the database failed on the way and only a look, or a repeat with the same key, can tell. Nothing of what
//! is printed says who bought; a gift certificate shows its last four signs.

use std::process::ExitCode;

use clap::{Args, builder::NonEmptyStringValueParser};

use super::{CliError, assemble, fault, plain};
use crate::{
    config::Config,
    domain::{
        currency::Currency,
        money::Minor,
        order::Order,
        refund::{LineName, Part, Payer, Refund as Back, RefundStatus, Target},
    },
    flows::{
        FlowError,
        give_back::{self, Account, Wanted},
        merchant::Merchant,
    },
    shop,
};

/// What to give back, of which order.
#[derive(Debug, Args)]
pub(super) struct Refund {
    /// Its number, or its id (ord_…)
    order: String,
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
    #[command(flatten)]
    what: What,
    /// Put the units back in stock, once the money is back
    #[arg(long, conflicts_with = "amount")]
    restock: bool,
    /// Why, for the buyer
    #[arg(long)]
    reason: Option<String>,
    /// The same key does the same thing once, however often the command is repeated
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    idempotency_key: Option<String>,
}

/// What to give back. Lines and shipping go together.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct What {
    /// Everything that is left
    #[arg(long, conflicts_with_all = ["amount", "line", "shipping"])]
    all: bool,
    /// So much, for example 12.34
    #[arg(long, conflicts_with_all = ["line", "shipping"], allow_hyphen_values = true)]
    amount: Option<String>,
    /// The currency of the amount, where it should be checked
    #[arg(long, requires = "amount")]
    currency: Option<String>,
    /// Units of a line by its SKU or id, all that are left without a number; may be repeated
    #[arg(long, value_name = "SKU[:N]")]
    line: Vec<String>,
    /// What shipping cost
    #[arg(long)]
    shipping: bool,
}

/// Gives back, prints, and says how to end.
pub(super) async fn run(config: Config, wanted: &Refund) -> Result<ExitCode, CliError> {
    let slug = wanted.organization.parse().map_err(|_| fault("--organization is no slug"))?;
    let app = assemble(config).await?;
    let merchant: Merchant =
        app.merchant(&slug).await?.ok_or_else(|| fault("there is no such organization"))?;
    let of = merchant.organization.id;
    let account = look(&app, of, &wanted.order).await?;
    let asked = Wanted {
        target: target(&wanted.what, account.order.currency)?,
        restock: wanted.restock,
        reason: wanted.reason.clone(),
        key: wanted.idempotency_key.clone(),
    };
    let answer = give_back::give_back(&app, &merchant, account.order.id, &asked).await?;
    let back = answer.map_err(|why| fault(format!("{}: {why}", why.code())))?;
    let after = look(&app, of, &wanted.order).await?;
    for line in told(&back, &after) {
        println!("{line}");
    }
    app.store.close().await?;
    Ok(if back.status == RefundStatus::Failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

pub(super) async fn look(
    app: &crate::flows::App,
    of: crate::domain::ids::OrganizationId,
    order: &str,
) -> Result<Account, CliError> {
    let found: Result<Option<Account>, FlowError> = give_back::find(&app.store, of, order).await;
    found?.ok_or_else(|| fault("NOT_FOUND: there is no such order"))
}

fn target(what: &What, of: Currency) -> Result<Target, CliError> {
    if what.all {
        return Ok(Target::Remaining);
    }
    if let Some(amount) = &what.amount {
        let named = what.currency.as_ref().map(|code| code.parse::<Currency>());
        let currency =
            named.unwrap_or(Ok(of)).map_err(|_| fault("--currency is none that can be charged"))?;
        // Less than nothing is refused where it is known what is left.
        let (sign, digits) = amount.strip_prefix('-').map_or((1, amount.as_str()), |digits| (-1, digits));
        let read = shop::amount(digits, currency).map_err(|why| fault(format!("--amount: {why}")))?;
        return Ok(Target::Amount(read.times(sign), currency));
    }
    let lines = what.line.iter().map(|line| named(line)).collect();
    Ok(Target::Parts { lines, shipping: what.shipping })
}

/// A line and its units. What stands behind the last colon is a number of units, if it is a number.
fn named(line: &str) -> (LineName, Option<i64>) {
    let with_units = line.rsplit_once(':').and_then(|(name, units)| Some((name, units.parse().ok()?)));
    let (name, units) = with_units.map_or((line, None), |(name, units)| (name, Some(units)));
    (name.parse().map_or_else(|_| LineName::Sku(name.to_owned()), LineName::Id), units)
}

/// What went where, a line each.
fn told(back: &Back, after: &Account) -> Vec<String> {
    let (order, currency) = (&after.order, back.currency);
    let money = |amount: Minor| format!("{} {currency}", currency.figures(amount));
    let verb = match back.status {
        RefundStatus::Pending => {
            "is on its way: the payment provider has not answered yet, the server goes on"
        }
        RefundStatus::Succeeded => "is given back",
        RefundStatus::Failed => "was refused by the payment provider, and nothing was given back",
    };
    let mut lines = vec![format!("{} of order {} {verb}.", money(back.shares.amount()), order.number)];
    lines.extend(back.failure.iter().map(|why| format!("  {}", plain(why))));
    for share in &back.shares.parts {
        lines.push(format!("  for {}: {}", of_part(order, share.part, share.units), money(share.amount)));
    }
    for (payer, amount) in &back.shares.payers {
        let to = match payer {
            Payer::Card => "the card".to_owned(),
            Payer::Certificate(id) => {
                let named = order
                    .snapshot
                    .quote
                    .certificates
                    .iter()
                    .find(|one| one.result.as_ref().is_ok_and(|draw| draw.certificate == *id));
                format!("gift certificate {}", named.map_or("", |one| one.masked.as_str()))
            }
        };
        lines.push(format!("  to {to}: {}", money(*amount)));
    }
    if back.restock && back.status == RefundStatus::Succeeded {
        lines.push("  The units are back in stock.".to_owned());
    }
    lines.push(format!("  {} can still be given back.", money(after.left)));
    lines.push(format!("  Refund {}", back.id));
    lines
}

fn of_part(order: &Order, part: Part, units: i64) -> String {
    let title = match part {
        Part::Line(id) => {
            order.lines.iter().find(|line| line.id == id).map(|line| line.line.item.title.as_str())
        }
        Part::Shipping(place) => {
            let charge =
                usize::try_from(place).ok().and_then(|place| order.snapshot.quote.charges().nth(place));
            charge.map(|charge| charge.name.as_str())
        }
    };
    let title = plain(title.unwrap_or_default());
    if units > 0 { format!("{units} x {title}") } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_sku_or_an_id_and_perhaps_a_number_of_units() {
        let sku = |name: &str| LineName::Sku(name.to_owned());
        let id = "oli_00000000000000000000000000000007";
        assert_eq!(named("MUG-SET"), (sku("MUG-SET"), None));
        assert_eq!(named("MUG-SET:2"), (sku("MUG-SET"), Some(2)));
        assert_eq!(named("MUG:BLUE"), (sku("MUG:BLUE"), None));
        assert_eq!(named("MUG:BLUE:-1"), (sku("MUG:BLUE"), Some(-1)));
        assert_eq!(named(&format!("{id}:3")), (LineName::Id(id.parse().unwrap()), Some(3)));
    }
}
