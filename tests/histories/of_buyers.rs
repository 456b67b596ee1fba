//! Steps of buyers.
//!
//! **Invariant:** a page does whatever a page may do at any moment, most often the next thing on the way to an order.

use checkstand::flows::token::Token;

use crate::{
    buyer::{self, Buyer},
    history::{Finding, History, RUNNING_MAX},
    running::Whose,
};

/// At once; who is through makes room.
const BUYERS_MAX: usize = 3;
const CARDS: &[(usize, &str)] = &[
    (8, "pm_card_visa"),
    (3, "pm_card_chargeDeclined"),
    (3, "pm_card_threeDSecure2Required"),
    (2, "pm_twin_late_success"),
];

/// What a page asks of a session by its token alone.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    AskForPayment,
    Complete,
    Cancel,
    Look,
}

impl History {
    pub async fn open(&mut self) -> Result<(), Finding> {
        let waits = |buyer: &Buyer| buyer.unanswered.is_some();
        let who = match self.buyers.iter().position(waits) {
            Some(who) => who,
            None if self.buyers.iter().filter(|buyer| !buyer.is_through()).count() < BUYERS_MAX => {
                self.buyers.push(Buyer::default());
                self.buyers.len() - 1
            }
            None => return Ok(()),
        };
        self.facts.buyers = self.buyers.len();
        let mut buyer = std::mem::take(&mut self.buyers[who]);
        let (said, work) = buyer::opens(&self.world, who, &mut buyer);
        self.buyers[who] = buyer;
        self.start(format!("buyer {who} {said}"), Whose::Buyer(who, true), work).await
    }

    /// A buyer with a session, if there is one and not too much is under way; most often one who is not through.
    fn somebody(&self) -> Option<usize> {
        let of = |through: bool| -> Vec<usize> {
            let buyers = self.buyers.iter().enumerate();
            let some = buyers.filter(|(_, buyer)| buyer.token.is_some() && buyer.is_through() == through);
            some.map(|(who, _)| who).collect()
        };
        let (going, through) = (of(false), of(true));
        let wanted = if self.world.one_of(&[(9, false), (1, true)]) { through } else { going };
        if wanted.is_empty() || self.running.len() >= RUNNING_MAX {
            return None;
        }
        Some(wanted[self.world.below(wanted.len())])
    }

    /// A buyer takes the next step on the way to an order.
    pub async fn go_ahead(&mut self) -> Result<(), Finding> {
        let Some(who) = self.somebody() else { return self.open().await };
        let buyer = &self.buyers[who];
        match (buyer.state.as_str(), buyer.secrets.last()) {
            ("Bound", Some(_)) => {
                self.pay().await;
                Ok(())
            }
            ("Bound", None) if buyer.owes_nothing => self.call_of(who, Call::Complete).await,
            ("Bound", None) => self.call_of(who, Call::AskForPayment).await,
            ("PaymentProcessing", _) => self.call_of(who, Call::Complete).await,
            _ => self.bind_of(who).await,
        }
    }

    pub async fn change(&mut self) -> Result<(), Finding> {
        let Some(who) = self.somebody() else { return Ok(()) };
        let Some(token) = self.buyers[who].token.clone() else { return Ok(()) };
        let (said, work) = buyer::changes(&self.world, &token);
        self.start(format!("buyer {who} {said}"), Whose::Buyer(who, false), work).await
    }

    pub async fn bind(&mut self) -> Result<(), Finding> {
        let Some(who) = self.somebody() else { return Ok(()) };
        self.bind_of(who).await
    }

    async fn bind_of(&mut self, who: usize) -> Result<(), Finding> {
        let Some(token) = self.buyers[who].token.clone() else { return Ok(()) };
        let mut buyer = std::mem::take(&mut self.buyers[who]);
        let (said, work) = buyer::binds(&self.world, &mut buyer, &token);
        self.buyers[who] = buyer;
        self.start(format!("buyer {who} {said}"), Whose::Buyer(who, false), work).await
    }

    pub async fn call(&mut self, call: Call) -> Result<(), Finding> {
        let Some(who) = self.somebody() else { return Ok(()) };
        self.call_of(who, call).await
    }

    async fn call_of(&mut self, who: usize, call: Call) -> Result<(), Finding> {
        let Some(token) = self.buyers[who].token.as_deref().and_then(Token::parse) else { return Ok(()) };
        let (app, merchant) = (self.world.app.clone(), self.world.merchant().await);
        let whose = Whose::Buyer(who, false);
        match call {
            Call::AskForPayment => {
                let asking = buyer::asks_for_payment(app, merchant, token);
                self.start(format!("buyer {who} asks for a payment session"), whose, asking).await
            }
            Call::Complete => {
                let completing = buyer::completes(app, merchant, token);
                self.start(format!("buyer {who} says that it is paid"), whose, completing).await
            }
            Call::Cancel => {
                let canceling = buyer::cancels(app, merchant, token);
                self.start(format!("buyer {who} cancels"), whose, canceling).await
            }
            Call::Look => {
                let looking = buyer::looks(app, merchant, token);
                self.start(format!("buyer {who} looks"), whose, looking).await
            }
        }
    }

    /// A page pays with a client secret that it has, perhaps an old one.
    pub async fn pay(&mut self) {
        let all: Vec<(usize, buyer::Secret)> = (0..self.buyers.len())
            .flat_map(|who| self.buyers[who].secrets.iter().map(move |secret| (who, secret.clone())))
            .collect();
        if all.is_empty() {
            return;
        }
        let (who, secret) = &all[self.world.below(all.len())];
        let card = self.world.one_of(CARDS);
        let form = format!("payment_method={card}&client_secret={}", secret.text);
        let path = format!("/v1/payment_intents/{}/confirm", secret.intent);
        let (status, answer) = self.world.browser(&path, form).await;
        let stands = answer["status"].as_str().unwrap_or_default();
        self.tell(format!("buyer {who} pays with {card}: {status} {stands}"));
    }
}
