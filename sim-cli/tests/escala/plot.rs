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
    assert!(report.stderr.contains("drawn: out/small-slow-over-time.svg, "), "{}", report.stderr);
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

/// One server that does 100 requests a second.
const SERVER: &str = r#"(
    run: (seed: 5, warmup: "5s", duration: "65s"),
    nodes: {
        "users": Clients(to: "server", load: Open(rate: "40/s", shape: [Spike(at: "20s", for: "5s", rate: "40/s")])),
        "server": Service(serve: [Cpu(Exp("10ms"))]),
    },
)"#;

#[test]
fn latency_is_drawn_against_load_beside_the_law() {
    let place = Place::new();
    place.write("server.ron", SERVER);
    let arguments =
        ["plot", "server.ron", "--load-curve", "--replications", "3", "--format", "svg", "--json"];
    let done = place.escala(&arguments).ended_with(0);
    assert!(done.stderr.contains("the load of users is held constant"), "{}", done.stderr);
    let told = done.json();
    let loads = told["loads"].as_array().expect("there are loads");
    assert_eq!((loads.first(), loads.last()), (Some(&5.0.into()), Some(&95.0.into())));
    let svg = place.read("server-load-users.svg");
    let words = words(&svg);
    for shown in
        ["M/M/1", "mean", "p99", "the scenario: 40/s", "server saturates at 100/s", "latency of answers"]
    {
        assert!(words.contains(&shown), "{shown} is missing in {words:?}");
    }
    // Retries make the law inapplicable, and what fails is drawn.
    place.write(
        "impatient.ron",
        &SERVER.replace("to: \"server\",", "to: \"server\", timeout: \"50ms\", retry: (attempts: 2),"),
    );
    place
        .escala(&["plot", "impatient.ron", "--load-curve", "--replications", "1", "--format", "svg"])
        .ended_with(0);
    let svg = place.read("impatient-load-users.svg");
    assert!(!svg.contains("M/M/1") && svg.contains("share of the requests that failed"), "{svg}");
    place.write(
        "closed.ron",
        &SERVER.replace(
            "Open(rate: \"40/s\", shape: [Spike(at: \"20s\", for: \"5s\", rate: \"40/s\")])",
            "Closed(users: 3)",
        ),
    );
    let refused = place.escala(&["plot", "closed.ron", "--load-curve"]).ended_with(2);
    assert!(refused.stderr.contains("no client has an open load"), "{}", refused.stderr);
}

/// A scenario of `models/`.
fn model(name: &str) -> String {
    format!("{}/../models/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Compares four policies, into `policies.json`.
fn compare(place: &Place) {
    let model = model("balancing/heterogeneous.ron");
    place
        .escala(&["compare", &model, "--duration", "60s", "--json", "-o", "policies.json", "-q"])
        .ended_with(0);
}

/// Sweeps load and number of servers, into `grid`.
fn sweep(place: &Place) {
    let (model, rates) = (model("basics/knee.ron"), "nodes.users.load.rate=20/s..90/s step 10/s");
    let axes = ["--vary", rates, "--vary", "nodes.server.instances=1,2,4,8"];
    let runs = ["--replications", "3", "--duration", "4min", "-o", "grid", "-q"];
    place.escala(&[&["sweep", &model][..], &axes, &runs].concat()).ended_with(0);
}

#[test]
fn a_comparison_is_drawn_as_a_forest() {
    let place = Place::new();
    compare(&place);
    let done = place.escala(&["plot", "policies.json", "--format", "svg"]).ended_with(0);
    assert_eq!(done.stdout, "policies-forest.svg\n");
    let svg = place.read("policies-forest.svg");
    let words = words(&svg);
    for shown in
        ["mean(users) · round-robin: 26.3ms", "+46.5%", "worse", "least-connections", "← better", "worse →"]
    {
        assert!(words.contains(&shown), "{shown} is missing in {words:?}");
    }
    let refused = place.escala(&["plot", "policies.json", "--seed", "3"]).ended_with(2);
    assert!(refused.stderr.contains("`--seed` is about runs"), "{}", refused.stderr);
}

#[test]
fn a_sweep_is_drawn_over_its_axes() {
    let place = Place::with_small();
    sweep(&place);
    for (arguments, file, shown) in [
        (&["--metric", "p99(users)"][..], "grid-heat-p99-users.svg", "nodes.server.instances"),
        (&["--over", "rate", "--metric", "utilization(server)"], "grid-lines.svg", "instances=4"),
        (
            &["--over", "instances", "--where", "rate=60/s"],
            "grid-lines.svg",
            "p99(users): 99th percentile of latency",
        ),
        (&["--against", "instances(server)", "--where", "rate=60/s"], "grid-front.svg", "beaten by none"),
    ] {
        let all = [&["plot", "grid", "--format", "svg", "--theme", "auto"][..], arguments].concat();
        let done = place.escala(&all).ended_with(0);
        assert_eq!(done.stdout.trim_end(), file);
        let svg = place.read(file);
        assert!(words(&svg).contains(&shown), "{shown} is missing in {:?}", words(&svg));
        assert!(svg.contains("prefers-color-scheme: dark"));
    }
    std::fs::create_dir(place.path("empty")).expect("it can be made");
    for (arguments, says) in [
        (&["grid", "--over", "cores"][..], "`cores` is not varied in `grid`"),
        (&["grid", "--over", "instances"], "8 lines cannot be told apart"),
        (&["grid", "--metric", "p98(users)"], "there is no metric `p98`"),
        (&["grid", "--metric", "p99(nobody)"], "they tell of server, users"),
        (&["grid", "--where", "instances=3"], "no case has `instances=3`"),
        (&["grid", "--case", "50"], "`--case` is about runs"),
        (&["empty"], "`empty/manifest.json` cannot be read"),
        (&["small.ron", "--over", "rate"], "is no folder of a sweep"),
    ] {
        let refused = place.escala(&[&["plot"][..], arguments].concat()).ended_with(2);
        assert!(refused.stderr.contains(says), "{arguments:?}: {}", refused.stderr);
    }
}

/// `UPDATE_EXPECT=1 cargo test -p sim-cli` draws them anew.
#[test]
fn the_pictures_in_the_docs_are_up_to_date() {
    let place = Place::new();
    compare(&place);
    sweep(&place);
    let pictures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    for arguments in [
        &[&*model("scaling/hpa-step.ron")][..],
        &[&*model("failure/slow-instance.ron")],
        &[&*model("basics/knee.ron"), "--load-curve"],
        &["policies.json"],
        &["grid"],
        &["grid", "--over", "rate", "--metric", "p99(users)", "--metric", "utilization(server)"],
        &["grid", "--against", "instances(server)", "--where", "rate=60/s"],
    ] {
        let done = place.escala(&[&["plot", "--format", "svg"][..], arguments].concat()).ended_with(0);
        for name in done.stdout.lines() {
            expect_test::expect_file![pictures.join(name)].assert_eq(&place.read(name));
        }
    }
}
