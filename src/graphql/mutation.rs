//! The steps of a purchase.
//!
//! **Invariant:** a resolver reads its input, calls one flow, translates. A token of another tenant is answered like one
//! that never existed.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::{
    currency::CurrencyCode,
    draft::Reader,
    error::failure,
    input::{CheckoutDraftInput, CheckoutLineInput, CheckoutLineUpdateInput, MoneyInput},
    payload::{
        CheckoutSessionBindPayload, CheckoutSessionCancelPayload, CheckoutSessionCompletePayload,
        CheckoutSessionCreatePayload, CheckoutSessionCustomerMessageUpdatePayload,
        CheckoutSessionLinesAddPayload, CheckoutSessionLinesRemovePayload, CheckoutSessionLinesUpdatePayload,
        CheckoutSessionPaymentSessionPayload, CheckoutSessionRepricePayload,
    },
    payment::PaymentProviderKind,
    request::{app, caller, merchant_of, selling_organization},
};
use crate::{
    domain::{buyer::MESSAGE_MAX, tenant::Organization},
    failpoint::{Answer, Point, reach},
    flows::{
        FlowError,
        bind::{self, Bind},
        cancel, complete,
        create::{self, Create},
        customer_message, lines,
        merchant::Merchant,
        outcome::{Code, Outcome, Refusal},
        pay, read,
        reprice::{self, Change, LinesChange},
        token::Token,
    },
};

/// The steps of a purchase.
pub struct Mutation;

const DRAFT: &str = "$.draft";

fn no_session() -> Refusal {
    Refusal::at(Code::SessionNotFound, "$.token")
}

/// The tenant of the header and a token of it, or a refusal.
async fn opened(ctx: &Context<'_>, token: &str) -> Result<(Arc<Organization>, Result<Token, Vec<Refusal>>)> {
    let tenant = selling_organization(ctx).await?;
    let token =
        Token::parse(token).filter(|token| token.organization == tenant.id).ok_or_else(|| vec![no_session()]);
    Ok((tenant, token))
}

/// A flow's answer; a failure leaves as a coded error.
fn told<T>(ctx: &Context<'_>, answer: Result<T, FlowError>) -> Result<T> {
    let caller = caller(ctx)?;
    answer.map_err(|error| failure(caller, &error))
}

/// Input that went no further: the session as it is, where the token opens one.
async fn refused(
    ctx: &Context<'_>,
    tenant: &Organization,
    token: Result<Token, Vec<Refusal>>,
    refusals: Vec<Refusal>,
) -> Result<Outcome> {
    let Ok(token) = token else { return Ok(Outcome::nothing(no_session())) };
    let view = told(ctx, read::session(app(ctx)?, tenant, &token).await)?;
    Ok(view.map_or_else(
        || Outcome::nothing(no_session()),
        |view| Outcome { view: Some(Box::new(view)), refusals },
    ))
}

fn both<T>(
    token: &Result<Token, Vec<Refusal>>,
    input: Result<T, Vec<Refusal>>,
) -> Result<(Token, T), Vec<Refusal>> {
    Ok((token.clone()?, input?))
}

/// Writes. Each returns a payload with `userErrors`; the top-level `errors` of GraphQL are kept for
/// requests that are wrong as such (syntax, unknown or suspended organization, a fault of the server). One mutation a document.
/// All need the `x-organization-slug` header but the two that pay, checkoutSessionPaymentSession and
/// checkoutSessionComplete: for these the token alone names the organization, and a header that names
/// another one is refused.
#[Object]
impl Mutation {
    /// Step 1, create. Opens a session from catalog references; the server looks up all prices. Returns the
    /// raw token, once.
    async fn checkout_session_create(
        &self,
        ctx: &Context<'_>,
        draft: CheckoutDraftInput,
        #[graphql(
            desc = "Currency to sell in; the organization's default when left out. Fixed for the session."
        )]
        currency: Option<CurrencyCode>,
        #[graphql(
            desc = "Makes a retry safe: the same key with the same draft gives the same session, for 10 minutes and while it is unchanged. At least 22 characters of chance. The token of a repeated create is a new one and the earlier token stops working, so that each raw token is still returned once only."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CheckoutSessionCreatePayload> {
        let tenant = selling_organization(ctx).await?;
        let mut reader = Reader::default();
        let draft = reader.draft(draft, DRAFT);
        let key = reader.key(idempotency_key, &(&draft, currency));
        let currency = currency.and_then(|code| code.try_into().ok());
        match reader.finish(Create { draft, currency, key }) {
            Err(refusals) => Ok(CheckoutSessionCreatePayload::refused(refusals, &tenant)),
            Ok(wanted) => {
                let created = told(ctx, Box::pin(create::create(app(ctx)?, &tenant, wanted)).await)?;
                reach(Point::Answering(Answer::Create));
                Ok(CheckoutSessionCreatePayload::of(created, &tenant))
            }
        }
    }

    /// Step 2, reprice. Stores what the buyer changed and computes the estimate again. Locks nothing. On a
    /// BOUND session it releases the binding.
    async fn checkout_session_reprice(
        &self,
        ctx: &Context<'_>,
        token: String,
        draft: CheckoutDraftInput,
        #[graphql(desc = "Refuse with STALE_REVISION unless the session still has this revision.")]
        expected_revision: Option<i32>,
    ) -> Result<CheckoutSessionRepricePayload> {
        let (tenant, token) = opened(ctx, &token).await?;
        let mut reader = Reader::default();
        let draft = reader.draft(draft, DRAFT);
        let change =
            Change { draft, expected_revision: expected_revision.map(i64::from), ..Change::default() };
        let input = both(&token, reader.finish(change));
        let outcome = match input {
            Err(refusals) => refused(ctx, &tenant, token, refusals).await?,
            Ok((token, change)) => {
                told(ctx, Box::pin(reprice::reprice(app(ctx)?, &tenant, &token, change)).await)?
            }
        };
        reach(Point::Answering(Answer::Reprice));
        Ok(CheckoutSessionRepricePayload::of(outcome, &tenant))
    }

    /// Adds lines, or adds to the quantity of lines with the same variant and attributes; then reprices.
    async fn checkout_session_lines_add(
        &self,
        ctx: &Context<'_>,
        token: String,
        lines: Vec<CheckoutLineInput>,
        expected_revision: Option<i32>,
    ) -> Result<CheckoutSessionLinesAddPayload> {
        let mut reader = Reader::default();
        let added = reader.lines(lines, "$.lines");
        let change = reader.finish(LinesChange::Add(added));
        let (tenant, outcome) = change_lines(ctx, &token, change, expected_revision).await?;
        Ok(CheckoutSessionLinesAddPayload::of(outcome, &tenant))
    }

    /// Sets the quantity of lines, 0 removes; then reprices.
    async fn checkout_session_lines_update(
        &self,
        ctx: &Context<'_>,
        token: String,
        lines: Vec<CheckoutLineUpdateInput>,
        expected_revision: Option<i32>,
    ) -> Result<CheckoutSessionLinesUpdatePayload> {
        let mut reader = Reader::default();
        let updates = reader.updates(&lines);
        let change = reader.finish(LinesChange::Update(updates));
        let (tenant, outcome) = change_lines(ctx, &token, change, expected_revision).await?;
        Ok(CheckoutSessionLinesUpdatePayload::of(outcome, &tenant))
    }

    /// Removes lines; then reprices.
    async fn checkout_session_lines_remove(
        &self,
        ctx: &Context<'_>,
        token: String,
        line_ids: Vec<ID>,
        expected_revision: Option<i32>,
    ) -> Result<CheckoutSessionLinesRemovePayload> {
        let mut reader = Reader::default();
        let ids = reader.line_ids(&line_ids);
        let change = reader.finish(LinesChange::Remove(ids));
        let (tenant, outcome) = change_lines(ctx, &token, change, expected_revision).await?;
        Ok(CheckoutSessionLinesRemovePayload::of(outcome, &tenant))
    }

    /// Sets the buyer's message to the merchant, at most 2000 characters. Neither reprices nor releases a
    /// binding.
    async fn checkout_session_customer_message_update(
        &self,
        ctx: &Context<'_>,
        token: String,
        customer_message: String,
    ) -> Result<CheckoutSessionCustomerMessageUpdatePayload> {
        let (tenant, token) = opened(ctx, &token).await?;
        let mut reader = Reader::default();
        let message = reader.text(customer_message, MESSAGE_MAX, "$.customerMessage");
        let input = both(&token, reader.finish(message));
        let outcome = match input {
            Err(refusals) => refused(ctx, &tenant, token, refusals).await?,
            Ok((token, message)) => {
                told(ctx, Box::pin(customer_message::set(app(ctx)?, &tenant, &token, &message)).await)?
            }
        };
        reach(Point::Answering(Answer::Message));
        Ok(CheckoutSessionCustomerMessageUpdatePayload::of(outcome, &tenant))
    }

    /// Step 3, bind. The last reprice: after it the total is binding and the tax snapshot is stored. Name and
    /// email of the customer must be non-blank. When the destination has applicable rates the draft of THIS
    /// call must carry shippingRateId (one set by an earlier reprice is not enough); otherwise
    /// `SHIPPING_RATE_REQUIRED`.
    #[expect(clippy::too_many_arguments, reason = "the arguments are those of the schema")]
    async fn checkout_session_bind(
        &self,
        ctx: &Context<'_>,
        token: String,
        #[graphql(
            desc = "What to store before binding, at least the chosen shippingRateId where rates apply."
        )]
        draft: Option<CheckoutDraftInput>,
        #[graphql(
            desc = "The total that the buyer saw. When the binding total differs, nothing is bound and TOTAL_CHANGED returns both."
        )]
        expected_total: Option<MoneyInput>,
        #[graphql(
            desc = "What the buyer saw was left to pay; where gift certificates pay less by now, nothing is bound and TOTAL_CHANGED returns both."
        )]
        expected_amount_due: Option<MoneyInput>,
        expected_revision: Option<i32>,
        #[graphql(desc = "Makes a retry safe for 24 hours.")] idempotency_key: Option<String>,
    ) -> Result<CheckoutSessionBindPayload> {
        let (tenant, token) = opened(ctx, &token).await?;
        let mut reader = Reader::default();
        let draft = draft.map(|draft| reader.draft(draft, DRAFT)).unwrap_or_default();
        let expected_total = expected_total.as_ref().and_then(|total| reader.money(total, "$.expectedTotal"));
        let due = expected_amount_due.as_ref();
        let expected_due = due.and_then(|due| reader.money(due, "$.expectedAmountDue"));
        let key = reader.key(idempotency_key, &(&draft, expected_total, expected_due, expected_revision));
        let expected_revision = expected_revision.map(i64::from);
        let wanted = Bind { draft, expected_total, expected_due, expected_revision, key };
        let input = both(&token, reader.finish(wanted));
        let outcome = match input {
            Err(refusals) => refused(ctx, &tenant, token, refusals).await?,
            Ok((token, wanted)) => told(ctx, Box::pin(bind::bind(app(ctx)?, &tenant, &token, wanted)).await)?,
        };
        reach(Point::Answering(Answer::Bind));
        Ok(CheckoutSessionBindPayload::of(outcome, &tenant))
    }

    /// Step 4, paymentSession. Creates the payment attempt of a BOUND session, or returns the one that is
    /// open, with the client secret for the Payment Element. Needs the token alone: no organization header.
    /// Safe to repeat.
    async fn checkout_session_payment_session(
        &self,
        ctx: &Context<'_>,
        token: String,
        #[graphql(desc = "Which provider, when the organization has more than one.")] provider: Option<
            PaymentProviderKind,
        >,
    ) -> Result<CheckoutSessionPaymentSessionPayload> {
        // There is one provider so far; a client that names it gets it.
        let _ = provider;
        let Some((merchant, token)) = opened_by_token(ctx, &token).await? else {
            return Ok(CheckoutSessionPaymentSessionPayload::of(Outcome::nothing(no_session()), None, None));
        };
        let (outcome, payment) = told(ctx, Box::pin(pay::pay(app(ctx)?, &merchant, &token)).await)?;
        reach(Point::Answering(Answer::Pay));
        Ok(CheckoutSessionPaymentSessionPayload::of(outcome, payment, Some(&merchant.organization)))
    }

    /// Finishes a BOUND session whose total is zero (nothing to pay). It never takes the browser's word for
    /// a payment: for an open attempt it asks Stripe, and otherwise returns the session as it is. Needs the
    /// token alone. Safe to repeat, with or without a key.
    async fn checkout_session_complete(
        &self,
        ctx: &Context<'_>,
        token: String,
        idempotency_key: Option<String>,
    ) -> Result<CheckoutSessionCompletePayload> {
        let Some((merchant, token)) = opened_by_token(ctx, &token).await? else {
            return Ok(CheckoutSessionCompletePayload::of(Outcome::nothing(no_session()), None));
        };
        let mut reader = Reader::default();
        let key = reader.key(idempotency_key, &());
        let outcome = match reader.finish(key) {
            Err(refusals) => refused(ctx, &merchant.organization, Ok(token), refusals).await?,
            Ok(_) => told(ctx, Box::pin(complete::complete(app(ctx)?, &merchant, &token)).await)?,
        };
        reach(Point::Answering(Answer::Complete));
        Ok(CheckoutSessionCompletePayload::of(outcome, Some(&merchant.organization)))
    }

    /// Cancels a session that is not final and has no payment under way.
    async fn checkout_session_cancel(
        &self,
        ctx: &Context<'_>,
        token: String,
        #[graphql(desc = "Why, for the merchant, at most 255 characters.")] reason: Option<String>,
    ) -> Result<CheckoutSessionCancelPayload> {
        let (tenant, token) = opened(ctx, &token).await?;
        let mut reader = Reader::default();
        let reason = reason.map(|reason| reader.text(reason, crate::domain::buyer::TEXT_MAX, "$.reason"));
        let input = both(&token, reader.finish(reason));
        let outcome = match input {
            Err(refusals) => refused(ctx, &tenant, token, refusals).await?,
            Ok((token, reason)) => {
                told(ctx, Box::pin(cancel::cancel(app(ctx)?, &tenant, &token, reason)).await)?
            }
        };
        reach(Point::Answering(Answer::Cancel));
        Ok(CheckoutSessionCancelPayload::of(outcome, &tenant))
    }
}

async fn change_lines(
    ctx: &Context<'_>,
    token: &str,
    change: Result<LinesChange, Vec<Refusal>>,
    expected_revision: Option<i32>,
) -> Result<(Arc<Organization>, Outcome)> {
    let (tenant, token) = opened(ctx, token).await?;
    let revision = expected_revision.map(i64::from);
    let outcome = match both(&token, change) {
        Err(refusals) => refused(ctx, &tenant, token, refusals).await?,
        Ok((token, change)) => {
            told(ctx, Box::pin(lines::change(app(ctx)?, &tenant, &token, change, revision)).await)?
        }
    };
    Ok((tenant, outcome))
}

/// The merchant that a token names, and the token; `None` where the header names another or the token can be none.
async fn opened_by_token(ctx: &Context<'_>, token: &str) -> Result<Option<(Merchant, Token)>> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    Ok(merchant_of(ctx, &token).await?.map(|merchant| (merchant, token)))
}
