//! A running service with a clock that the test moves.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::Ordering, mpsc},
};

use diesel::connection::SimpleConnection;
use doorward::{
    access::keys,
    api,
    app::App,
    cli,
    config::{Config, Sources},
    db::{self, Db, Options},
    features::{roles::built_in, setup},
    http::metrics::Metrics,
    kernel::{
        chance::Chance,
        clock::{Clock, Timestamp},
        cursor::CursorKey,
        fetch::Fetch,
        mail::Templates,
        password::{Cost, Hasher, PasswordHash},
        ring::Keys,
        secret::{MasterKey, Secret},
        stage::Stage,
        vault::Vault,
    },
    server,
};
use tokio::sync::oneshot;

use super::{Actor, Contract, Kind, Stub, database::Database};

/// Where the clock stands at first: 2026-11-01 12:00:00 UTC.
const START: i64 = 1_793_534_400_000_000;

/// The seed from which the salts of passwords are drawn, one 16 bytes for each hash.
pub const SALTS: u64 = 7;

/// How many passwords are hashed at a time.
const HASHERS: usize = 2;

/// What a test wants different from the defaults: variables as an operator would set them.
#[derive(Default)]
pub struct Settings {
    pub variables: Vec<(&'static str, &'static str)>,
    /// Leave the service in its first stage, as while it migrates.
    pub starting: bool,
    /// Other services that its people sign in with.
    pub stub: Option<Stub>,
}

/// A service that runs for one test.
pub struct House {
    pub app: App,
    pub address: SocketAddr,
    pub contract: Arc<Contract>,
    pub client: reqwest::Client,
    pub master: MasterKey,
    pub kind: Kind,
    pub metrics: Metrics,
    stub: Option<Stub>,
    database: Arc<Database>,
    salts: Chance,
}

impl House {
    /// Runs one case against a service of its own.
    pub fn run<Case, Done>(kind: Kind, settings: Settings, case: Case)
    where
        Case: FnOnce(House) -> Done,
        Done: Future<Output = ()>,
    {
        actix_web::rt::System::new().block_on(async move {
            let database = Arc::new(Database::new(kind));
            let house = Self::open(database, settings, kind).await;
            case(house).await;
        });
    }

    async fn open(database: Arc<Database>, settings: Settings, kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let config = config(&database, address, &settings);
        let (chance, salts) = (Chance::System, Chance::seeded(SALTS));
        let master = MasterKey::random(&chance);
        let folder = config.mail.templates_dir.as_deref();
        let templates = Templates::load(folder, &config.service.name, &config.origin());
        let app = App {
            db: Db::open(&database.url, Options { pool: config.database.pool })
                .expect("a database"),
            clock: Clock::fixed(Timestamp::from_micros(START)),
            hasher: Hasher::start(Cost::FLOOR, HASHERS, 512, salts.clone()),
            policy: cli::policy(&config).expect("a policy"),
            cursors: CursorKey::new(&master),
            stage: Stage::default(),
            vault: Vault::new(&master, chance.clone()),
            keys: Keys::default(),
            templates: templates.expect("templates"),
            fetch: Fetch::new(config.http.limits()),
            chance,
            config: Arc::new(config),
        };
        let db = app.db.clone();
        tokio::task::spawn_blocking(move || db.migrate()).await.expect("runs").expect("migrates");
        built_in::sync(&app).await.expect("built-in roles");
        keys::tend(&app).await.expect("a signing key");
        if !settings.starting {
            app.stage.serve();
        }
        let contract = Arc::new(Contract::of(app.config.cookie_name()));
        let metrics = Metrics::new().expect("metrics");
        let house = Self {
            app,
            address,
            contract,
            client: client(),
            master,
            kind,
            metrics,
            stub: settings.stub,
            database,
            salts,
        };
        house.serve(listener);
        house
    }

    /// A second process on the same database: what one does, the other must see.
    pub async fn sibling(&self) -> House {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let db = Db::open(&self.database.url, Options { pool: 4 }).expect("a database");
        let house = House {
            app: App { db, stage: Stage::default(), keys: Keys::default(), ..self.app.clone() },
            address,
            contract: Arc::clone(&self.contract),
            client: client(),
            master: self.master.clone(),
            kind: self.kind,
            metrics: Metrics::new().expect("metrics"),
            stub: self.stub.clone(),
            database: Arc::clone(&self.database),
            salts: self.salts.clone(),
        };
        house.app.stage.serve();
        house.serve(listener);
        house
    }

    fn serve(&self, listener: TcpListener) {
        let (app, endpoints) = (&self.app, api::endpoints());
        let server = server::build(app, &self.master, &self.metrics, endpoints, listener);
        actix_web::rt::spawn(server.expect("starts"));
    }

    /// The other services that people sign in with.
    pub fn stub(&self) -> &Stub {
        self.stub.as_ref().expect("the settings name them")
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder of this test's own files.
    pub fn folder(&self) -> &std::path::Path {
        self.database.folder.path()
    }

    /// Where other programs find this test's database.
    pub fn database_url(&self) -> &str {
        self.database.url.as_str()
    }

    /// Does to the database what the service never would.
    pub async fn execute(&self, statements: &str) {
        let statements = statements.to_owned();
        let done = self.app.db.write(move |db| Ok::<_, db::Error>(db.batch_execute(&statements)?));
        done.await.expect("the statements run");
    }

    /// Holds up every password that is hashed or checked from now on, until the returned sender is
    /// dropped.
    pub async fn hold_passwords(&self) -> mpsc::Sender<()> {
        let Chance::Seeded(salts) = self.salts.clone() else {
            panic!("salts are drawn from a seed")
        };
        let (release, released) = mpsc::channel::<()>();
        let (held, is_held) = oneshot::channel();
        std::thread::spawn(move || {
            let _held = salts.lock();
            held.send(()).expect("the test waits");
            released.recv().expect_err("nothing is ever sent");
        });
        is_held.await.expect("the thread runs");
        for _ in 0..HASHERS {
            let hasher = self.app.hasher.clone();
            // Waits for a salt, and with it its thread.
            let hash = async move { hasher.hash(Secret::new("held up".to_owned())).await };
            actix_web::rt::spawn(hash);
        }
        tokio::task::yield_now().await;
        release
    }

    /// Waits until every password that was to be hashed or checked before this call is done.
    pub async fn passwords_checked(&self) {
        for _ in 0..HASHERS {
            let last = self.app.hasher.hash(Secret::new("the last".to_owned()));
            last.await.expect("the hasher has room");
        }
    }

    /// The hash of a password, also while passwords are held up.
    pub async fn hash(&self, password: &str) -> PasswordHash {
        let hasher = Hasher::start(Cost::FLOOR, 1, 1, Chance::System);
        hasher.hash(Secret::new(password.to_owned())).await.expect("the hasher has room")
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        self.app.clock.advance(seconds);
    }

    /// Moves the clock on by less than a second.
    pub fn pass_milliseconds(&self, milliseconds: i64) {
        let Clock::Fixed(micros) = &self.app.clock else { panic!("the clock is a test's") };
        micros.fetch_add(milliseconds * 1000, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Actor {
        Actor::new(self)
    }

    /// Somebody with an account, signed in, without any role.
    pub async fn user(&self) -> Actor {
        self.user_called(&format!("user{}@example.test", uuid::Uuid::now_v7().simple())).await
    }

    /// Somebody with an account of this address, signed in, without any role.
    pub async fn user_called(&self, email: &str) -> Actor {
        Actor::new(self).signed_up(email).await
    }

    /// An administrator, signed in.
    pub async fn admin(&self) -> Actor {
        let token = setup::store::offer(&self.app).await.expect("a link");
        match token {
            Some(token) => Actor::new(self).first_admin(token.reveal()).await,
            // There is one already: make another through the command line's way.
            None => Actor::new(self).further_admin(&self.app).await,
        }
    }

    /// Somebody who holds exactly these permissions, through a role of their own.
    pub async fn holder(&self, permissions: &[&str]) -> Actor {
        let admin = self.admin().await;
        let user = self.user().await;
        admin.grant_new_role(&user, permissions).await;
        user
    }
}

fn config(database: &Database, address: SocketAddr, settings: &Settings) -> Config {
    let mut variables = BTreeMap::from([
        ("DOORWARD_LISTEN".to_owned(), address.to_string()),
        ("DOORWARD_DATABASE_URL".to_owned(), database.url.to_string()),
        ("DOORWARD_DATA_DIR".to_owned(), database.folder.path().join("data").display().to_string()),
    ]);
    for (name, value) in &settings.variables {
        variables.insert((*name).to_owned(), (*value).to_owned());
    }
    Config::load(&Sources { variables, ..Sources::default() }).expect("a configuration")
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .expect("a client")
}
