//! `escala serve`: the explorer, from the command itself to a browser.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tiny_http::{Header, Method, Request, Response, Server};

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::Output;
use crate::page::Page;
use crate::page::reply::{self, Ask, Reply};

/// Under this path the page finds the scenario that was named.
const SCENARIO: &str = "scenario.ron";
const USUAL_PORT: u16 = 4711;
/// How many requests are answered at once: a browser asks for six files at a time.
const THREADS: usize = 6;

/// Open the explorer in a browser: the same simulator, live, as a page
///
/// Serves the page to this machine until Ctrl-C. Everything is simulated in the browser, and works without a network.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario to open, or `-`; without one, the page opens with an example
    file: Option<PathBuf>,
    /// The port; 0 takes any free one
    #[arg(long, default_value_t = USUAL_PORT, value_name = "N")]
    port: u16,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// The address to listen on; others than 127.0.0.1 let other machines in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    host: IpAddr,
    /// Serve the page in this folder instead of the one in the command
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
}

/// What the server answers from.
struct Desk {
    page: Page,
    scenario: Option<Scenario>,
    /// Whether requests come from this machine alone.
    is_private: bool,
}

/// A scenario to open. A file is read each time it is asked for, so that opening the address again shows what was changed.
enum Scenario {
    File(PathBuf),
    Text(String),
}

/// Serves the page until Ctrl-C.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let page = match &arguments.page {
        Some(folder) => Page::in_folder(folder)?,
        None => Page::built_in()?,
    };
    let scenario = arguments.file.as_ref().map(|file| open_scenario(file.clone())).transpose()?;
    let listener = listen(arguments.host, arguments.port)?;
    let address = listener.local_addr().map_err(|error| Failure::failed(error.to_string()))?;
    let url = url(address, scenario.is_some());
    let desk = Arc::new(Desk { page, scenario, is_private: address.ip().is_loopback() });
    let server = Server::from_listener(listener, None)
        .map_err(|error| Failure::failed(format!("the server does not start: {error}")))?;

    interrupt::listen();
    start(Arc::new(server), &desk);
    output.results(&format!("{url}\n"))?;
    output.note(&note(address, desk.is_private));
    if arguments.open && !open_browser(&url) {
        output.note("no browser could be started: open the address above");
    }
    while !interrupt::is_asked() {
        std::thread::sleep(Duration::from_millis(50));
    }
    // To stop it is how one ends it, and no mistake.
    Ok(Exit::Fine)
}

fn open_scenario(file: PathBuf) -> Result<Scenario, Failure> {
    let source = Source::read(&file)?;
    Ok(if file.as_os_str() == "-" { Scenario::Text(source.text) } else { Scenario::File(file) })
}

fn listen(host: IpAddr, port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((host, port)).map_err(|error| {
        let failure = Failure::failed(format!("port {port} of {host} cannot be used: {error}"));
        match error.kind() {
            ErrorKind::AddrInUse => match free_port(host, port) {
                Some(free) => failure.with_help(format!("`--port {free}` is free, `--port 0` takes any")),
                None => failure.with_help("`--port 0` takes any free one"),
            },
            ErrorKind::PermissionDenied => failure.with_help("ports from 1024 on need no rights"),
            ErrorKind::AddrNotAvailable => failure.with_help("`--host` names an address of this machine"),
            _ => failure,
        }
    })
}

/// A port near this one that nobody uses now.
fn free_port(host: IpAddr, taken: u16) -> Option<u16> {
    (1..20)
        .filter_map(|further| taken.checked_add(further))
        .find(|&port| TcpListener::bind((host, port)).is_ok())
}

/// Where a browser on this machine finds the page.
fn url(address: SocketAddr, has_scenario: bool) -> String {
    let reached = match address {
        SocketAddr::V4(_) if address.ip().is_unspecified() => format!("127.0.0.1:{}", address.port()),
        SocketAddr::V6(_) if address.ip().is_unspecified() => format!("[::1]:{}", address.port()),
        _ => address.to_string(),
    };
    // What follows a `#` stays in the browser; the page looks there for what to open.
    if has_scenario { format!("http://{reached}/#open={SCENARIO}") } else { format!("http://{reached}/") }
}

fn note(address: SocketAddr, is_private: bool) -> String {
    let end = "Ctrl-C ends it.";
    if is_private {
        return end.to_owned();
    }
    format!(
        "Whoever reaches {address} can open it. Without HTTPS their browsers do not keep it for offline use. {end}"
    )
}

/// Starts threads that answer as long as the process lives.
fn start(server: Arc<Server>, desk: &Arc<Desk>) {
    for _ in 0..THREADS {
        let (server, desk) = (Arc::clone(&server), Arc::clone(desk));
        std::thread::spawn(move || {
            while let Ok(request) = server.recv() {
                desk.answer(request);
            }
        });
    }
}

impl Desk {
    fn answer(&self, request: Request) {
        let is_read = matches!(request.method(), Method::Get | Method::Head);
        if !is_read {
            let mut refusal = reply::message(405, b"Files can only be read.\n");
            refusal.headers.push(("Allow", "GET, HEAD".to_owned()));
            return send(request, refusal);
        }
        if reply::path_of(request.url()) == SCENARIO
            && let Some(scenario) = &self.scenario
        {
            return self.answer_scenario(request, scenario);
        }
        let (accept_encoding, if_none_match) =
            (header(&request, "Accept-Encoding"), header(&request, "If-None-Match"));
        let ask =
            Ask { path: request.url(), accept_encoding: &accept_encoding, if_none_match: &if_none_match };
        let found = reply::reply(&self.page, &ask);
        send(request, found);
    }

    fn answer_scenario(&self, request: Request, scenario: &Scenario) {
        // A page elsewhere can lead a name of its own here. The page of the explorer is no secret, this file may be one.
        if self.is_private && !is_local(&header(&request, "Host")) {
            return send(request, reply::message(403, b"The scenario is for this machine alone.\n"));
        }
        let text = match scenario {
            Scenario::Text(text) => Ok(text.clone()),
            Scenario::File(path) => Source::read(path).map(|source| source.text),
        };
        match text {
            Ok(text) => {
                let mut found = reply::message(200, b"");
                found.headers.push(("Cache-Control", "no-store".to_owned()));
                send(request, Reply { body: text.as_bytes(), ..found });
            }
            Err(failure) => {
                send(request, Reply { body: failure.to_string().as_bytes(), ..reply::message(404, b"") });
            }
        }
    }
}

/// Whether a `Host` header names this machine by one of its usual names.
fn is_local(host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn header(request: &Request, name: &'static str) -> String {
    let found = request.headers().iter().find(|header| header.field.equiv(name));
    found.map(|header| header.value.as_str().to_owned()).unwrap_or_default()
}

fn send(request: Request, reply: Reply<'_>) {
    let mut response =
        Response::new(reply.status.into(), Vec::new(), reply.body, Some(reply.body.len()), None)
            // The length is known, and browsers show how far a download is.
            .with_chunked_threshold(usize::MAX);
    for (name, value) in &reply.headers {
        let header = Header::from_bytes(name.as_bytes(), value.as_bytes()).expect("our headers are ASCII");
        response.add_header(header);
    }
    // A browser that has gone needs no answer.
    let _ = request.respond(response);
}

/// Whether a browser was started with this address.
fn open_browser(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let silent = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    };
    silent(Command::new(program).args(arguments).arg(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_that_a_browser_here_can_open() {
        for (address, has_scenario, expected) in [
            ("127.0.0.1:80", false, "http://127.0.0.1:80/"),
            ("0.0.0.0:4711", true, "http://127.0.0.1:4711/#open=scenario.ron"),
            ("[::]:4711", false, "http://[::1]:4711/"),
            ("192.0.2.7:4711", false, "http://192.0.2.7:4711/"),
        ] {
            let address = address.parse().expect("it is an address");
            assert_eq!(url(address, has_scenario), expected);
        }
    }

    #[test]
    fn this_machine_is_known_by_its_usual_names() {
        for host in ["localhost", "LOCALHOST:4711", "127.0.0.1", "127.0.0.1:4711", "[::1]:4711", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["", "example.org", "example.org:4711", "127.0.0.1.example.org", "192.0.2.7:4711"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
