//! A declared shop put into the database.
//!
//! **Invariant:** one transaction that sees and changes one tenant; a second apply of the same file changes nothing, and
//! one that meets another begins anew behind it. A dry run takes the same way and is rolled back.

use uuid::Uuid;

use super::fault::{Fault, short};
use crate::{
    domain::instant::Timestamp,
    failpoint::Commit,
    store::{
        Store, StoreError,
        declared::{self, Change, Choice, Refusal, Rows, Sign},
        seed::Shop,
    },
};

/// How often an apply begins anew when another was in between.
const TRIES_MAX: usize = 5;
/// The characters of a value that a plan quotes.
const QUOTED_MAX: usize = 60;

/// How a file is applied.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// What the merchant chose beside the file.
    pub choice: Choice,
    /// Whether to only say what would change.
    pub dry_run: bool,
    /// Now.
    pub now: Timestamp,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The file says what cannot be, each with its path.
    #[error("refused")]
    Refused(Vec<Fault>),
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the database hold this shop; answers what changed. `new_id` names rows that have no name of their own.
pub async fn apply(
    store: &Store,
    shop: &Shop,
    order: Order,
    new_id: fn() -> Uuid,
) -> Result<Vec<Change>, ApplyError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match once(store, shop, order, new_id).await {
            Err(ApplyError::Store(StoreError::Taken | StoreError::Stale)) if tries < TRIES_MAX => {}
            done => return done,
        }
    }
}

async fn once(
    store: &Store,
    shop: &Shop,
    order: Order,
    new_id: fn() -> Uuid,
) -> Result<Vec<Change>, ApplyError> {
    let tx = store.write(shop.organization.id).await?;
    let rows = Rows::of(shop, order.now, new_id);
    let stored = declared::look_up(&tx, &rows, order.choice, order.now).await?;
    let mut plan = declared::plan(rows, &stored, order.choice)
        .map_err(|refused| ApplyError::Refused(refused.iter().map(|why| fault(shop, why)).collect()))?;
    let changes = std::mem::take(&mut plan.changes);
    if !order.dry_run && !plan.is_empty() {
        declared::write(&tx, plan).await?;
        tx.commit_as(Commit::Apply).await?;
    }
    Ok(changes)
}

fn fault(shop: &Shop, why: &Refusal) -> Fault {
    match why {
        Refusal::DefaultCurrency { stays } => Fault::new(
            "organization.default_currency",
            format_args!(
                "stays {stays}: prices are sorted and books are kept in it; make a shop with another slug"
            ),
        ),
        Refusal::UsageLimit { discount, uses } => {
            let place =
                shop.discounts.iter().position(|declared| declared.id == *discount).unwrap_or_default();
            let path = format!("discounts[{place}].usage_limit");
            Fault::new(
                path,
                format_args!("used or about to be used {uses} times; set active = false to end it"),
            )
        }
        Refusal::LiveMode { payments } => Fault::new(
            "payment.live",
            format_args!(
                "{payments} payments are under way in the other mode; apply it when they have ended"
            ),
        ),
    }
}

/// A plan as lines, with a last one that sums it up.
#[must_use]
pub fn told(changes: &[Change], dry_run: bool) -> Vec<String> {
    let count = |sign| changes.iter().filter(|change| change.sign == sign).count();
    let (new, edited, removed, kept) =
        (count(Sign::New), count(Sign::Changed), count(Sign::Removed), count(Sign::Kept));
    let mut lines: Vec<String> = changes.iter().map(line).collect();
    if kept > 0 {
        lines.push(format!("{kept} kept though the file does not state them; --prune switches them off."));
    }
    let sum = format!("{new} new, {edited} changed, {removed} removed");
    lines.push(match (new + edited + removed, dry_run) {
        (0, _) => "Nothing changes.".to_owned(),
        (_, true) => format!("Would be applied: {sum}. Nothing was changed."),
        (_, false) => format!("Applied: {sum}."),
    });
    lines
}

/// One change, such as `~ price PEN USD: price 1.50 -> 1.60`.
fn line(change: &Change) -> String {
    let sign = match change.sign {
        Sign::New => '+',
        Sign::Changed => '~',
        Sign::Removed => '-',
        Sign::Kept => '=',
    };
    let field = |(name, before, after): &(String, String, String)| {
        format!("{} {} -> {}", short(name, QUOTED_MAX), short(before, QUOTED_MAX), short(after, QUOTED_MAX))
    };
    let fields: Vec<String> = change.fields.iter().map(field).collect();
    let colon = if fields.is_empty() { "" } else { ": " };
    format!("{sign} {} {}{colon}{}", change.kind, short(&change.name, QUOTED_MAX), fields.join(", "))
}
