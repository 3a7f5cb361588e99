//! The threads on which passwords are hashed, apart from all other work.
//! However many callers ask, memory and load are those of this fixed number of threads.

use std::{
    fmt,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{
    cost::Cost,
    hash::{self, Memory, PasswordHash, Verdict},
};
use crate::kernel::{chance::Chance, secret::Secret};

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The password was not looked at: too many wait already. Worth trying again in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many passwords wait to be hashed")
    }
}

impl std::error::Error for Busy {}

/// A handle on the hashing threads. They end when the last handle is dropped.
#[derive(Clone)]
pub struct Hasher {
    queue: SyncSender<Job>,
    cost: Cost,
    chance: Chance,
}

impl Hasher {
    /// Starts `threads` threads, one per core for 0, before which up to `queue` passwords wait.
    ///
    /// A cost outside of what Argon2 and [`Hasher::verify`] take is moved to the nearest within;
    /// [`Cost::check`] is for telling people. Panics when the system has no thread to give.
    pub fn start(cost: Cost, threads: usize, queue: usize, chance: Chance) -> Self {
        let cost = cost.within_limits();
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if threads == 0 { cores() } else { threads };
        let (queue, jobs) = mpsc::sync_channel(queue.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        for n in 0..threads {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new()
                .name(format!("password-{n}"))
                .spawn(move || work(&jobs, cost))
                .expect("the system has a thread to give");
        }
        Self { queue, cost, chance }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: Secret) -> Result<PasswordHash, Busy> {
        let (cost, chance) = (self.cost, self.chance.clone());
        self.run(move |memory| hash::hash(&password, cost, &chance, memory)).await
    }

    /// Compares a password with what is stored for the account.
    ///
    /// `None`, for an account that is unknown or has no password, takes as long and is wrong.
    pub async fn verify(
        &self,
        password: Secret,
        stored: Option<PasswordHash>,
    ) -> Result<Verdict, Busy> {
        let cost = self.cost;
        self.run(move |memory| hash::verify(&password, stored.as_ref(), cost, memory)).await
    }

    /// Queues `work`. A panic in it also ends in `Busy`: its caller has no other use for it.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            // Whoever has gone away does not hold up those who still wait.
            if !reply.is_closed() {
                let _ = reply.send(work(memory));
            }
        });
        self.queue.try_send(job).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }
}

/// The life of one thread: takes jobs until no handle is left that could send one.
fn work(jobs: &Mutex<Receiver<Job>>, cost: Cost) {
    step_back();
    let mut memory = Memory::default();
    loop {
        let waiting = jobs.try_lock().and_then(|jobs| jobs.try_recv().ok());
        let next = match waiting {
            Some(job) => Ok(job),
            None => {
                // Nobody waits: a thread at rest holds no memory.
                memory = Memory::default();
                // The lock is held while waiting: idle threads queue up for it, one is woken a job.
                jobs.lock().recv()
            }
        };
        let Ok(job) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            tracing::error!("hashing a password panicked");
        }
        // After the answer has left, so that nobody waits for it.
        memory.wipe(cost);
    }
}

/// Lets every other thread go first. Failing to is no reason not to hash.
fn step_back() {
    // Only on Linux does a thread have a niceness of its own; elsewhere it is the process's.
    #[cfg(target_os = "linux")]
    if let Ok(niceness) = rustix::process::getpriority_process(None) {
        let _ = rustix::process::setpriority_process(None, niceness + 10);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1 };

    fn start(threads: usize, queue: usize) -> Hasher {
        Hasher::start(CHEAP, threads, queue, Chance::seeded(1))
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    /// Occupies one thread until the sender that it returns is dropped.
    async fn occupy(hasher: &Hasher) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let hasher = hasher.clone();
        tokio::spawn(async move {
            let block = move |_: &mut Memory| {
                let _ = started.send(());
                let _ = released.recv();
            };
            hasher.run(block).await
        });
        has_started.await.unwrap();
        release
    }

    #[tokio::test]
    async fn a_right_password_is_right_and_any_other_is_wrong() {
        let hasher = start(1, 8);
        let stored = hasher.hash(secret("a horse with no name")).await.unwrap();

        let right = hasher.verify(secret("a horse with no name"), Some(stored.clone())).await;
        let wrong = hasher.verify(secret("a horse with no names"), Some(stored)).await;
        let unknown = hasher.verify(secret("a horse with no name"), None).await;

        assert_eq!(right, Ok(Verdict::Right));
        assert_eq!(wrong, Ok(Verdict::Wrong));
        assert_eq!(unknown, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_at_once_and_not_for_ever() {
        let hasher = start(1, 2);
        let release = occupy(&hasher).await;
        let waiting: Vec<_> = (0..2)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.hash(secret("one that waits")).await })
            })
            .collect();
        tokio::task::yield_now().await;

        assert_eq!(hasher.hash(secret("one too many")).await.err(), Some(Busy));
        assert_eq!(hasher.verify(secret("one too many"), None).await.err(), Some(Busy));

        drop(release);
        for task in waiting {
            assert!(task.await.unwrap().is_ok());
        }
        assert!(hasher.hash(secret("there is room again")).await.is_ok());
    }

    #[tokio::test]
    async fn two_hundred_at_once_are_all_hashed() {
        let hasher = start(0, 200);
        let hash = |n: usize| {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let stored = hasher.hash(secret(&format!("password number {n}"))).await?;
                hasher.verify(secret(&format!("password number {n}")), Some(stored)).await
            })
        };
        let tasks: Vec<_> = (0..200).map(hash).collect();

        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(Verdict::Right));
        }
    }

    #[tokio::test]
    async fn a_panic_costs_its_caller_an_answer_and_nobody_else() {
        let hasher = start(1, 8);

        let failed = hasher.run(|_| panic!("as a test")).await;

        assert_eq!(failed, Err::<(), _>(Busy));
        assert!(hasher.hash(secret("after the panic")).await.is_ok());
    }

    #[tokio::test]
    async fn work_whose_caller_has_gone_is_skipped() {
        let hasher = start(1, 8);
        let done = Arc::new(AtomicUsize::new(0));
        let release = occupy(&hasher).await;
        let count = || {
            let (hasher, done) = (hasher.clone(), Arc::clone(&done));
            tokio::spawn(
                async move { hasher.run(move |_| done.fetch_add(1, Ordering::SeqCst)).await },
            )
        };
        let (gone, stays) = (count(), count());
        tokio::task::yield_now().await;

        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(release);

        assert_eq!(stays.await.unwrap(), Ok(0));
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn the_threads_end_with_the_last_handle() {
        thread_local! {
            static FAREWELL: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
        }
        let (alive, ended) = mpsc::channel();
        let hasher = start(1, 8);
        let other = hasher.clone();
        hasher.run(move |_| FAREWELL.set(Some(alive))).await.unwrap();

        drop(hasher);
        assert!(other.hash(secret("one handle is left")).await.is_ok());
        assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Empty));

        drop(other);
        let gone = ended.recv_timeout(Duration::from_secs(10));
        assert_eq!(gone, Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_goes_last_and_leaves_the_other_threads_as_they_are() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();

        let on_the_thread = start(1, 8).run(move |_| niceness()).await.unwrap();

        assert_eq!(on_the_thread, (before + 10).min(19));
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), before);
    }
}
