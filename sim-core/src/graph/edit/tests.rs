//! Each edit on small texts: what it makes of them, to the letter.

use super::{Edit, apply, exactly};
use crate::compile::compile;
use crate::time::Duration;

pub(super) const SHOP: &str = r#"// What sells?
(
    nodes: {
        // Those who buy.
        "users": Clients(to: "lb", load: Open(rate: "90/s")),
        "lb": Balancer(to: ["app"]), // in front
        "app": Service(instances: 2, serve: [Cpu(Exp("10ms")), Call(to: "db")]),
        "db": Database(read: Exp("4ms")),
    },
)
"#;

pub(super) fn edits(json: &str) -> Vec<Edit> {
    serde_json::from_str(json).expect("the page sends such edits")
}

/// The lines that an edit, as the page sends it, takes away and adds.
pub(super) fn difference(text: &str, json: &str) -> Result<String, String> {
    let edited = apply(text, &edits(&format!("[{json}]"))).map_err(|problems| {
        let told = problems.iter().map(|it| format!("{}: {}; {:?}", it.code, it.message, it.help));
        told.collect::<Vec<_>>().join("\n")
    })?;
    let (old, new): (Vec<_>, Vec<_>) = (text.lines().collect(), edited.lines().collect());
    let mut shown = Vec::new();
    let (mut at, mut then) = (0, 0);
    while at < old.len() || then < new.len() {
        // The next line that both have.
        let common = (at..old.len()).find_map(|line| {
            let same = new[then..].iter().position(|other| *other == old[line])?;
            Some((line, then + same))
        });
        let (next, after) = common.unwrap_or((old.len(), new.len()));
        shown.extend(old[at..next].iter().map(|line| format!("-{line}")));
        shown.extend(new[then..after].iter().map(|line| format!("+{line}")));
        (at, then) = (next + 1, after + 1);
    }
    Ok(shown.join("\n"))
}

#[test]
fn values_are_set_as_they_are_typed() {
    let set = |path: &str, value: &str| {
        difference(SHOP, &format!(r#"{{"do": "set", "path": "{path}", "value": "{value}"}}"#)).unwrap()
    };
    assert_eq!(
        set("nodes.lb.policy", "LeastConnections"),
        "-        \"lb\": Balancer(to: [\"app\"]), // in front\n\
         +        \"lb\": Balancer(to: [\"app\"], policy: LeastConnections()), // in front"
    );
    assert_eq!(set("run.duration", "2min"), "+    run: (duration: \"2min\"),");
    let removed = difference(SHOP, r#"{"do": "remove", "path": "nodes.app.instances"}"#).unwrap();
    assert!(removed.ends_with("+        \"app\": Service(serve: [Cpu(Exp(\"10ms\")), Call(to: \"db\")]),"));
}

#[test]
fn lists_are_appended_to_and_made() {
    let append = |path: &str, value: &str| {
        difference(SHOP, &format!(r#"{{"do": "append", "path": "{path}", "value": "{value}"}}"#))
    };
    assert_eq!(
        append("nodes.lb.to", "db").unwrap(),
        "-        \"lb\": Balancer(to: [\"app\"]), // in front\n\
         +        \"lb\": Balancer(to: [\"app\", \"db\"]), // in front"
    );
    assert_eq!(
        append("expect", "p99(users) < 1s").unwrap(),
        "+    expect: [\n+        \"p99(users) < 1s\",\n+    ],"
    );
    assert!(append("nodes.app.instances", "1").unwrap_err().starts_with("not-a-list"));
    assert!(append("nodes.ap.serve", "Fail").unwrap_err().contains("did you mean `app`?"));
}

#[test]
fn what_is_placed_stands_on_whole_points() {
    let placed = apply(
        SHOP,
        &edits(
            r#"[{"do": "place", "name": "app", "x": 120.4, "y": -0.2},
                {"do": "place", "name": "db", "x": 300, "y": 80.5},
                {"do": "place", "name": "app", "x": 121, "y": 7}]"#,
        ),
    );
    let placed = placed.unwrap();
    assert!(
        placed
            .ends_with("    layout: {\n        \"app\": (121, 7),\n        \"db\": (300, 81),\n    },\n)\n")
    );
    compile(&placed, &|_| None).expect("it is a scenario still");
    let unknown = difference(SHOP, r#"{"do": "place", "name": "ap", "x": 1, "y": 1}"#).unwrap_err();
    assert!(unknown.contains("did you mean `app`?"), "{unknown}");
}

#[test]
fn what_happens_is_the_last_line_of_the_timeline() {
    let edited = apply(
        SHOP,
        &edits(
            r#"[{"do": "fault", "at": 33.5, "fault": "Crash(target: \"app/1\", for: \"5s\")"},
                {"do": "change", "at": 20, "path": "nodes.lb.policy", "value": "Random"},
                {"do": "change", "at": 0.1234567, "path": "nodes.db.read", "value": "Exp(\"5ms\")"}]"#,
        ),
    );
    let edited = edited.unwrap();
    let timeline = concat!(
        "    timeline: [\n",
        "        At(\"33.5s\", Crash(target: \"app/1\", for: \"5s\")),\n",
        "        At(\"20s\", Set(\"nodes.lb.policy\", \"Random\")),\n",
        "        At(\"123.4567ms\", Set(\"nodes.db.read\", \"Exp(\\\"5ms\\\")\")),\n",
        "    ],\n)\n"
    );
    assert!(edited.ends_with(timeline), "{edited}");
    compile(&edited, &|_| None).expect("it is a scenario still");
    assert!(difference(SHOP, r#"{"do": "fault", "at": -1, "fault": "Fail"}"#).is_err());
    assert!(difference(SHOP, r#"{"do": "fault", "at": 1, "fault": "Crash("}"#).is_err());
    assert!(difference(SHOP, r#"{"do": "change", "at": 1, "path": "a..b", "value": "1"}"#).is_err());
}

#[test]
fn times_are_written_to_the_nanosecond() {
    let table = [
        (0, "0s"),
        (1, "1ns"),
        (1_500_000, "1.5ms"),
        (33_500_000_000, "33.5s"),
        (33_512_345_678, "33.512345678s"),
        (90_000_000_000, "90s"),
        (60_000_000_000, "1min"),
        (60_000_000_001, "60.000000001s"),
        (1_001_000_000, "1.001s"),
    ];
    for (nanoseconds, written) in table {
        assert_eq!(exactly(Duration(nanoseconds)), written);
    }
    for step in 0..2_000_u64 {
        let span = Duration(step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (step % 50));
        let span = Duration(span.0.min(Duration::MAX.0));
        assert_eq!(exactly(span).parse(), Ok(span));
    }
}
