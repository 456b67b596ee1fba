//! What a binding was priced from.
//!
//! **Invariant:** terms read back price as those that were written. A field that comes later has, in documents of before,
//! the value with which they were priced: put it after a semicolon, and let its default be that.

use std::sync::Arc;

use sea_orm::JsonValue;

use crate::{
    domain::{
        assessment::{Assessment, TaxBy},
        buyer::Destination,
        certificate::{Certificate, NamedCertificate},
        consignment::Shipment,
        discount::{Conditions, Discount, Effect, Shopper, TypedCode, Usage},
        pricing::Terms,
        shipping::Zone,
        tax::{TaxRate, TaxTerms},
    },
    store::stored::{Stored, Unreadable, stored},
};

stored! {
    Terms {
        currency, tax, exemption, codes, automatic, shopper, certificates, destination, zones, chosen, tax_rates, now;
        tax_by, further, verification,
    }
    Shipment { lines, destination, chosen, exemption }
    TaxTerms { included, mode, level, shipping }
    TypedCode { code, found }
    Usage { total, by_customer }
    Discount {
        id, code, title, effect, scope, conditions, starts_at, ends_at, active, usage_limit, customer_limit, beside,
        priority,
    }
    Conditions { currency, subtotal_min, quantity_min, first_order, email_domains, countries; customer_tags }
    Shopper { email, has_ordered, country; tags }
    NamedCertificate { masked, found }
    Certificate { id, currency, balance, expires_at, active }
    Destination { country, region, postal_code }
    Zone { id, name, countries, regions, postal, rest_of_world, sort_order, rates }
    TaxRate { id, name, country, region, postal, class, rate, compound, on_shipping }
}

/// A word, the provider's answer, or one answer a consignment.
impl Stored for TaxBy {
    fn to_json(&self) -> JsonValue {
        match self {
            Self::Table => "table".into(),
            Self::Fallback => "fallback".into(),
            Self::Provider(given) => match given.as_ref() {
                [] => "provider".into(),
                [alone] => alone.to_json(),
                several => several.iter().map(Stored::to_json).collect(),
            },
        }
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        match json.as_str() {
            Some("table") => Ok(Self::Table),
            Some("fallback") => Ok(Self::Fallback),
            Some("provider") => Ok(Self::Provider(Arc::default())),
            Some(_) => Err(Unreadable),
            None if json.is_array() => Stored::from_json(json).map(Self::Provider),
            None => Assessment::from_json(json).map(|alone| Self::Provider([alone].into())),
        }
    }
}

/// What it does, under its name.
impl Stored for Effect {
    fn to_json(&self) -> JsonValue {
        let (name, what) = match self {
            Self::Percentage(rate) => ("percentage", rate.to_json()),
            Self::Fixed { amount, per } => ("fixed", (*amount, *per).to_json()),
            Self::FreeShipping(freed) => ("free_shipping", freed.to_json()),
            Self::BuyGet(deal) => ("buy_get", deal.to_json()),
        };
        JsonValue::Object([(name.to_owned(), what)].into_iter().collect())
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        let mut fields = json.as_object().ok_or(Unreadable)?.iter();
        let (Some((name, what)), None) = (fields.next(), fields.next()) else { return Err(Unreadable) };
        match name.as_str() {
            "percentage" => Stored::from_json(what).map(Self::Percentage),
            "fixed" => Stored::from_json(what).map(|(amount, per)| Self::Fixed { amount, per }),
            "free_shipping" => Stored::from_json(what).map(Self::FreeShipping),
            "buy_get" => Stored::from_json(what).map(Self::BuyGet),
            _ => Err(Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        assessment::{AskedLine, AskedShipping, Question},
        buy_get::BuyGet,
        consignment::ConsignmentLine,
        discount::{Beside, Freed, Per},
        ids::{CertificateId, DiscountId, LineId, RateId, TaxRateId, ZoneId},
        instant::Timestamp,
        money::{Minor, RoundingLevel, RoundingMode},
        postal::Postal,
        quote::{Exemption, Tax, TaxScope},
        scope::Scope,
        shipping::{Charge, Rate},
        tax::ShippingTax,
        vat::{Registration, Verification},
    };

    fn zone(id: Uuid) -> Zone {
        let rate = Rate {
            id: RateId::from_uuid(id),
            name: "Ground".into(),
            description: Some("By van".into()),
            currency: "EUR".parse().unwrap(),
            charge: Charge::Flat(Minor::new(7_99)),
            handling: Minor::new(50),
            pickup: None,
            free_from: Some(Minor::new(100_00)),
            subtotal_min: None,
            subtotal_max: Some(Minor::new(500_00)),
            delivery_days: Some((2, 5)),
            sort_order: 1,
        };
        Zone {
            id: ZoneId::from_uuid(id),
            name: "Europe".into(),
            countries: vec!["DE".parse().unwrap()],
            regions: vec!["DE-BE".into()],
            postal: Postal { only: vec!["10*".parse().unwrap()], except: vec!["10115".parse().unwrap()] },
            rest_of_world: false,
            sort_order: 3,
            rates: vec![rate],
        }
    }

    fn discount(id: Uuid, effect: Effect) -> Discount {
        Discount {
            id: DiscountId::from_uuid(id),
            code: Some("TEN".into()),
            title: "Ten off".into(),
            effect,
            scope: Scope { tags: vec!["tea".into()], ..Scope::default() },
            conditions: Conditions {
                currency: "EUR".parse().ok(),
                subtotal_min: Some(Minor::new(10_00)),
                quantity_min: Some(2),
                first_order: true,
                email_domains: vec!["example.com".into()],
                countries: vec!["DE".parse().unwrap()],
                customer_tags: vec!["vip".into()],
            },
            starts_at: Some(Timestamp::from_ms(1)),
            ends_at: None,
            active: true,
            usage_limit: Some(9),
            customer_limit: Some(1),
            beside: Beside { lines: true, order: false, shipping: true },
            priority: -2,
        }
    }

    fn effects(id: Uuid) -> [Effect; 4] {
        let deal = BuyGet {
            buy: Scope::default(),
            buy_quantity: 2,
            get: Scope { tags: vec!["mug".into()], ..Scope::default() },
            get_quantity: 1,
            off: "0.5".parse().unwrap(),
            times_max: Some(3),
        };
        [
            Effect::Percentage("0.1".parse().unwrap()),
            Effect::Fixed { amount: Minor::new(5_00), per: Per::Unit },
            Effect::FreeShipping(Freed { rates: vec![RateId::from_uuid(id)], zones: Vec::new() }),
            Effect::BuyGet(deal),
        ]
    }

    /// Terms in which no field has its plainest value.
    fn terms() -> Terms {
        let id = Uuid::from_u128(7);
        let usage = Usage { total: 4, by_customer: 1 };
        let certificate = Certificate {
            id: CertificateId::from_uuid(id),
            currency: "EUR".parse().unwrap(),
            balance: Minor::new(20_00),
            expires_at: Some(Timestamp::from_ms(9)),
            active: true,
        };
        let tax_rate = TaxRate {
            id: TaxRateId::from_uuid(id),
            name: "VAT".into(),
            country: "DE".parse().unwrap(),
            region: Some("BE".into()),
            postal: Postal { only: vec!["10000..10999".parse().unwrap()], except: Vec::new() },
            class: "standard".into(),
            rate: "0.19".parse().unwrap(),
            compound: true,
            on_shipping: true,
        };
        Terms {
            currency: "EUR".parse().unwrap(),
            tax: TaxTerms {
                included: true,
                mode: RoundingMode::HalfEven,
                level: RoundingLevel::Total,
                shipping: ShippingTax::Goods,
            },
            exemption: Some(Exemption::ReverseCharge),
            verification: Some(Verification { registration: Registration::Valid, at: Timestamp::from_ms(4) }),
            codes: vec![
                TypedCode { code: "nope".into(), found: None },
                TypedCode { code: "ten".into(), found: Some((discount(id, effects(id)[0].clone()), usage)) },
            ],
            automatic: effects(id).map(|effect| (discount(id, effect), usage)).to_vec(),
            shopper: Shopper {
                email: Some("@example.com".into()),
                has_ordered: true,
                country: "DE".parse().ok(),
                tags: vec!["press".into()],
            },
            certificates: vec![
                NamedCertificate { masked: "…1".into(), found: Some(certificate) },
                NamedCertificate { masked: "…2".into(), found: None },
            ],
            destination: Some(Destination {
                country: "DE".parse().unwrap(),
                region: Some("BE".into()),
                postal_code: Some("10117".into()),
            }),
            zones: [zone(id)].into(),
            chosen: Some(RateId::from_uuid(id)),
            tax_by: TaxBy::Provider([assessment()].into()),
            tax_rates: [tax_rate].into(),
            further: vec![shipment(id)],
            now: Timestamp::from_ms(5),
        }
    }

    fn shipment(id: Uuid) -> Shipment {
        Shipment {
            lines: vec![ConsignmentLine { line: LineId::from_uuid(id), quantity: 3 }],
            destination: Some(Destination {
                country: "AT".parse().unwrap(),
                region: None,
                postal_code: None,
            }),
            chosen: Some(RateId::from_uuid(id)),
            exemption: Some(Exemption::Customer),
        }
    }

    fn assessment() -> Assessment {
        let tax = |scope| Tax {
            title: "Berlin VAT".into(),
            rate: "0.19".parse().unwrap(),
            jurisdiction: "DE-BE".into(),
            scope,
            amount: Minor::new(7),
        };
        let line = AskedLine {
            line: LineId::from_uuid(Uuid::from_u128(7)),
            amount: Minor::new(44),
            class: Some("txcd_20030000".into()),
        };
        let asked = Question {
            currency: "EUR".parse().unwrap(),
            included: true,
            destination: Destination { country: "DE".parse().unwrap(), region: None, postal_code: None },
            city: Some("Berlin".into()),
            street: None,
            lines: vec![line],
            shipping: Some(AskedShipping {
                rate: RateId::from_uuid(Uuid::from_u128(1)),
                amount: Minor::new(4),
            }),
        };
        let (lines, shipping) = (vec![vec![tax(TaxScope::Lines)]], vec![tax(TaxScope::Shipping)]);
        Assessment { asked, reference: "taxcalc_1".into(), lines, shipping }
    }

    #[test]
    fn terms_are_read_back_as_they_were_written() {
        let text = terms().to_json().to_string();
        let json: JsonValue = serde_json::from_str(&text).unwrap();
        assert_eq!(Terms::from_json(&json), Ok(terms()));
    }

    #[test]
    fn who_computes_tax_is_read_back_with_every_answer() {
        let answers = [Vec::new(), vec![assessment()], vec![assessment(); 2]];
        let all = answers.map(|given| TaxBy::Provider(given.into()));
        for by in all.into_iter().chain([TaxBy::Table, TaxBy::Fallback]) {
            assert_eq!(TaxBy::from_json(&by.to_json()), Ok(by));
        }
    }

    #[test]
    fn an_effect_that_nobody_knows_is_not_read() {
        for text in
            [r#"{"half": "0.5"}"#, "{}", r#"{"percentage": "0.1", "fixed": [1, "order"]}"#, "\"fixed\""]
        {
            let json: JsonValue = serde_json::from_str(text).unwrap();
            assert_eq!(Effect::from_json(&json), Err(Unreadable), "{text}");
        }
    }
}
