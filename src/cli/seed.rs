//! `doorward seed demo`: accounts with roles, for a first walk.

use super::{
    Failure, accounts,
    boot::{with_app, words},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::SYSTEM,
        grants::{self, GrantRow},
    },
    app::App,
    config::Config,
    features::{
        accounts::{model::SignUp, sign_up, store as accounts_store},
        roles::store::{self as roles_store, PermissionRow, RoleRow},
    },
    http::problem::Problem,
    kernel::{
        id::{GrantId, RoleId},
        permission::PermissionName,
    },
};

/// The password of every demo account. They exist only where somebody asked for them.
const PASSWORD: &str = "a river of green tea";
const MODERATE: &str = "app:notes:moderate";
const MODERATOR: &str = "moderator";

/// Local part, name, role.
const PEOPLE: &[(&str, &str, Option<&str>)] = &[
    ("audrey", "Audrey Auditor", Some("auditor")),
    ("mo", "Mo Moderator", Some(MODERATOR)),
    ("uma", "Uma User", None),
];

/// Makes the demo accounts; running it again changes nothing but the administrator's password.
///
/// Their password is known to everybody, so a service that others can reach gets none of them.
pub fn demo(config: Config) -> Result<(), Failure> {
    if !config.is_at_home() {
        return Err("demo accounts have a password that everybody knows: they are only for a \
                    service that nobody but this machine can reach"
            .into());
    }
    with_app(config, async |app| {
        let admin = SignUp {
            email: "admin@example.com".to_owned(),
            password: PASSWORD.to_owned(),
            name: "Ada Admin".to_owned(),
            locale: None,
            challenge: None,
        };
        accounts::make_admin(&app, admin).await.map_err(words)?;
        make_role(&app).await.map_err(words)?;
        for (local, name, role) in PEOPLE {
            make_person(&app, local, name, *role).await.map_err(words)?;
        }
        println!("Demo accounts, all with the password \"{PASSWORD}\":");
        println!("  admin@example.com    role admin");
        for (local, _, role) in PEOPLE {
            println!(
                "  {:20} {}",
                format!("{local}@example.com"),
                role.map_or_else(|| "no role".to_owned(), |role| format!("role {role}"),)
            );
        }
        Ok(())
    })
}

async fn make_role(app: &App) -> Result<(), Problem> {
    let now = app.now();
    let id = RoleId::make(now, &app.chance);
    let event = Event::new(app, Kind::RoleCreated).subject(id.as_str());
    app.db
        .write(move |db| {
            if roles_store::find_by_name(db, MODERATOR)?.is_some() {
                return Ok(());
            }
            let permission: PermissionName = MODERATE.parse().map_err(Problem::internal)?;
            let row = PermissionRow {
                name: permission.clone(),
                description: "See and delete everybody's notes.".to_owned(),
                built_in: false,
                created_at: now,
            };
            if roles_store::insert_permission(db, &row)? == roles_store::Written::Yes
                && let Some(admin) = roles_store::find_by_name(db, "admin")?
            {
                roles_store::add_permission(db, &admin.id, &permission)?;
            }
            let row = RoleRow {
                id: id.clone(),
                name: MODERATOR.to_owned(),
                description: "Keeps the notes of the example in order.".to_owned(),
                built_in: false,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            roles_store::insert(db, &row)?;
            roles_store::add_permission(db, &id, &permission)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}

async fn make_person(
    app: &App,
    local: &str,
    name: &str,
    role: Option<&'static str>,
) -> Result<(), Problem> {
    let wanted = SignUp {
        email: format!("{local}@example.com"),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        locale: None,
        challenge: None,
    };
    let now = app.now();
    let (row, hash) = sign_up::check(app, wanted)?.hash(app).await?;
    let grant_id = GrantId::make(now, &app.chance);
    let event = Event::new(app, Kind::AccountCreated).subject(row.id.as_str());
    app.db
        .write(move |db| {
            if accounts_store::insert(db, &row, Some(&hash))?
                == accounts_store::Inserted::EmailTaken
            {
                return Ok(());
            }
            if let Some(role) = role
                && let Some(role) = roles_store::find_by_name(db, role)?
            {
                let grant = GrantRow {
                    id: grant_id,
                    user_id: row.id.clone(),
                    role_id: role.id,
                    scope: SYSTEM.to_owned(),
                    granted_by: None,
                    created_at: now,
                    expires_at: None,
                };
                grants::insert(db, &grant)?;
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}
