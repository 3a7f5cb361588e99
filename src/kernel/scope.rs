//! What a key or a token may be used for at most: permissions, written as an OAuth scope
//! (RFC 6749, section 3.3), with one space between two.

use std::{collections::BTreeSet, fmt, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    sql_types::Text,
};

use super::{permission::PermissionName, refusal::Refusal};

/// A set of permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromSqlRow)]
pub struct Scope(BTreeSet<PermissionName>);

impl Scope {
    pub fn contains(&self, permission: &PermissionName) -> bool {
        self.0.contains(permission)
    }

    pub fn iter(&self) -> impl Iterator<Item = &PermissionName> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it asks for nothing that `other` does not have.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
}

impl FromIterator<PermissionName> for Scope {
    fn from_iter<I: IntoIterator<Item = PermissionName>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

/// In the order of the alphabet, so that equal scopes are equal texts.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, permission) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            permission.fmt(f)?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        text.split(' ').filter(|part| !part.is_empty()).map(str::parse).collect()
    }
}

impl<DB: Backend> FromSql<Text, DB> for Scope
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(String::from_sql(bytes)?.parse::<Self>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_and_written_as_oauth_writes_it() {
        let scope: Scope = "users:read  app:notes:read users:read".parse().unwrap();
        assert_eq!(scope.to_string(), "app:notes:read users:read");
        assert!("users:read".parse::<Scope>().unwrap().is_within(&scope));
        assert!(!scope.is_within(&"users:read".parse().unwrap()));
        assert!("".parse::<Scope>().unwrap().is_empty());
        assert!("users:read\tusers:write".parse::<Scope>().is_err());
        assert!("Users".parse::<Scope>().is_err());
    }
}
