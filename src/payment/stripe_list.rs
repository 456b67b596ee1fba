//! Stripe's lists of what became of payments: refunds, disputes, and where intents stand.
//!
//! **Invariant:** these calls change nothing, so a repeat is harmless. What an object says beyond money and state is not
//! kept: a dispute carries what the merchant knows of the buyer.

use stripe_core::{dispute::ListDispute, payment_intent::ListPaymentIntent, refund::ListRefund};
use stripe_shared::{Refund, RefundReason};
use stripe_types::{List, RangeQueryTs};

use super::{
    GatewayError,
    aftermath::{Dispute, DisputedMoney, GivenBack, Listed, Listing, Page},
    stripe::{REFUND_TAG, intent},
    transport::Keyed,
};
use crate::domain::instant::Timestamp;

/// The most that Stripe lists at once.
const PAGE: i64 = 100;
/// How many disputes are listed at once: each carries texts of evidence, and an answer has a bound.
const DISPUTES: i64 = 10;

/// Refunds of an intent.
pub(super) async fn refunds(way: &Keyed<'_>, of: &str) -> Result<Vec<GivenBack>, GatewayError> {
    let answer = ListRefund::new().payment_intent(of).limit(PAGE).send(way).await?;
    Ok(answer.data.into_iter().filter(was_taken).map(given_back).collect())
}

/// Disputes of an intent.
pub(super) async fn disputes(way: &Keyed<'_>, of: &str) -> Result<Vec<Dispute>, GatewayError> {
    let answer = ListDispute::new().payment_intent(of).limit(DISPUTES).send(way).await?;
    Ok(answer.data.iter().map(dispute).collect())
}

/// What the account lists since an instant.
pub(super) async fn since(
    way: &Keyed<'_>,
    what: Listing,
    since: Timestamp,
    after: Option<&str>,
) -> Result<Page, GatewayError> {
    let created = RangeQueryTs::gte(since.ms().div_euclid(1_000));
    // Stripe's requests of three kinds have these three in common, and no trait that says so.
    macro_rules! page {
        ($request:expr, $limit:expr, $one:expr) => {{
            let mut request = $request.created(created).limit($limit);
            if let Some(after) = after {
                request = request.starting_after(after);
            }
            page(request.send(way).await?, $one)
        }};
    }
    Ok(match what {
        Listing::Refunds => page!(ListRefund::new(), PAGE, |refund| {
            let of = refund.payment_intent.as_ref().filter(|_| was_taken(&refund));
            let of = of.map(|intent| intent.id().to_string());
            (refund.id.to_string(), of, Listed::Refund(given_back(refund)))
        }),
        Listing::Disputes => page!(ListDispute::new(), DISPUTES, |one| {
            let of = one.payment_intent.as_ref().map(|intent| intent.id().to_string());
            (one.id.to_string(), of, Listed::Dispute(dispute(&one)))
        }),
        Listing::Intents => page!(ListPaymentIntent::new(), PAGE, |one| {
            let one = intent(one);
            (one.id.clone(), Some(one.id), Listed::Intent(one.status))
        }),
    })
}

/// A page, each with its id and its intent; what belongs to no intent is nobody's here.
fn page<T>(answer: List<T>, one: impl Fn(T) -> (String, Option<String>, Listed)) -> Page {
    let mut page = Page::default();
    for (id, intent, listed) in answer.data.into_iter().map(one) {
        page.listed.extend(intent.map(|intent| (intent, listed)));
        page.next = answer.has_more.then_some(id);
    }
    page
}

/// Whether it gives back what was taken. Stripe may list what was authorized and never captured as refunds, too.
fn was_taken(refund: &Refund) -> bool {
    refund.reason != Some(RefundReason::ExpiredUncapturedCharge)
}

fn given_back(refund: Refund) -> GivenBack {
    let tag = refund.metadata.as_ref().and_then(|tags| tags.get(REFUND_TAG));
    let failed = matches!(refund.status.as_deref(), Some("failed" | "canceled"));
    GivenBack {
        ours: tag.and_then(|text| text.parse().ok()),
        id: refund.id.to_string(),
        wire: refund.amount,
        failure: failed.then(|| refund.failure_reason.unwrap_or_else(|| "refund_failed".to_owned())),
    }
}

fn dispute(from: &stripe_shared::Dispute) -> Dispute {
    Dispute {
        id: from.id.to_string(),
        wire: from.amount,
        currency: from.currency.to_string().to_ascii_uppercase(),
        money: DisputedMoney::of(from.status.as_str()),
    }
}
