//! The one table of settings. Each fact about a setting stands here once: the typed structs, the
//! parser, the reference page, the sample file and `config show` are all made from it.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use url::Url;

use super::{
    audience::Audience,
    face::{PagePath, Place},
    key::Key,
    load::Reader,
    secrets::EcKey,
    table::{limits, table},
    unset::HostName,
    values::{
        AuthjsVersion, DatabaseUrl, LogFormat, LogLevel, MailTls, Network, Origin, RequireVerified,
        RequiredFor, ShowDocs,
    },
    web::{ClientAuth, Issuer, Parameter, Preset, ScopeName, WebAddress},
};
use crate::kernel::{
    color::Color,
    email::Email,
    secret::{MasterKey, Secret},
};

table! {
    /// The settings of one running service, checked. Made by [`Config::load`] alone.
    Config {
        /// The address and port on which the service listens. An address that other machines can
        /// reach is refused unless `public_url` is https and `trusted_proxies` names the proxy
        /// that ends TLS, or `allow_insecure_http` is true.
        listen: SocketAddr = "127.0.0.1:8080";
        /// The address under which browsers and apps reach the service: scheme, host and port,
        /// nothing after them. Links in mails and pages begin with it.
        public_url: Url = "http://{listen}";
        /// The folder of keys and of the SQLite database. A relative path starts at the working
        /// folder. Made with mode 0700 when it is missing.
        data_dir: PathBuf = "data";
        /// The database: `sqlite://` and a path (two slashes for a path below the working folder,
        /// three for an absolute one), or `postgres://user:password@host/name`.
        database_url: DatabaseUrl = "sqlite://{data_dir}/doorward.db";
        /// The address and port of the metrics listener, which has no sign-in: keep it on a
        /// private network. Unset: no listener.
        metrics_listen: Option<SocketAddr> = "";
        /// Origins besides the service's own whose pages may call the API with a cookie.
        allowed_origins: Vec<Origin> = "";
        /// Addresses and networks of the proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<Network> = "";
        /// Allow plain HTTP beyond this machine. Passwords and cookies can then be read on the
        /// way: for test networks only.
        allow_insecure_http: bool = false;
        /// The key from which all other keys are derived: 32 random bytes in base64url without
        /// padding. Unset: kept in `keys/master.key` in the data folder, made at the first start.
        /// Whoever loses it loses all that is stored encrypted.
        master_key: Option<MasterKey> = "";
        /// A key that opens what is stored encrypted, and seals nothing: the one before
        /// `master_key` or the one after it, while one is replaced by the other (docs/KEYS.md).
        master_key_other: Option<MasterKey> = "";
    }

    /// The database's connections.
    database: Database {
        /// How many connections read from SQLite, or are open to PostgreSQL in all.
        pool: u32 = 8 in 1..=256;
    }

    /// How long a sign-in lasts. The defaults stay within the 30 days of NIST SP 800-63B-4, AAL1.
    session: Session {
        /// Seconds without a request after which a session ends. Requests are noted at most once
        /// a minute, so it may end up to a minute earlier.
        idle_seconds: u32 = 86_400 in 300..=7_776_000;
        /// Seconds after which a session ends however much it is used.
        absolute_seconds: u32 = 2_592_000 in 300..=31_536_000;
        /// As `idle_seconds`, for a sign-in with "remember me".
        remember_idle_seconds: u32 = 1_209_600 in 300..=7_776_000;
        /// As `absolute_seconds`, for a sign-in with "remember me".
        remember_absolute_seconds: u32 = 2_592_000 in 300..=31_536_000;
        /// Milliseconds for which a checked session is kept in memory; 0 reads the database each
        /// time. A sign-out on one node is seen by the others after at most this time.
        cache_milliseconds: u32 = 900 in 0..=1000;
    }

    /// Passwords and how they are hashed (argon2id).
    password: Password {
        /// The fewest characters of a new password. NIST SP 800-63B-4 asks for 15 where the
        /// password alone signs in, and for 8 beside a second factor.
        min_length: u32 = 15 in 8..=64;
        /// The least strength of a new password as zxcvbn estimates it, from 0 (whatever it is) to
        /// 4 (ten thousand million guesses). 3 stands for a hundred million guesses.
        min_score: u32 = 3 in 0..=4;
        /// A filter of breached passwords, which new ones must not be among, made by
        /// `doorward breached build`. Unset: only the most common ones, which are built in, are
        /// refused.
        breached_filter: Option<PathBuf> = "";
        /// How many sign-ins may wait for the hasher; the next ones are told to come back.
        max_queue: u32 = 512 in 1..=65_536;
        /// Memory for one hash, in KiB.
        memory_kib: u32 = 19_456 in 19_456..=2_097_152;
        /// Passes over that memory.
        iterations: u32 = 2 in 2..=64;
        /// Threads that hash; 0 means one per core. Each holds `memory_kib`.
        threads: u32 = 0 in 0..=256;
    }

    /// What an account needs.
    account: Account {
        /// Whether who signs in must have verified the e-mail address: `always`, `never`, or `auto`
        /// for "once a mail server is configured".
        require_verified_email: RequireVerified = "auto";
        /// Roles whose holders need a second factor, or `everyone`. Until it is set up, such a
        /// caller may do no more than set it up. Unset: second factors are everybody's choice.
        second_factor: RequiredFor = "";
    }

    /// Passkeys (WebAuthn).
    passkeys: Passkeys {
        /// The domain that passkeys belong to: the host of `public_url`, or a domain that it lies
        /// in. Passkeys made for one domain are no good for another, so never change it. Unset:
        /// the host of `public_url`; `localhost` where that is an address of this machine.
        rp_id: Option<HostName> = "";
    }

    /// What one request may cost.
    limits: Limits {
        /// The largest body of a request, in bytes.
        body_bytes: u32 = 65_536 in 1024..=16_777_216;
        /// The largest head of a request (request line and headers), in bytes.
        header_bytes: u32 = 16_384 in 4096..=131_072;
        /// Seconds within which a body must have arrived.
        body_seconds: u32 = 10 in 1..=300;
        /// Seconds within which the headers must have arrived.
        header_seconds: u32 = 5 in 1..=60;
        /// Seconds that running requests are given when the service stops.
        drain_seconds: u32 = 10 in 0..=10;
    }

    /// How often a guess is allowed. These limits guard passwords and cannot be turned off.
    throttle: Throttle {
        /// Failed sign-ins to one account before further ones must wait.
        account_failures: u32 = 10 in 1..=100;
        /// Seconds over which an account's failures are counted.
        account_window_seconds: u32 = 600 in 60..=86_400;
        /// Failed sign-ins from one address before further ones must wait.
        address_failures: u32 = 300 in 1..=1_000_000;
        /// Seconds over which an address's failures are counted.
        address_window_seconds: u32 = 600 in 60..=86_400;
        /// Failures of one client to show who it is, at one address, before further ones must wait.
        client_failures: u32 = 100 in 1..=10_000;
        /// Seconds over which a client's failures are counted.
        client_window_seconds: u32 = 600 in 60..=86_400;
        /// Sign-ups from one address before further ones must wait.
        sign_ups: u32 = 1000 in 1..=1_000_000;
        /// Seconds over which sign-ups are counted.
        sign_up_window_seconds: u32 = 600 in 60..=86_400;
        /// Requests from one address that cause a mail before further ones must wait.
        mails: u32 = 300 in 1..=1_000_000;
        /// Seconds over which an address's requests for mail are counted.
        mail_window_seconds: u32 = 600 in 60..=86_400;
        /// Beginnings with a passkey or at a provider from one address before further ones must
        /// wait.
        ceremonies: u32 = 1000 in 1..=1_000_000;
        /// Seconds over which an address's beginnings with a passkey or at a provider are counted.
        ceremony_window_seconds: u32 = 600 in 60..=86_400;
        /// Requests for a mail to one account before further ones must wait.
        account_mails: u32 = 10 in 1..=1000;
        /// Seconds over which an account's requests for mail are counted.
        account_mail_window_seconds: u32 = 3600 in 60..=86_400;
    }

    /// Tokens for programs, at `/oauth2/token`.
    oauth: Oauth {
        /// Seconds without use after which a refresh token ends; its session may end before.
        refresh_idle_seconds: u32 = 1_209_600 in 300..=7_776_000;
        /// Seconds after which refresh tokens end however much they are used; their session may
        /// end before.
        refresh_absolute_seconds: u32 = 2_592_000 in 300..=31_536_000;
        /// Whether proofs of possession (DPoP) have to hold a value that the service has handed
        /// out lately, so that nobody can make them long ahead.
        dpop_nonce: bool = false;
    }

    /// Work that a caller's machine has to do before it may sign up or sign in with a password.
    challenge: Challenge {
        /// Whether it is asked for. It makes guessing and bulk sign-ups dearer without an outside
        /// service, and costs each person a moment. The hosted pages solve puzzles by a script:
        /// while it is on, nobody signs up or in with a password there without scripts.
        enabled: bool = false;
        /// Zero bits that an answer's hash begins with. Each more doubles the work; 18 takes a
        /// browser about a second.
        difficulty: u32 = 18 in 8..=30;
        /// Seconds for which a puzzle can be answered.
        seconds: u32 = 300 in 30..=3600;
    }

    /// The first start.
    setup: Setup {
        /// Seconds for which the one-time link for the first admin is good.
        link_seconds: u32 = 86_400 in 300..=604_800;
    }

    /// The mail server. Without one, a service on this machine shows mails at `/dev/mail`.
    mail: Mail {
        /// The mail server. Unset: no mail is sent.
        host: Option<HostName> = "";
        /// Its port; 0 for the usual one: 587 for `starttls`, 465 for `tls`, 25 for `none`.
        port: u32 = 0 in 0..=65_535;
        /// How the connection is encrypted: `starttls` from the greeting on, `tls` from the first
        /// byte on, `none` only to a server on this machine. Never less than what is set.
        tls: MailTls = "starttls";
        /// A file of certificates (PEM) that the mail server's must rest on. Unset: the system's.
        ca_certificates: Option<PathBuf> = "";
        /// The name to sign in with at the mail server. Unset: without signing in.
        username: Option<String> = "" in 1..=255;
        /// The password to sign in with at the mail server.
        password: Option<Secret> = "" in 1..=1024;
        /// The address that mails come from. The name beside it is `service.name`.
        from: Option<Email> = "";
        /// Seconds that one delivery may take before it is put off.
        timeout_seconds: u32 = 30 in 1..=120;
        /// A folder of templates that take the place of the built-in ones: `mail.html`, `mail.txt`,
        /// or for one kind of mail such as `reset_password.html`.
        templates_dir: Option<PathBuf> = "";
    }

    /// Whether strangers may make accounts.
    sign_up: SignUp {
        /// False: only those who may write users make accounts.
        enabled: bool = true;
    }

    /// How the service calls itself.
    service: Service {
        /// The name on pages and in mails.
        name: String = "Doorward" in 1..=64;
    }

    /// How pages look. The colours of text follow, so that it can always be read.
    brand: Brand {
        /// A logo in SVG or PNG, at most 256 KiB, shown in a height of 40 pixels. Its words should
        /// be those of `service.name`.
        logo: Option<PathBuf> = "";
        /// The colour of buttons; links and the frame around what has the focus take a lighter or
        /// darker one of it where that is needed.
        accent: Option<Color> = "";
        /// The colour behind everything. Dark text stands on it.
        background: Option<Color> = "";
        /// The same for people who prefer dark pages. Light text stands on it.
        background_dark: Option<Color> = "";
    }

    /// The hosted pages.
    pages: Pages {
        /// Where `return_to` may lead after a sign-in, besides the service's own pages: addresses,
        /// each with all that is below its path.
        return_to: Vec<Place> = "";
    }

    /// The endpoints of Auth.js (NextAuth.js) at `/api/auth`, for apps that use its client.
    authjs: Authjs {
        /// Whether they are served.
        enabled: bool = true;
        /// The generation of the client where a request does not tell: `4` answers who is not
        /// signed in with `{}`, and `5` and `auto` with `null`. An app of next-auth 4 shows nobody
        /// signed in either way, but logs an error for `null`.
        version: AuthjsVersion = "auto";
        /// The app's own sign-in page, to which people are led with `callbackUrl`, `error` and
        /// `code` in the query: a path on the app's origin. Unset: the hosted page.
        sign_in_page: Option<PagePath> = "";
    }

    /// Access tokens for APIs.
    token: Tokens {
        /// The APIs that tokens may be for, besides the service itself: addresses or names, each as
        /// the `aud` of its tokens says it.
        audiences: Vec<Audience> = "";
        /// Seconds for which a token counts.
        seconds: u32 = 300 in 60..=900;
        /// Days after which another key signs the tokens. The one before is published until the
        /// last of its tokens is over.
        key_days: u32 = 90 in 1..=1000;
    }

    /// The log, written to standard error.
    log: Log {
        /// The least severe level that is written.
        level: LogLevel = "info";
        /// Lines for people or one JSON object per line for machines.
        format: LogFormat = "pretty";
    }

    /// The interactive API reference.
    docs: Docs {
        /// Whether Swagger UI is served under `/docs/`: `always`, `never`, or `auto` for "while
        /// nobody but this machine can reach the service". The contract itself (`/openapi.json`)
        /// and the pages of problems are for everybody.
        enabled: ShowDocs = "auto";
    }

    /// Requests that the service itself sends: to providers of sign-ins.
    http: Http {
        /// Seconds that one of them may take. A provider that is slower counts as gone.
        timeout_seconds: u32 = 10 in 1..=60;
        /// The longest answer that is read, in bytes.
        answer_bytes: u32 = 262_144 in 4096..=16_777_216;
        /// Machines that may lie in a private network or be this one, and may be asked over plain
        /// http. All others must have a public address, and are asked over https.
        private_hosts: Vec<HostName> = "";
    }

    each
    /// Services that people can sign in with, each under a name of your choice: lower-case letters,
    /// digits and `_`. The name is a part of the address that the provider leads back to,
    /// `<public_url>/sign-in/callback/<name>`, and stays with the accounts: don't change it.
    providers: Provider {
        /// Which service it is. `auto` for the one that the name says, such as `google`, and `oidc`
        /// for any other name. With `oidc` it takes `issuer`, with `oauth2` three addresses.
        preset: Preset = "auto";
        /// What people call it. Unset: the usual name of the service.
        title: Option<String> = "" in 1..=40;
        /// The id of the client that the provider has given to this service. It must be set.
        client_id: Option<String> = "" in 1..=255;
        /// The secret of the client.
        client_secret: Option<Secret> = "" in 1..=1024;
        /// How the secret is sent: `basic` in a header, `post` in the form, `auto` as the provider
        /// says that it likes.
        client_auth: ClientAuth = "auto";
        /// The issuer (OpenID Connect): its discovery document is found below it. Microsoft's may
        /// name one tenant in the place of `common`.
        issuer: Option<Issuer> = "";
        /// Where people are sent (OAuth 2.0).
        authorization_url: Option<WebAddress> = "";
        /// Where codes are exchanged (OAuth 2.0).
        token_url: Option<WebAddress> = "";
        /// Where the provider tells who somebody is (OAuth 2.0).
        userinfo_url: Option<WebAddress> = "";
        /// Where it tells which of somebody's addresses are verified, in the form of GitHub.
        emails_url: Option<WebAddress> = "";
        /// What is asked for. Unset: who somebody is, and their address.
        scopes: Vec<ScopeName> = "";
        /// Parameters that are added to the address that people are sent to.
        parameters: Vec<Parameter> = "";
        /// The field of an answer that says who somebody is and never changes (OAuth 2.0).
        subject_claim: Option<String> = "" in 1..=60;
        /// The field with the e-mail address.
        email_claim: Option<String> = "" in 1..=60;
        /// The field that says whether the address is verified.
        email_verified_claim: Option<String> = "" in 1..=60;
        /// The field with the name.
        name_claim: Option<String> = "" in 1..=60;
        /// Whether every address counts as verified, whatever the provider says of it. Only for one
        /// at which nobody can enter the address of somebody else: who has a verified address gets
        /// the account that has it here.
        email_is_verified: bool = false;
        /// Whether an address that both sides have verified joins the two accounts. False: people
        /// sign in to the one they have, and add the other there.
        link_by_email: bool = true;
        /// Whether the provider's own tokens are kept, encrypted, to be handed out to the person.
        keep_tokens: bool = false;
        /// Apple: the id of the team that signs client secrets.
        team_id: Option<String> = "" in 1..=40;
        /// Apple: the id of the key that signs them.
        key_id: Option<String> = "" in 1..=40;
        /// Apple: that key, in PEM (PKCS #8).
        private_key: Option<EcKey> = "";
    }
}
