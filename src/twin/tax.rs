//! Taxes, computed by a small table of our own: enough places to try, no place to rely on.
//!
//! **Invariant:** the parts of a line's tax add up to it. A calculation is kept, so that its lines can be read page by
//! page, as Stripe answers ten at once.

use serde_json::{Value, json};

use super::books::Books;
use super::error::{ApiError, Outcome};
use super::form::{Form, integer};
use super::object;

/// Lines in the answer to a calculation.
const FIRST_PAGE: usize = 10;
/// The code of what is not taxed.
const NOT_TAXED: &str = "txcd_00000000";
/// The most lines of one calculation.
const LINES_MAX: usize = 5_000;

/// Country, state, and the taxes there: name, level of the place, hundredths of a percent.
type Place = (&'static str, &'static str, &'static [(&'static str, &'static str, i64)]);

const PLACES: &[Place] = &[
    ("US", "TX", &[("Texas", "state", 625), ("Austin", "city", 200)]),
    ("US", "CA", &[("California", "state", 600), ("Los Angeles County", "county", 350)]),
    ("US", "NY", &[("New York", "state", 400), ("New York City", "city", 450)]),
    ("DE", "", &[("Germany", "country", 1_900)]),
    ("FR", "", &[("France", "country", 2_000)]),
    ("GB", "", &[("United Kingdom", "country", 2_000)]),
];

const KNOWN: &[&str] = &[
    "currency",
    "line_items",
    "customer",
    "customer_details",
    "shipping_cost",
    "ship_from_details",
    "tax_date",
];

impl Books<'_> {
    /// Computes the taxes of lines and shipping at an address.
    pub(super) fn calculate_tax(&mut self, form: &Form) -> Outcome {
        form.only(KNOWN)?;
        let currency = form.require("currency")?.to_owned();
        let place = place(form)?;
        let id = self.mint.id("taxcalc");
        let items = self.items(form, place)?;
        let shipping = shipping(form, place)?;
        let all: i64 =
            items.iter().chain(&shipping).map(|item| item["amount_tax"].as_i64().unwrap_or(0)).sum();
        let goods: i64 = items.iter().chain(&shipping).map(|item| item["amount"].as_i64().unwrap_or(0)).sum();
        let included = items.iter().all(|item| item["tax_behavior"] == "inclusive");
        let (inclusive, exclusive) = if included { (all, 0) } else { (0, all) };
        let url = format!("/v1/tax/calculations/{id}/line_items");
        let page = object::list(&url, &items[..items.len().min(FIRST_PAGE)], items.len() > FIRST_PAGE);
        self.account.tax_lines.insert(id.clone(), items);
        let text = |name: &str| form.text(&format!("customer_details[address][{name}]"));
        Ok(json!({
            "id": id,
            "object": "tax.calculation",
            "amount_total": goods + exclusive,
            "currency": currency,
            "customer": null,
            "customer_details": {
                "address": {
                    "city": text("city"), "country": text("country"), "line1": text("line1"), "line2": null,
                    "postal_code": text("postal_code"), "state": text("state"),
                },
                "address_source": "shipping",
                "ip_address": null,
                "tax_ids": [],
                "taxability_override": "none",
            },
            "expires_at": object::seconds(self.now_ms) + 90 * 24 * 3600,
            "line_items": page,
            "livemode": false,
            "ship_from_details": null,
            "shipping_cost": shipping,
            "tax_amount_exclusive": exclusive,
            "tax_amount_inclusive": inclusive,
            "tax_breakdown": [],
            "tax_date": object::seconds(self.now_ms),
        }))
    }

    fn items(&self, form: &Form, place: Option<&Place>) -> Result<Vec<Value>, ApiError> {
        let mut items = Vec::new();
        while let Some(amount) = form.find(&format!("line_items[{}][amount]", items.len())) {
            let at = |name: &str| format!("line_items[{}][{name}]", items.len());
            let amount = integer(&at("amount"), amount)?;
            if items.len() == LINES_MAX {
                return Err(ApiError::parameter("line_items", "Too many line items."));
            }
            let code = form.find(&at("tax_code")).unwrap_or("txcd_99999999").to_owned();
            let included = form.find(&at("tax_behavior")) == Some("inclusive");
            let parts = parts(place, amount, (&code, included));
            items.push(json!({
                "id": self.mint.id("tax_li"),
                "object": "tax.calculation_line_item",
                "amount": amount,
                "amount_tax": sum(&parts),
                "livemode": false,
                "metadata": null,
                "performance_location": null,
                "product": null,
                "quantity": 1,
                "reference": form.text(&at("reference")).unwrap_or_else(|| format!("L{}", items.len() + 1)),
                "tax_behavior": if included { "inclusive" } else { "exclusive" },
                "tax_breakdown": parts,
                "tax_code": code,
            }));
        }
        if items.is_empty() {
            return Err(ApiError::missing("line_items"));
        }
        Ok(items)
    }

    /// Lines of a calculation, page by page.
    pub(super) fn tax_lines(&self, id: &str, form: &Form) -> Outcome {
        form.only(&["limit", "starting_after", "ending_before"])?;
        let lines = self.account.tax_lines.get(id);
        let lines = lines.ok_or_else(|| ApiError::no_such("tax calculation", id, "calculation"))?;
        Self::page(form, &format!("/v1/tax/calculations/{id}/line_items"), lines)
    }
}

fn place(form: &Form) -> Result<Option<&'static Place>, ApiError> {
    let country = form.require("customer_details[address][country]")?;
    let state = form.find("customer_details[address][state]").unwrap_or_default();
    if country == "US" && form.text("customer_details[address][postal_code]").is_none() {
        let message =
            "We could not determine the customer's tax location based on the provided customer address.";
        return Err(
            ApiError::parameter("customer_details[address]", message).code("customer_tax_location_invalid")
        );
    }
    Ok(PLACES.iter().find(|(own, region, _)| *own == country && (region.is_empty() || *region == state)))
}

fn shipping(form: &Form, place: Option<&Place>) -> Result<Option<Value>, ApiError> {
    let Some(amount) = form.integer("shipping_cost[amount]")? else { return Ok(None) };
    let included = form.find("shipping_cost[tax_behavior]") == Some("inclusive");
    let parts = parts(place, amount, ("txcd_92010001", included));
    Ok(Some(json!({
        "amount": amount,
        "amount_tax": sum(&parts),
        "tax_behavior": if included { "inclusive" } else { "exclusive" },
        "tax_breakdown": parts,
        "tax_code": "txcd_92010001",
    })))
}

fn sum(parts: &[Value]) -> i64 {
    parts.iter().filter_map(|part| part["amount"].as_i64()).sum()
}

/// The taxes of one amount, each rounded half up.
fn parts(place: Option<&Place>, amount: i64, (code, included): (&str, bool)) -> Vec<Value> {
    let Some((country, state, rates)) = place.filter(|_| code != NOT_TAXED) else { return Vec::new() };
    let all: i64 = rates.iter().map(|(_, _, rate)| rate).sum();
    let whole = if included { 10_000 + all } else { 10_000 };
    let part = |(name, level, rate): &(&str, &str, i64)| {
        json!({
            "amount": (amount * rate + whole / 2) / whole,
            "jurisdiction": {
                "country": country,
                "display_name": name,
                "level": level,
                "state": (!state.is_empty()).then_some(state),
            },
            "sourcing": "destination",
            "tax_rate_details": {
                "display_name": if *country == "US" { "Sales Tax" } else { "VAT" },
                "percentage_decimal": format!("{}.{:02}", rate / 100, rate % 100),
                "tax_type": if *country == "US" { "sales_tax" } else { "vat" },
            },
            "taxability_reason": "standard_rated",
            "taxable_amount": amount,
        })
    };
    rates.iter().map(part).collect()
}
