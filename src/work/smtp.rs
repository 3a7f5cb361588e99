//! The way to the mail server. Nothing that a mail or the server said gets into an error.

use std::{
    error::Error,
    fmt, fs, io,
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};

use super::{outbox::MailRow, queue::Reason};
use crate::{
    config::{Config, MailTls},
    kernel::mail::Rendered,
};

/// How many connections to the mail server there are at most.
const CONNECTIONS: u32 = 4;

/// Replies of a server that does not let us in: the fault of the configuration, which an operator
/// can mend, and not of the mail (RFC 4954, section 6).
const SIGN_IN_REFUSED: [&str; 4] = ["530", "534", "535", "538"];

/// Why mail can't be sent at all.
#[derive(Debug)]
pub struct SmtpError(String);

impl fmt::Display for SmtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for SmtpError {}

/// Why one mail was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another time it may be.
    Temporary(Reason),
    /// It never will be.
    Permanent(Reason),
}

/// The connections to the mail server.
pub struct Carrier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
    patience: Duration,
}

impl Carrier {
    /// Connects when the first mail is sent. Nothing where no mail server is configured.
    ///
    /// Must be called on a runtime. Errors when the certificates can't be read.
    pub fn new(config: &Config) -> Result<Option<Self>, SmtpError> {
        let mail = &config.mail;
        let (Some(host), Some(from)) = (&mail.host, &mail.from) else { return Ok(None) };
        let tls = || parameters(config, &host.to_string());
        let (tls, usual) = match mail.tls {
            MailTls::StartTls => (Tls::Required(tls()?), 587),
            MailTls::Tls => (Tls::Wrapper(tls()?), 465),
            MailTls::Unencrypted => (Tls::None, 25),
        };
        let port = u16::try_from(mail.port).ok().filter(|port| *port > 0).unwrap_or(usual);
        let patience = Duration::from_secs(u64::from(mail.timeout_seconds));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.to_string())
            .port(port)
            .tls(tls)
            .timeout(Some(patience))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let (Some(name), Some(password)) = (&mail.username, &mail.password) {
            let credentials = Credentials::new(name.clone(), password.reveal().to_owned());
            builder = builder.credentials(credentials);
        }
        let from = address(from.as_str())
            .ok_or_else(|| SmtpError("mail.from is no address that mail can come from".into()))?;
        Ok(Some(Self {
            transport: builder.build(),
            from: Mailbox::new(Some(config.service.name.clone()), from),
            host: config.public_url.host_str().unwrap_or("localhost").to_owned(),
            patience,
        }))
    }

    /// Hands one mail over. The whole delivery takes `mail.timeout_seconds` at most.
    pub async fn deliver(&self, row: &MailRow, rendered: Rendered) -> Result<(), Failure> {
        let message = self.message(row, rendered)?;
        match tokio::time::timeout(self.patience, self.transport.send(message)).await {
            Err(_) => Err(Failure::Temporary("the mail server takes too long")),
            Ok(Err(error)) => Err(judge(&error)),
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// The same id at every attempt, so that a mail that arrives twice can be known for one.
    fn message(&self, row: &MailRow, rendered: Rendered) -> Result<Message, Failure> {
        let to = address(&row.recipient).ok_or(Failure::Permanent("no address to send to"))?;
        let micros = u64::try_from(row.created_at.micros()).unwrap_or(0);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(rendered.subject)
            .date(UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{}@{}>", row.id, self.host)))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(rendered.text, rendered.html))
            .map_err(|_| Failure::Permanent("no message can be made of it"))
    }
}

/// Exactly one mailbox.
fn address(text: &str) -> Option<Address> {
    let (user, domain) = text.rsplit_once('@')?;
    Address::new(user, domain).ok()
}

fn parameters(config: &Config, host: &str) -> Result<TlsParameters, SmtpError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = &config.mail.ca_certificates {
        let wrong = |what: &dyn fmt::Display| SmtpError(format!("{}: {what}", path.display()));
        let pem = fs::read(path).map_err(|error| wrong(&error))?;
        let certificates = Certificate::from_pem(&pem);
        let certificates = certificates.map_err(|_| wrong(&"no certificates in it"))?;
        // Whoever names a certificate means it: nobody else may vouch for the server then.
        builder = builder.certificate_store(CertificateStore::None);
        builder = builder.add_root_certificate(certificates);
    }
    builder.build().map_err(|_| SmtpError("TLS to the mail server can't be set up".into()))
}

fn judge(error: &smtp::Error) -> Failure {
    if let Some(status) = error.status() {
        let status = status.to_string();
        if SIGN_IN_REFUSED.contains(&status.as_str()) {
            return Failure::Temporary("the mail server refuses our sign-in");
        }
        return if error.is_permanent() {
            Failure::Permanent("the mail server refuses the mail for good")
        } else {
            Failure::Temporary("the mail server refuses the mail for now")
        };
    }
    Failure::Temporary(if error.is_tls() || is_of_tls(error) {
        "the mail server's TLS can't be trusted"
    } else if error.is_client() {
        "the mail server can't do what is needed"
    } else if error.is_response() {
        "the mail server hangs up or answers what is no SMTP"
    } else {
        "the mail server can't be reached"
    })
}

/// Whether a handshake failed: its error is wrapped as one of the data on the connection.
fn is_of_tls(error: &smtp::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        source = error.source();
    }
    false
}
