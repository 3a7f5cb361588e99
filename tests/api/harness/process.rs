//! The program itself, as an operator starts it: in a folder of its own, with no other settings
//! than those given, ended by its own process id.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::{Actor, Contract, house::client};

/// How long a start or a line of output may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub type Variables<'a> = &'a [(&'a str, &'a str)];

/// A running service.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    seen: String,
    errors: std::path::PathBuf,
    pub address: SocketAddr,
}

/// A service that has ended, with all that it said.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

fn command(folder: &Path, variables: Variables) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.current_dir(folder).env_clear().envs(variables.iter().copied());
    command
}

/// Runs a command of the program to its end.
pub fn run(folder: &Path, variables: Variables, arguments: &[&str], input: &str) -> Ended {
    let mut command = command(folder, variables);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // A command that does not read has ended by then, which is no fault.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { status: output.status, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

impl Process {
    /// Starts the service on a free port of the loopback and waits until it says where it is.
    pub fn start(folder: &Path, variables: Variables) -> Self {
        let mut process = Self::spawn(folder, variables);
        let line = process.wait_for("Contract");
        let (_, origin) = line.split_once("http://").expect("an address");
        let address = origin.trim_end_matches("/openapi.json").parse();
        process.address = address.expect("an address and a port");
        process
    }

    /// Starts the service and does not wait.
    pub fn spawn(folder: &Path, variables: Variables) -> Self {
        let errors = folder.join(format!("errors-{}", uuid::Uuid::now_v7().simple()));
        let mut child = command(folder, &[("DOORWARD_LISTEN", "127.0.0.1:0")])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors).expect("a file"))
            .spawn()
            .expect("it starts");
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Nobody listens any more when the test has ended.
                let _ = sender.send(line);
            }
        });
        let address = "127.0.0.1:0".parse().expect("an address");
        Self { child, lines, seen: String::new(), errors, address }
    }

    /// Waits for a line of standard output that has this in it.
    pub fn wait_for(&mut self, wanted: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("no {wanted:?} in {:?}\n{}", self.seen, self.log());
            });
            self.seen.push_str(&line);
            self.seen.push('\n');
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// The token of the set-up link that it prints.
    pub fn setup_token(&mut self) -> String {
        let line = self.wait_for("First admin");
        line.split_once("token=").expect("a link").1.to_owned()
    }

    /// Somebody who is not signed in to it.
    pub fn nobody(&self) -> Actor {
        let (base, cookie) = (format!("http://{}", self.address), "doorward");
        Actor::who_calls(base, client(), Arc::new(Contract::of(cookie)), cookie)
    }

    /// What it has logged until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.errors).expect("a log")
    }

    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal).expect("it runs");
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let mut stdout = std::mem::take(&mut self.seen);
        // Standard output is closed when the process ends.
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => stdout.push_str(&(line + "\n")),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {stdout}{}", self.log()),
            }
        }
        let status = self.child.wait().expect("it ends");
        Ended { status, stdout, stderr: self.log() }
    }

    /// Asks it to stop as an operator at the keyboard does, and waits for its end.
    pub fn stop(self) -> Ended {
        self.signal(Signal::INT);
        self.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Has ended already, unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
