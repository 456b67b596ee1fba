//! The checkout session as a client sees it.
//!
//! **Invariant:** everything is read from one view, taken at one point in time; nothing here prices or decides.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::{
    checkout_line::CheckoutLine,
    consignment::Consignment,
    currency::CurrencyCode,
    explanation::PricingStep,
    message::CheckoutMessage,
    order::Order,
    payment::PaymentAttempt,
    scalar::{DateTime, Money},
    shared::{Attribute, CheckoutCustomer, MailingAddress, TaxLine},
    shipping::ShippingRateQuote,
    totals::{AppliedDiscount, AppliedGiftCertificate, CheckoutDiscountCode, CheckoutTotals, TaxStatus},
    verdict::PaymentVerdict,
};
use crate::{
    domain::checkout::{Action, Phase, State},
    flows::outcome::View,
};

/// A purchase on its way to an order. Everything that a checkout page shows is here and computed by the
/// server. The raw token is not: it is returned once, by checkoutSessionCreate.
pub struct CheckoutSession(pub Arc<View>);

/// A purchase on its way to an order. Everything that a checkout page shows is here and computed by the
/// server. The raw token is not: it is returned once, by checkoutSessionCreate.
#[Object]
impl CheckoutSession {
    /// Globally unique id. Not a secret; opens nothing without the token.
    pub(crate) async fn id(&self) -> ID {
        self.0.session.id.to_string().into()
    }

    /// Where the session stands.
    async fn state(&self) -> CheckoutSessionState {
        self.0.state().into()
    }

    /// Which mutations would be accepted now. For enabling buttons.
    async fn allowed_actions(&self) -> Vec<CheckoutAction> {
        self.0.allowed_actions().into_iter().map(CheckoutAction::from).collect()
    }

    /// Grows by one with every stored change. Send it as expectedRevision to notice a second tab.
    async fn revision(&self) -> i32 {
        i32::try_from(self.0.session.revision).unwrap_or(i32::MAX)
    }

    /// Currency of all amounts.
    async fn currency(&self) -> CurrencyCode {
        self.0.session.currency.into()
    }

    /// The language of the buyer, BCP 47: kept for the shop, which speaks it. Messages are in English.
    async fn locale(&self) -> &str {
        &self.0.session.details.locale
    }

    /// Who buys.
    async fn customer(&self) -> Option<CheckoutCustomer> {
        CheckoutCustomer::of(&self.0.session.details.buyer)
    }

    /// Where to send the goods. With consignments: the address of the first.
    async fn shipping_address(&self) -> Option<MailingAddress> {
        self.0.session.details.shipping.as_ref().map(MailingAddress::from)
    }

    /// Where the invoice goes; the shipping address when none was given.
    async fn billing_address(&self) -> Option<MailingAddress> {
        let details = &self.0.session.details;
        details.billing.as_ref().or(details.shipping.as_ref()).map(MailingAddress::from)
    }

    /// What is bought, in the order added. At most 200.
    async fn lines(&self) -> Vec<CheckoutLine> {
        (0..self.0.session.lines.len()).map(|place| CheckoutLine::at(&self.0, place)).collect()
    }

    /// Units over all lines.
    async fn total_quantity(&self) -> i32 {
        let units: i64 = self.0.session.lines.iter().map(|line| line.quantity).sum();
        i32::try_from(units).unwrap_or(i32::MAX)
    }

    /// Whether any line must be sent.
    async fn requires_shipping(&self) -> bool {
        self.0.session.ships()
    }

    /// Shipments: which lines go where and how. One, unless the client split the order; none when nothing must be sent.
    async fn consignments(&self) -> Vec<Consignment> {
        Consignment::all(&self.0)
    }

    /// Rates that apply to the first consignment, in the order of shippingZones. Empty while the address is not known or
    /// not covered.
    async fn applicable_shipping_rates(&self) -> Vec<ShippingRateQuote> {
        let session = &self.0.session;
        session.estimate.offers.iter().map(|offer| ShippingRateQuote::of(offer, session.currency)).collect()
    }

    /// The chosen rate of the first consignment.
    async fn selected_shipping_rate(&self) -> Option<ShippingRateQuote> {
        let session = &self.0.session;
        session
            .estimate
            .offers
            .iter()
            .find(|offer| offer.selected)
            .map(|offer| ShippingRateQuote::of(offer, session.currency))
    }

    /// Whether a bind without shippingRateId would be refused: the destination has applicable rates. With consignments,
    /// each of them that has applicable rates wants its own.
    async fn shipping_rate_required(&self) -> bool {
        self.0.session.rate_required()
    }

    /// Every code that the buyer entered and what became of it.
    async fn discount_codes(&self) -> Vec<CheckoutDiscountCode> {
        CheckoutDiscountCode::all(&self.0.session.estimate.quote)
    }

    /// Discounts that lower the total.
    async fn discounts(&self) -> Vec<AppliedDiscount> {
        AppliedDiscount::all(&self.0.session.estimate.quote)
    }

    /// Gift certificates and what each pays. One that does not pay is told in messages.
    async fn gift_certificates(&self) -> Vec<AppliedGiftCertificate> {
        AppliedGiftCertificate::all(&self.0.session.estimate.quote)
    }

    /// Taxes, one line for each tax and scope.
    async fn taxes(&self) -> Vec<TaxLine> {
        let quote = &self.0.session.estimate.quote;
        quote.taxes().iter().map(|tax| TaxLine::of(tax, quote.currency, quote.taxes_included)).collect()
    }

    /// Whether prices contain tax.
    async fn taxes_included(&self) -> bool {
        self.0.session.estimate.quote.taxes_included
    }

    /// How final `taxes` are.
    async fn tax_status(&self) -> TaxStatus {
        self.0.session.estimate.quote.tax_status.into()
    }

    /// All sums. Estimates until BOUND.
    async fn totals(&self) -> CheckoutTotals {
        CheckoutTotals::from(&self.0.session.estimate.quote)
    }

    /// How the grand total came about, step by step; the amounts add up to it exactly.
    async fn explanation(&self) -> Vec<PricingStep> {
        PricingStep::of_session(&self.0)
    }

    /// What the buyer should know or do, most severe first. Part of the session, so that every read has them.
    async fn messages(&self) -> Vec<CheckoutMessage> {
        CheckoutMessage::all(&self.0)
    }

    /// The binding total; null unless BOUND or later.
    async fn binding(&self) -> Option<CheckoutBinding> {
        let shown = matches!(self.0.state(), State::Bound | State::PaymentProcessing | State::Completed);
        let session = &self.0.session;
        session.bound().filter(|_| shown).map(|bound| CheckoutBinding {
            total: Money::of(bound.total, session.currency),
            revision: i32::try_from(bound.revision).unwrap_or(i32::MAX),
            bound_at: DateTime(bound.bound_at),
            valid_until: DateTime(bound.valid_until),
            tax_source: bound.tax_source.clone(),
        })
    }

    /// The latest payment attempt.
    async fn payment_attempt(&self) -> Option<PaymentAttempt> {
        self.0.attempt.clone().map(PaymentAttempt)
    }

    /// What was decided about the money that was taken for this session, oldest first: none before the provider said so, and
    /// more than one where it was paid twice.
    async fn verdicts(&self, ctx: &Context<'_>) -> Result<Vec<PaymentVerdict>> {
        PaymentVerdict::of(ctx, &self.0.organization, self.0.session.id).await
    }

    /// The order; null until COMPLETED.
    async fn order(&self) -> Option<Order> {
        Order::of(&self.0)
    }

    /// The buyer's message to the merchant, at most 2000 characters.
    async fn customer_message(&self) -> Option<&str> {
        self.0.session.details.message.as_deref()
    }

    /// What the client stored.
    async fn attributes(&self) -> Vec<Attribute> {
        self.0.session.details.attributes.iter().map(Attribute::from).collect()
    }

    /// When the token stops working, unless the session completes first.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.session.expires_at)
    }

    /// Creation.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.session.created_at)
    }

    /// Last stored change.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.session.updated_at)
    }

    /// When it became an order.
    async fn completed_at(&self) -> Option<DateTime> {
        if let Phase::Completed { at, .. } = self.0.session.phase { Some(DateTime(at)) } else { None }
    }

    /// When it was canceled.
    async fn canceled_at(&self) -> Option<DateTime> {
        if let Phase::Canceled { at, .. } = self.0.session.phase { Some(DateTime(at)) } else { None }
    }
}

/// Where a checkout session stands. COMPLETED, CANCELED and EXPIRED are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CheckoutSessionState {
    /// Created with lines; the buyer has given no details yet.
    Open,
    /// Something required is missing or wrong. `messages` of type ERROR say what.
    NotReadyForPayment,
    /// Nothing blocks; the session can be bound.
    ReadyForPayment,
    /// The total is binding. A payment session can be asked for. A later reprice or change of lines
    /// releases the binding and goes back to one of the states above, as long as no payment is under way.
    Bound,
    /// The provider is working on a payment of the bound total. Nothing can be changed.
    PaymentProcessing,
    /// Paid and turned into an order. Final.
    Completed,
    /// Canceled by the buyer or the merchant. Final.
    Canceled,
    /// The token ran out before completion. Final.
    Expired,
}

impl From<State> for CheckoutSessionState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::NotReadyForPayment => Self::NotReadyForPayment,
            State::ReadyForPayment => Self::ReadyForPayment,
            State::Bound => Self::Bound,
            State::PaymentProcessing => Self::PaymentProcessing,
            State::Completed => Self::Completed,
            State::Canceled => Self::Canceled,
            State::Expired => Self::Expired,
        }
    }
}

/// A mutation that a session may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CheckoutAction {
    /// checkoutSessionReprice and the changes of lines.
    Reprice,
    /// checkoutSessionBind.
    Bind,
    /// checkoutSessionPaymentSession.
    PaymentSession,
    /// checkoutSessionComplete.
    Complete,
    /// checkoutSessionCancel.
    Cancel,
}

impl From<Action> for CheckoutAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Reprice => Self::Reprice,
            Action::Bind => Self::Bind,
            Action::PaymentSession => Self::PaymentSession,
            Action::Complete => Self::Complete,
            Action::Cancel => Self::Cancel,
        }
    }
}

/// The total that a bind fixed.
#[derive(SimpleObject)]
pub struct CheckoutBinding {
    /// Total to pay, amountDue at the time of binding.
    total: Money,
    /// Revision that was bound.
    revision: i32,
    /// When it was bound.
    bound_at: DateTime,
    /// Until when the total holds.
    valid_until: DateTime,
    /// Where the tax snapshot came from, for example MANUAL or a tax provider's name.
    tax_source: String,
}
