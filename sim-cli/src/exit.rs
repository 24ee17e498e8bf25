//! How the command ends: its exit codes, and what it says when it cannot go on.

use std::fmt;
use std::process::ExitCode;

/// The exit codes, each with one meaning that scripts rely on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Everything was done and everything held.
    Fine,
    /// The run failed, a bound stopped it, or an `expect` did not hold.
    Failed,
    /// The command line makes no sense, or names a file that cannot be read or written.
    Usage,
    /// The scenario is not valid.
    Invalid,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Invalid => 3,
            Exit::Interrupted => 130,
        }
    }

    /// The graver of two, for a verb that looks at several files.
    pub fn worst(self, other: Exit) -> Exit {
        if self.code() >= other.code() { self } else { other }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a verb cannot go on, and what to do about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// With what the command ends.
    pub exit: Exit,
    /// What is wrong; empty where everything has been said already.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Failure {
    /// The command line cannot be followed.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), help: None }
    }

    /// The run did not come to a good end.
    pub fn failed(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, message: message.into(), help: None }
    }

    /// What is wrong has been shown; only the code is left to give.
    pub fn said(exit: Exit) -> Failure {
        Failure { exit, message: String::new(), help: None }
    }

    /// Says what to do next.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
