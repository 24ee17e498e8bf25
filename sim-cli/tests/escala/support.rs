//! Runs the built command and looks at what it wrote where.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small system that runs in milliseconds: an M/M/1 behind a balancer.
pub const SMALL: &str = r#"// How long does a request wait at one busy server?  More words.
Scenario(
    run: (seed: 7, warmup: "10s", duration: "110s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "70/s"), timeout: "2s"),
        "lb": Balancer(to: ["app"], policy: RoundRobin),
        "app": Service(serve: [Cpu(Exp("10ms"))]),
    },
    links: {"users->lb": (latency: Constant("0.5ms"))},
    cases: {"fast": {"nodes.app.instances": "2"}, "slow": {}},
    expect: ["p99(users) < 10s"],
)
"#;

/// What the command did.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    /// The results as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Fails unless the command ended with `code`.
    pub fn ended_with(self, code: i32) -> Done {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// A folder of its own for one test, gone afterwards.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    /// A folder with a scenario in `small.ron`.
    pub fn with_small() -> Place {
        Place::with("small.ron", SMALL)
    }

    pub fn with(name: &str, text: &str) -> Place {
        let place = Place::new();
        place.write(name, text);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// The names of what is in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Runs the command here.
    pub fn escala(&self, arguments: &[&str]) -> Done {
        self.escala_with(arguments, "", &[])
    }

    /// Runs the command here with standard input and variables of the environment.
    pub fn escala_with(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Done {
        let mut child = command(self.folder.path())
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the command ends");
        Done {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("it writes UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("it writes UTF-8"),
        }
    }
}

/// The built command in a known environment.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_escala"));
    command.current_dir(folder).env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    for name in ["NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}
