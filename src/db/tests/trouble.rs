//! What callers see when the database is held, overrun or cut off.

use std::{
    pin::pin,
    sync::mpsc::{Receiver, channel},
    task::Poll,
    time::Duration,
};

use diesel::{QueryDsl, RunQueryDsl, connection::SimpleConnection};
use futures_util::future::join_all;

use super::{
    super::{
        Conn, Db, Error, Options,
        schema::settings,
        testing::{Fresh, run},
    },
    keys, poll, put,
};

/// Work that says when it runs and goes on when it is told to.
fn held(
    wait: Receiver<()>,
    running: impl Fn() + Send,
) -> impl FnOnce(&mut Conn) -> Result<(), Error> {
    move |_| {
        running();
        wait.recv_timeout(Duration::from_secs(20)).expect("the test lets go");
        Ok(())
    }
}

#[test]
fn too_many_waiting_are_told_that_the_database_is_busy() {
    let fresh = Fresh::sqlite();
    run(async {
        let db = fresh.open();
        db.migrate().expect("the migrations run");
        let (runs, running) = channel();
        let (go_on, wait) = channel();
        let mut first = pin!(db.write(held(wait, move || runs.send(()).expect("the test waits"))));
        assert!(poll(first.as_mut()).await.is_pending());
        running.recv_timeout(Duration::from_secs(20)).expect("the writer is held");

        let mut accepted = Vec::new();
        let refused = loop {
            let i = accepted.len();
            let write = db.write(move |db| Ok::<_, Error>(put(db, &i.to_string())?));
            let mut write = Box::pin(write);
            match poll(write.as_mut()).await {
                Poll::Pending => accepted.push(write),
                Poll::Ready(result) => break result,
            }
        };
        assert!(matches!(refused, Err(Error::Busy)));
        assert_eq!(accepted.len(), 1024);
        go_on.send(()).expect("the writer waits");
        first.await.expect("it ends");
        assert!(join_all(accepted).await.iter().all(Result::is_ok));
        assert_eq!(keys(&db).await.len(), 1024);
    });
}

#[test]
fn without_a_free_connection_the_database_is_busy() {
    let fresh = Fresh::postgres();
    run(async {
        let db = Db::open(&fresh.url, Options { pool: 1 }).expect("it opens");
        let (runs, running) = channel();
        let (go_on, wait) = channel();
        let mut first = pin!(db.read(held(wait, move || runs.send(()).expect("the test waits"))));
        assert!(poll(first.as_mut()).await.is_pending());
        running.recv_timeout(Duration::from_secs(20)).expect("the connection is held");
        assert!(matches!(db.write(|_| Ok::<_, Error>(())).await, Err(Error::Busy)));
        assert!(matches!(db.read(|_| Ok::<_, Error>(())).await, Err(Error::Busy)));
        go_on.send(()).expect("the read waits");
        first.await.expect("it ends");
        db.read(|_| Ok::<_, Error>(())).await.expect("the connection is free");
    });
}

#[test]
fn while_another_process_holds_the_file_writes_are_refused_together() {
    let fresh = Fresh::sqlite();
    let (db, other) = (fresh.open(), fresh.open());
    db.migrate().expect("the migrations run");
    run(async {
        let (runs, running) = channel();
        let (go_on, wait) = channel();
        let mut first =
            pin!(other.write(held(wait, move || runs.send(()).expect("the test waits"))));
        assert!(poll(first.as_mut()).await.is_pending());
        running.recv_timeout(Duration::from_secs(20)).expect("the file is held");
        let writes = (0..5).map(|_| db.write(|_| Ok::<_, Error>(())));
        let results = join_all(writes).await;
        assert!(results.iter().all(|result| matches!(result, Err(Error::Busy))));
        go_on.send(()).expect("the other waits");
        first.await.expect("it ends");
        db.write(|_| Ok::<_, Error>(())).await.expect("the file is free");
    });
}

#[test]
fn a_group_whose_transaction_ended_early_is_refused_as_a_whole() {
    let fresh = Fresh::sqlite();
    run(async {
        let db = fresh.open();
        db.migrate().expect("the migrations run");
        for ending in ["INSERT OR ROLLBACK INTO settings VALUES ('old', 'x')", "ROLLBACK"] {
            db.write(|db| {
                diesel::delete(settings::table).execute(db)?;
                Ok::<_, Error>(put(db, "old")?)
            })
            .await
            .expect("it writes");
            let writes = (0..30).map(|i| {
                db.write(move |db| -> Result<(), Error> {
                    put(db, &i.to_string())?;
                    if i == 10 {
                        let _ = db.batch_execute(ending);
                    }
                    Ok(())
                })
            });
            let results = join_all(writes).await;
            assert!(results[10].is_err());
            let kept = results.iter().filter(|result| result.is_ok()).count();
            assert_eq!(keys(&db).await.len(), kept + 1);
            db.write(|db| Ok::<_, Error>(put(db, "new")?)).await.expect("the writer goes on");
        }
    });
}

#[test]
fn a_connection_that_the_server_closed_is_replaced() {
    let fresh = Fresh::postgres();
    run(async {
        let db = fresh.open();
        db.migrate().expect("the migrations run");
        let kill = "SELECT pg_terminate_backend(pg_backend_pid())";
        let killed = db.write(move |db| -> Result<(), Error> {
            put(db, "a")?;
            Ok(db.batch_execute(kill)?)
        });
        assert!(matches!(killed.await, Err(Error::Unavailable)));
        assert!(db.ready().await);
        assert!(keys(&db).await.is_empty());
    });
}

#[test]
fn a_look_reads_also_while_no_connection_rests_and_survives_a_panic() {
    for fresh in Fresh::both() {
        run(async {
            let db = fresh.open();
            db.migrate().expect("the migrations run");
            db.write(|db| Ok::<_, Error>(put(db, "a")?)).await.expect("it writes");
            for _ in 0..10 {
                let look = db.look(|_| -> Result<(), Error> { panic!("as the test wants") });
                assert!(matches!(look.await, Err(Error::Panicked)));
            }
            let looks = (0..50).map(|_| {
                db.look(|db| Ok::<_, Error>(settings::table.count().get_result::<i64>(db)?))
            });
            for counted in join_all(looks).await {
                assert_eq!(counted.expect("it reads"), 1);
            }
        });
    }
}
