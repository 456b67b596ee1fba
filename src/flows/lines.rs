//! Adding, updating and removing lines: each a change that reprices.
//!
//! Adding more of the same thing (variant and attributes) adds to its line.

use super::{
    App, FlowError,
    outcome::Outcome,
    reprice::{Change, LinesChange, reprice},
    token::Token,
};
use crate::domain::tenant::Organization;

/// Changes lines.
pub async fn change(
    app: &App,
    organization: &Organization,
    token: &Token,
    lines: LinesChange,
    expected_revision: Option<i64>,
) -> Result<Outcome, FlowError> {
    let change = Change { lines, expected_revision, ..Change::default() };
    reprice(app, organization, token, change).await
}
