//! How reads and writes behave, the same on both databases.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::mpsc::channel,
    task::Poll,
    time::Duration,
};

use diesel::{
    Connection, ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, SelectableHelper,
    prelude::{Insertable, Queryable, Selectable},
};
use futures_util::future::join_all;

use super::{
    Conn, Db, Error,
    schema::{audit_head, sessions, settings, throttles, users},
    taken,
    testing::{Fresh, on_both, run},
};

mod trouble;

fn put(db: &mut Conn, key: &str) -> QueryResult<usize> {
    let row = (settings::key.eq(key), settings::value.eq("x"));
    diesel::insert_into(settings::table).values(row).execute(db)
}

fn count(db: &mut Conn) -> QueryResult<i64> {
    settings::table.count().get_result(db)
}

async fn keys(db: &Db) -> Vec<String> {
    let all = db.read(|db| -> Result<_, Error> {
        Ok(settings::table.select(settings::key).order(settings::key).load::<String>(db)?)
    });
    all.await.expect("the rows can be read")
}

/// Starts a future, or sees whether it has ended.
async fn poll<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

/// Polls until the row is there, for what happens without anybody waiting for it.
async fn appears(db: &Db, key: &str) -> bool {
    for _ in 0..400 {
        if keys(db).await.iter().any(|found| found == key) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

#[test]
fn of_sixty_writers_at_once_exactly_the_successful_are_kept() {
    on_both(async |db| {
        let writes = (0..60).map(|i| {
            let db = db.clone();
            async move {
                let result = db.write(move |db| {
                    put(db, &format!("{i:02}"))?;
                    match i % 3 {
                        0 => Ok(i),
                        1 => Err(Error::Busy),
                        _ => db.transaction(|db| {
                            put(db, &format!("{i:02} nested"))?;
                            db.transaction(|_| -> Result<i32, Error> {
                                panic!("as the test wants")
                            })
                        }),
                    }
                });
                (i, result.await)
            }
        });
        for (i, result) in join_all(writes).await {
            match i % 3 {
                0 => assert_eq!(result.expect("it succeeded"), i),
                1 => assert!(matches!(result, Err(Error::Busy))),
                _ => assert!(matches!(result, Err(Error::Panicked))),
            }
        }
        let kept: Vec<_> = (0..60).step_by(3).map(|i| format!("{i:02}")).collect();
        assert_eq!(keys(&db).await, kept);
    });
}

#[test]
fn a_refused_statement_takes_back_its_write_alone() {
    on_both(async |db| {
        let writes = ["a", "b", "c"].map(|key| {
            db.write(move |db| -> Result<(), Error> {
                put(db, key)?;
                if key == "b" {
                    put(db, key)?;
                }
                Ok(())
            })
        });
        let results = join_all(writes).await;
        assert!(results[0].is_ok() && results[2].is_ok());
        assert!(matches!(&results[1], Err(Error::Query(error)) if taken(error, "settings.key")));
        assert_eq!(keys(&db).await, ["a", "c"]);
    });
}

#[test]
fn a_write_that_ignores_a_refused_statement_loses_nothing_silently() {
    on_both(async |db| {
        let result = db.write(|db| -> Result<(), Error> {
            put(db, "a")?;
            let _ = put(db, "a");
            Ok(())
        });
        // PostgreSQL has given up the transaction by then, so that the write must not succeed.
        let kept = result.await.is_ok();
        assert_eq!(kept, db.backend_name() == "sqlite");
        assert_eq!(keys(&db).await.len(), usize::from(kept));

        let nested = db.write(|db| -> Result<(), Error> {
            put(db, "b")?;
            let again = db.transaction(|db| put(db, "b"));
            assert!(taken(&again.expect_err("b is there"), "settings.key"));
            put(db, "c")?;
            Ok(())
        });
        nested.await.expect("a nested transaction contains the failure");
        assert!(keys(&db).await.ends_with(&["b".into(), "c".into()]));
    });
}

#[test]
fn a_write_stays_when_its_caller_goes_away() {
    on_both(async |db| {
        {
            let write = pin!(db.write(|db| Ok::<_, Error>(put(db, "a")?)));
            assert!(poll(write).await.is_pending());
        }
        assert!(appears(&db, "a").await);
    });
}

#[test]
fn what_is_queued_is_written_when_the_last_handle_goes() {
    let fresh = Fresh::sqlite();
    run(async {
        let db = fresh.open();
        db.migrate().expect("the migrations run");
        for i in 0..200 {
            let write = pin!(db.write(move |db| Ok::<_, Error>(put(db, &i.to_string())?)));
            assert!(poll(write).await.is_pending());
        }
        drop(db);
        assert_eq!(keys(&fresh.open()).await.len(), 200);
    });
}

#[test]
fn the_last_handle_may_go_inside_a_write() {
    on_both(async |db| {
        let own = db.clone();
        let write = db.write(move |db| {
            drop(own);
            Ok::<_, Error>(put(db, "a")?)
        });
        write.await.expect("the write succeeds");
    });
}

#[test]
fn a_snapshot_sees_one_moment() {
    on_both(async |db| {
        let (seen_once, once) = channel();
        let (go_on, wait) = channel();
        let work = move |db: &mut Conn| -> Result<(i64, i64), Error> {
            let first = count(db)?;
            seen_once.send(()).expect("the test waits");
            wait.recv_timeout(Duration::from_secs(20)).expect("the test lets go");
            Ok((first, count(db)?))
        };
        let mut snapshot = pin!(db.snapshot(work));
        assert!(poll(snapshot.as_mut()).await.is_pending());
        once.recv_timeout(Duration::from_secs(20)).expect("the snapshot has begun");
        db.write(|db| Ok::<_, Error>(put(db, "a")?)).await.expect("the write succeeds");
        go_on.send(()).expect("the snapshot waits");
        assert_eq!(snapshot.await.expect("it reads"), (0, 0));
        assert_eq!(keys(&db).await, ["a"]);
    });
}

#[test]
fn a_snapshot_can_not_write() {
    on_both(async |db| {
        let write = db.snapshot(|db| Ok::<_, Error>(put(db, "a")?));
        assert!(matches!(write.await, Err(Error::Query(_))));
        let kept = db.write(|db| Ok::<_, Error>(put(db, "b")?));
        kept.await.expect("the connection is in order again");
        assert_eq!(keys(&db).await, ["b"]);
    });
}

#[test]
fn a_panic_in_a_read_costs_no_connection() {
    on_both(async |db| {
        for _ in 0..10 {
            let read = db.read(|db| {
                db.transaction(|_| -> Result<(), Error> { panic!("as the test wants") })
            });
            assert!(matches!(read.await, Err(Error::Panicked)));
        }
        assert!(db.ready().await);
    });
}

#[test]
fn the_epoch_moves_for_writes_that_are_kept_and_change_access() {
    on_both(async |db| {
        let start = db.epoch();
        db.write_quiet(|db| Ok::<_, Error>(put(db, "a")?)).await.expect("it writes");
        let failed = db.write(|_| Err::<(), _>(Error::Busy)).await;
        assert!(failed.is_err());
        assert_eq!(db.epoch(), start);
        db.write(|db| Ok::<_, Error>(put(db, "b")?)).await.expect("it writes");
        assert_eq!(db.epoch(), start + 1);
        let other = db.clone();
        let blocking =
            std::thread::spawn(move || other.write_blocking(|db| Ok::<_, Error>(put(db, "c")?)));
        blocking.join().expect("it does not panic").expect("it writes");
        assert_eq!(db.epoch(), start + 2);
    });
}

#[test]
fn when_the_epoch_has_moved_the_write_can_be_read() {
    on_both(async |db| {
        for i in 0..30 {
            let before = db.epoch();
            let write = db.write(move |db| Ok::<_, Error>(put(db, &i.to_string())?));
            let watch = async {
                while db.epoch() == before {
                    tokio::task::yield_now().await;
                }
                assert_eq!(keys(&db).await.len(), i + 1);
            };
            let (written, ()) = tokio::join!(write, watch);
            written.expect("it writes");
            assert_ne!(db.epoch(), before);
        }
    });
}

#[derive(Insertable, Queryable, Selectable, Clone, Debug, PartialEq)]
#[diesel(table_name = users)]
struct User {
    id: String,
    email: String,
    email_key: Vec<u8>,
    email_verified_at: Option<i64>,
    name: String,
    status: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

fn user() -> User {
    User {
        id: "usr_1".into(),
        email: "Ada@example.org".into(),
        email_key: (0..=255).collect(),
        email_verified_at: None,
        name: "Ada \u{1f9ee} 'q' \"d\" \\ %".into(),
        status: "active".into(),
        version: 1,
        created_at: i64::MIN,
        updated_at: i64::MAX,
    }
}

#[test]
fn values_come_back_as_they_were_stored() {
    on_both(async |db| {
        let write = db.write(|db| -> Result<(), Error> {
            diesel::insert_into(users::table).values(user()).execute(db)?;
            for (id, hash, remember) in [("ses_1", vec![], true), ("ses_2", vec![0_u8; 32], false)]
            {
                let session = (
                    (
                        sessions::id.eq(id),
                        sessions::user_id.eq("usr_1"),
                        sessions::key_hash.eq(hash),
                    ),
                    (sessions::remember.eq(remember), sessions::amr.eq(""), sessions::ip.eq("")),
                    (
                        sessions::auth_time.eq(0),
                        sessions::user_agent.eq(""),
                        sessions::created_at.eq(0),
                    ),
                    (sessions::last_seen_at.eq(0), sessions::idle_seconds.eq(0)),
                    (sessions::expires_at.eq(0), sessions::revoked_at.eq(Some(-1))),
                );
                diesel::insert_into(sessions::table).values(session).execute(db)?;
            }
            for id in [i32::MIN, 0, i32::MAX] {
                let head =
                    (audit_head::id.eq(id), audit_head::seq.eq(0), audit_head::hash.eq(vec![7]));
                diesel::insert_into(audit_head::table).values(head).execute(db)?;
            }
            Ok(())
        });
        write.await.expect("it writes");
        let read = db.snapshot(|db| -> Result<_, Error> {
            let user = users::table.select(User::as_select()).first(db)?;
            let columns = (sessions::key_hash, sessions::remember, sessions::revoked_at);
            let all: Vec<(Vec<u8>, bool, Option<i64>)> =
                sessions::table.select(columns).order(sessions::id).load(db)?;
            let heads: Vec<i32> =
                audit_head::table.select(audit_head::id).order(audit_head::id).load(db)?;
            Ok((user, all, heads))
        });
        let (stored, all, heads) = read.await.expect("it reads");
        assert_eq!(stored, user());
        assert_eq!(all, [(vec![], true, Some(-1)), (vec![0; 32], false, Some(-1))]);
        assert_eq!(heads, [i32::MIN, 0, i32::MAX]);
    });
}

#[test]
fn a_row_is_burnt_once() {
    on_both(async |db| {
        let row = (throttles::key.eq("k"), throttles::full_at.eq(0));
        db.write(move |db| {
            Ok::<_, Error>(diesel::insert_into(throttles::table).values(row).execute(db)?)
        })
        .await
        .expect("it writes");
        let burns = (0..20).map(|_| {
            db.write(|db| -> Result<usize, Error> {
                let fresh = throttles::table.find("k").filter(throttles::full_at.eq(0));
                Ok(diesel::update(fresh).set(throttles::full_at.eq(1)).execute(db)?)
            })
        });
        let burnt = join_all(burns).await.into_iter().map(|burnt| burnt.expect("it writes"));
        assert_eq!(burnt.sum::<usize>(), 1);
    });
}

#[test]
fn holders_of_one_lock_wait_for_each_other() {
    on_both(async |db| {
        // Reads and writes back what it read: without the lock, PostgreSQL loses some of these.
        let steps = (0..20).map(|_| {
            db.write(|db| -> Result<(), Error> {
                super::lock(db, "test")?;
                let next = count(db)?;
                put(db, &next.to_string())?;
                Ok(())
            })
        });
        assert!(join_all(steps).await.iter().all(Result::is_ok));
    });
}

#[test]
fn an_error_shows_no_stored_value() {
    on_both(async |db| {
        let twice = db.write(|db| -> Result<(), Error> {
            put(db, "hush")?;
            put(db, "hush")?;
            Ok(())
        });
        let unreadable = db.read(|db| -> Result<i32, Error> {
            Ok(diesel::dsl::sql::<diesel::sql_types::Integer>("SELECT 'hush'").get_result(db)?)
        });
        for error in [twice.await.err(), unreadable.await.err()].into_iter().flatten() {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hush"), "{shown}");
        }
    });
}
