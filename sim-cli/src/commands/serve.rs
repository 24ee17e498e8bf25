//! `escala serve`: the explorer, from the command itself to a browser.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::Output;
use crate::page::Page;
use crate::page::reply::{self, Ask, Reply};

/// Under this path the page finds the scenario that was named.
const SCENARIO: &str = "scenario.ron";
const USUAL_PORT: u16 = 4711;
/// Before connections are taken again, after the system could give none.
const PAUSE: Duration = Duration::from_millis(50);

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
    let is_private = desk.is_private;

    interrupt::listen();
    start(listener, desk).map_err(|error| Failure::failed(format!("the server does not start: {error}")))?;
    output.results(&format!("{url}\n"))?;
    output.note(&note(address, is_private));
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

/// Starts a thread that answers as long as the process lives. Answers are made at once, so that one thread is enough; connections
/// that browsers keep open, or open before they need them, cost it nothing.
fn start(listener: TcpListener, desk: Arc<Desk>) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let listener = runtime.block_on(async { tokio::net::TcpListener::from_std(listener) })?;
    std::thread::spawn(move || {
        runtime.block_on(tokio::task::LocalSet::new().run_until(take(listener, desk)))
    });
    Ok(())
}

/// Takes connections for ever.
async fn take(listener: tokio::net::TcpListener, desk: Arc<Desk>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            std::thread::sleep(PAUSE);
            continue;
        };
        let desk = Arc::clone(&desk);
        let answer = service_fn(move |request: Request<Incoming>| {
            let response = desk.answer(&request);
            async move { Ok::<_, Infallible>(response) }
        });
        tokio::task::spawn_local(async move {
            // A browser that has gone needs no answer.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

impl Desk {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refusal = reply::message(405, b"Files can only be read.\n");
            refusal.headers.push(("Allow", "GET, HEAD".to_owned()));
            return response(&refusal);
        }
        let path = request.uri().path();
        if reply::path_of(path) == SCENARIO
            && let Some(scenario) = &self.scenario
        {
            return self.answer_scenario(request, scenario);
        }
        let ask = Ask {
            path,
            accept_encoding: header(request, "Accept-Encoding"),
            if_none_match: header(request, "If-None-Match"),
        };
        response(&reply::reply(&self.page, &ask))
    }

    fn answer_scenario(&self, request: &Request<Incoming>, scenario: &Scenario) -> Response<Full<Bytes>> {
        // A page elsewhere can lead a name of its own here. The page of the explorer is no secret, this file may be one.
        if self.is_private && !is_local(header(request, "Host")) {
            return response(&reply::message(403, b"The scenario is for this machine alone.\n"));
        }
        let text = match scenario {
            Scenario::Text(text) => Ok(text.clone()),
            Scenario::File(path) => Source::read(path).map(|source| source.text),
        };
        match text {
            Ok(text) => {
                let mut found = reply::message(200, b"");
                found.headers.push(("Cache-Control", "no-store".to_owned()));
                response(&Reply { body: text.as_bytes(), ..found })
            }
            Err(failure) => {
                response(&Reply { body: failure.to_string().as_bytes(), ..reply::message(404, b"") })
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

fn header<'r>(request: &'r Request<Incoming>, name: &str) -> &'r str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn response(reply: &Reply<'_>) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response.body(Full::new(Bytes::copy_from_slice(reply.body))).expect("our headers are ASCII")
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
