//! A real mail server for one test: its own process, ended by its standard input.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use serde_json::Value;

use super::Settings;

/// How long a start or a mail may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools")
}

/// The Python that has aiosmtpd, made where it is missing.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let made = Command::new(tools().join("python.sh")).stderr(Stdio::inherit()).output();
    let made = made.expect("tests/tools/python.sh runs");
    assert!(made.status.success(), "tests/tools/python.sh failed");
    let folder = String::from_utf8(made.stdout).expect("a path");
    Path::new(folder.trim()).join("python")
});

/// The certificate that the server shows, for `localhost` and 127.0.0.1.
pub fn certificate() -> PathBuf {
    tools().join("smtp/localhost.pem")
}

/// Settings of a service that sends its mail to a server on this port, without encryption.
pub fn with_mail(port: u16, more: &[(&'static str, &'static str)]) -> Settings {
    let port: &'static str = port.to_string().leak();
    let mut variables = vec![
        ("DOORWARD_MAIL_HOST", "127.0.0.1"),
        ("DOORWARD_MAIL_PORT", port),
        ("DOORWARD_MAIL_TLS", "none"),
        ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
        ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "never"),
    ];
    variables.extend_from_slice(more);
    Settings { variables, ..Settings::default() }
}

/// A mail server on the loopback. It takes mail as `tests/tools/smtp/server.py` says.
pub struct MailServer {
    child: Child,
    mails: Receiver<Value>,
    pub port: u16,
}

impl MailServer {
    /// Starts it on a free port and waits until it listens.
    pub fn start(options: &[&str]) -> Self {
        Self::on(0, options)
    }

    /// Starts it on this port.
    pub fn on(port: u16, options: &[&str]) -> Self {
        let mut child = Command::new(&*PYTHON)
            .arg(tools().join("smtp/server.py"))
            .arg(format!("--port={port}"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mail server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let first = lines.next().expect("a line").expect("text");
        let port = first.parse().expect("a port");
        let (sender, mails) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody listens any more when the test has ended.
                let _ = sender.send(serde_json::from_str(&line).expect("JSON"));
            }
        });
        Self { child, mails, port }
    }

    /// The next mail that it has taken or takes.
    pub fn next(&self) -> Value {
        self.mails.recv_timeout(PATIENCE).expect("a mail arrives in time")
    }

    /// The mails that it has taken and that were not looked at.
    pub fn rest(&self) -> Vec<Value> {
        self.mails.try_iter().collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
