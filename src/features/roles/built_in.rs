//! Brings the built-in permissions and roles of the database in line with the table in the code.
//! Runs at each start, after the migrations; running it again changes nothing.

use crate::{
    access::admins::{ADMIN, AUDITOR},
    app::App,
    db::{self, Conn},
    features::roles::store::{self, PermissionRow, RoleRow},
    http::problem::Problem,
    kernel::{
        clock::Timestamp,
        id::RoleId,
        permission::{Access, BUILT_IN, PermissionName},
    },
};

/// The ids that the built-in roles get if they are not there yet.
struct NewIds {
    admin: RoleId,
    auditor: RoleId,
}

/// Adds what is missing, in one transaction. Several nodes may start at once.
pub async fn sync(app: &App) -> Result<(), Problem> {
    let now = app.now();
    let ids =
        NewIds { admin: RoleId::make(now, &app.chance), auditor: RoleId::make(now, &app.chance) };
    app.db.write(move |db| sync_rows(db, ids, now)).await
}

fn sync_rows(db: &mut Conn, ids: NewIds, now: Timestamp) -> Result<(), Problem> {
    db::lock(db, "built-in roles")?;
    let mut all = Vec::new();
    let mut reads = Vec::new();
    for built_in in BUILT_IN {
        let name: PermissionName = built_in.name.parse().map_err(Problem::internal)?;
        if built_in.access == Access::Read {
            reads.push(name.clone());
        }
        all.push(name.clone());
        if store::known(db, std::slice::from_ref(&name))?.is_empty() {
            let description = built_in.description.to_owned();
            let row = PermissionRow { name, description, built_in: true, created_at: now };
            store::insert_permission(db, &row)?;
        }
    }
    ensure(db, ids.admin, ADMIN, "Holds every permission, an app's own included.", now, &all)?;
    ensure(db, ids.auditor, AUDITOR, "Reads everything and changes nothing.", now, &reads)
}

fn ensure(
    db: &mut Conn,
    id: RoleId,
    name: &str,
    description: &str,
    now: Timestamp,
    permissions: &[PermissionName],
) -> Result<(), Problem> {
    let id = match store::find_by_name(db, name)? {
        Some(row) => row.id,
        None => {
            let row = RoleRow {
                id: id.clone(),
                name: name.to_owned(),
                description: description.to_owned(),
                built_in: true,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            store::insert(db, &row)?;
            id
        }
    };
    let held = store::permissions_of(db, &id)?;
    let missing: Vec<_> = permissions.iter().filter(|wanted| !held.contains(wanted)).collect();
    for permission in &missing {
        store::add_permission(db, &id, permission)?;
    }
    if !held.is_empty() && !missing.is_empty() {
        store::bump(db, &id, now)?;
    }
    Ok(())
}
