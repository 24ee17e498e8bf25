//! `escala plot`, from the outside.

use crate::support::{Place, SMALL};

/// An app that turns slow for a while, and that is scaled out when it does.
const EVENTFUL: &str = r#"Scenario(
    run: (seed: 3, warmup: "10s", duration: "3min"),
    nodes: {
        "users": Clients(
            to: "app",
            load: Open(rate: "60/s"),
            classes: {"read": (weight: "90%", objective: "50ms"), "write": (weight: "10%", objective: "200ms")},
            timeout: "1s",
        ),
        "app": Service(instances: 1, serve: [Cpu(Exp("10ms"))]),
    },
    timeline: [At("1min", Slow(target: "app/0", factor: 3, for: "20s"))],
    scale: [Hpa(target: "app", cpu: "70%", min: 1, max: 3)],
)"#;

fn bytes(place: &Place, name: &str) -> Vec<u8> {
    std::fs::read(place.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The words of an SVG, one after another.
fn words(svg: &str) -> Vec<&str> {
    let texts = svg.split("<text ").skip(1).filter_map(|rest| rest.split_once('>'));
    texts.filter_map(|(_, text)| Some(text.split_once("</text>")?.0.trim())).collect()
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let place = Place::with_small();
    let written =
        ["small-over-time.svg", "small-over-time.png", "small-latency-users.svg", "small-latency-users.png"];
    for folder in ["one", "two"] {
        let done = place.escala(&["plot", "small.ron", "-o", folder]).ended_with(0);
        let lines: Vec<String> = written.iter().map(|name| format!("{folder}/{name}")).collect();
        assert_eq!(done.stdout.lines().collect::<Vec<_>>(), lines);
        assert_eq!(done.stderr, "");
    }
    for name in written {
        let (one, two) = (bytes(&place, &format!("one/{name}")), bytes(&place, &format!("two/{name}")));
        assert!(one == two, "{name} differs between two runs");
    }
    let other =
        place.escala(&["plot", "small.ron", "-o", "one", "--seed", "8", "--format", "svg"]).ended_with(0);
    assert_eq!(other.stdout.lines().count(), 2);
    assert!(bytes(&place, "one/small-over-time.svg") != bytes(&place, "two/small-over-time.svg"));
    assert_eq!(bytes(&place, "one/small-over-time.png"), bytes(&place, "two/small-over-time.png"));
    assert_eq!(place.names(), ["one", "small.ron", "two"]);
}

#[test]
fn a_picture_stands_on_its_own_and_says_what_it_is_of() {
    let place = Place::with_small();
    let report =
        place.escala(&["run", "small.ron", "--case", "slow", "--json", "--plot", "out"]).ended_with(0);
    let digest = report.json()["digest"].as_str().map(str::to_owned).expect("it came to its end");
    assert!(report.stderr.starts_with("drawn: out/small-slow-over-time.svg, "), "{}", report.stderr);
    for (name, shown) in [("over-time", "over time"), ("latency-users", "latency seen by users")] {
        let svg = place.read(&format!("out/small-slow-{name}.svg"));
        assert!(svg.contains(&format!("<title>small @ slow: {shown}</title>")), "{svg}");
        let words = words(&svg);
        assert_eq!(words[..2], ["small @ slow", shown]);
        assert!(words[2].starts_with(&format!("seed 7 · digest {digest} · ")), "{words:?}");
        assert!(svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("http").count(), 1, "nothing but the name space is elsewhere");
        assert_eq!(svg.matches("font-family=\"").count(), svg.matches("font-family=\"sans-serif\"").count());
        let png = bytes(&place, &format!("out/small-slow-{name}.png"));
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(png[16..20], 2_000u32.to_be_bytes(), "it is as wide as a dense screen wants");
    }
    let latency = words(&place.read("out/small-slow-latency-users.svg")).join("\n");
    assert!(latency.contains("p50 ") && latency.contains("p99 ") && latency.contains("100ms"), "{latency}");
}

#[test]
fn what_happened_is_marked() {
    let place = Place::new();
    place.write("eventful.ron", EVENTFUL);
    place.escala(&["plot", "eventful.ron", "--format", "svg"]).ended_with(0);
    let report = place.escala(&["run", "eventful.ron", "--json"]).ended_with(0).json();
    let svg = place.read("eventful-over-time.svg");
    let words_over_time = words(&svg);
    let actions = report["actions"].as_array().expect("there are actions");
    assert!(actions.iter().any(|action| action["what"] == "scaled"), "{actions:?}");
    for action in actions {
        let target = action["target"].as_str().expect("it has one");
        let label = match (action["from"].as_u64(), action["to"].as_u64()) {
            (Some(from), Some(to)) => format!("{target} {from} → {to}"),
            _ => format!("{target} {}", action["what"].as_str().expect("it has one")),
        };
        assert!(words_over_time.contains(&label.as_str()), "{label} is missing in {words_over_time:?}");
    }
    for shown in ["warm-up", "requests a second", "utilization", "instances that take calls"] {
        assert!(words_over_time.contains(&shown), "{shown} is missing in {words_over_time:?}");
    }
    let svg = place.read("eventful-latency-users.svg");
    let words = words(&svg);
    for start in ["objective of read 50ms, met by ", "objective of write 200ms, met by "] {
        assert!(words.iter().any(|text| text.starts_with(start)), "{start} is missing in {words:?}");
    }
}

#[test]
fn a_run_in_which_nothing_is_answered_is_drawn_as_such() {
    let place = Place::new();
    place.write("silent.ron", &SMALL.replace("70/s", "1/h").replace("110s", "11s"));
    place.write("failing.ron", &SMALL.replace("\"2s\"", "\"1us\""));
    // It ends before its first interval does.
    place
        .write("short.ron", &SMALL.replace("cases:", "cases: {}, layout: {}, //").replace("110s", "10001ms"));
    for name in ["silent", "failing", "short"] {
        place.escala(&["plot", &format!("{name}.ron"), "--set", "run.sample=10min"]).ended_with(0);
        place.escala(&["plot", &format!("{name}.ron"), "-o", "sampled"]).ended_with(0);
    }
    for name in ["silent", "failing"] {
        for what in ["sampled/failing-over-time", &format!("{name}-latency-users")] {
            let svg = place.read(&format!("{what}.svg"));
            assert!(words(&svg).contains(&"no request was answered"), "{what}: {:?}", words(&svg));
        }
    }
}

#[test]
fn replications_are_told_and_merged() {
    let place = Place::with_small();
    let several = ["plot", "small.ron", "--replications", "3", "--format", "svg", "--json"];
    let told = place.escala(&several).ended_with(0).json();
    assert_eq!(told["pictures"], serde_json::json!(["small-over-time.svg", "small-latency-users.svg"]));
    let merged = place.read("small-latency-users.svg");
    assert!(merged.contains("3 replications from seed 7"), "{:?}", words(&merged));
    let answered = |svg: &str| {
        let words = words(svg);
        let (_, rest) = words[2].rsplit_once(" of ").expect("it says of how many");
        rest.split(' ')
            .next()
            .map(|count| count.replace(',', "").parse::<u64>())
            .expect("a word")
            .expect("a count")
    };
    place.escala(&["plot", "small.ron", "--format", "svg"]).ended_with(0);
    let one = place.read("small-latency-users.svg");
    assert!(answered(&merged) > 2 * answered(&one), "{:?} {:?}", words(&merged), words(&one));
}

#[test]
fn what_cannot_be_drawn_is_said_before_the_run() {
    let place = Place::with_small();
    place.write("invalid.ron", &SMALL.replace("RoundRobin", "RoundRobbin"));
    for (arguments, code, says) in [
        (&["plot", "small.ron", "-o", "small.ron"][..], 2, "the folder `small.ron` cannot be written to"),
        (&["plot", "small.ron", "-o", "small.ron/in", "--duration", "100000h"], 2, "help: name a folder"),
        (&["run", "small.ron", "--plot", "small.ron", "--duration", "100000h"], 2, "help: name a folder"),
        (&["plot", "small.ron", "--format", "gif"], 2, "--format"),
        (&["plot", "small.ron", "--replications", "0"], 2, "--replications"),
        (&["plot", "missing.ron"], 2, "missing.ron"),
        (&["plot", "invalid.ron"], 3, "did you mean `RoundRobin`"),
        (
            &["plot", "small.ron", "--set", "run.limits.events=1000"],
            1,
            "stopped early by the bound on events",
        ),
    ] {
        let done = place.escala(arguments).ended_with(code);
        assert!(done.stderr.contains(says), "{arguments:?}: {}", done.stderr);
    }
    let svg = place.read("small-over-time.svg");
    assert!(words(&svg)[2].starts_with("seed 7 · "), "what was seen is drawn: {:?}", words(&svg));
}

/// `UPDATE_EXPECT=1 cargo test -p sim-cli` draws them anew.
#[test]
fn the_pictures_in_the_docs_are_up_to_date() {
    let place = Place::new();
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for model in ["scaling/hpa-step", "failure/slow-instance"] {
        let path = home.join("models").join(format!("{model}.ron"));
        let path = path.to_str().expect("the path is text");
        let done = place.escala(&["plot", path, "--format", "svg"]).ended_with(0);
        for name in done.stdout.lines() {
            expect_test::expect_file![home.join("docs/pictures").join(name)].assert_eq(&place.read(name));
        }
    }
}
