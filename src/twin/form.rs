//! Form bodies and queries with Stripe's brackets: `metadata[binding]=…`, `payment_method_types[0]=card`.
//!
//! **Invariant:** a parameter Stripe does not know is refused, as Stripe refuses it; a typing error in a name
//! must not pass here and fail there.

use super::error::ApiError;
use super::object;

/// Decoded pairs, in the order they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads pairs from a body, a query, or both.
    pub(super) fn parse(query: &str, body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body));
        Self { pairs: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect() }
    }

    /// The value of a plain or bracketed name; the last one wins.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value, or Stripe's complaint that it is missing. Empty counts as missing.
    pub(super) fn require(&self, name: &str) -> Result<&str, ApiError> {
        self.find(name).filter(|value| !value.is_empty()).ok_or_else(|| ApiError::missing(name))
    }

    /// The value unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.find(name).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// `true` or `false`, or absent.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.find(name) {
            None | Some("") => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::parameter(name, &format!("Invalid boolean: {other}"))),
        }
    }

    /// A whole number, or absent.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.find(name).map(|text| integer(name, text)).transpose()
    }

    /// Whether an instant in milliseconds lies within `created[gte]` and `created[lte]`, where they are given.
    pub(super) fn created(&self) -> Result<impl Fn(i64) -> bool + use<>, ApiError> {
        let (since, until) = (self.integer("created[gte]")?, self.integer("created[lte]")?);
        Ok(move |ms| {
            let seconds = object::seconds(ms);
            since.is_none_or(|since| seconds >= since) && until.is_none_or(|until| seconds <= until)
        })
    }

    /// Members of `name[member]`.
    pub(super) fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.iter().filter_map(move |(own, value)| {
            let inner = own.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            Some((inner, value.as_str()))
        })
    }

    /// Refuses parameters whose first name is not in the list.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        for (own, _) in &self.pairs {
            let head = own.split('[').next().unwrap_or(own);
            if !known.contains(&head) && !["expand", "key"].contains(&head) {
                let message = format!("Received unknown parameter: {head}");
                return Err(ApiError::parameter(head, &message).code("parameter_unknown"));
            }
        }
        Ok(())
    }

    /// The pairs as one text, independent of their order: what an idempotency key is compared by.
    pub(super) fn canonical(&self) -> String {
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

/// Reads a whole number the way Stripe complains about it.
pub(super) fn integer(name: &str, text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| {
        ApiError::parameter(name, &format!("Invalid integer: {text}")).code("parameter_invalid_integer")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_read_plain_and_percent_encoded() {
        let form = Form::parse("", b"metadata[a]=1&metadata%5Bb%5D=2&payment_method_types[0]=card");
        assert_eq!(form.members("metadata").collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert_eq!(form.members("payment_method_types").next(), Some(("0", "card")));
    }

    #[test]
    fn an_unknown_parameter_is_refused() {
        let form = Form::parse("", b"amout=5");
        assert_eq!(form.only(&["amount"]).unwrap_err().status, 400);
    }

    #[test]
    fn the_order_of_parameters_does_not_matter() {
        assert_eq!(Form::parse("", b"a=1&b=2").canonical(), Form::parse("", b"b=2&a=1").canonical());
    }
}
