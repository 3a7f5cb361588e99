//! A line that shows how far a long command has come. It stands on standard error, and only where
//! somebody looks at it: never in a file or a pipe.

use std::io::{IsTerminal, Write, stderr};

/// Widest bar, in characters.
const WIDTH: u64 = 30;

/// How far a command has come.
pub struct Progress {
    what: &'static str,
    /// How many there are in all; 0 where nobody knows.
    total: u64,
    shown: bool,
}

impl Progress {
    /// Starts at nothing of `total`, or of an unknown number for 0.
    pub fn new(what: &'static str, total: u64) -> Self {
        Self { what, total, shown: stderr().is_terminal() }
    }

    /// Shows that `done` are done. Call it for lots of some hundred, not for each.
    pub fn at(&self, done: u64) {
        if self.shown {
            // A terminal that went away is no reason to stop.
            let _ = write!(stderr(), "\r{}\x1b[K", line(self.what, done, self.total));
        }
    }
}

impl Drop for Progress {
    /// Takes the line away again.
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn line(what: &str, done: u64, total: u64) -> String {
    if total == 0 {
        return format!("{what} {done}");
    }
    let filled = done.min(total) * WIDTH / total;
    let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { '.' }).collect();
    format!("{what} [{bar}] {done} of {total}")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_bar_fills_as_the_work_goes_on() {
        assert_eq!(line("checked", 12, 0), "checked 12");
        assert_eq!(line("imported", 5, 10), format!("imported [{:.<30}] 5 of 10", "#".repeat(15)));
        assert!(line("imported", 20, 10).contains(&"#".repeat(30)));
    }
}
