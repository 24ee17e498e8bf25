//! Paths into scenario text, and edits that leave every other byte as it was.

use sim_core::scenario::text::{
    format, parse_assignment, parse_path, remove, rename_key, scan, set, set_loose, split_list,
};

const TEXT: &str = r#"#![enable(implicit_some)]
// What is asked?
Scenario(
    run: (seed: 7), // the seed
    nodes: {
        "lb": Balancer(to: ["app"], policy: PowerOf(d: 2)),
        "app": Service(instances: 4, serve: [
            Cpu(Exp("3ms")), Get(cache: "c", miss: [Call(to: "db")]),
            Cpu(Exp("1ms")) ]),
        r"raw": Dns,
    },
    /* links */ links: { "a.b": (latency: Constant("1ms")), "*": () },
    limit: Some((cap: 3)),
)
"#;

#[test]
fn paths_lead_to_values() {
    let document = scan(TEXT).unwrap();
    let table = [
        ("run.seed", Some("7")),
        ("run", Some("(seed: 7)")),
        ("nodes.lb.policy", Some("PowerOf(d: 2)")),
        ("nodes.lb.policy.d", Some("2")),
        ("nodes.lb.policy.PowerOf.d", Some("2")),
        ("nodes.lb.policy.RoundRobin.d", None),
        ("nodes.lb.to.0", Some("\"app\"")),
        ("nodes.lb.to.1", None),
        ("nodes.lb.Balancer", Some("Balancer(to: [\"app\"], policy: PowerOf(d: 2))")),
        ("nodes.app.instances", Some("4")),
        ("nodes.app.Service.instances", Some("4")),
        ("nodes.app.serve.0", Some("Cpu(Exp(\"3ms\"))")),
        ("nodes.app.serve.0.0", Some("Exp(\"3ms\")")),
        ("nodes.app.serve.0.Cpu", Some("Exp(\"3ms\")")),
        ("nodes.app.serve.0.Exp", Some("\"3ms\"")),
        ("nodes.app.serve.0.Cpu.Exp", Some("\"3ms\"")),
        ("nodes.app.serve.0.0.0", Some("\"3ms\"")),
        ("nodes.app.serve.0.Get", None),
        ("nodes.app.serve.1.miss.0.to", Some("\"db\"")),
        ("nodes.raw", Some("Dns")),
        ("nodes.raw.Dns", Some("Dns")),
        ("links.\"a.b\".latency.0", Some("\"1ms\"")),
        ("links.*", Some("()")),
        ("limit.cap", Some("3")),
        ("limit.0.cap", Some("3")),
        ("limit.Some.cap", Some("3")),
        ("nodes.\"0\"", None),
        ("run.seed.deeper", None),
        ("run..seed", None),
        ("\"run", None),
    ];
    for (path, expected) in table {
        let found = document.locate(path).map(|located| &TEXT[located.value]);
        assert_eq!(found, expected, "{path}");
    }
    let located = document.locate("nodes.lb").unwrap();
    assert_eq!(&TEXT[located.key.unwrap()], "\"lb\"");
    assert!(TEXT[located.entry].starts_with("\"lb\": Balancer("));
    assert!(TEXT[document.locate("").unwrap().value].starts_with("Scenario("));
    assert_eq!(document.comments.len(), 3);
}

/// The one line that differs between two texts, before and after.
fn changed<'t>(before: &'t str, after: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    (old[head..old.len() - tail].to_vec(), new[head..new.len() - tail].to_vec())
}

#[test]
fn setting_changes_one_place() {
    let table: &[(&str, &str, &[&str])] = &[
        ("run.seed", "8", &["    run: (seed: 8), // the seed"]),
        ("run.seed", " 8 // eight", &["    run: (seed: 8), // the seed"]),
        ("nodes.lb.policy", "RoundRobin", &[r#"        "lb": Balancer(to: ["app"], policy: RoundRobin),"#]),
        // Absent fields, keys and elements are added.
        ("run.warmup", "\"1s\"", &["    run: (seed: 7, warmup: \"1s\"), // the seed"]),
        ("nodes.lb.policy.x", "1", &[r#"        "lb": Balancer(to: ["app"], policy: PowerOf(d: 2, x: 1)),"#]),
        ("nodes.lb.to.1", "\"b\"", &[r#"        "lb": Balancer(to: ["app", "b"], policy: PowerOf(d: 2)),"#]),
        ("nodes.app.serve.3", "Wait", &[r#"            Cpu(Exp("1ms")),"#, "            Wait ]),"]),
        ("nodes.new", "Dns", &[r#"        "new": Dns,"#]),
        ("nodes.\"a.b\"", "Dns", &[r#"        "a.b": Dns,"#]),
        ("nodes.raw.ttl", "1", &[r#"        r"raw": Dns(ttl: 1),"#]),
        ("limit.x", "1", &["    limit: Some((cap: 3, x: 1)),"]),
        ("scale.min", "1", &["    scale: (min: 1),"]),
        ("cases.\"a.b\".x", "1", &["    cases: {\"a.b\": (x: 1)},"]),
    ];
    for (path, value, expected) in table {
        let edited = set(TEXT, path, value).unwrap();
        assert_eq!(changed(TEXT, &edited).1, *expected, "{path}");
        let got = scan(&edited).unwrap().locate(path).map(|found| edited[found.value].to_owned());
        assert_eq!(got.as_deref(), Some(value.split("//").next().unwrap().trim()), "{path}");
    }
}

#[test]
fn additions_follow_the_layout() {
    let table = [
        ("(a: {})", "a.k", "1", "(a: {\"k\": 1})"),
        ("(a: {\n    })", "a.k", "1", "(a: {\n        \"k\": 1,\n    })"),
        ("(a: {\n    // note\n})", "a.k", "1", "(a: {\n    // note\n    \"k\": 1,\n})"),
        ("(a: { /* x */ })", "a.k", "1", "(a: { /* x */ \"k\": 1})"),
        ("(\n  a: 1 // last\n)", "b", "2", "(\n  a: 1, // last\n  b: 2\n)"),
        ("(\n  a: 1, // last\n)", "b", "2", "(\n  a: 1, // last\n  b: 2,\n)"),
        ("(\n  a: 1, /* x\n y */\n)", "b", "2", "(\n  a: 1, /* x\n y */\n  b: 2,\n)"),
        ("(\n\ta: 1)", "b", "2", "(\n\ta: 1,\n\tb: 2)"),
        ("(a: 1,)", "b", "2", "(a: 1, b: 2,)"),
        ("(a: {x: 1})", "a.y", "2", "(a: {x: 1, y: 2})"),
        ("(a: [])", "a.0", "2", "(a: [2])"),
        ("(a: B)", "a.x", "2", "(a: B(x: 2))"),
    ];
    for (text, path, value, expected) in table {
        assert_eq!(set(text, path, value).unwrap(), expected);
    }
}

#[test]
fn what_cannot_be_set_is_said() {
    let table = [
        ("nodes.lbb.policy", "1", "unknown-path", "did you mean `lb`?"),
        ("nodes.lb.to.2", "1", "unknown-path", ""),
        ("run.seed.x", "1", "unknown-path", ""),
        ("nodes.app.serve.0.Get", "1", "unknown-path", ""),
        ("run..seed", "1", "bad-path", ""),
        ("run.seed", "(", "bad-value", ""),
        ("run.seed", "1, 2", "bad-value", ""),
        ("run.seed", "", "bad-value", ""),
    ];
    for (path, value, code, help) in table {
        let error = set(TEXT, path, value).unwrap_err();
        assert_eq!((error.code, error.help.as_deref().unwrap_or_default()), (code, help), "{path}");
    }
}

#[test]
fn removing_takes_the_comma_along() {
    let table = [
        ("(a: 1, b: 2, c: 3)", "b", "(a: 1, c: 3)"),
        ("(a: 1, b: 2, c: 3)", "c", "(a: 1, b: 2)"),
        ("(a: 1, b: 2,)", "b", "(a: 1,)"),
        ("[\n  1,\n  2, ]", "1", "[\n  1, ]"),
        ("[\n  1,\n  2 ]", "1", "[\n  1 ]"),
        ("(a: 1)", "a", "()"),
        ("[1, 2]", "0", "[2]"),
        ("(\n    // one\n    a: 1,\n    b: 2, // two\n)", "a", "(\n    // one\n    b: 2, // two\n)"),
        ("(\n    a: 1,\n    b: 2, // two\n)", "b", "(\n    a: 1,\n    // two\n)"),
        ("(\n    a: 1,\n    b: (\n        c: 1,\n    )\n)", "b", "(\n    a: 1\n)"),
        ("(a: 1 /* x */, b: 2)", "a", "(/* x */ b: 2)"),
        ("(a: 1, /* x */ b: 2)", "b", "(a: 1 /* x */ )"),
        ("(\r\n  a: 1,\r\n  b: 2,\r\n)", "a", "(\r\n  b: 2,\r\n)"),
    ];
    for (text, path, expected) in table {
        assert_eq!(remove(text, path).unwrap(), expected, "{text} {path}");
    }
    let error = remove(TEXT, "nodes.ap").unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `app`?"));
    assert_eq!(remove(TEXT, "").unwrap_err().code, "bad-path");
}

#[test]
fn renaming_keeps_the_kind_of_key() {
    let table = [
        ("nodes.lb", "front", Ok(r#"        "front": Balancer(to: ["app"], policy: PowerOf(d: 2)),"#)),
        ("nodes.raw", "a\"b", Ok(r#"        "a\"b": Dns,"#)),
        ("run", "start", Ok("    start: (seed: 7), // the seed")),
        ("nodes.lb", "app", Err("duplicate-key")),
        ("run", "not a name", Err("bad-path")),
        ("nodes.app.serve.0", "x", Err("bad-path")),
        ("nodes.none", "x", Err("unknown-path")),
    ];
    for (path, name, expected) in table {
        match (rename_key(TEXT, path, name), expected) {
            (Ok(edited), Ok(line)) => assert_eq!(changed(TEXT, &edited).1, [line]),
            (Err(error), Err(code)) => assert_eq!(error.code, code),
            (got, _) => panic!("{path}: {got:?}"),
        }
    }
}

#[test]
fn a_value_is_tried_as_ron_and_then_as_text() {
    let accepts_numbers = |text: &str| text.contains("a: 7");
    let accepts_text = |text: &str| text.contains('"');
    assert_eq!(set_loose("(a: 1)", "a", "7", &accepts_numbers).unwrap(), "(a: 7)");
    assert_eq!(set_loose("(a: 1)", "a", "7", &accepts_text).unwrap(), "(a: \"7\")");
    assert_eq!(set_loose("(a: 1)", "a", "2s", &accepts_text).unwrap(), "(a: \"2s\")");
    assert_eq!(set_loose("(a: 1)", "a", "800/s", &accepts_text).unwrap(), "(a: \"800/s\")");
    assert_eq!(set_loose("(a: 1)", "a", "p99(x) < 1", &accepts_text).unwrap(), "(a: \"p99(x) < 1\")");
    assert_eq!(set_loose("(a: 1)", "a", "say \"hi\\\"", &accepts_text).unwrap(), r#"(a: "say \"hi\\\"")"#);
    let accepts_brackets = |text: &str| text.ends_with("())");
    assert_eq!(set_loose("(a: 1)", "a", "Fewest", &accepts_brackets).unwrap(), "(a: Fewest())");
    assert_eq!(set_loose("(a: 1)", "a", "2s", &accepts_brackets).unwrap(), "(a: \"2s\")");
    // Nothing is accepted: the one to complain about.
    assert_eq!(set_loose("(a: 1)", "a", "RoundRobbin", &|_| false).unwrap(), "(a: RoundRobbin)");
    assert_eq!(set_loose("(a: 1)", "a", "2x", &|_| false).unwrap(), "(a: \"2x\")");
    assert_eq!(set_loose("(a: 1)", "b.c.", "2", &|_| true).unwrap_err().code, "bad-path");
}

#[test]
fn lists_split_at_outer_commas() {
    let table: &[(&str, &[&str])] = &[
        ("RoundRobin,PowerOf(d: 2),\"a,b\"", &["RoundRobin", "PowerOf(d: 2)", "\"a,b\""]),
        ("1, 2 ,3,", &["1", "2", "3"]),
        ("[1,2],{\"a\": (1,2)}", &["[1,2]", "{\"a\": (1,2)}"]),
        (r#""a\",b",c"#, &[r#""a\",b""#, "c"]),
        ("70%,800/s", &["70%", "800/s"]),
        ("a,,b", &["a", "", "b"]),
        ("", &[]),
    ];
    for (list, expected) in table {
        assert_eq!(split_list(list), *expected);
    }
}

#[test]
fn assignments_split_at_the_first_equals_sign() {
    let table = [
        ("nodes.lb.policy=PowerOf(d: 2)", Some(("nodes.lb.policy", "PowerOf(d: 2)"))),
        ("links.\"a=b\".latency = x=y", Some(("links.\"a=b\".latency", "x=y"))),
        ("\"a=b\"=1", Some(("\"a=b\"", "1"))),
        ("a=", Some(("a", ""))),
        ("nodes.lb.policy", None),
        ("a..b=1", None),
        ("\"a=1", None),
    ];
    for (assignment, expected) in table {
        assert_eq!(parse_assignment(assignment).ok(), expected, "{assignment}");
    }
    let path = parse_path("a.\"b.\\\"c\".*").unwrap();
    assert_eq!(path.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>(), ["a", "b.\"c", "*"]);
}

#[test]
fn the_canonical_layout() {
    let table = [
        ("(a:1,b:[1,2,],)", "(a: 1, b: [1, 2])\n"),
        ("( a : Foo ( 1 ) , )", "(a: Foo(1))\n"),
        ("(\na:1,b:2)", "(\n    a: 1,\n    b: 2,\n)\n"),
        ("(a:1,\nb:2)", "(a: 1, b: 2)\n"),
        ("(a:1,\n\n\n\nb:2)", "(\n    a: 1,\n\n    b: 2,\n)\n"),
        ("// c  \n\n\n(a:1) // d", "// c\n\n(a: 1) // d\n"),
        ("#![enable(implicit_some)] (a:1)", "#![enable(implicit_some)]\n(a: 1)\n"),
        ("(a:1 // one\n,b:2)", "(\n    a: 1, // one\n    b: 2,\n)\n"),
        ("(a:1 /* one */,/* two */b:2)", "(a: 1 /* one */, /* two */ b: 2)\n"),
        ("(a: // why\n 1)", "(\n    a: // why\n        1,\n)\n"),
        ("(\n  /* x */ a: 1, b: 2, // y\n  // z\n)", "(\n    /* x */ a: 1,\n    b: 2, // y\n    // z\n)\n"),
        ("({}, [], ( ), {\n})", "({}, [], (), {})\n"),
        ("{(1,2):r#\"x\ny\"#}", "{\n    (1, 2): r#\"x\ny\"#,\n}\n"),
        ("( // first\n a: 1)", "( // first\n    a: 1,\n)\n"),
        ("[[1],[\n2]]", "[\n    [1],\n    [\n        2,\n    ],\n]\n"),
    ];
    for (text, expected) in table {
        assert_eq!(format(text).unwrap(), expected, "{text}");
        assert_eq!(format(expected).unwrap(), expected, "{text}");
    }
    let long = format!("(a: [{}])", "\"0123456789\", ".repeat(7));
    assert!(format(&long).unwrap().lines().count() == 1);
    let longer = format!("(a: [{}], b: 1)", "\"0123456789\", ".repeat(9));
    let laid = format(&longer).unwrap();
    assert_eq!(laid.lines().count(), 14, "{laid}");
    assert_eq!(format("(a: ").unwrap_err()[0].code, "unclosed-bracket");
}
