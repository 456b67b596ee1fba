//! What a buyer does, and what a buyer knows: a token, an offer, client secrets.
//!
//! **Invariant:** a buyer whose answer never came asks again with the same key and the same input, as a good client does.

use checkstand::{
    domain::{
        country::Country,
        draft::{AddressPatch, BuyerPatch, Draft, LineRequest, Patch},
        ids::RateId,
    },
    flows::{
        App, FlowError,
        bind::{self, Bind},
        cancel, complete,
        create::{self, Create},
        gift_certificate,
        idempotency::Repeatable,
        merchant::Merchant,
        outcome::Outcome,
        pay, read,
        reprice::{self, Change},
        token::Token,
    },
};
use secrecy::ExposeSecret;

use crate::world::{CERTIFICATE, World};

/// A client secret that a page has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub text: String,
    pub intent: String,
}

/// One buyer with one session.
#[derive(Debug, Default)]
pub struct Buyer {
    /// Opens the session.
    pub token: Option<String>,
    /// The rates that apply, as last heard.
    pub rates: Vec<RateId>,
    /// Where the session stands, as last heard.
    pub state: String,
    /// Whether there is nothing to pay.
    pub owes_nothing: bool,
    /// What the pages in the browser have.
    pub secrets: Vec<Secret>,
    /// A create that was not answered yet: its key and its cart.
    pub unanswered: Option<(String, usize)>,
    /// How many keys were used.
    pub keys: usize,
}

impl Buyer {
    /// Takes in what came of a step.
    pub fn hear(&mut self, heard: Heard, opens: bool) {
        self.state = heard.state;
        if opens && heard.codes.is_empty() {
            self.unanswered = None;
            self.token = heard.token.or(self.token.take());
        }
        self.owes_nothing = heard.codes.iter().any(|code| code == "PaymentNotRequired");
        self.rates = heard.rates.unwrap_or(std::mem::take(&mut self.rates));
        self.secrets.extend(heard.secret.filter(|secret| !self.secrets.contains(secret)));
    }

    /// Whether the session has ended.
    pub fn is_through(&self) -> bool {
        matches!(self.state.as_str(), "Completed" | "Canceled" | "Expired")
    }
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Heard {
    /// Codes of what was refused; empty where it was done.
    pub codes: Vec<String>,
    /// The token of a new session.
    pub token: Option<String>,
    /// A client secret.
    pub secret: Option<Secret>,
    /// Rates that apply.
    pub rates: Option<Vec<RateId>>,
    /// Where the session stands.
    pub state: String,
}

impl Heard {
    fn of(outcome: &Outcome) -> Self {
        let codes = outcome.refusals.iter().map(|refusal| format!("{:?}", refusal.code)).collect();
        let view = outcome.view.as_ref();
        let rates = view.map(|view| view.session.estimate.offers.iter().map(|offer| offer.rate.id).collect());
        let state = view.map(|view| format!("{:?}", view.state())).unwrap_or_default();
        Self { codes, rates, state, ..Self::default() }
    }
}

/// Carts to choose from: SKU and units.
const CARTS: &[&[(&str, i64)]] = &[
    &[("MUG", 1)],
    &[("LAMP", 1)],
    &[("MUG", 2), ("LAMP", 1)],
    &[("LAMP", 2)],
    &[("POSTER", 1)],
    &[("SAMPLE", 1)],
    &[("MUG", 5), ("POSTER", 3)],
];

fn lines(cart: usize) -> Vec<LineRequest> {
    let line = |(sku, quantity): &(&str, i64)| LineRequest {
        product: None,
        variant: None,
        sku: Some((*sku).to_owned()),
        quantity: *quantity,
        attributes: Vec::new(),
    };
    CARTS[cart].iter().map(line).collect()
}

fn draft(who: usize, cart: usize) -> Draft {
    let text = |text: &str| Patch::Set(text.to_owned());
    Draft {
        lines: Patch::Set(lines(cart)),
        buyer: Patch::Set(BuyerPatch {
            name: text("Buyer"),
            email: Patch::Set(format!("buyer{who}@example.com")),
            ..BuyerPatch::default()
        }),
        shipping: Patch::Set(AddressPatch {
            address1: text("1 Main St"),
            city: text("Austin"),
            region_code: text("TX"),
            postal_code: text("73301"),
            country: Patch::Set("US".parse::<Country>().unwrap()),
            ..AddressPatch::default()
        }),
        ..Draft::default()
    }
}

/// Opens a session, or asks again for the one whose answer never came.
pub fn opens(
    world: &World,
    who: usize,
    buyer: &mut Buyer,
) -> (String, impl Future<Output = Result<Heard, FlowError>> + use<>) {
    let fresh = || (format!("create-of-buyer-{who:016}"), world.below(CARTS.len()));
    let (key, cart) = buyer.unanswered.get_or_insert_with(fresh).clone();
    let (app, said) = (world.app.clone(), format!("opens a session for {:?}", CARTS[cart]));
    let flow = async move {
        let organization = app.organization(&crate::world::slug()).await?.unwrap();
        let key = Repeatable { input: format!("cart {cart}"), key };
        let wanted = Create { draft: draft(who, cart), currency: None, key: Some(key) };
        let created = create::create(&app, &organization, wanted).await?;
        let token = created.token.map(|token| token.expose_secret().to_owned());
        Ok(Heard { token, ..Heard::of(&created.outcome) })
    };
    (said, flow)
}

/// Changes the cart, types a code, or gives the gift certificate.
pub fn changes(
    world: &World,
    token: &str,
) -> (String, impl Future<Output = Result<Heard, FlowError>> + use<>) {
    let (app, token) = (world.app.clone(), Token::parse(token).unwrap());
    let (said, draft) = match world.below(4) {
        0 | 1 => {
            let cart = world.below(CARTS.len());
            let lines = Patch::Set(lines(cart));
            (format!("changes the cart to {:?}", CARTS[cart]), Draft { lines, ..Draft::default() })
        }
        2 => {
            let codes = Patch::Set(vec!["ONCE".to_owned()]);
            ("types the code ONCE".to_owned(), Draft { codes, ..Draft::default() })
        }
        _ => {
            let certificates = Patch::Set(vec![gift_certificate::named(CERTIFICATE)]);
            ("gives the gift certificate".to_owned(), Draft { certificates, ..Draft::default() })
        }
    };
    let flow = async move {
        let organization = app.organization(&crate::world::slug()).await?.unwrap();
        let change = Change { draft, ..Change::default() };
        Ok(Heard::of(&reprice::reprice(&app, &organization, &token, change).await?))
    };
    (said, flow)
}

/// Binds a total, with or without saying which.
pub fn binds(
    world: &World,
    buyer: &mut Buyer,
    token: &str,
) -> (String, impl Future<Output = Result<Heard, FlowError>> + use<>) {
    let (app, token) = (world.app.clone(), Token::parse(token).unwrap());
    let rate = (!buyer.rates.is_empty()).then(|| world.below(buyer.rates.len()));
    let is_keyed = world.below(3) == 2;
    buyer.keys += usize::from(is_keyed);
    let key = is_keyed
        .then(|| Repeatable { key: format!("bind-{:020}", buyer.keys), input: format!("rate {rate:?}") });
    let rates = buyer.rates.clone();
    let flow = async move {
        let organization = app.organization(&crate::world::slug()).await?.unwrap();
        let rate = rate.and_then(|at| rates.get(at).copied()).map_or(Patch::Keep, Patch::Set);
        let draft = Draft { rate, ..Draft::default() };
        let wanted = Bind { draft, expected_total: None, expected_due: None, expected_revision: None, key };
        Ok(Heard::of(&bind::bind(&app, &organization, &token, wanted).await?))
    };
    (format!("binds with rate {rate:?}"), flow)
}

/// Asks for what the Payment Element needs.
pub async fn asks_for_payment(app: App, merchant: Merchant, token: Token) -> Result<Heard, FlowError> {
    let (outcome, session) = pay::pay(&app, &merchant, &token).await?;
    let secret = session.map(|session| {
        let text = session.client_secret.expose_secret().to_owned();
        let intent = text.split_once("_secret_").unwrap().0.to_owned();
        Secret { text, intent }
    });
    Ok(Heard { secret, ..Heard::of(&outcome) })
}

/// Says that the payment is through.
pub async fn completes(app: App, merchant: Merchant, token: Token) -> Result<Heard, FlowError> {
    Ok(Heard::of(&complete::complete(&app, &merchant, &token).await?))
}

/// Cancels.
pub async fn cancels(app: App, merchant: Merchant, token: Token) -> Result<Heard, FlowError> {
    Ok(Heard::of(&cancel::cancel(&app, &merchant.organization, &token, None).await?))
}

/// Looks.
pub async fn looks(app: App, merchant: Merchant, token: Token) -> Result<Heard, FlowError> {
    let view = read::session(&app, &merchant.organization, &token).await?;
    Ok(view.map(|view| Heard::of(&Outcome::done(view))).unwrap_or_default())
}
