//! What a browser gets when it asks for a file of the page: status, headers and bytes.

use sha2::{Digest, Sha256};

use crate::page::{FIRST, Page};

/// Packed variants of a file, the smallest first: the name that browsers know them by, and the ending of their file.
const ENCODINGS: &[(&str, &str)] = &[("br", ".br"), ("gzip", ".gz")];

/// What a request says, as far as it matters.
#[derive(Clone, Copy, Default, Debug)]
pub struct Ask<'a> {
    /// With what may follow a `?`.
    pub path: &'a str,
    pub accept_encoding: &'a str,
    pub if_none_match: &'a str,
}

/// An answer; HTTP itself knows what of it goes without a body.
#[derive(Debug)]
pub struct Reply<'p> {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: &'p [u8],
}

/// The file that is asked for, or that there is none.
pub fn reply<'p>(page: &'p Page, ask: &Ask<'_>) -> Reply<'p> {
    let path = path_of(ask.path);
    let Some(plain) = page.file(path) else { return message(404, b"There is no such file.\n") };
    let packed = ENCODINGS.iter().find_map(|&(encoding, ending)| {
        let bytes = page.file(&format!("{path}{ending}"))?;
        accepts(ask.accept_encoding, encoding).then_some((encoding, bytes))
    });
    let body = packed.map_or(plain, |(_, bytes)| bytes);
    let tag = tag(body);
    let mut headers = vec![
        ("Content-Type", content_type(path).to_owned()),
        ("Cache-Control", cache_control(path).to_owned()),
        ("ETag", tag.clone()),
        ("Vary", "Accept-Encoding".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    if let Some((encoding, _)) = packed {
        headers.push(("Content-Encoding", encoding.to_owned()));
    }
    if is_known(ask.if_none_match, &tag) {
        return Reply { status: 304, headers, body: &[] };
    }
    Reply { status: 200, headers, body }
}

/// A line of text instead of a file.
pub fn message(status: u16, text: &'static [u8]) -> Reply<'static> {
    let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
    Reply { status, headers, body: text }
}

/// The path in the page that a request means.
pub fn path_of(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match path.strip_prefix('/').unwrap_or(path) {
        "" => FIRST,
        path => path,
    }
}

/// Names with a hash in them never change what they mean; all others are asked about each time.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        // By any other name browsers do not compile it while it comes.
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "ron" | "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A name for these bytes.
fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn is_known(if_none_match: &str, tag: &str) -> bool {
    if_none_match.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// Whether a header such as `gzip, br;q=0.5` names this encoding and does not refuse it.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f64>);
        name.eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        crate::page::tests::page(&[
            ("index.html", b"<title>page</title>"),
            ("sw.js", b"worker"),
            ("assets/engine-a1.wasm", b"plain"),
            ("assets/engine-a1.wasm.br", b"brotli"),
            ("assets/engine-a1.wasm.gz", b"gzip"),
        ])
    }

    fn header<'r>(reply: &'r Reply<'_>, name: &str) -> Option<&'r str> {
        reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn files_are_found_by_their_paths_and_nothing_else_is() {
        let page = page();
        for (path, status, kind, body) in [
            ("/", 200, "text/html; charset=utf-8", "<title>page</title>"),
            ("/index.html?x=1", 200, "text/html; charset=utf-8", "<title>page</title>"),
            ("/?x=1", 200, "text/html; charset=utf-8", "<title>page</title>"),
            ("/assets/engine-a1.wasm", 200, "application/wasm", "plain"),
            ("/assets", 404, "text/plain; charset=utf-8", "There is no such file.\n"),
            ("/../index.html", 404, "text/plain; charset=utf-8", "There is no such file.\n"),
            ("/%2e%2e/index.html", 404, "text/plain; charset=utf-8", "There is no such file.\n"),
            ("//etc/passwd", 404, "text/plain; charset=utf-8", "There is no such file.\n"),
        ] {
            let reply = reply(&page, &Ask { path, ..Ask::default() });
            assert_eq!((reply.status, header(&reply, "Content-Type")), (status, Some(kind)), "{path}");
            assert_eq!(reply.body, body.as_bytes(), "{path}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_without_asking() {
        let page = page();
        for (path, lasts) in [("/", false), ("/sw.js", false), ("/assets/engine-a1.wasm", true)] {
            let reply = reply(&page, &Ask { path, ..Ask::default() });
            let control = header(&reply, "Cache-Control").expect("it is always said");
            assert_eq!(control.contains("immutable"), lasts, "{path}: {control}");
        }
    }

    #[test]
    fn the_smallest_variant_is_sent_to_those_who_can_read_it() {
        let page = page();
        for (accept_encoding, encoding, body) in [
            ("", None, "plain"),
            ("gzip, deflate, br, zstd", Some("br"), "brotli"),
            ("gzip;q=1.0", Some("gzip"), "gzip"),
            ("br;q=0, GZIP", Some("gzip"), "gzip"),
            ("identity", None, "plain"),
        ] {
            let ask = Ask { path: "/assets/engine-a1.wasm", accept_encoding, ..Ask::default() };
            let reply = reply(&page, &ask);
            assert_eq!(header(&reply, "Content-Encoding"), encoding, "{accept_encoding}");
            assert_eq!(reply.body, body.as_bytes(), "{accept_encoding}");
        }
        assert_eq!(reply(&page, &Ask { path: "/", accept_encoding: "br", ..Ask::default() }).status, 200);
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let page = page();
        let first = reply(&page, &Ask { path: "/", ..Ask::default() });
        let tag = header(&first, "ETag").expect("it is always said");
        for (if_none_match, status) in [
            (tag.to_owned(), 304),
            (format!("\"other\", W/{tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let reply = reply(&page, &Ask { path: "/", if_none_match: &if_none_match, ..Ask::default() });
            assert_eq!((reply.status, reply.body.is_empty()), (status, status == 304), "{if_none_match}");
        }
    }
}
