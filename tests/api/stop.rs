//! Stopping: what runs may end, nothing new is taken, and the process is gone in time.

use std::{
    io::BufRead,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::harness::{
    Reply, Wire, exchange,
    process::{Ended, Process},
};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

const SIGN_UP: &str =
    r#"{"email":"ann@example.test","password":"a river of green tea","name":"A"}"#;

/// A sign-up whose last byte is still to come.
async fn begun(service: &Process) -> Wire {
    let mut wire = Wire::open(service.address).await;
    let length = SIGN_UP.len();
    let head = format!(
        "POST /v1/auth/sign-up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    assert!(wire.send(head + &SIGN_UP[..length - 1]).await);
    // A request behind it has been answered, so it is being read by now.
    assert_eq!(ask(service, "/readyz").await.map(|reply| reply.status), Some(200));
    wire
}

/// What the service answers on a new connection, if it takes one.
async fn ask(service: &Process, path: &str) -> Option<Reply> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    exchange(service.address, request).await.pop()
}

/// Waits until the service says that it wants no new work.
async fn draining(service: &Process) -> Reply {
    loop {
        let reply = ask(service, "/readyz").await.expect("it answers while it drains");
        if reply.status != 200 {
            return reply;
        }
    }
}

#[track_caller]
fn assert_ended_well(ended: &Ended, began: Instant, most: u64) {
    let took = began.elapsed();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(took <= Duration::from_secs(most), "it took {took:?}");
    assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_supervisor_s_signal_lets_running_requests_end() {
    let folder = folder();
    let service = Process::start(folder.path(), &[]);
    let began = block_on(async {
        let mut wire = begun(&service).await;
        let began = Instant::now();
        service.signal(Signal::TERM);

        let refused = draining(&service).await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
        assert!(refused.text.contains("server.not_ready"), "{}", refused.text);
        assert_eq!(ask(&service, "/livez").await.map(|reply| reply.status), Some(200));

        assert!(wire.send(&SIGN_UP[SIGN_UP.len() - 1..]).await);
        let replies = wire.rest().await;
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0].status, 202, "{}", replies[0].text);
        began
    });
    let ended = service.wait();
    assert_ended_well(&ended, began, 10);

    let again = Process::start(folder.path(), &[]);
    block_on(async {
        let mut ann = again.nobody();
        ann.email = "ann@example.test".to_owned();
        ann.sign_in().await.ok();
    });
    again.stop();
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_service_up() {
    let folder = folder();
    let service = Process::start(folder.path(), &[("DOORWARD_LIMITS_DRAIN_SECONDS", "2")]);
    let (began, _wire) = block_on(async {
        let wire = begun(&service).await;
        service.signal(Signal::TERM);
        (Instant::now(), wire)
    });
    assert_ended_well(&service.wait(), began, 10);
}

#[test]
fn an_operator_s_signal_stops_an_idle_service_at_once() {
    let folder = folder();
    let service = Process::start(folder.path(), &[]);
    let began = Instant::now();
    service.signal(Signal::INT);
    let ended = service.wait();
    assert_ended_well(&ended, began, 1);
}

#[test]
fn a_second_signal_ends_what_runs() {
    let folder = folder();
    let service = Process::start(folder.path(), &[]);
    let (began, _wire) = block_on(async {
        let wire = begun(&service).await;
        service.signal(Signal::TERM);
        draining(&service).await;
        let began = Instant::now();
        service.signal(Signal::TERM);
        service.signal(Signal::INT);
        (began, wire)
    });
    assert_ended_well(&service.wait(), began, 3);
}

/// The processes that a process has started.
fn children(of: u32) -> Vec<u32> {
    let listed = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children"));
    let listed = listed.unwrap_or_default();
    listed.split_whitespace().map(|id| id.parse().expect("a number")).collect()
}

fn lives(id: u32) -> bool {
    // Who has ended but was not asked for yet is a zombie; ours are, once their parent is gone.
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

/// Waits until something is there; panics when it is not after twenty seconds.
fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it did not happen in time");
        std::thread::yield_now();
    }
}

#[test]
fn a_measurement_that_is_ended_ends_its_service() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let mut script = std::process::Command::new("python3")
            .arg(root.join("benches/timing.py"))
            .args(["--binary", env!("CARGO_BIN_EXE_doorward"), "--samples", "1000000", "reset"])
            .env("PYTHONPATH", root.join("tests/tools"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUNBUFFERED", "1")
            .env("TMPDIR", folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut lines = std::io::BufReader::new(script.stdout.take().expect("a pipe")).lines();
        assert!(
            lines.any(|line| line.is_ok_and(|line| line.contains("pairs each"))),
            "it measures"
        );
        let service = children(script.id()).first().copied().expect("a service");
        let id = rustix::process::Pid::from_child(&script);
        rustix::process::kill_process(id, signal).expect("it is there");

        let status = script.wait().expect("it ends");

        assert_eq!(status.code(), Some(128 + signal.as_raw()));
        wait_for(|| (!lives(service)).then_some(()));
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0, "and nothing is left behind");
    }
}
