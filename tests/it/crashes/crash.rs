//! One crash: where, of which process, and what there was before.

use std::{os::unix::process::ExitStatusExt, process::Output};

use checkstand::{
    clock::{Clock, SystemClock},
    domain::instant::Span,
    store::seed,
    twin::{ReleaseOrder, WebhookSwitch},
};

use super::stand::Stand;
use crate::support::{Client, Mall, Served, Shop, program};

/// The name of a point, without its passage.
pub fn name(point: &str) -> &str {
    point.split_once(':').map_or(point, |(name, _)| name)
}

/// One crash.
pub struct Crash<'a> {
    /// The shop in this process, which no crash harms: for what comes before and after.
    pub safe: Shop<'a>,
    /// Which of its story's crashes it is, from 1 on.
    pub number: usize,
    point: &'a str,
    before: Stand,
    served: Option<Served>,
    died: bool,
    held: bool,
}

impl<'a> Crash<'a> {
    async fn at(point: &'a str, number: usize, shop: &Shop<'a>) -> Self {
        let mall = shop.mall;
        let safe = Shop {
            mall,
            slug: shop.slug.clone(),
            secret_key: shop.secret_key.clone(),
            address: mall.address.clone(),
        };
        let webhook = format!("{}/webhooks/stripe/{}", mall.address, shop.slug);
        mall.twin.register_webhook(&shop.secret_key, &webhook, "whsec_test").unwrap();
        catch_up(mall);
        Self { before: Stand::of(&safe).await, safe, number, point, served: None, died: false, held: false }
    }

    /// Sets the clock of this process back, whose webhooks are held until a process serves: what is done now is due then.
    pub async fn ago(&mut self, span: Span) {
        self.safe.hold_webhooks().await;
        self.held = true;
        self.safe.mall.clock.advance(Span::from_ms(-span.ms()));
    }

    /// Starts the process that is to die; answers the shop as its buyers see it.
    pub async fn serve(&mut self) -> Shop<'a> {
        let armed = (!self.died).then_some(self.point);
        self.start(armed).await
    }

    /// Starts a process that is to live.
    pub async fn serve_in_peace(&mut self) -> Shop<'a> {
        self.start(None).await
    }

    async fn start(&mut self, armed: Option<&str>) -> Shop<'a> {
        catch_up(self.safe.mall);
        // The provider's word that an intent is dead may be there before our own record of it, which is then no more.
        let late = if self.is_at("intent_dead") { 3_000 } else { 0 };
        let delay = WebhookSwitch::DelayMs(late);
        self.safe.mall.twin.switch_webhooks(&self.safe.secret_key, delay).unwrap();
        let served = Served::of(&self.safe, armed);
        served.listening().await;
        let shop = served.shop(&self.safe);
        self.served = Some(served);
        if self.held {
            self.release_webhooks();
        }
        shop
    }

    /// Lets go of the webhooks that were held.
    pub fn release_webhooks(&mut self) {
        self.held = false;
        let released = WebhookSwitch::Release(ReleaseOrder::AsHappened);
        self.safe.mall.twin.switch_webhooks(&self.safe.secret_key, released).unwrap();
    }

    /// Whether it is at this point, or at one of this step.
    pub fn is_at(&self, point: &str) -> bool {
        self.point.starts_with(point)
    }

    /// Waits for the death of the process that serves.
    pub async fn dies(&self) {
        self.served.as_ref().expect("nobody serves").died_at(self.point).await;
    }

    /// Runs a command that dies, once.
    pub async fn kill(&mut self, arguments: &[&str]) {
        let ended = self.run(arguments, Some(self.point)).await;
        let told = program::told(&ended);
        assert_eq!(ended.status.signal(), Some(9), "{}: {told}", self.point);
        assert!(told.contains(&format!("killed at {}\n", name(self.point))), "{}: {told}", self.point);
        self.died = true;
    }

    /// Runs a command that may live.
    pub async fn command(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let ended = self.run(arguments, None).await;
        (ended.status.code(), program::told(&ended))
    }

    async fn run(&self, arguments: &[&str], armed: Option<&str>) -> Output {
        catch_up(self.safe.mall);
        let mut command = self.safe.mall.program();
        command.args(arguments).args(["--log", "error"]);
        command.envs(armed.map(|point| ("CHECKSTAND_FAILPOINT", point)));
        program::ended(command).await
    }

    /// Fails unless the process died where it should, nothing is left half done, and since the beginning just this has
    /// happened, by nobody's work but the server's.
    pub async fn came_to(&self, expected: Stand) {
        if !self.died {
            self.dies().await;
        }
        self.safe.came_to(self.before, expected, self.point).await;
        let found = self.safe.mall.findings().await;
        assert!(found.is_empty(), "{}: the audit found:\n{}", self.point, found.join("\n"));
    }
}

/// Brings the clock of this process to the present, in which the others live.
pub fn catch_up(mall: &Mall) {
    let behind = SystemClock.now().ms() - mall.clock.now().ms();
    mall.clock.advance(Span::from_ms(behind));
}

/// Tells a story once for each point, on one database.
pub async fn each(
    mut mall: Mall,
    points: &[&str],
    change: impl FnOnce(&mut seed::Shop),
    tell: impl AsyncFn(&mut Crash<'_>),
) -> Mall {
    mall.client = Client::patient();
    {
        let shop = mall.shop_with("A", change).await;
        for (point, number) in points.iter().zip(1..) {
            let mut crash = Crash::at(point, number, &shop).await;
            tell(&mut crash).await;
        }
        let (status, told) = shop.program(&["audit"], &["--older-than", "0"]).await;
        assert_eq!(status, Some(0), "{told}");
        catch_up(&mall);
    }
    mall.audit().await;
    mall
}

/// Makes a story that is killed at points into a test on each database.
macro_rules! crash {
    ($(#[$about:meta])* async fn $name:ident($crash:ident) of $change:expr, at $points:expr, $body:block) => {
        $(#[$about])*
        pub mod $name {
            use super::*;

            pub const POINTS: &[&str] = &$points;

            async fn tell($crash: &mut Crash<'_>) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                each(Mall::on_sqlite().await, POINTS, $change, tell).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(mall) = Mall::on_postgres().await {
                    each(mall, POINTS, $change, tell).await.drop_database().await;
                }
            }
        }
    };
}
pub(crate) use crash;
