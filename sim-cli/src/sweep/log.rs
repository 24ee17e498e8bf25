//! `run.log`: the command line, the host, and when and how long. It says nothing that results depend on.
//!
//! The file is locked while a sweep writes to its folder. The system gives the lock back when the process ends, however
//! it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::exit::Failure;
use crate::output::cannot_write;

/// An open log.
pub struct Log(File);

impl Log {
    /// Opens the log of a folder, and makes sure that nobody else writes there.
    pub fn open(path: &Path) -> Result<Log, Failure> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|error| cannot_write(path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let folder = path.parent().unwrap_or(path).display();
                Err(Failure::usage(format!("another sweep is writing to `{folder}`"))
                    .with_help("wait for it to end, or name another folder with `--out`"))
            }
            // Some network file systems have no locks; parts are written whole in any case.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Log(file)),
        }
    }

    /// Writes that a command begins: its words, where and when.
    pub fn begin(&self, threads: usize) {
        let words: Vec<String> =
            std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        self.line(&format!("began: {}", words.join(" ")));
        self.line(&format!("host: {}, {threads} threads", host()));
    }

    /// Writes one line with the time before it. A log that cannot be written stops no sweep.
    pub fn line(&self, text: &str) {
        let _ = (&self.0).write_all(format!("{} {text}\n", now()).as_bytes());
    }
}

fn host() -> String {
    let of_system = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let of_shell = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    of_system().or_else(of_shell).map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// The time as `2026-03-09T17:04:05Z`.
fn now() -> String {
    timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Civil date of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms", 2013).
fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months are counted from March, so that the leap day comes last.
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(seconds), date);
        }
    }
}
