//! Puts the service together: middleware in order, session layer, endpoints, documents. Nothing of
//! the API is mounted that is not among the endpoints and in the contract.

use std::{fmt, io, net::TcpListener, panic::resume_unwind, thread, time::Duration};

use actix_cors::Cors;
use actix_identity::IdentityMiddleware;
use actix_web::{
    App as Web, HttpResponse, HttpServer,
    dev::Server,
    middleware::{Condition, from_fn},
    web::{self, Data},
};

use crate::{
    access::{callers::Callers, cookie, dpop, store::Store},
    api,
    app::App,
    authjs,
    config::Config,
    features::{checks::matrix::Operations, tokens},
    http::{
        contract::{self, Contract, ContractError},
        docs::{self, Docs},
        endpoint::Endpoint,
        finish::{Finish, finish},
        metrics::Metrics,
        mount::Mounts,
        offered::API_KEY_HEADER,
        origin::Origins,
        outside::{self, Outside},
    },
    kernel::{id::RequestIds, secret::MasterKey},
    pages::{self, LogoError},
};

/// Why the service does not start.
#[derive(Debug)]
pub enum StartError {
    Contract(ContractError),
    Logo(LogoError),
    Listen(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(error) => error.fmt(f),
            Self::Logo(error) => error.fmt(f),
            Self::Listen(error) => write!(f, "can't listen: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Listen(error)
    }
}

/// The document of these endpoints, as the service with this cookie name publishes it.
pub fn document(endpoints: &[Endpoint], cookie: &str) -> Result<serde_json::Value, ContractError> {
    let contract = Contract { endpoints, tags: api::TAGS, cookie };
    Ok(contract::to_json(&contract.build()?))
}

/// Bytes that are taken for the document's text beforehand.
const DOCUMENT: usize = 1 << 20;

/// The document as a text.
///
/// What making it takes is several times as much as all else at the start. A thread of its own
/// gives that back to the system when it ends, if nothing stays behind in it: so the text stands
/// elsewhere.
fn written(endpoints: &[Endpoint], cookie: &str) -> Result<String, ContractError> {
    let mut text = Vec::with_capacity(DOCUMENT);
    let write = || {
        let document = document(endpoints, cookie)?;
        serde_json::to_writer(&mut text, &document).expect("a value is JSON, and memory takes it");
        Ok(())
    };
    let done = thread::scope(|scope| scope.spawn(write).join());
    done.unwrap_or_else(|panic| resume_unwind(panic))?;
    text.shrink_to_fit();
    Ok(String::from_utf8(text).expect("JSON is UTF-8"))
}

/// The service on an open listener. It answers once the returned server is polled.
///
/// `endpoints` are those of `api`; the key of cookies is derived from `seed`. Errors when the
/// endpoints and the contract disagree.
#[expect(clippy::disallowed_methods, reason = "the one scope, around all endpoints")]
pub fn build(
    app: &App,
    seed: &MasterKey,
    metrics: &Metrics,
    endpoints: Vec<Endpoint>,
    listener: TcpListener,
) -> Result<Server, StartError> {
    let document = written(&endpoints, app.config.cookie_name()).map_err(StartError::Contract)?;
    let look = pages::Look::new(&app.config, app.policy.min_length()).map_err(StartError::Logo)?;
    let look = Data::new(look);
    let pages = [pages::pages(), authjs::endpoints(&app.config)].concat();
    let beside = beside(&app.config);
    let all = [beside.as_slice(), pages.as_slice()].concat();
    outside::check(&all, &endpoints).map_err(StartError::Contract)?;
    let docs = Data::new(Docs::new(document));
    let operations = Data::new(Operations::of(&endpoints));
    let mounts = Mounts(endpoints.into_iter().map(Endpoint::into_mount).collect());
    let finish_data = Data::new(finish_data(app, metrics));
    let listed = app.config.allowed_origins.iter().map(|origin| origin.as_str().to_owned());
    let origins = Data::new(Origins::new(app.config.own_origins(), listed.collect()));
    let has_listed = !app.config.allowed_origins.is_empty();
    let limits = Data::new(app.config.limits.clone());
    let callers = Callers::new(app.clone());
    let (store, key) = (Store::new(callers.clone()), cookie::key(seed));
    let callers = Data::new(callers);
    let feed = Data::new(tokens::feed::Feed::new(app.clone()));
    let (config, shared) = (app.config.clone(), Data::new(app.clone()));
    let server = HttpServer::new(move || {
        // The later `wrap` is the outer one: identity rests on the session.
        let api = web::scope("")
            .wrap(IdentityMiddleware::default())
            .wrap(cookie::middleware(store.clone(), key.clone(), &config))
            .configure(|config| outside::mount(&pages, config))
            .service(mounts.clone());
        Web::new()
            .app_data(shared.clone())
            .app_data(callers.clone())
            .app_data(feed.clone())
            .app_data(finish_data.clone())
            .app_data(origins.clone())
            .app_data(limits.clone())
            .app_data(docs.clone())
            .app_data(operations.clone())
            .app_data(look.clone())
            .configure(|config| outside::mount(&beside, config))
            .service(api)
            .default_service(web::to(pages::not_found))
            .wrap(Condition::new(has_listed, cors(origins.clone())))
            .wrap(from_fn(finish))
    });
    let limits = &app.config.limits;
    let server = server
        .client_request_timeout(Duration::from_secs(u64::from(limits.header_seconds)))
        // One second less: for so long the health check says no before.
        .shutdown_timeout(u64::from(limits.drain_seconds).saturating_sub(1))
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// What asks nobody who they are.
fn beside(config: &Config) -> Vec<Outside> {
    [docs::outside(config.shows_docs()), tokens::events::outside(), pages::plain()].concat()
}

fn finish_data(app: &App, metrics: &Metrics) -> Finish {
    Finish {
        clock: app.clock.clone(),
        sequence: RequestIds::new(&app.chance),
        proxies: app.config.trusted_proxies.clone(),
        limits: app.config.limits.clone(),
        metrics: metrics.clone(),
        stage: app.stage.clone(),
        https: app.config.is_https(),
    }
}

/// What pages of listed origins may read of an answer's head.
const EXPOSED: [&str; 6] =
    ["etag", "retry-after", "x-request-id", "ratelimit", "ratelimit-policy", dpop::NONCE_HEADER];

/// Lets pages of listed origins call the API with their cookie; no other origin is named.
fn cors(origins: Data<Origins>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, _| {
            origin.to_str().is_ok_and(|origin| origins.is_listed(origin))
        })
        .allowed_methods(["GET", "POST", "PATCH", "DELETE"])
        .allowed_headers([
            "content-type",
            "authorization",
            "if-match",
            API_KEY_HEADER,
            dpop::HEADER,
        ])
        .expose_headers(EXPOSED)
        .supports_credentials()
        .block_on_origin_mismatch(false)
        .max_age(600)
}

/// The listener that Prometheus asks. It shows counts only, but belongs on a private network.
#[expect(clippy::disallowed_methods, reason = "a listener of its own, beside the API")]
pub fn build_metrics(metrics: &Metrics, listener: TcpListener) -> Result<Server, StartError> {
    let metrics = metrics.clone();
    let server = HttpServer::new(move || {
        let metrics = metrics.clone();
        Web::new().service(web::resource("/metrics").get(move || {
            let text = metrics.text();
            async move {
                HttpResponse::Ok()
                    .content_type("text/plain; version=0.0.4; charset=utf-8")
                    .body(text)
            }
        }))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}
