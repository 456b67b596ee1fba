//! What no query can tell: whether each row reads, its steps add up, and its goods are held.
//!
//! **Invariant:** rows are read by the very functions that the product reads them by, one after the other, so what the
//! audit accepts the product accepts. The snapshot of a binding or an order is added up from its parts, and priced again
//! from what it was priced from, where that was kept.

use std::collections::BTreeMap;

use crate::{
    domain::{
        discount::Target,
        explanation::{Step, explain},
        ids::{AttemptId, BindingId, DiscountId, OrderId, SessionId},
        instant::Timestamp,
        money::Minor,
        order::{Order, Snapshot},
        pricing::Terms,
        quote::Quote,
        refund::{Refund, RefundStatus},
        refundable::Left,
        replay::{Booked, verify},
    },
    flows::held::{covers, maximum},
    store::{
        StoreError, Tx, attempt,
        audit::{self, Fault, Faults},
        binding::{self, Binding},
        discount, hold, order, refund,
        session::{self, Key},
        shipping, tenant,
    },
};

/// Rows read between two looks for more.
const PAGE: u64 = 200;

/// Name of a check, promise, table.
type Check = (&'static str, u8, &'static str);

const SESSION_READS: Check = ("row_reads", 9, "checkout_session");
const BINDING_READS: Check = ("row_reads", 9, "binding");
const ATTEMPT_READS: Check = ("row_reads", 9, "payment_attempt");
const ORDER_READS: Check = ("row_reads", 9, "order");
const REFUND_READS: Check = ("row_reads", 9, "order_refund");
const REFUNDS_LEAVE: Check = ("refunds_beyond_part", 2, "order");
const DISCOUNT_READS: Check = ("row_reads", 9, "discount");
const ZONES_READ: Check = ("row_reads", 9, "shipping_zone");
const ORGANIZATION_READS: Check = ("row_reads", 9, "organization");
const BINDING_ADDS_UP: Check = ("binding_adds_up", 2, "binding");
const ORDER_ADDS_UP: Check = ("order_adds_up", 2, "order");
const BINDING_REPLAYS: Check = ("binding_replays", 2, "binding");
const ORDER_REPLAYS: Check = ("order_replays", 2, "order");
const HOLDS_COVER: Check = ("holds_cover_binding", 6, "checkout_session");

/// What was found, by check.
#[derive(Default)]
struct Book(BTreeMap<Check, Faults>);

impl Book {
    fn note(&mut self, check: Check, id: &impl ToString, (expected, found): (impl Into<String>, String)) {
        let fault = Fault { id: id.to_string(), expected: expected.into(), found };
        self.0.entry(check).or_default().add(fault);
    }

    /// The row, or a finding where it cannot be read. What the database itself refuses is no finding.
    fn read<T>(
        &mut self,
        check: Check,
        id: &impl ToString,
        row: Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match row {
            Ok(row) => Ok(Some(row)),
            // A session is read with its attempt, which has a look of its own and is named there.
            Err(StoreError::Corrupt { table: "payment_attempt", .. }) if check != ATTEMPT_READS => Ok(None),
            Err(StoreError::Corrupt { table, column, id: place }) => {
                let found = format!("{column} of {table} {place} does not");
                self.note(check, id, ("a row that reads", found));
                Ok(None)
            }
            Err(StoreError::Database(fault)) if fault.is_of_decoding() => {
                self.note(
                    check,
                    id,
                    ("a row that reads", "a column holds what none of its kind does".to_owned()),
                );
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads every document of a tenant.
pub(super) async fn look(
    tx: &Tx,
    now: Timestamp,
) -> Result<Vec<(&'static str, u8, &'static str, Faults)>, StoreError> {
    let mut book = Book::default();
    let id = tx.tenant().uuid();
    book.read(ORGANIZATION_READS, &id, tenant::myself(tx).await)?;
    book.read(ZONES_READ, &id, shipping::zones(tx).await)?;
    discounts(tx, now, &mut book).await?;
    sessions(tx, now, &mut book).await?;
    bindings(tx, &mut book).await?;
    attempts(tx, &mut book).await?;
    orders(tx, &mut book).await?;
    Ok(book.0.into_iter().map(|((check, promise, table), faults)| (check, promise, table, faults)).collect())
}

async fn discounts(tx: &Tx, now: Timestamp, book: &mut Book) -> Result<(), StoreError> {
    let mut after: Option<DiscountId> = None;
    loop {
        let page = audit::discounts_after(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for id in page {
            if let Some(code) = audit::code_of(tx, id).await? {
                let row = discount::look_up(tx, (&[code], Some(&[])), "", (None, now)).await;
                book.read(DISCOUNT_READS, &id.uuid(), row)?;
            }
        }
    }
}

async fn sessions(tx: &Tx, now: Timestamp, book: &mut Book) -> Result<(), StoreError> {
    let mut after: Option<SessionId> = None;
    loop {
        let page = audit::sessions_after(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for id in page {
            let row = session::find(tx, Key::Id(id)).await;
            if let Some(found) = book.read(SESSION_READS, &id.uuid(), row)?.flatten() {
                coverage(tx, &found.session, now, book).await?;
            }
        }
    }
}

/// What can still be paid is held: for as long as a client secret is out, else until its time is over.
async fn coverage(
    tx: &Tx,
    session: &crate::domain::checkout::Session,
    now: Timestamp,
    book: &mut Book,
) -> Result<(), StoreError> {
    let bound = session.bound().filter(|_| session.due_at().is_some());
    let held_by_time = bound.is_some_and(|bound| !bound.valid_until.has_come(now));
    if !session.secret_out && !held_by_time {
        return Ok(());
    }
    // One that does not read is told of by itself.
    let Ok(payable) = binding::payable(tx, session.id).await else { return Ok(()) };
    let needed = maximum(payable.iter());
    let held = hold::of_session(tx, session.id).await?;
    if !covers(&held, &needed) {
        let words = |wanted: &hold::Wanted| {
            let units: i64 = wanted.stock.iter().map(|(_, units)| units).sum();
            format!("{units} units and {} codes held", wanted.discounts.len())
        };
        book.note(HOLDS_COVER, &session.id.uuid(), (words(&needed), words(&held)));
    }
    Ok(())
}

async fn bindings(tx: &Tx, book: &mut Book) -> Result<(), StoreError> {
    let mut after: Option<BindingId> = None;
    loop {
        let page = audit::bindings_after(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for id in page {
            let row = binding::find_with_terms(tx, id).await;
            let Some((binding, terms)) = book.read(BINDING_READS, &id.uuid(), row)?.flatten() else {
                continue;
            };
            if let Some(fault) = unlike(&binding) {
                book.note(BINDING_ADDS_UP, &id.uuid(), fault);
            } else if let Some(fault) = terms.and_then(|terms| replay(&binding.snapshot, &terms)) {
                book.note(BINDING_REPLAYS, &id.uuid(), fault);
            }
        }
    }
}

/// Where a binding's snapshot does not lead to its total.
fn unlike(binding: &Binding) -> Option<(String, String)> {
    let quote = &binding.snapshot.quote;
    let due = quote.amount_due();
    if due != binding.bound.total {
        return Some((format!("a total of {}", due.raw()), binding.bound.total.raw().to_string()));
    }
    if quote.currency != binding.currency {
        return Some((quote.currency.code().to_owned(), binding.currency.code().to_owned()));
    }
    disorder(&binding.snapshot)
}

/// Where a snapshot is not what its lines cost when they are priced again.
fn replay(snapshot: &Snapshot, terms: &Terms) -> Option<(String, String)> {
    let difference = verify(snapshot, terms).err()?;
    let field = &difference.field;
    Some((format!("{field} {}", difference.again), format!("{field} {}", difference.stored)))
}

/// Where the parts of a snapshot do not add up, or are below zero.
fn disorder(snapshot: &Snapshot) -> Option<(String, String)> {
    let quote = &snapshot.quote;
    let lines = snapshot.lines.iter().map(|line| (line.id, line.quantity, line.item.unit_price));
    let priced = quote.lines.iter().map(|line| (line.line, line.quantity, line.unit_price));
    if !lines.eq(priced) {
        return Some((
            "a price of each line".to_owned(),
            "other lines than those that were priced".to_owned(),
        ));
    }
    let steps: i64 = explain(quote).iter().map(|step: &Step| step.amount.raw()).sum();
    if steps != quote.grand_total().raw() {
        return Some((format!("steps that add up to {}", quote.grand_total().raw()), steps.to_string()));
    }
    below_zero(quote).or_else(|| astray(quote))
}

fn below_zero(quote: &Quote) -> Option<(String, String)> {
    let lines =
        quote.lines.iter().flat_map(|line| [line.unit_price, line.discount(), line.total(), line.tax()]);
    let shipping = quote.charges().flat_map(|shipping| [shipping.discount, shipping.charge()]);
    let least = lines.chain(shipping).chain([quote.grand_total()]).min()?;
    (least.raw() < 0).then(|| ("nothing below zero".to_owned(), least.raw().to_string()))
}

/// Where a discount took from the lines, or from shipping, another amount than it says.
fn astray(quote: &Quote) -> Option<(String, String)> {
    quote.discounts.iter().find_map(|applied| {
        let of_lines = quote.lines.iter().flat_map(|line| &line.allocations);
        let of_lines: i64 =
            of_lines.filter(|part| part.discount == applied.discount).map(|part| part.amount.raw()).sum();
        let of_shipping = quote.charges().filter(|of| of.discounted_by == Some(applied.discount));
        let taken = match applied.target {
            Target::Order | Target::Lines => of_lines,
            Target::Shipping => of_shipping.map(|shipping| shipping.discount.raw()).sum(),
        };
        let says = applied.amount.raw();
        (taken != says)
            .then(|| (format!("parts of {} that add up to {says}", applied.title), taken.to_string()))
    })
}

async fn attempts(tx: &Tx, book: &mut Book) -> Result<(), StoreError> {
    let mut after: Option<AttemptId> = None;
    loop {
        let page = audit::attempts_after(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for id in page {
            let row = attempt::find(tx, attempt::Key::Id(id)).await;
            book.read(ATTEMPT_READS, &id.uuid(), row)?;
        }
    }
}

async fn orders(tx: &Tx, book: &mut Book) -> Result<(), StoreError> {
    let mut after: Option<OrderId> = None;
    loop {
        let page = audit::orders_after(tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for id in page {
            let row = order::find(tx, id).await;
            let Some(order) = book.read(ORDER_READS, &id.uuid(), row)?.flatten() else { continue };
            let booked = order::booked(tx, id).await;
            let Some(booked) = book.read(ORDER_READS, &id.uuid(), booked)?.flatten() else { continue };
            let refunds = refund::of_order(tx, id).await;
            if let Some(fault) = book
                .read(REFUND_READS, &id.uuid(), refunds)?
                .and_then(|refunds| overdrawn(&order, booked.charged, &refunds))
            {
                book.note(REFUNDS_LEAVE, &id.uuid(), fault);
            }
            if let Some(fault) = strays(&order, &booked) {
                book.note(ORDER_ADDS_UP, &id.uuid(), fault);
                continue;
            }
            // A binding that does not read is told of by itself.
            let Ok(Some((_, Some(terms)))) = binding::find_with_terms(tx, order.binding).await else {
                continue;
            };
            if let Some(fault) = replay(&order.snapshot, &terms) {
                book.note(ORDER_REPLAYS, &id.uuid(), fault);
            }
        }
    }
}

/// Where refunds took more of a line, or of shipping, than it cost.
fn overdrawn(order: &Order, charged: Minor, refunds: &[Refund]) -> Option<(String, String)> {
    let counting = refunds.iter().filter(|refund| refund.status != RefundStatus::Failed);
    let left = Left::of(order, charged, counting.map(|refund| &refund.shares)).ok()?;
    let least = left.parts().map(|part| part.amount).min()?;
    (least < Minor::ZERO).then(|| ("nothing below zero left of a part".to_owned(), least.raw().to_string()))
}

/// Where an order, its lines and its stored steps differ from its snapshot.
fn strays(order: &Order, booked: &Booked) -> Option<(String, String)> {
    let (quote, grand_total, steps) = (&order.snapshot.quote, booked.grand_total.raw(), &booked.steps);
    if quote.grand_total().raw() != grand_total {
        return Some((format!("a total of {}", quote.grand_total().raw()), grand_total.to_string()));
    }
    if explain(quote) != *steps {
        let sum: i64 = steps.iter().map(|step| step.amount.raw()).sum();
        return Some((format!("the steps to {grand_total}"), format!("other steps, to {sum}")));
    }
    let differs = order.lines.iter().zip(&quote.lines).find(|(line, quoted)| {
        line.discount != quoted.discount() || line.taxes != quoted.taxes || line.total() != quoted.total()
    });
    if let Some((line, quoted)) = differs {
        let words = |total: i64, tax: i64| format!("a line of {total} with tax {tax}");
        return Some((
            words(quoted.total().raw(), quoted.tax().raw()),
            words(line.total().raw(), line.tax().raw()),
        ));
    }
    disorder(&order.snapshot)
}
