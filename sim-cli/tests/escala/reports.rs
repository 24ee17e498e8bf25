//! `escala report`, from the outside.

use crate::support::{Place, SMALL};

/// Everything that could leave the page or do something there.
const DANGERS: [&str; 9] =
    ["<script", "http:", "https:", "@import", "url(http", "<img", "<iframe", "onload=", "javascript:"];

/// Fails unless a page stands on its own and is well formed.
fn check_page(page: &str) {
    let without_name_spaces = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for danger in DANGERS {
        assert!(!without_name_spaces.contains(danger), "the page has `{danger}`");
    }
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<h1>").count(), 1);
    check_tags(page);
    // No heading skips a level.
    let levels = page.match_indices("<h").filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10));
    let levels: Vec<u32> = levels.collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    // Every cell of a head says what it is the head of, every picture what it shows.
    assert_eq!(
        page.matches("<th").count() - page.matches("<thead").count(),
        page.matches("<th scope=").count()
    );
    assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<figure").count(), page.matches("<figcaption>").count());
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\">\n<title>").count());
}

/// Fails unless every element that is opened is closed where it has to be.
fn check_tags(page: &str) {
    const VOID: [&str; 3] = ["meta", "link", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().expect("it has a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "it is closed by </{name}>");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} are left open");
}

/// The words of a page.
fn words(page: &str) -> String {
    let body = page.split_once("<body>").expect("it has one").1;
    let texts = body.split('<').filter_map(|piece| Some(piece.split_once('>')?.1.trim()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("|")
}

#[test]
fn a_scenario_becomes_a_page_that_stands_on_its_own() {
    let place = Place::with_small();
    let done = place.escala(&["report", "small.ron", "-q", "-o", "small.html"]).ended_with(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    let page = place.read("small.html");
    check_page(&page);
    let words = words(&page);
    let report = place.escala(&["run", "small.ron", "--json"]).ended_with(0).json();
    let digest = report["digest"].as_str().expect("it came to its end");
    for shown in [
        "small|",
        "|How long does a request wait at one busy server?|",
        "|More words.|",
        "|p99(users) &lt; 10s|",
        "|✓ holds|",
        "|latency seen by users|",
        "|over time|",
        "|M/M/1|",
        "|seed|7|",
        digest,
        "|escala report small.ron -o report.html|",
        "is the bottleneck: ",
        "Around p99 of|users|",
        "The slowest request: ",
        "&quot;lb&quot;: Balancer(to: [&quot;app&quot;], policy: RoundRobin)",
    ] {
        assert!(words.contains(shown), "{shown} is missing in {words}");
    }
    let mean = report["clients"]["users"]["latency_ms"]["mean"].as_f64().expect("it was measured");
    assert!(words.contains(&format!("|{mean:.1}ms|")), "{mean} is missing in {words}");
    assert_eq!(place.names(), ["small.html", "small.ron"]);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let place = Place::with_small();
    let page = |more: &[&str]| {
        let arguments = [&["report", "small.ron", "-q", "--replications", "3"], more].concat();
        place.escala(&arguments).ended_with(0).stdout
    };
    let one = page(&["--threads", "1"]);
    check_page(&one);
    assert_eq!(one, page(&["--threads", "2"]));
    assert_ne!(one, page(&["--seed", "8"]));
    assert!(words(&one).contains("|3 replications, "), "{one}");
}

#[test]
fn what_users_write_comes_out_as_text() {
    let place = Place::new();
    let evil = "</title></style><script>alert(1)</script><img src=x onerror=\"alert(1)\">";
    let class = "a</td><script>alert(2)</script>";
    let small = SMALL.replace("// How long", &format!("// {evil} How long")).replace(
        "to: \"lb\",",
        &format!("to: \"lb\", classes: {{\"{class}\": (weight: \"50%\"), \"b\": (weight: \"50%\")}},"),
    );
    place.write("<b>&.ron", &small);
    let title = "<script>alert(3)</script>";
    let done = place.escala(&["report", "<b>&.ron", "-q", "--title", title]);
    // The class may be refused as a name one day: then there is nothing to escape.
    let page = done.ended_with(0).stdout;
    check_page(&page);
    let words = words(&page);
    assert!(words.contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror="), "{words}");
    assert!(words.contains("a&lt;/td&gt;&lt;script&gt;alert(2)&lt;/script&gt;"), "{words}");
    assert!(words.starts_with("&lt;script&gt;alert(3)&lt;/script&gt;"), "{words}");
}

#[test]
fn the_json_of_a_run_is_enough_for_its_numbers() {
    let place = Place::with_small();
    let run = ["run", "small.ron", "--json", "--explain-slow", "1", "-q", "-o"];
    place.escala(&[&run[..], &["run.json"]].concat()).ended_with(0);
    let page = place.escala(&["report", "run.json"]).ended_with(0).stdout;
    check_page(&page);
    let of_json = words(&page);
    let of_scenario = words(&place.escala(&["report", "small.ron", "-q"]).ended_with(0).stdout);
    for section in ["|What was expected|", "|What users saw|", "|What each node did|", "|Where time went|"] {
        let table = |words: &str| {
            let (_, rest) =
                words.split_once(section).unwrap_or_else(|| panic!("{section} is missing in {words}"));
            rest.split('|').take(6).collect::<Vec<_>>().join("|")
        };
        assert_eq!(table(&of_json), table(&of_scenario));
    }
    let both = place.escala(&["report", "run.json", "small.ron", "-q"]).ended_with(0).stdout;
    check_page(&both);
    assert!(words(&both).starts_with("small · small|small|"), "{both}");
}

#[test]
fn a_comparison_becomes_a_page_with_its_verdicts() {
    let place = Place::with_small();
    let compare =
        ["compare", "small.ron", "--baseline", "slow", "--replications", "4", "--duration", "30s", "-q"];
    place.escala(&[&compare[..], &["--json", "-o", "cases.json"]].concat()).ended_with(0);
    let json: serde_json::Value = serde_json::from_str(&place.read("cases.json")).expect("it is JSON");
    assert_eq!(json["metrics"][0]["differences"][0]["verdict"], "better", "two servers wait less than one");
    let page = place.escala(&["report", "cases.json"]).ended_with(0).stdout;
    check_page(&page);
    let words = words(&page);
    for shown in
        ["|✓ By|mean(users)|,|fast|is best.|", "|✓ better|", "|baseline|", "|against slow|", "|seeds|7, "]
    {
        assert!(words.contains(shown), "{shown} is missing in {words}");
    }
    place.write("old.json", &place.read("cases.json").replace("\"schema\": 1", "\"schema\": 9"));
    let done = place.escala(&["report", "old.json"]).ended_with(2);
    assert!(done.stderr.contains("`old.json` has version 9 of a comparison's JSON"), "{}", done.stderr);
}

#[test]
fn a_sweep_becomes_a_page_with_its_cases() {
    let place = Place::with_small();
    let vary = ["--vary", "nodes.app.instances=1,2", "--vary", "nodes.users.load.rate=40/s,60/s"];
    let sweep =
        ["sweep", "small.ron", "-q", "--set", "run.duration=30s", "--replications", "2", "-o", "grid"];
    place.escala(&[&sweep[..], &vary[..]].concat()).ended_with(0);
    let page = place.escala(&["report", "grid", "--metric", "mean(users)"]).ended_with(0).stdout;
    check_page(&page);
    let told = words(&page);
    for shown in [
        "grid|sweep of 4 cases · 2 replications of each|How long does a request wait",
        "✓ By|mean(users)|,|nodes.app.instances=2|,|nodes.users.load.rate=40/s|is best with ",
        "|case|nodes.app.instances|nodes.users.load.rate|mean(users)|1|1|40/s|",
        "|escala sweep scenario.ron --vary nodes.app.instances=1,2 --vary nodes.users.load.rate=40/s,60/s --replications 2 --out grid|",
    ] {
        assert!(told.contains(shown), "{shown} is missing in {told}");
    }
    for (arguments, says) in [
        (&["report", "."][..], "manifest.json` cannot be read"),
        (&["report", "grid", "--metric", "p98(users)"], "there is no metric `p98`"),
        (&["report", "grid", "--seed", "3"], "`--seed` is about runs"),
        (&["report", "small.ron", "--metric", "p99(users)"], "`--metric` is about sweeps"),
    ] {
        let done = place.escala(arguments).ended_with(2);
        assert!(done.stderr.contains(says), "{says} is missing in {}", done.stderr);
    }
}

#[test]
fn latency_against_load_is_drawn_on_request() {
    let place = Place::with_small();
    let short = ["report", "small.ron", "-q", "--duration", "30s", "--no-breakdown"];
    let page = place.escala(&[&short[..], &["--load-curve"]].concat()).ended_with(0).stdout;
    check_page(&page);
    assert!(words(&page).contains("|Latency against load|"));
    assert!(
        page.contains("escala report small.ron --duration 30s --load-curve --no-breakdown -o report.html")
    );
    let page = place.escala(&short).ended_with(0).stdout;
    assert!(!words(&page).contains("|Latency against load|"));
}

#[test]
fn markdown_has_its_pictures_beside_it() {
    let place = Place::with_small();
    let done = place.escala(&["report", "small.ron", "-q", "--json", "-o", "docs.md"]).ended_with(0);
    let names = ["docs.md", "small-graph.svg", "small-latency-users.svg", "small-over-time.svg"];
    let files: Vec<String> = done.json()["files"]
        .as_array()
        .expect("there are files")
        .iter()
        .filter_map(|file| Some(file.as_str()?.to_owned()))
        .collect();
    let mut sorted = files.clone();
    sorted.sort();
    assert_eq!((sorted, files[0].as_str()), (names.map(str::to_owned).to_vec(), "docs.md"));
    let text = place.read("docs.md");
    for shown in [
        "# small\n",
        "\n**How long does a request wait at one busy server?**\n",
        "\n| client | mean | p50 | p90 | p99 | p99.9 | max |\n| --- | --: |",
        "\n```sh\nescala report small.ron -o report.html\n```\n",
        "\n```ron\n// How long",
        "](<small-over-time.svg>)",
    ] {
        assert!(text.contains(shown), "{shown} is missing in {text}");
    }
    for name in &names[1..] {
        assert!(text.contains(&format!("](<{name}>)")), "{name} is not shown");
        assert!(place.read(name).trim_end().ends_with("</svg>"), "{name}");
    }
    let printed = place.escala(&["report", "small.ron", "--format", "markdown"]).ended_with(0);
    assert!(printed.stderr.contains("the pictures are left out"), "{}", printed.stderr);
    assert!(!printed.stdout.contains(".svg") && printed.stdout.contains("*Picture left out"));
    place.write("evil.ron", &SMALL.replace("// How", "// <script>alert(1)</script> | How"));
    let evil = place.escala(&["report", "evil.ron", "-q", "--format", "markdown"]).ended_with(0).stdout;
    let (before_scenario, _) = evil.split_once("```ron").expect("the scenario is at the end");
    assert!(!before_scenario.contains("<script") && before_scenario.contains("&lt;script&gt;"), "{evil}");
}

#[test]
fn a_run_that_fails_is_told_as_such() {
    let place = Place::new();
    place.write("late.ron", &SMALL.replace("p99(users) < 10s", "p99(users) < 1ms"));
    let page = place.escala(&["report", "late.ron", "-q", "--no-breakdown"]).ended_with(1).stdout;
    check_page(&page);
    let told = words(&page);
    assert!(told.contains("|✗ What the scenario expects does not hold.|"), "{told}");
    assert!(!told.contains("Where time went"), "{told}");
    let bound = ["report", "late.ron", "-q", "--set", "run.limits=(events: 1000)"];
    let page = place.escala(&bound).ended_with(1).stdout;
    assert!(words(&page).contains("Stopped early by the bound on events"), "{page}");
}

#[test]
fn what_cannot_be_told_is_refused_before_anything_runs() {
    let place = Place::with_small();
    place.write("list.json", "[1]");
    place.write("cut.json", "{\"clients\": ");
    place.write("new.json", "{\"schema\": 9, \"clients\": {}, \"nodes\": {}}");
    place.write("bare.json", "{\"schema\": 1, \"clients\": {}, \"nodes\": {}}");
    place.write("broken.ron", "(nodes: {})");
    for (arguments, code, says) in [
        (&["nowhere.ron"][..], 2, "`nowhere.ron` cannot be read"),
        (&["list.json"], 2, "`list.json` is JSON of something that no report is about"),
        (&["cut.json"], 2, "`cut.json` is no JSON"),
        (&["new.json"], 2, "`new.json` has version 9 of a run's JSON, and this escala reads version 1"),
        (&["bare.json"], 2, "`bare.json` is not the JSON of a run: missing field"),
        (&["bare.json", "--seed", "3"], 2, "is not the JSON of a run"),
        (&["broken.ron"], 3, "error"),
        (&["small.ron", "-o", "report.pdf"], 2, "the ending of `report.pdf` names no format"),
        (&["small.ron", "-o", "no/where/report.html"], 2, "cannot be written"),
        (&["small.ron", "--json"], 2, "name a file by `--out`"),
        (&[], 2, "required"),
    ] {
        let done = place.escala(&[&["report"], arguments].concat()).ended_with(code);
        assert!(done.stderr.contains(says), "{says} is missing in {}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    assert!(!place.names().iter().any(|name| name.ends_with(".html") || name.starts_with(".escala")));
    let done = place.escala(&["report", "small.ron", "-q", "--json", "-o", "page.html"]).ended_with(0);
    assert_eq!(done.json(), serde_json::json!({ "schema": 1, "files": ["page.html"] }));
}
