//! `escala serve`, as a browser sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use crate::support::{Place, SMALL, command};

/// A folder with a built page, as Vite would have made it.
fn place() -> Place {
    let place = Place::with_small();
    place.write("secret.txt", "nobody is to see this");
    place.write("page/index.html", "<title>Escala</title>");
    place.write("page/sw.js", "// offline");
    place.write("page/assets/index-a1b2.js", "let long = 'text';");
    place.write("page/assets/index-a1b2.js.gz", "packed");
    place
}

/// A server that was started for one test.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// What it says where it can be opened.
    url: String,
}

impl Server {
    fn start(place: &Place, arguments: &[&str]) -> Server {
        let mut child = command(&place.path(""))
            .args(["serve", "--port", "0", "--page", "page"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut url = String::new();
        stdout.read_line(&mut url).expect("it says where it is");
        Server { child, stdout, stderr, url: url.trim_end().to_owned() }
    }

    /// `127.0.0.1:` and the port.
    fn address(&self) -> &str {
        let rest = self.url.strip_prefix("http://").expect("it is a web address");
        rest.split('/').next().expect("it has an address")
    }

    /// Head and body of the answer.
    fn ask(&self, method: &str, path: &str, headers: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        let host =
            if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address()) };
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("there is a head");
        // The names of headers have no case.
        let lines = head.lines().map(|line| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}\n", name.to_ascii_lowercase()),
            None => format!("{line}\n"),
        });
        (lines.collect(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        self.ask("GET", path, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_is_served_with_types_and_lifetimes() {
    let place = place();
    let server = Server::start(&place, &[]);
    assert!(server.url.starts_with("http://127.0.0.1:") && server.url.ends_with('/'), "{}", server.url);
    let (head, body) = server.get("/");
    assert!(head.starts_with("HTTP/1.1 200") && body == "<title>Escala</title>", "{head}");
    assert!(head.contains("content-type: text/html; charset=utf-8"), "{head}");
    assert!(head.contains("content-length: 21") && head.contains("cache-control: no-cache"), "{head}");
    let (head, body) = server.get("/assets/index-a1b2.js");
    assert!(head.contains("text/javascript") && head.contains("immutable"), "{head}");
    assert_eq!(body, "let long = 'text';");
    let (head, body) = server.ask("GET", "/assets/index-a1b2.js", "Accept-Encoding: gzip, br\r\n");
    assert!(head.contains("content-encoding: gzip") && body == "packed", "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("it has a tag");
    let known = format!("Accept-Encoding: gzip\r\nIf-None-Match: {tag}\r\n");
    let (head, body) = server.ask("GET", "/assets/index-a1b2.js", &known);
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}{body}");
}

#[test]
fn connections_that_ask_for_nothing_keep_nobody_waiting() {
    // Browsers open some before they need them, and keep others.
    let place = place();
    let server = Server::start(&place, &[]);
    let idle: Vec<TcpStream> =
        (0..64).map(|_| TcpStream::connect(server.address()).expect("it listens")).collect();
    for _ in 0..8 {
        assert!(server.get("/").0.starts_with("HTTP/1.1 200 OK"));
    }
    drop(idle);
}

#[test]
fn nothing_but_the_page_is_served_and_nothing_is_taken() {
    let place = place();
    let server = Server::start(&place, &[]);
    for path in [
        "/missing.js",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "//secret.txt",
        "/scenario.ron",
    ] {
        let (head, body) = server.get(path);
        assert!(head.starts_with("HTTP/1.1 404") && !body.contains("nobody"), "{path}: {head}");
    }
    let (head, body) = server.ask("HEAD", "/", "");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("content-length: 21") && body.is_empty(),
        "{head}"
    );
    let (head, _) = server.ask("POST", "/", "Content-Length: 0\r\n");
    assert!(head.starts_with("HTTP/1.1 405") && head.contains("allow: GET, HEAD"), "{head}");
    assert!(server.get("/").0.starts_with("HTTP/1.1 200"), "it goes on after all of this");
}

#[test]
fn a_scenario_is_opened_as_it_is_now_and_by_this_machine_alone() {
    let place = place();
    let server = Server::start(&place, &["small.ron"]);
    assert!(server.url.ends_with("/#open=scenario.ron"), "{}", server.url);
    assert_eq!(server.get("/scenario.ron").1, SMALL);
    place.write("small.ron", "changed");
    assert_eq!(server.get("/scenario.ron").1, "changed");
    let (head, body) = server.ask("GET", "/scenario.ron", "Host: elsewhere.example\r\n");
    assert!(head.starts_with("HTTP/1.1 403") && !body.contains("changed"), "{head}{body}");
    std::fs::remove_file(place.path("small.ron")).expect("it is there");
    let (head, body) = server.get("/scenario.ron");
    assert!(head.starts_with("HTTP/1.1 404") && body.contains("`small.ron` cannot be read"), "{head}{body}");
}

#[test]
fn what_cannot_be_served_is_said_before_anything_is_opened() {
    let place = place();
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = taken.local_addr().expect("it has an address").port().to_string();
    let done = place.escala(&["serve", "--page", "page", "--port", &port]).ended_with(1);
    assert!(done.stderr.contains(&format!("port {port} of 127.0.0.1 cannot be used")), "{}", done.stderr);
    assert!(done.stderr.contains("--port"), "{}", done.stderr);
    let done = place.escala(&["serve", "--page", "page", "--port", "0", "missing.ron"]).ended_with(2);
    assert!(done.stderr.contains("`missing.ron` cannot be read"), "{}", done.stderr);
    place.write("empty/readme.txt", "");
    for folder in ["empty", "missing"] {
        let done = place.escala(&["serve", "--page", folder, "--port", "0"]).ended_with(2);
        assert!(done.stderr.contains(&format!("`{folder}`")), "{}", done.stderr);
    }
    place.escala(&["serve", "--page", "page", "--port", "65536"]).ended_with(2);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_well() {
    let place = place();
    let mut server = Server::start(&place, &[]);
    let mut note = String::new();
    server.stderr.read_line(&mut note).expect("it says how to end it");
    assert_eq!(note, "Ctrl-C ends it.\n");
    let pid = server.child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("there is a `kill`");
    assert!(sent.success());
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
    let mut rest = String::new();
    server.stdout.read_to_string(&mut rest).expect("it is text");
    assert_eq!(rest, "", "the address is all it writes");
}
