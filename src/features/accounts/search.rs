//! Accounts as a list: filtered, by age or by address.

use diesel::{dsl::not, prelude::*, sql_types::Bool};

use super::store::AccountRow;
use crate::{
    access::{
        grants,
        state::{self, State, Terms},
    },
    db::{
        Backend, Conn,
        schema::{role_grants, roles, users},
    },
    kernel::{
        account::AccountKind,
        email::{Email, prefix_key},
        id::UserId,
    },
};

/// What is asked of the list.
pub struct Wanted {
    pub email_prefix: Option<String>,
    /// The name or the id of a role.
    pub role: Option<String>,
    pub status: Option<State>,
    pub kind: Option<AccountKind>,
    pub terms: Terms,
    pub limit: i64,
}

/// Where a page starts: behind an address when addresses are searched, else behind an id.
#[derive(Debug)]
pub enum After {
    Id(UserId),
    Email(Email),
}

/// Accounts by age, or by address when a prefix is asked for.
pub fn list(db: &mut Conn, wanted: &Wanted, after: Option<After>) -> QueryResult<Vec<AccountRow>> {
    let mut query = users::table.select(AccountRow::as_select()).into_boxed::<Backend>();
    if let Some(state) = wanted.status {
        query = query.filter(is_in(state, &wanted.terms));
    }
    if let Some(kind) = wanted.kind {
        query = query.filter(users::kind.eq(kind));
    }
    if let Some(role) = &wanted.role {
        let holders = role_grants::table
            .inner_join(roles::table)
            .filter(roles::name.eq(role.clone()).or(roles::id.eq(role.clone())))
            .filter(grants::live(wanted.terms.now))
            .select(role_grants::user_id);
        query = query.filter(users::id.eq_any(holders));
    }
    query = match &wanted.email_prefix {
        Some(prefix) => {
            let from = prefix_key(prefix);
            if let Some(to) = after_prefix(&from) {
                query = query.filter(users::email_key.lt(to));
            }
            query.filter(users::email_key.ge(from)).order(users::email_key)
        }
        None => query.order(users::id),
    };
    query = match after {
        Some(After::Id(id)) => query.filter(users::id.gt(id)),
        Some(After::Email(email)) => query.filter(users::email_key.gt(email.key())),
        None => query,
    };
    query.limit(wanted.limit).load(db)
}

/// [`AccountRow::state`] as the database asks it.
fn is_in(state: State, terms: &Terms) -> Condition {
    let disabled = users::status.ne(state::ACTIVE).and(
        users::disabled_until.is_null().or(users::disabled_until.gt(terms.now).assume_not_null()),
    );
    let unverified =
        users::email_verified_at.is_null().and(terms.require_verified.into_sql::<Bool>());
    let is_locked = users::locked_at.is_not_null();
    let is_open = users::locked_at.is_null();
    match state {
        State::Disabled => Box::new(disabled),
        State::Unverified => Box::new(not(disabled).and(unverified)),
        State::Locked => Box::new(is_locked.and(not(disabled)).and(not(unverified))),
        State::Active => Box::new(is_open.and(not(disabled)).and(not(unverified))),
    }
}

type Condition = Box<dyn BoxableExpression<users::table, Backend, SqlType = Bool>>;

/// The first key behind all that start with `prefix`; none when there is no such key.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let keep = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut next = prefix[..=keep].to_vec();
    next[keep] += 1;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn the_key_behind_a_prefix_is_the_next_one() {
        assert_eq!(after_prefix(b"ann").as_deref(), Some(&b"ano"[..]));
        assert_eq!(after_prefix(&[1, 255]).as_deref(), Some(&[2][..]));
        assert_eq!(after_prefix(&[255]), None);
        assert_eq!(after_prefix(b""), None);
    }
}
