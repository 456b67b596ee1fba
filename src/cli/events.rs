//! `checkstand events`: what the payment provider told us, what became of it, and one event acted on again.
//!
//! **Invariant:** `list` and `show` write nothing. `replay` ends with 0 where the event was acted on, 1 where it still waits
//! or was set aside again, 2 where nothing is known to have been done. No client secret is printed, and of a buyer nothing
//! that the stored body does not hold.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, assemble, fault, open_existing, plain};
use crate::{
    config::Config,
    domain::{
        attempt::AttemptStatus, currency::Currency, instant::Timestamp, money::Minor, refund::RefundStatus,
        tenant::Slug,
    },
    flows::{
        inbox::{self, About, Decision, Event, Outcome, Shown, Status, Wanted},
        merchant::Merchant,
    },
    store::{Store, declared::written},
};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List events, newest first, one a line
    List {
        #[command(flatten)]
        of: Of,
        /// Of one status only: received (waiting), handled, flagged (nothing to act on), failed (given up)
        #[arg(long)]
        status: Option<Status>,
        /// About one payment intent only (pi_…)
        #[arg(long, value_name = "INTENT")]
        intent: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
        limit: u64,
    },
    /// Print everything that is known of one event
    Show(One),
    /// Act on a stored event again; status 0: acted on, 1: it waits or was set aside, 2: nothing was done
    Replay(One),
}

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
}

/// Which.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    of: Of,
    /// Its id as `list` prints it (inb_…), or the provider's (evt_…)
    event: String,
}

/// Does it, and says how to end.
pub(super) async fn run(config: Config, command: &Command) -> Result<ExitCode, CliError> {
    match command {
        Command::List { of, status, intent, limit } => {
            let slug = slug(of)?;
            let store = open_existing(&config).await?;
            let organization = store.organization(&slug).await?.ok_or_else(no_organization)?;
            let wanted = Wanted { status: *status, intent: intent.clone() };
            for event in inbox::list(&store, organization.id, &wanted, *limit).await? {
                println!("{}", line(&event));
            }
            store.close().await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show(one) => {
            let slug = slug(&one.of)?;
            let store = open_existing(&config).await?;
            let shown = find(&store, &slug, &one.event).await?;
            for line in explained(&shown, &slug) {
                println!("{line}");
            }
            store.close().await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Replay(one) => replay(config, one).await,
    }
}

async fn replay(config: Config, one: &One) -> Result<ExitCode, CliError> {
    let slug = slug(&one.of)?;
    let app = assemble(config).await?;
    let merchant: Merchant = app.merchant(&slug).await?.ok_or_else(no_organization)?;
    let id = inbox::replay(&app, &merchant, &one.event).await?.ok_or_else(no_event)?;
    let shown = find(&app.store, &slug, &id.to_string()).await?;
    let (event, note) = (&shown.event, shown.event.note.as_deref().unwrap_or("no reason is known"));
    let outcome = match event.status {
        Status::Handled => "was acted on".to_owned(),
        Status::Received => format!("waits, and the server goes on with it: {}", plain(note)),
        Status::Flagged => format!("is set aside: {}", plain(note)),
        Status::Failed => format!("was given up: {}", plain(note)),
    };
    println!("Event {id} {outcome}.");
    for line in shown.decision.iter().flat_map(|decision| decided(decision, shown.order.as_deref())) {
        println!("{line}");
    }
    app.store.close().await?;
    Ok(if event.status == Status::Handled { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn slug(of: &Of) -> Result<Slug, CliError> {
    of.organization.parse().map_err(|_| fault("--organization is no slug"))
}

async fn find(store: &Store, slug: &Slug, event: &str) -> Result<Shown, CliError> {
    let organization = store.organization(slug).await?.ok_or_else(no_organization)?;
    inbox::show(store, organization.id, event).await?.ok_or_else(no_event)
}

fn no_organization() -> CliError {
    fault("there is no such organization")
}

fn no_event() -> CliError {
    fault("NOT_FOUND: there is no such event in this organization")
}

/// Parted by two spaces; what is not known is a hyphen.
fn line(event: &Event) -> String {
    let kind = if event.kind.is_empty() { "-" } else { &event.kind };
    let parts = [
        event.id.to_string(),
        plain(&event.provider_id),
        plain(kind),
        plain(event.intent.as_deref().unwrap_or("-")),
        at(event.received_at),
        state(event),
    ];
    parts.join("  ")
}

/// Where it stands and why.
fn state(event: &Event) -> String {
    let mut said = format!("{}, tries {}", event.status, event.tries);
    if let Some(next) = event.next_at {
        said.push_str(", next ");
        said.push_str(&at(next));
    }
    if let Some(note) = &event.note {
        said.push_str(": ");
        said.push_str(&plain(note));
    }
    said
}

fn at(instant: Timestamp) -> String {
    written(instant).unwrap_or_else(|| "-".to_owned())
}

fn explained(shown: &Shown, slug: &Slug) -> Vec<String> {
    let event = &shown.event;
    let mut lines = vec![
        format!("Event {} of {slug}", event.id),
        format!("  provider's id: {}", plain(&event.provider_id)),
        format!(
            "  type: {}",
            if event.kind.is_empty() { "unreadable".to_owned() } else { plain(&event.kind) }
        ),
        format!("  intent: {}", event.intent.as_deref().map_or_else(|| "none".to_owned(), plain)),
        format!("  received: {}", at(event.received_at)),
        format!("  status: {}", state(event)),
    ];
    lines.extend(event.ended_at.map(|ended| format!("  since: {}", at(ended))));
    lines.push(match &shown.payment {
        Some(About::Attempt(attempt, status, session)) => {
            format!("  payment: {attempt}, {}, of session {session}", standing(*status))
        }
        Some(About::Unreadable(why)) => format!("  payment: {why}"),
        None => "  payment: none of ours".to_owned(),
    });
    match &shown.decision {
        Some(decision) => lines.extend(decided(decision, shown.order.as_deref())),
        None => lines.push("  decided: nothing".to_owned()),
    }
    lines.push("  body, without secrets:".to_owned());
    // Indented, so that no line of it can pass for one of ours.
    lines.extend(shown.body.lines().map(|line| format!("    {}", plain(line))));
    lines
}

/// What was decided about the event's intent.
fn decided(of: &Decision, order: Option<&str>) -> Vec<String> {
    let currency = of.currency.to_uppercase().parse::<Currency>();
    let amount = match currency {
        Ok(currency) => format!("{} {currency}", currency.figures(Minor::new(of.amount))),
        Err(_) => format!("{} minor units of {}", of.amount, plain(&of.currency)),
    };
    let what = match of.outcome {
        Outcome::Honour(id) => format!("{amount} paid order {} ({id})", order.unwrap_or("-")),
        Outcome::Refund => format!("{amount} is refunded"),
        Outcome::Review => format!("{amount} waits for a person"),
    };
    let mut lines =
        vec![format!("  decided: {what}: {}, {}, at {}", of.reason.word(), of.id, at(of.decided_at))];
    lines.extend(of.refund.map(|(id, status)| {
        let stands = match status {
            RefundStatus::Pending => "on its way, which the server sees to",
            RefundStatus::Succeeded => "done",
            RefundStatus::Failed => "refused by the payment provider",
        };
        format!("  refund: {id}, {stands}")
    }));
    lines
}

const fn standing(status: AttemptStatus) -> &'static str {
    match status {
        AttemptStatus::Creating => "asked for",
        AttemptStatus::RequiresPaymentMethod => "without a payment method",
        AttemptStatus::RequiresAction => "waiting for the buyer",
        AttemptStatus::Processing => "processing",
        AttemptStatus::Authorized => "authorized",
        AttemptStatus::Succeeded => "succeeded",
        AttemptStatus::Failed => "failed",
        AttemptStatus::Canceled => "canceled",
    }
}
