//! The one decision about every payment, odd ones included.
//!
//! **Invariant:** total: every payment of one of our intents is honoured, refunded or held for a person, with a
//! reason; the same facts give the same verdict. A refund always has a cause outside of us: while a binding is
//! payable its goods are held, so a payment of it can be honoured however late it comes.

use super::{currency::Currency, ids::BindingId, money::Minor};

/// What the provider says it took, read from the provider again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider's id of the intent.
    pub intent: String,
    /// The binding that the intent names in its metadata.
    pub binding: Option<BindingId>,
    /// What it took, or may take where it is only authorized; `None` for a fraction of a minor unit.
    pub amount: Option<Minor>,
    /// In which currency; `None` for one not in the table.
    pub currency: Option<Currency>,
    /// Whether real money moved.
    pub live: bool,
}

/// What the session of the payment has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Whether the shop moves real money.
    pub live: bool,
    /// The intent whose payment became the order, where there is one; empty for an order without payment.
    pub ordered_by: Option<String>,
    /// The binding that the payment names.
    pub binding: Option<NamedBinding>,
    /// Whether the session ended without an order.
    pub ended: bool,
}

/// A binding as the verdict needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBinding {
    /// Its id.
    pub id: BindingId,
    /// What was to pay.
    pub total: Minor,
    /// In which currency.
    pub currency: Currency,
    /// Whether it can still be paid.
    pub payable: bool,
    /// Whether its time was over.
    pub late: bool,
    /// Whether its goods are still held.
    pub goods_held: bool,
}

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It becomes the order, from the snapshot of that binding.
    Honour(BindingId, Reason),
    /// It goes back.
    Refund(Reason),
    /// A person must look.
    HoldForReview(Reason),
    /// It is the payment of the order already made.
    AlreadyHonoured,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// As agreed.
    OnTime,
    /// After the binding's time, while it was still payable.
    Late,
    /// After the session was canceled or ran out.
    Ended,
    /// The session has an order that another payment paid.
    Duplicate,
    /// More than the total.
    Over,
    /// Less than the total.
    Under,
    /// Another currency.
    WrongCurrency,
    /// The goods are no longer held.
    StockGone,
    /// The binding was dropped.
    Released,
    /// Test money at a live shop, or the other way round.
    ModeMismatch,
    /// It names no binding of the session.
    UnknownBinding,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::OnTime,
        Self::Late,
        Self::Ended,
        Self::Duplicate,
        Self::Over,
        Self::Under,
        Self::WrongCurrency,
        Self::StockGone,
        Self::Released,
        Self::ModeMismatch,
        Self::UnknownBinding,
    ];

    /// By its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// One word, as stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Ended => "ended",
            Self::Duplicate => "duplicate",
            Self::Over => "over",
            Self::Under => "under",
            Self::WrongCurrency => "wrong_currency",
            Self::StockGone => "stock_gone",
            Self::Released => "released",
            Self::ModeMismatch => "mode_mismatch",
            Self::UnknownBinding => "unknown_binding",
        }
    }
}

/// Decides about a payment of one of our own intents.
#[must_use]
pub fn verdict(payment: &Payment, case: &Case) -> Verdict {
    if payment.live != case.live {
        return Verdict::HoldForReview(Reason::ModeMismatch);
    }
    match &case.ordered_by {
        Some(intent) if *intent == payment.intent => return Verdict::AlreadyHonoured,
        Some(_) => return Verdict::Refund(Reason::Duplicate),
        None => {}
    }
    let Some(binding) = case.binding.as_ref().filter(|binding| Some(binding.id) == payment.binding) else {
        return Verdict::HoldForReview(Reason::UnknownBinding);
    };
    if payment.currency != Some(binding.currency) {
        return Verdict::Refund(Reason::WrongCurrency);
    }
    match payment.amount {
        Some(amount) if amount == binding.total => {}
        Some(amount) if amount < binding.total => return Verdict::Refund(Reason::Under),
        Some(_) | None => return Verdict::Refund(Reason::Over),
    }
    match (binding.payable, binding.goods_held, case.ended) {
        (true, true, _) => {
            Verdict::Honour(binding.id, if binding.late { Reason::Late } else { Reason::OnTime })
        }
        (true, false, _) => Verdict::Refund(Reason::StockGone),
        (false, _, true) => Verdict::Refund(Reason::Ended),
        (false, _, false) => Verdict::Refund(Reason::Released),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn binding() -> NamedBinding {
        NamedBinding {
            id: BindingId::from_uuid(Uuid::from_u128(1)),
            total: Minor::new(72_77),
            currency: "USD".parse().unwrap(),
            payable: true,
            late: false,
            goods_held: true,
        }
    }

    fn case() -> Case {
        Case { live: false, ordered_by: None, binding: Some(binding()), ended: false }
    }

    fn payment() -> Payment {
        Payment {
            intent: "pi_1".into(),
            binding: Some(binding().id),
            amount: Some(Minor::new(72_77)),
            currency: "USD".parse().ok(),
            live: false,
        }
    }

    #[test]
    fn each_odd_payment_has_its_verdict() {
        use Verdict::{AlreadyHonoured, HoldForReview, Honour, Refund};
        let with = |change: fn(&mut NamedBinding)| {
            let mut changed = binding();
            change(&mut changed);
            Case { binding: Some(changed), ..case() }
        };
        let paid = |amount| Payment { amount: Some(Minor::new(amount)), ..payment() };
        let ordered = |intent: &str| Case { ordered_by: Some(intent.into()), ..case() };
        let id = binding().id;
        let dropped = with(|b| b.payable = false);
        let rows = [
            (payment(), case(), Honour(id, Reason::OnTime)),
            (payment(), with(|b| b.late = true), Honour(id, Reason::Late)),
            (payment(), ordered("pi_1"), AlreadyHonoured),
            (payment(), ordered("pi_0"), Refund(Reason::Duplicate)),
            (payment(), ordered(""), Refund(Reason::Duplicate)),
            (paid(72_78), case(), Refund(Reason::Over)),
            (paid(72_76), case(), Refund(Reason::Under)),
            (Payment { amount: None, ..payment() }, case(), Refund(Reason::Over)),
            (Payment { currency: "EUR".parse().ok(), ..payment() }, case(), Refund(Reason::WrongCurrency)),
            (Payment { currency: None, ..payment() }, case(), Refund(Reason::WrongCurrency)),
            (Payment { live: true, ..payment() }, case(), HoldForReview(Reason::ModeMismatch)),
            (Payment { binding: None, ..payment() }, case(), HoldForReview(Reason::UnknownBinding)),
            (payment(), Case { binding: None, ..case() }, HoldForReview(Reason::UnknownBinding)),
            (payment(), with(|b| b.goods_held = false), Refund(Reason::StockGone)),
            (payment(), dropped.clone(), Refund(Reason::Released)),
            (payment(), Case { ended: true, ..dropped }, Refund(Reason::Ended)),
        ];
        for (payment, case, expected) in rows {
            assert_eq!(verdict(&payment, &case), expected, "{payment:?} {case:?}");
        }
    }

    proptest! {
        #[test]
        fn only_the_bound_amount_of_a_payable_binding_with_its_goods_is_honoured(
            amount in 0_i64..200, total in 0_i64..200, live: bool, payable: bool, late: bool, goods_held: bool, ended: bool,
        ) {
            let binding = NamedBinding { total: Minor::new(total), payable, late, goods_held, ..binding() };
            let case = Case { binding: Some(binding), ended, ..case() };
            let payment = Payment { amount: Some(Minor::new(amount)), live, ..payment() };
            let honoured = matches!(verdict(&payment, &case), Verdict::Honour(..));
            prop_assert_eq!(honoured, amount == total && !live && payable && goods_held);
        }
    }
}
