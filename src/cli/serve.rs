//! `doorward serve`: starts, tells where it is, and stops in good order.

use std::{net::TcpListener, time::Duration};

use actix_web::dev::ServerHandle;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

use super::{
    Failure,
    boot::{self, Boot, words},
    master,
};
use crate::{
    access::{
        challenge, families, keys, once, passkeys::ceremony, pending, revocations, sessions,
        throttle, used,
    },
    api,
    app::App,
    config::{Config, Delivery},
    features::{setup, social::flow},
    http::{metrics::Metrics, problem::Problem},
    kernel::{
        secret::{MasterKey, Token},
        vault::MasterKeys,
    },
    server,
    work::{queue, worker::Worker},
};

/// How long balancers are given to notice that no new work is wanted.
const NOTICE: Duration = Duration::from_secs(1);

/// How long mail that is on its way is waited for once all else has ended.
const LAST_MAIL: Duration = Duration::from_secs(2);

/// How often rows that are over are removed.
const SWEEP: Duration = Duration::from_secs(600);

/// How many rows one write removes at most.
const LOT: i64 = 500;

/// Sessions that are over stay this long, so that an operator can look at them.
const KEEP_SESSIONS: i64 = 7 * 86_400;

/// Runs until a signal asks it to stop.
pub fn serve(mut config: Config) -> Result<(), Failure> {
    boot::start_log(&config);
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| format!("can't listen on {}: {error}", config.listen))?;
    config.bound_to(listener.local_addr()?);
    let metrics = Metrics::new()?;
    let boot = boot::open(config)?;
    actix_web::rt::System::new().block_on(run(boot, listener, metrics))
}

async fn run(boot: Boot, listener: TcpListener, metrics: Metrics) -> Result<(), Failure> {
    let Boot { app, keys, seed } = boot;
    let mut signals = Signals::new()?;
    let running = server::build(&app, &seed, &metrics, api::endpoints(), listener)?;
    let handle = running.handle();
    let served = actix_web::rt::spawn(running);
    if let Some(address) = app.config.metrics_listen {
        let listener = TcpListener::bind(address)
            .map_err(|error| format!("can't listen on {address} for metrics: {error}"))?;
        actix_web::rt::spawn(server::build_metrics(&metrics, listener)?);
    }
    // The service answers health checks from here on, and all else once the database is ready.
    let token = tokio::select! {
        ready = get_ready(&app, &keys, &seed) => ready?,
        _ = signals.next() => {
            handle.stop(false).await;
            return Ok(());
        }
    };
    let worker = Worker::new(&app)?;
    app.stage.serve();
    greet(&app, token.as_ref().map(Token::reveal));
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = actix_web::rt::spawn(worker.run(metrics, stopped));
    actix_web::rt::spawn(sweep(app.clone()));
    actix_web::rt::spawn(master::watch(app.clone(), keys));
    actix_web::rt::spawn(stop_on_signal(app, signals, handle));
    served.await??;
    drop(stop);
    // What takes longer is tried again after its lease, under the same id.
    if tokio::time::timeout(LAST_MAIL, worker).await.is_err() {
        tracing::warn!("mail was on its way at the stop: it will be tried again");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Brings the database up to date; a link for the first administrator where there is none.
async fn get_ready(
    app: &App,
    keys: &MasterKeys,
    seed: &MasterKey,
) -> Result<Option<Token>, Failure> {
    boot::bring_up(app, keys, seed).await?;
    Ok(setup::store::offer(app).await.map_err(words)?)
}

/// Says where the service is. The set-up link stands on standard output alone, never in the log.
fn greet(app: &App, token: Option<&str>) {
    let origin = app.config.origin();
    println!("Doorward {} is ready.", env!("CARGO_PKG_VERSION"));
    println!("  Sign-in      {origin}/sign-in");
    if app.config.shows_docs() {
        println!("  Swagger UI   {origin}/docs/");
    }
    println!("  Contract     {origin}/openapi.json");
    if app.config.delivery() == Delivery::Mailbox {
        println!("  Mailbox      {origin}/dev/mail");
    }
    if let Some(token) = token {
        println!("  First admin  {origin}/setup?token={token}");
        println!("               (works once; a restart makes a new link)");
    }
    tracing::info!(listen = %app.config.listen, database = app.db.backend_name(), "ready");
}

/// The signals that ask the service to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for a signal and says who asks.
    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::BySupervisor,
            _ = self.interrupt.recv() => Asked::ByKeyboard,
        }
    }
}

enum Asked {
    BySupervisor,
    ByKeyboard,
}

/// Drains, then stops: `/readyz` says no for a moment, then running requests are given what is left
/// of `limits.drain_seconds` to end. A second signal stops at once.
async fn stop_on_signal(app: App, mut signals: Signals, server: ServerHandle) {
    let asked = signals.next().await;
    app.stage.drain();
    tracing::info!("stopping: no new work is wanted");
    let notice = match asked {
        Asked::BySupervisor => NOTICE,
        Asked::ByKeyboard => Duration::ZERO,
    };
    let in_order = async {
        tokio::time::sleep(notice).await;
        server.stop(true).await;
    };
    tokio::select! {
        () = in_order => {}
        _ = signals.next() => server.stop(false).await,
    }
}

/// Removes rows that are over, now and then. Nothing depends on when.
async fn sweep(app: App) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        if let Err(problem) = keys::tend(&app).await {
            tracing::warn!(cause = problem.cause(), "could not look after the signing keys");
        }
        if let Err(problem) = sweep_once(&app).await {
            tracing::warn!(cause = problem.cause(), "could not remove rows that are over");
        }
    }
}

/// Finds and removes in small lots, so that no write waits long.
async fn sweep_once(app: &App) -> Result<(), Problem> {
    let now = app.now();
    let before = now.plus_seconds(-KEEP_SESSIONS);
    loop {
        let (ids, keys) = app
            .db
            .read(move |db| {
                let ids = sessions::over(db, before, LOT)?;
                Ok::<_, Problem>((ids, throttle::over(db, now, LOT)?))
            })
            .await?;
        let (proofs, mails, ceremonies, flows) = app
            .db
            .read(move |db| {
                let proofs = once::over(db, now, LOT)?;
                let ceremonies = ceremony::over(db, now, LOT)?;
                let flows = flow::over(db, now, LOT)?;
                Ok::<_, Problem>((proofs, queue::over(db, now, LOT)?, ceremonies, flows))
            })
            .await?;
        let families =
            app.db.read(move |db| Ok::<_, Problem>(families::over(db, now, LOT)?)).await?;
        let own = [ids.len(), keys.len(), proofs.len(), families.len()];
        let lots = own.into_iter().chain([mails.len(), ceremonies.len(), flows.len()]);
        let found = lots.max().unwrap_or(0);
        app.db
            .write_quiet(move |db| {
                sessions::sweep(db, &ids)?;
                challenge::sweep(db, now, LOT)?;
                used::sweep(db, now, LOT)?;
                families::sweep(db, &families)?;
                families::forget(db, now, LOT)?;
                pending::sweep(db, now, LOT)?;
                revocations::sweep(db, now)?;
                keys::sweep(db, now)?;
                once::sweep(db, &proofs)?;
                ceremony::sweep(db, &ceremonies)?;
                flow::sweep(db, &flows)?;
                queue::sweep(db, &mails)?;
                Ok::<_, Problem>(throttle::sweep(db, &keys, now)?)
            })
            .await?;
        if found < usize::try_from(LOT).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}
