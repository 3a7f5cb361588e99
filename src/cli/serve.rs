//! `doorward serve`: starts, tells where it is, and stops in good order.

use std::{net::TcpListener, time::Duration};

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    Failure,
    boot::{self, Boot, words},
};
use crate::{
    access::{sessions, throttle},
    api,
    app::App,
    config::Config,
    features::setup,
    http::{metrics::Metrics, problem::Problem},
    server,
};

/// How long balancers are given to notice that no new work is wanted.
const NOTICE: Duration = Duration::from_secs(1);

/// How often rows that are over are removed.
const SWEEP: Duration = Duration::from_secs(600);

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
    let Boot { app, master } = boot;
    let signals = Signals::new()?;
    let running = server::build(&app, &master, &metrics, api::endpoints(), listener)?;
    let handle = running.handle();
    let served = actix_web::rt::spawn(running);
    if let Some(address) = app.config.metrics_listen {
        let listener = TcpListener::bind(address)
            .map_err(|error| format!("can't listen on {address} for metrics: {error}"))?;
        actix_web::rt::spawn(server::build_metrics(&metrics, listener)?);
    }
    // The service answers health checks from here on, and all else once the database is ready.
    boot::bring_up(&app, &master).await?;
    let token = setup::store::offer(&app).await.map_err(words)?;
    app.stage.serve();
    greet(&app, token.as_ref().map(crate::kernel::secret::Token::reveal));
    actix_web::rt::spawn(sweep(app.clone()));
    actix_web::rt::spawn(stop_on_signal(app, signals, handle));
    served.await??;
    tracing::info!("stopped");
    Ok(())
}

/// Says where the service is. The set-up link stands on standard output alone, never in the log.
fn greet(app: &App, token: Option<&str>) {
    let origin = app.config.origin();
    println!("Doorward {} is ready.", env!("CARGO_PKG_VERSION"));
    if app.config.docs.enabled {
        println!("  Swagger UI   {origin}/docs/");
    }
    println!("  Contract     {origin}/openapi.json");
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

    /// Whether the signal came from an operator at the keyboard.
    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::BySupervisor,
            _ = self.interrupt.recv() => Asked::ByKeyboard,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Asked {
    BySupervisor,
    ByKeyboard,
}

/// Drains, then stops: `/readyz` says no first, running requests end, at most
/// `limits.drain_seconds` in all. A second signal stops at once.
async fn stop_on_signal(app: App, mut signals: Signals, server: ServerHandle) {
    let asked = signals.next().await;
    app.stage.drain();
    tracing::info!("stopping: no new work is wanted");
    let drain = Duration::from_secs(u64::from(app.config.limits.drain_seconds));
    if asked == Asked::BySupervisor {
        tokio::select! {
            () = tokio::time::sleep(NOTICE.min(drain / 2)) => {}
            _ = signals.next() => {}
        }
    }
    tokio::select! {
        () = server.stop(true) => {}
        _ = signals.next() => server.stop(false).await,
    }
}

/// Removes rows that are over, now and then. Nothing depends on when.
async fn sweep(app: App) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let now = app.now();
        let swept = app.db.write_quiet(move |db| {
            throttle::sweep(db, now)?;
            sessions::sweep(db, now.plus_seconds(-KEEP_SESSIONS))?;
            Ok::<_, Problem>(())
        });
        if let Err(problem) = swept.await {
            tracing::warn!(cause = problem.cause(), "could not remove rows that are over");
        }
    }
}
