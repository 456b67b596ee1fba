//! Steps of everybody else: the merchant, the bank, the mail, the worker, the clock and the crash.
//!
//! **Invariant:** what somebody does past the server is noted in the facts, so that the laws know what came from outside.

use checkstand::{
    domain::{instant::Span, money::Minor, refund::Target},
    flows::{
        capture,
        due::Item,
        give_back,
        receive::{self, Received},
    },
    twin::{Letter, Settlement},
    worker,
};
use sea_orm::ConnectionTrait;

use crate::{
    buyer::Heard,
    history::{Finding, History, RUNNING_MAX},
    laws,
    running::Whose,
    signature::signature,
    world::{SECRET, slug},
};

/// Minutes that pass at once.
const TIMES: &[(usize, i64)] = &[(4, 1), (3, 6), (4, 16), (1, 180), (1, 25 * 60)];

impl History {
    pub fn pass(&self) {
        let minutes = self.world.one_of(TIMES);
        self.tell(format!("{minutes} minutes pass"));
        self.world.pass(Span::from_minutes(minutes));
    }

    /// The bank lets a payment through that waits for it, or does not.
    pub fn bank(&mut self, wanted: &str) {
        let waiting: Vec<String> =
            self.world.intents().into_iter().filter(|intent| intent.status == wanted).map(|i| i.id).collect();
        if waiting.is_empty() {
            return;
        }
        let intent = &waiting[self.world.below(waiting.len())];
        let outcome = self.world.one_of(&[(3, Settlement::Succeed), (1, Settlement::Fail)]);
        let done = if wanted == "processing" {
            self.world.twin.settle(intent, outcome)
        } else {
            self.world.twin.authenticate(intent, outcome)
        };
        self.tell(format!("the bank decides about a payment in {wanted}: {outcome:?} {}", done.is_ok()));
    }

    fn letter(&mut self) -> Option<Letter> {
        if self.mail.is_empty() {
            return None;
        }
        let at = self.world.below(self.mail.len());
        Some(self.mail.remove(at))
    }

    pub fn lose(&mut self) {
        if let Some(letter) = self.letter() {
            self.tell(format!("{} is lost", letter.event_type));
            let body: serde_json::Value = serde_json::from_str(&letter.body).unwrap_or_default();
            let intent = body["data"]["object"]["payment_intent"].as_str();
            self.facts.unheard.extend(intent.map(str::to_owned));
            self.count("events lost", 1);
        }
    }

    pub async fn deliver(&mut self) -> Result<(), Finding> {
        if self.running.len() >= RUNNING_MAX {
            return Ok(());
        }
        let Some(letter) = self.letter() else { return Ok(()) };
        self.post(letter).await
    }

    pub async fn post(&mut self, letter: Letter) -> Result<(), Finding> {
        let (app, body) = (self.world.app.clone(), letter.body.clone());
        let header = signature(SECRET, app.now().ms() / 1000, &body);
        let taking = async move {
            let codes = match receive::receive(&app, slug().as_str(), &header, body.as_bytes()).await? {
                Received::Acknowledged => Vec::new(),
                Received::BadSignature => vec!["bad signature".to_owned()],
            };
            Ok(Heard { codes, ..Heard::default() })
        };
        self.start(format!("{} arrives", letter.event_type), Whose::Mail(letter), taking).await
    }

    pub async fn work(&mut self) -> Result<(), Finding> {
        if self.running.len() >= RUNNING_MAX {
            return Ok(());
        }
        let due = self.world.app.due(Span::from_ms(0), 50).await.unwrap();
        if due.is_empty() {
            return Ok(());
        }
        let item = due[self.world.below(due.len())];
        self.take_up(item).await
    }

    pub async fn take_up(&mut self, item: Item) -> Result<(), Finding> {
        let app = self.world.app.clone();
        let word = format!("{:?}", item.what);
        let kind = word.split('(').next().unwrap_or_default().to_lowercase();
        let working = async move {
            worker::one(&app, item).await;
            Ok(Heard::default())
        };
        self.start(format!("the worker takes up: {kind}"), Whose::Other, working).await
    }

    pub async fn reprice(&self) {
        self.tell("the merchant changes the price of the mug");
        self.sql("UPDATE price SET amount_minor = 1532 - amount_minor WHERE amount_minor IN (733, 799)")
            .await;
    }

    pub async fn restock(&mut self) {
        let choices = [(1, ("LAMP", 1)), (1, ("MUG", 1)), (1, ("LAMP", -1)), (1, ("MUG", -1))];
        let (sku, units) = self.world.one_of(&choices);
        // What buyers hold is theirs: no merchant's count goes below it.
        if laws::free(&self.world, sku).await + units < 0 {
            return;
        }
        self.tell(format!("the merchant moves the stock of {sku} by {units}"));
        *self.facts.moved.entry(sku).or_default() += units;
        let variant = format!("(SELECT id FROM variant WHERE sku = '{sku}')");
        self.sql(&format!("UPDATE stock SET on_hand = on_hand + {units} WHERE variant_id = {variant}")).await;
    }

    async fn sql(&self, change: &str) {
        self.world.outside.execute_unprepared(change).await.unwrap();
    }

    /// The merchant changes the amount of an intent by hand.
    pub fn touch(&mut self) {
        let open: Vec<_> = self
            .world
            .intents()
            .into_iter()
            .filter(|intent| intent.status == "requires_payment_method" && intent.amount > 100)
            .collect();
        if open.is_empty() {
            return;
        }
        let intent = &open[self.world.below(open.len())];
        let amount = intent.amount + self.world.one_of(&[(1, 1), (1, -1), (1, 1000)]);
        let done = self.world.twin.change_amount(&intent.id, amount).is_ok();
        self.tell(format!("somebody changes an intent by hand from {} to {amount}: {done}", intent.amount));
        self.facts.touched.insert(intent.id.clone());
    }

    pub async fn give_back(&mut self) -> Result<(), Finding> {
        let orders = laws::orders(&self.world).await;
        if orders.is_empty() || self.running.len() >= RUNNING_MAX {
            return Ok(());
        }
        let (order, left) = orders[self.world.below(orders.len())];
        let amount = self.world.one_of(&[(1, None), (1, Some(1)), (1, Some(500))]);
        let usd = "USD".parse().unwrap();
        let target = match amount {
            Some(amount) => Target::Amount(Minor::new(amount), usd),
            None => Target::Remaining,
        };
        let wanted = give_back::Wanted { target, restock: true, reason: None, key: None };
        let (app, merchant) = (self.world.app.clone(), self.world.merchant().await);
        let giving = async move {
            let done = give_back::give_back(&app, &merchant, order, &wanted).await?;
            let codes = done.err().map(|why| why.code().to_owned()).into_iter().collect();
            Ok(Heard { codes, ..Heard::default() })
        };
        self.count("refunds by the merchant", 1);
        let said = format!("the merchant gives back {amount:?} of an order of {left}");
        self.start(said, Whose::Other, giving).await
    }

    /// The merchant takes what was authorized, or less.
    pub async fn capture(&mut self) -> Result<(), Finding> {
        let orders = laws::orders(&self.world).await;
        if orders.is_empty() || self.running.len() >= RUNNING_MAX {
            return Ok(());
        }
        let (order, charged) = orders[self.world.below(orders.len())];
        let amount = self.world.one_of(&[(3, None), (1, Some(charged - 1)), (1, Some(500))]);
        let (app, merchant) = (self.world.app.clone(), self.world.merchant().await);
        let taking = async move {
            let done = capture::capture(&app, &merchant, order, amount.map(Minor::new)).await?;
            let codes = done.err().map(|why| why.code().to_owned()).into_iter().collect();
            Ok(Heard { codes, ..Heard::default() })
        };
        let said = format!("the merchant captures {amount:?} of an order of {charged}");
        self.start(said, Whose::Other, taking).await
    }

    /// The bank lets an authorization go that nobody captured.
    pub async fn lapse(&mut self) {
        let all = self.world.intents();
        let waiting: Vec<&str> = all
            .iter()
            .filter(|intent| intent.status == "requires_capture")
            .map(|intent| intent.id.as_str())
            .collect();
        if waiting.is_empty() {
            return;
        }
        let intent = waiting[self.world.below(waiting.len())];
        let status = self.world.dashboard(&format!("/v1/payment_intents/{intent}/cancel"), "").await;
        self.tell(format!("an authorization ends by itself: {status}"));
        self.facts.touched.insert(intent.to_owned());
        self.count("authorizations that ended", 1);
    }

    /// Somebody gives money of an order back at the provider.
    pub async fn give_back_by_hand(&mut self) {
        let intents: Vec<String> = laws::paid(&self.world).await;
        if intents.is_empty() {
            return;
        }
        let intent = &intents[self.world.below(intents.len())];
        let amount = self.world.one_of(&[(1, "&amount=1"), (1, "&amount=500"), (1, "")]);
        let before = self.refunded(intent);
        let status = self.world.dashboard("/v1/refunds", &format!("payment_intent={intent}{amount}")).await;
        self.tell(format!("somebody gives back by hand{amount}: {status}"));
        *self.facts.by_hand.entry(intent.clone()).or_default() += self.refunded(intent) - before;
        self.count("refunds by hand", u64::from(status == 200));
    }

    fn refunded(&self, intent: &str) -> i64 {
        let all = self.world.intents();
        all.iter().find(|one| one.id == intent).map_or(0, |one| one.refunded)
    }

    /// The bank sends a refund back.
    pub fn send_back(&mut self) {
        let refunded: Vec<String> =
            self.world.intents().into_iter().filter(|intent| intent.refunded > 0).map(|i| i.id).collect();
        if refunded.is_empty() {
            return;
        }
        let intent = &refunded[self.world.below(refunded.len())];
        let done = self.world.twin.fail_refund(intent).is_ok();
        self.tell(format!("the bank sends a refund back: {done}"));
        self.facts.touched.insert(intent.clone());
        // A gift certificate may have spent its share: then the books stay as they are, and a person looks.
        self.facts.unheard.insert(intent.clone());
        self.count("refunds sent back", 1);
    }
}
