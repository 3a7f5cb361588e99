//! Permissions: `resource:verb`. Ours stand in one table here; an app adds its own as `app:…`.

use std::{fmt, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::refusal::Refusal;

/// A permission of the service as a type, so that a guard can name it.
pub trait Permission: 'static {
    const NAME: &'static str;
}

/// One row of the table: name, what it allows, and whether it only reads.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    pub name: &'static str,
    pub description: &'static str,
    pub access: Access,
}

/// What a permission lets its holder do. The role `auditor` holds all that only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

macro_rules! permissions {
    ($($kind:ident $name:ident $text:literal: $description:literal;)*) => {
        /// Every permission of the service itself.
        pub const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $text, description: $description, access: Access::$kind,
        }),*];

        $(
            #[doc = $description]
            pub struct $name;

            impl Permission for $name {
                const NAME: &'static str = $text;
            }
        )*
    };
}

permissions! {
    Read  UsersRead "users:read": "Read accounts and their sessions.";
    Write UsersWrite "users:write": "Create, change, disable and delete accounts.";
    Write SessionsWrite "sessions:write": "End the sessions of other accounts.";
    Read  RolesRead "roles:read": "Read roles, permissions, grants and the access matrix.";
    Write RolesWrite "roles:write": "Create, change and delete roles and an app's permissions.";
    Write GrantsWrite "grants:write": "Grant roles to accounts and revoke grants.";
    Write KeysWrite "keys:write": "Make the keys of service accounts, and end anybody's.";
    Read  ClientsRead "clients:read": "Read the clients of service accounts.";
    Write ClientsWrite "clients:write": "Make, change and delete the clients of service accounts.";
    Read  TokensIntrospect "tokens:introspect": "Ask what an access token is worth.";
    Read  AuditRead "audit:read": "Read the audit events.";
}

/// Longest permission in characters.
pub const MAX: usize = 100;

/// A permission by name: one of ours, or an app's own.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    AsExpression,
    FromSqlRow,
)]
#[serde(try_from = "String")]
#[diesel(sql_type = Text)]
pub struct PermissionName(String);

const WRONG: Refusal = Refusal::new(
    "permission_invalid",
    "A permission is `resource:verb` in lower-case letters, digits, `_` and `-`, at most 100 \
     characters.",
);

impl PermissionName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it belongs to an app and not to the service.
    pub fn is_app(&self) -> bool {
        self.0.starts_with("app:")
    }
}

impl FromStr for PermissionName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let is_part = |part: &str| {
            let mut chars = part.chars();
            chars.next().is_some_and(|c| c.is_ascii_lowercase())
                && chars
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
        };
        let parts = text.split(':').count();
        let fits = text.len() <= MAX && (2..=6).contains(&parts) && text.split(':').all(is_part);
        if fits { Ok(Self(text.to_owned())) } else { Err(WRONG) }
    }
}

impl TryFrom<String> for PermissionName {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        text.parse()
    }
}

impl fmt::Display for PermissionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialSchema for PermissionName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){1,5}$"))
            .max_length(Some(MAX))
            .examples(["users:read"])
            .into()
    }
}

impl ToSchema for PermissionName {}

impl<DB: Backend> ToSql<Text, DB> for PermissionName
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PermissionName
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
    fn every_built_in_permission_is_a_permission_name() {
        for built_in in BUILT_IN {
            assert_eq!(built_in.name.parse::<PermissionName>().unwrap().as_str(), built_in.name);
        }
    }

    #[test]
    fn what_is_no_resource_and_verb_is_refused() {
        for wrong in ["", "users", ":read", "users:", "Users:read", "users read", "a:b:c:d:e:f:g"] {
            assert!(wrong.parse::<PermissionName>().is_err(), "{wrong:?} was taken");
        }
    }
}
