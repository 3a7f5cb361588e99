//! Tells which unique rule a statement broke. Both databases are asked in the same words: the
//! table and its columns.

use diesel::result::{DatabaseErrorKind, Error};

/// Rules that PostgreSQL knows by another name than the one it would make from the columns:
/// primary keys other than `id`, the `id` that is none, and indexes that a migration names.
const NAMED: [(&str, &str); 15] = [
    ("imported_users.user_id", "imported_users_pkey"),
    ("imported_users.source,external_id", "imported_users_external"),
    ("passwords.user_id", "passwords_pkey"),
    ("permissions.name", "permissions_pkey"),
    ("role_permissions.role_id,permission", "role_permissions_pkey"),
    ("role_grants.user_id,role_id,scope", "role_grants_live"),
    ("audit_events.seq", "audit_events_pkey"),
    ("audit_events.id", "audit_events_id_key"),
    ("factor_failures.user_id,method", "factor_failures_pkey"),
    ("throttles.key", "throttles_pkey"),
    ("settings.key", "settings_pkey"),
    ("revocations.target,kind,at", "revocations_pkey"),
    ("signing_keys.kid", "signing_keys_pkey"),
    ("passkey_users.user_id", "passkey_users_pkey"),
    ("identity_tokens.identity_id", "identity_tokens_pkey"),
];

/// Whether the statement failed because a row with the same value in `columns` exists, written as
/// `users.email_key` or `role_grants.user_id,role_id,scope`.
///
/// On PostgreSQL the failure ends the transaction. Work that goes on after it puts the statement
/// into a `db.transaction(..)` of its own.
pub fn taken(error: &Error, columns: &str) -> bool {
    let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) = error else {
        return false;
    };
    match info.constraint_name() {
        Some(name) => name == postgres_name(columns),
        None => info.message() == sqlite_message(columns),
    }
}

pub(super) fn postgres_name(columns: &str) -> String {
    if let Some((_, name)) = NAMED.iter().find(|(known, _)| *known == columns) {
        return (*name).to_owned();
    }
    match columns.split_once('.') {
        Some((table, "id")) => format!("{table}_pkey"),
        _ => format!("{}_key", columns.replace(['.', ','], "_")),
    }
}

fn sqlite_message(columns: &str) -> String {
    let (table, names) = columns.split_once('.').unwrap_or((columns, ""));
    let full: Vec<_> = names.split(',').map(|name| format!("{table}.{name}")).collect();
    format!("UNIQUE constraint failed: {}", full.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use diesel::{
        Connection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
        sql_types::Text,
    };

    use super::super::{Conn, Error as DbError, testing::on_both};
    use super::{postgres_name, taken};

    const ROWS: &str = "
        INSERT INTO users (id, email, email_key, name, status, version, created_at, updated_at)
            VALUES ('u', 'e', 'e', '', '', 1, 1, 1);
        INSERT INTO roles VALUES ('r', 'n', '', FALSE, 1, 1, 1);
        INSERT INTO permissions VALUES ('p', '', FALSE, 1);
        INSERT INTO role_permissions VALUES ('r', 'p');
        INSERT INTO role_grants VALUES ('g', 'u', 'r', 'system', NULL, 1, NULL, NULL);";

    /// A statement that breaks one rule, and the rule.
    const BREAKS: [(&str, &str); 6] = [
        (
            "INSERT INTO users SELECT 'u', 'f', 'f', NULL, '', '', NULL, 1, 1, 1, '', NULL, NULL, \
             FALSE, FALSE, 'person'",
            "users.id",
        ),
        (
            "INSERT INTO users SELECT 'v', 'e', 'e', NULL, '', '', NULL, 1, 1, 1, '', NULL, NULL, \
             FALSE, FALSE, 'person'",
            "users.email_key",
        ),
        ("INSERT INTO roles VALUES ('s', 'n', '', FALSE, 1, 1, 1)", "roles.name"),
        ("INSERT INTO permissions VALUES ('p', '', FALSE, 1)", "permissions.name"),
        ("INSERT INTO role_permissions VALUES ('r', 'p')", "role_permissions.role_id,permission"),
        (
            "INSERT INTO role_grants VALUES ('h', 'u', 'r', 'system', NULL, 1, NULL, NULL)",
            "role_grants.user_id,role_id,scope",
        ),
    ];

    #[test]
    fn a_broken_rule_is_told_from_the_others() {
        on_both(async |db| {
            db.write(|db| Ok::<_, DbError>(db.batch_execute(ROWS)?)).await.expect("it writes");
            for (statement, rule) in BREAKS {
                let refused = db.write(move |db| Ok::<_, DbError>(db.batch_execute(statement)?));
                let Err(DbError::Query(error)) = refused.await else { panic!("{rule}") };
                for (_, other) in BREAKS {
                    assert_eq!(taken(&error, other), other == rule, "{rule} as {other}");
                }
            }
        });
    }

    #[test]
    fn a_revoked_grant_leaves_its_place() {
        on_both(async |db| {
            let write = db.write(|db: &mut Conn| -> Result<(), DbError> {
                db.batch_execute(ROWS)?;
                db.batch_execute("UPDATE role_grants SET revoked_at = 2")?;
                let (again, _) = BREAKS[5];
                Ok(db.transaction(|db| db.batch_execute(again))?)
            });
            write.await.expect("the place is free");
        });
    }

    #[test]
    fn another_failure_is_no_taken_value() {
        on_both(async |db| {
            let orphan = "INSERT INTO role_permissions VALUES ('none', 'none')";
            let refused = db.write(move |db| Ok::<_, DbError>(db.batch_execute(orphan)?));
            let Err(DbError::Query(error)) = refused.await else { panic!("it is refused") };
            assert!(!taken(&error, "role_permissions.role_id,permission"));
        });
    }

    #[derive(QueryableByName)]
    struct Index {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        columns: String,
    }

    #[test]
    fn every_unique_rule_has_the_name_that_it_is_asked_for() {
        const ALL: &str = "SELECT i.relname AS name,
                t.relname || '.' || string_agg(a.attname, ',' ORDER BY k.place) AS columns
            FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_class t ON t.oid = x.indrelid
            JOIN unnest(x.indkey) WITH ORDINALITY k (number, place) ON TRUE
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
            WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
                AND t.relname NOT LIKE '\\_\\_diesel%'
            GROUP BY i.relname, t.relname";
        on_both(async |db| {
            if db.backend_name() == "sqlite" {
                return;
            }
            let read = db.read(|db| Ok::<_, DbError>(sql_query(ALL).load::<Index>(db)?));
            let found = read.await.expect("it reads").into_iter();
            let found: BTreeMap<_, _> = found.map(|index| (index.columns, index.name)).collect();
            assert!(found.len() >= 17);
            for (columns, name) in found {
                assert_eq!(postgres_name(&columns), name, "{columns}");
            }
        });
    }
}
