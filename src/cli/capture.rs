//! `checkstand capture`: a merchant takes what was authorized for an order.
//!
//! **Invariant:** ends with 0 where the money is taken or the server goes on, 1 where the provider refused or the
//! authorization has ended, 2 where nothing
//! was done, 3 where the database failed on the way. A repeat takes nothing twice.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, assemble, fault, refund::look};
use crate::{
    config::Config,
    domain::{
        currency::Currency,
        money::Minor,
        order::{OrderPaymentStatus, OrderStatus},
    },
    flows::{
        capture::{self, Captured},
        merchant::Merchant,
    },
    shop,
};

/// What to capture, of which order.
#[derive(Debug, Args)]
pub(super) struct Capture {
    /// Its number, or its id (ord_…)
    order: String,
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
    /// So much and no more, for example 12.34: the rest is let go. All that is left when left out
    #[arg(long)]
    amount: Option<String>,
}

/// Captures, prints, and says how to end.
pub(super) async fn run(config: Config, wanted: &Capture) -> Result<ExitCode, CliError> {
    let slug = wanted.organization.parse().map_err(|_| fault("--organization is no slug"))?;
    let app = assemble(config).await?;
    let merchant: Merchant =
        app.merchant(&slug).await?.ok_or_else(|| fault("there is no such organization"))?;
    let order = look(&app, merchant.organization.id, &wanted.order).await?.order;
    let amount = wanted
        .amount
        .as_ref()
        .map(|text| shop::amount(text, order.currency).map_err(|why| fault(format!("--amount: {why}"))));
    let answer = capture::capture(&app, &merchant, order.id, amount.transpose()?).await?;
    let captured = answer.map_err(|why| fault(format!("{}: {why}", why.code())))?;
    println!("{}", told(&captured, order.currency));
    app.store.close().await?;
    let authorized = captured.order.payment_status == OrderPaymentStatus::Authorized;
    let refused = (authorized && !captured.under_way) || captured.order.status == OrderStatus::Canceled;
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn told(captured: &Captured, currency: Currency) -> String {
    let money = |amount: Minor| format!("{} {currency}", currency.figures(amount));
    let (amount, number) = (money(captured.amount), &captured.order.number);
    match (captured.order.payment_status, captured.under_way) {
        (_, true) => format!(
            "{amount} of order {number} is asked for: the payment provider has not answered yet, the server goes on."
        ),
        (OrderPaymentStatus::Authorized, false) => {
            format!("{amount} of order {number} was refused by the payment provider, and nothing was taken.")
        }
        // Nothing was taken of an order that everything was given back of.
        (OrderPaymentStatus::Refunded, false) => {
            format!(
                "The authorization of order {number} has ended; nothing was taken, and the order is canceled."
            )
        }
        (
            OrderPaymentStatus::NotRequired
            | OrderPaymentStatus::Pending
            | OrderPaymentStatus::Paid
            | OrderPaymentStatus::PartiallyRefunded
            | OrderPaymentStatus::Disputed,
            false,
        ) => format!("{amount} of order {number} is taken."),
    }
}
