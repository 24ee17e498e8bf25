//! Reading scenario text: all mistakes at once, each at its exact token.

#![allow(dead_code, reason = "of the tables only the shape matters here")]

use serde::Deserialize;
use sim_core::diagnostic::{Diagnostic, Lines};
use sim_core::scenario::read::read;
use std::collections::BTreeMap;
use std::path::Path;

mod common;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "Scenario")]
struct Scenario {
    #[serde(default)]
    run: Run,
    nodes: BTreeMap<String, Node>,
    #[serde(default)]
    layout: BTreeMap<String, (f64, f64)>,
    #[serde(default)]
    expect: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Run {
    seed: u64,
    warmup: Option<Duration>,
    drain: bool,
}

#[derive(Debug, Deserialize)]
enum Node {
    Clients(Clients),
    Balancer(Balancer),
    Service(Service),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clients {
    to: String,
    load: Load,
    timeout: Option<Duration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
enum Load {
    Open { rate: String },
    Closed(u32),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Balancer {
    to: Vec<String>,
    #[serde(default)]
    policy: Policy,
}

#[derive(Debug, Default, Deserialize)]
enum Policy {
    #[default]
    RoundRobin,
    PowerOf(PowerOf),
    PeakEwma(PeakEwma),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PowerOf {
    d: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PeakEwma {
    decay: Option<Duration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    #[serde(default)]
    instances: u32,
    #[serde(default)]
    share: f64,
    #[serde(default)]
    serve: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
enum Step {
    Cpu(Distribution),
    Get { cache: String, miss: Vec<Step> },
}

#[derive(Debug, Deserialize)]
enum Distribution {
    Exp(Duration),
    Constant(Duration),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Duration;

impl TryFrom<String> for Duration {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.ends_with("ms") || text.ends_with('s') && !text.ends_with("cs") {
            return Ok(Duration);
        }
        Err(format!("`{text}` is not a duration\nunits are `ms` and `s`"))
    }
}

fn mistakes(text: &str) -> Vec<Diagnostic> {
    read::<Scenario>(text).expect_err("the text has a mistake")
}

/// Where each mistake is (the line, the column, the end column), and its code.
fn places(text: &str) -> Vec<(u32, u32, u32, &'static str)> {
    let lines = Lines::new(text);
    let place = |one: &Diagnostic| {
        let place = lines.place(&one.span.clone().expect("a mistake has a place"));
        (place.line, place.column, place.end_column, one.code)
    };
    mistakes(text).iter().map(place).collect()
}

/// Where the text has a marked token: `«…»` stand around what has to be underlined. Gives what is wrong about the answer.
fn check(marked: &str, code: &str, message: &str, help: &str) -> Option<String> {
    let text = marked.replace(['«', '»'], "");
    let start = marked.find('«').expect("a mark");
    let end = marked.find('»').expect("a mark") - '«'.len_utf8();
    let found = mistakes(&text);
    let is_right = found.len() == 1
        && found[0].span == Some(start..end)
        && found[0].code == code
        && found[0].message.contains(message)
        && found[0].help.as_deref().unwrap_or_default().contains(help);
    let shown: String = found.iter().map(|one| one.render("a.ron", &text, false) + "\n").collect();
    (!is_right).then(|| format!("{marked}\n{shown}"))
}

const WHOLE: &str = r#"// What a scenario looks like.
Scenario(
    run: (seed: 7, warmup: "30s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "800/s"), timeout: "2s"),
        "lb": Balancer(to: ["app"], policy: PowerOf(d: 2)),
        "ewma": Balancer(to: ["app"], policy: PeakEwma()),
        "app": Service(instances: 4, share: 0.5, serve: [
            Cpu(Exp("3ms")), /* note */ Get(cache: "cache", miss: [Cpu(Constant("1ms"))]),
        ]),
    },
    layout: { "lb": (1.0, 2.0) },
    expect: ["p99(users) < 1"],
)
"#;

#[test]
fn a_sound_text_is_read() {
    let scenario: Scenario = read(WHOLE).unwrap();
    assert_eq!(scenario.nodes.len(), 4);
    assert_eq!(scenario.run.seed, 7);
}

#[test]
fn each_mistake_is_told_at_its_token() {
    let table: &[(&str, &str, &str, &str)] = &[
        // Names.
        (r#"(nodes: {}, «rnu»: (seed: 1))"#, "unknown-field", "no field `rnu`", "`run`"),
        (r#"(nodes: {}, run: («sede»: 1))"#, "unknown-field", "`run` has no field `sede`", "`seed`"),
        (
            r#"(nodes: {}, run: («zzz»: 1))"#,
            "unknown-field",
            "`zzz`",
            "known here: `seed`, `warmup`, `drain`",
        ),
        (
            r#"(nodes: {"b": Balancer(to: [], «polcy»: RoundRobin)})"#,
            "unknown-field",
            "`Balancer` has no field `polcy`",
            "`policy`",
        ),
        (
            r#"(nodes: {"b": Balancer(to: [], policy: «RoundRobbin»)})"#,
            "unknown-variant",
            "`policy` cannot be `RoundRobbin`",
            "`RoundRobin`",
        ),
        (r#"(nodes: {"b": «Balancr»(to: [])})"#, "unknown-variant", "`b` cannot be `Balancr`", "`Balancer`"),
        (r#"(nodes: {"a": Service(serve: [«Cup»(Exp("1ms"))])})"#, "unknown-variant", "`Cup`", "`Cpu`"),
        // Missing.
        (r#"(nodes: {"b": «Balancer»(policy: RoundRobin)})"#, "missing-field", "lacks the field `to`", ""),
        (
            r#"(nodes: {"c": Clients(to: "b", load: «Open»())})"#,
            "missing-field",
            "lacks the field `rate`",
            "",
        ),
        ("«(»run: (seed: 1))", "missing-field", "lacks the field `nodes`", ""),
        (r#"(nodes: {"b": «Balancer»})"#, "missing-brackets", "takes parameters", "write `Balancer()`"),
        (
            r#"(nodes: {"b": Balancer(to: [], policy: «PeakEwma» /* c */)})"#,
            "missing-brackets",
            "`PeakEwma`",
            "`PeakEwma()`",
        ),
        (
            r#"(nodes: {"b": Balancer(to: [], policy: RoundRobin«()»)})"#,
            "needless-brackets",
            "`RoundRobin` takes no parameters",
            "write `RoundRobin`",
        ),
        (
            r#"(nodes: {"b": Balancer(policy: RoundRobin«()», to: [])})"#,
            "needless-brackets",
            "`RoundRobin`",
            "",
        ),
        (r#"(nodes: {"a": Service(serve: [Cpu(«Exp»())])})"#, "missing-value", "`Exp` needs a text", ""),
        // Wrong types.
        (r#"(nodes: {}, run: (seed: «"7"»))"#, "wrong-type", "a whole number, found the text", ""),
        (r#"(nodes: {}, run: (seed: «7.5»))"#, "wrong-type", "a whole number, found `7.5`", ""),
        (r#"(nodes: {}, run: (seed: «-1»))"#, "out-of-range", "out of range", ""),
        (r#"(nodes: {}, run: (drain: «1»))"#, "wrong-type", "`true` or `false`, found the number `1`", ""),
        (r#"(nodes: {}, run: «[»])"#, "wrong-type", "found a list", ""),
        (r#"(nodes: {}, run: «7»)"#, "wrong-type", "found the number `7`", ""),
        (r#"(nodes: «[»])"#, "wrong-type", "a map `{ … }`, found a list", ""),
        (r#"(nodes: {"b": Balancer(to: «"app"»)})"#, "wrong-type", "a list `[ … ]`, found the text", ""),
        (r#"(nodes: {"b": Balancer(to: [«app»])})"#, "wrong-type", "found the name `app`", "`\"app\"`"),
        (r#"(nodes: {"b": Balancer(to: ["a", «7»])})"#, "wrong-type", "found the number `7`", "unit"),
        (
            r#"(nodes: {"b": Balancer(to: [], policy: «"RoundRobin"»)})"#,
            "wrong-type",
            "a name",
            "`RoundRobin`",
        ),
        (r#"(nodes: {"b": Balancer(«"a"»)})"#, "wrong-type", "found the text `\"a\"`", ""),
        (r#"(nodes: {«b»: Balancer(to: [])})"#, "wrong-type", "found the name `b`", ""),
        // Wrong values.
        (r#"(nodes: {}, run: (warmup: «"30 parsecs"»))"#, "wrong-value", "not a duration", "units are"),
        (r#"(nodes: {"a": Service(serve: [Cpu(Exp(«"3pcs"»))])})"#, "wrong-value", "`3pcs`", "units are"),
        (r#"(nodes: {}, run: (warmup: «30s»))"#, "not-a-number", "`30s` is not a number", "`\"30s\"`"),
        (r#"(nodes: {"a": Service(share: «70%»)})"#, "not-a-number", "`70%`", "`\"70%\"`"),
        (r#"(nodes: {"a": Service(share: «inf»)})"#, "not-finite", "`inf`", ""),
        (r#"(nodes: {"a": Service(share: «-NaN»)})"#, "not-finite", "`-NaN`", ""),
        (r#"(nodes: {"a": Service(share: «1e400»)})"#, "not-finite", "`1e400`", ""),
        (
            r#"(nodes: {"a": Service(serve: [Cpu(Exp("1ms"), «2»)])})"#,
            "too-many-values",
            "`2` is one too many",
            "",
        ),
        (r#"(nodes: {}, layout: {«"a"»: (1.0)})"#, "wrong-length", "", ""),
        // Twice.
        (r#"(nodes: {"a": Service(), «"a"»: Service()})"#, "duplicate-key", "`a`", "line 1"),
        ("(nodes: {\"a\": Service(),\n «r\"a\"»: Service()})", "duplicate-key", "`a`", "line 1"),
        (r#"(nodes: {}, run: (seed: 1, «seed»: 2))"#, "duplicate-field", "`seed`", "line 1"),
        // Broken texts.
        (r#"(nodes: «{»"a": Service())"#, "unclosed-bracket", "this `{` is never closed", "line 1 has `)`"),
        ("«(»nodes: {}", "unclosed-bracket", "", ""),
        ("(nodes: {}, expect: [«\"a]»\n)", "unclosed-text", "", ""),
        ("(nodes: {}, expect: [«\"a,»\n  \"b\"])", "unclosed-text", "", ""),
        ("(nodes: {} «run»: (seed: 1))", "missing-comma", "before `run`", ""),
        ("(nodes: {«/*» } /* */)", "unclosed-comment", "", "nest"),
        (r#"(nodes: {"b": Balancer(to: [«app-1»])})"#, "stray-token", "`app-1` is not a value", "quotes"),
        (r#"(nodes: {"b": «Balancer{»to: []}})"#, "stray-token", "", "round brackets"),
        ("(nodes: {}, run: «,»)", "stray-token", "expected a value, found `,`", ""),
        ("(nodes: {}) «)»", "stray-token", "after the end", ""),
        ("«»", "empty", "no value", ""),
    ];
    let wrong: Vec<_> =
        table.iter().filter_map(|(marked, code, message, help)| check(marked, code, message, help)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn five_planted_mistakes_are_found_in_one_pass() {
    let text = r#"Scenario(
    run: (seed: "seven", warmup: "30s"),
    nodes: {
        "users": Clients(to: "lb", lod: Open(rate: "800/s"), timeout: "2 parsecs"),
        "lb": Balancer(to: ["app"], policy: RoundRobbin),
        "löwe": Service(instances: 4, serve: [ Cpu(Exp(3ms)), Get(cache: "c", mis: []) ]),
        "lb": Balancer(to: ["app"], policy: PeakEwma),
        "two": Balancer(to: "app", policy: PeakEwma),
        "app": Service(serv: []),
    },
)"#;
    let expected = [
        (2, 17, 24, "wrong-type"),
        (4, 36, 39, "unknown-field"),
        (4, 71, 82, "wrong-value"),
        (5, 45, 56, "unknown-variant"),
        (6, 56, 59, "not-a-number"),
        (6, 79, 82, "unknown-field"),
        (7, 9, 13, "duplicate-key"),
        (8, 29, 34, "wrong-type"),
        (8, 44, 52, "missing-brackets"),
        (9, 24, 28, "unknown-field"),
    ];
    assert_eq!(places(text), expected);
}

#[test]
fn what_blanking_takes_away_is_not_called_missing() {
    // `to`, `load` and `rate` are required and wrong: nothing is reported but that.
    let text =
        r#"(nodes: {"u": Clients(to: 1, load: Open(rate: 2)), "v": Clients(tp: "x", load: Closed("x"))})"#;
    let codes: Vec<_> = places(text).into_iter().map(|(.., code)| code).collect();
    assert_eq!(codes, ["wrong-type", "wrong-type", "unknown-field", "wrong-type"]);
    // What is missing beside a mistake is.
    let text = r#"(nodes: {"u": Clients(timeout: 1, load: Closed(1))})"#;
    let codes: Vec<_> = places(text).into_iter().map(|(.., code)| code).collect();
    assert_eq!(codes, ["missing-field", "wrong-type"]);
}

#[test]
fn the_work_on_many_mistakes_is_bounded() {
    let node = |n: usize| format!("\"n{n}\": Balancer(to: [\"a\"], polcy: RoundRobin),\n");
    let text = format!("(nodes: {{{}}})", (0..1_000).map(node).collect::<String>());
    let found = mistakes(&text);
    assert!((20..=50).contains(&found.len()), "{}", found.len());
    assert!(found.iter().all(|one| one.code == "unknown-field"));
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let steps = |depth: usize| {
        let open = "Get(cache: \"c\", miss: [".repeat(depth);
        format!("(nodes: {{\"a\": Service(serve: [{open}{}])}})", "])".repeat(depth))
    };
    read::<Scenario>(&steps(25)).unwrap();
    assert_eq!(mistakes(&steps(35))[0].code, "too-deep");
    assert_eq!(mistakes(&steps(50_000))[0].code, "too-deep");
}

/// RON's own reader, as it would read a scenario.
fn by_ron<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let extensions =
        ron::extensions::Extensions::IMPLICIT_SOME | ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES;
    ron::Options::default().with_default_extension(extensions).from_str(text).ok()
}

#[test]
fn every_model_says_what_ron_reads_in_it() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let mut count = 0;
    for path in common::files(&models, "ron")
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "sweeps"))
    {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let ours: sim_core::scenario::Scenario = read(&text).unwrap_or_else(|_| panic!("{}", path.display()));
        assert_eq!(Some(ours), by_ron(&text), "{}", path.display());
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn values_are_read_as_ron_reads_them() {
    fn agree<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(texts: &[&str]) {
        for text in texts {
            assert_eq!(read::<T>(text).ok(), by_ron::<T>(text), "{text}");
        }
    }
    agree::<u64>(&[
        "0",
        "7",
        "+7",
        "1_000",
        "0x1F",
        "0o17",
        "0b101",
        "7u64",
        "-1",
        "7.0",
        "1e3",
        "18446744073709551615",
    ]);
    agree::<u64>(&["18446744073709551616", "\"7\"", "true", "[7]", "(7)", ""]);
    agree::<i32>(&["-5", "+5", "2147483647", "2147483648", "-0x10", "-2147483648"]);
    agree::<f64>(&["0", "1.5", "-.5", "2.", "1e3", "1.5E-3", "+0.25", "3f64", "\"1\"", "x", "0.1"]);
    agree::<bool>(&["true", "false", "True", "1", "\"true\""]);
    agree::<String>(&[
        r#""a""#,
        r#""a\nb\u{e9}""#,
        r###"r#"a"b"#"###,
        r#""a\qb""#,
        "a",
        "'a'",
        "b\"a\"",
        r#""a\"b""#,
    ]);
    agree::<Option<u32>>(&["None", "Some(3)", "3", "Some()", "Some(3, 4)", "\"3\""]);
    agree::<Vec<u32>>(&["[]", "[1]", "[1, 2,]", "(1, 2)", "[1, \"2\"]"]);
    agree::<(f64, u32)>(&["(1.0, 2)", "(1.0, 2,)", "(1.0)", "(1.0, 2, 3)", "[1.0, 2]"]);
    agree::<BTreeMap<String, u32>>(&[
        "{}",
        "{\"a\": 1}",
        "{\"a\": 1, \"b\": 2,}",
        "{a: 1}",
        "(a: 1)",
        "{1: 1}",
    ]);
    agree::<BTreeMap<u32, bool>>(&["{1: true, 2: false}", "{\"1\": true}"]);
}
