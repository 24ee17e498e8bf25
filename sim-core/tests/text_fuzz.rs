//! Whatever the text: no panic, no lost byte, and a layout that stays.

use proptest::prelude::*;
use sim_core::diagnostic::Lines;
use sim_core::scenario::read::read;
use sim_core::scenario::text::{format, remove, rename_key, scan, set, set_loose, split_list};
use std::collections::BTreeMap;

type Loose = BTreeMap<String, (Option<f64>, Vec<String>, String)>;

const SEED: &str = r##"#![enable(implicit_some)]
// What does it buy?   R15
Scenario(
    run: (seed: 7, warmup: "30s"),

    nodes: {
        "users": Clients(to: "www", load: Open(rate: "800/s"), key: Zipf(n: 100_000, s: -0.9e3)), // löwe
        "app": Service(run: Threads(64), serve: [ /* nested /* one */ */
            Cpu(Exp("3ms")), Get(cache: 'c', miss: [Call(to: r#"d"b"#)]), Cpu() ]),
        r"raw": Dns, "東": b"\x00\"",
    },
    timeline: [At("3min", Set("nodes.lb.policy", "PowerOf(d: 2)"))],
)
"##;

const BITS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "/",
    "//",
    "/*",
    "*/",
    "\n",
    "\n\n",
    " ",
    "\t",
    "\r",
    "#",
    "#![",
    "r#\"",
    "\"#",
    "b'",
    "r#x",
    "a",
    "Foo",
    "1",
    "-",
    "1e400",
    "..",
    "é",
    "東",
    "\u{2028}",
    "\u{feff}",
    "a: 1,",
    "\"k\": v",
    "// c\n",
    "/* c */",
    "(/* c */)",
    "[1, 2]",
    "=",
    ".",
];

fn bits() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(BITS), 0..40).prop_map(|bits| bits.concat())
}

/// The seed with a few places overwritten.
fn mutated() -> impl Strategy<Value = String> {
    let change = (0..SEED.len(), 0..12_usize, prop::sample::select(BITS));
    prop::collection::vec(change, 0..6).prop_map(|changes| {
        changes.into_iter().fold(SEED.to_owned(), |mut text, (at, length, bit)| {
            let start = text.floor_char_boundary(at);
            let end = text.floor_char_boundary(start + length);
            text.replace_range(start..end, bit);
            text
        })
    })
}

/// Sound texts with comments and line breaks anywhere.
fn sound() -> impl Strategy<Value = String> {
    let gap = prop::sample::select(
        &["", " ", "\n", "\n\n", "/* c */", " /* m\n c */ ", "// l\n", " // l\n\n", "\n// o\n"][..],
    );
    let leaf = prop::sample::select(
        &["1", "\"text\"", "Name", "-2.5", "r#\"a\nb\"#", "'c'", "\"a long text to fill lines\""][..],
    );
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let entry = (gap.clone(), gap.clone(), inner, gap.clone(), gap.clone());
        (prop::collection::vec(entry, 0..6), 0..4_usize, any::<bool>(), gap.clone()).prop_map(
            |(entries, kind, has_last_comma, end)| {
                let (open, key, close) =
                    [("(", "f", ")"), ("[", "", "]"), ("{", "\"k\"", "}"), ("Tuple (", "", ")")][kind];
                let count = entries.len();
                let mut text = open.to_owned();
                for (index, (before, after_key, value, before_comma, after)) in
                    entries.into_iter().enumerate()
                {
                    text += before;
                    if !key.is_empty() {
                        text += &std::format!("{key}{after_key}:{after_key}");
                    }
                    text += &value;
                    text += before_comma;
                    if has_last_comma || index + 1 < count {
                        text += ",";
                    }
                    text += after;
                }
                text + end + close
            },
        )
    })
}

/// Words and comments without what `format` may change: white space, and commas.
fn words(text: &str) -> Vec<String> {
    let document = scan(text).expect("the text is sound");
    let mut marks = vec![];
    let mut stack = vec![&document.root];
    while let Some(value) = stack.pop() {
        let name = value.name.clone().map_or("", |name| &text[name]);
        let shown = if value.is_group() { name } else { &text[value.span.clone()] };
        marks.push(std::format!("{:?} {} {shown}", value.kind, value.entries.len()));
        for entry in value.entries.iter().rev() {
            marks.push(entry.key.clone().map_or("", |key| &text[key]).split_whitespace().collect());
            stack.push(&entry.value);
        }
    }
    marks.extend(document.comments.iter().map(|comment| text[comment.clone()].trim_end().to_owned()));
    marks
}

fn check_any(text: &str) -> Result<(), TestCaseError> {
    let lines = Lines::new(text);
    if let Err(problems) = read::<Loose>(text) {
        prop_assert!(!problems.is_empty());
        for problem in &problems {
            let span = problem.span.clone().unwrap_or(0..0);
            prop_assert!(span.start <= span.end && span.end <= text.len());
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            problem.record("f", &lines);
            problem.render("f", text, false);
        }
    }
    split_list(text);
    match scan(text) {
        Err(problems) => prop_assert!(!problems.is_empty()),
        Ok(document) => {
            for path in ["", "nodes.app.serve.0", "nodes.users.load.rate", "0.0", "run.seed", "nodes.0.Foo.a"]
            {
                if let Some(found) = document.locate(path) {
                    prop_assert!(found.value.end <= found.entry.end);
                    // Writing what is there already changes nothing.
                    let value = &text[found.value.clone()];
                    prop_assert_eq!(set(text, path, value).expect("the place exists"), text);
                }
                let edits = [
                    set(text, path, "Foo(x: 1)"),
                    set_loose(text, path, "2s", &|_| false),
                    remove(text, path),
                    rename_key(text, path, "fresh"),
                ];
                for edited in edits.into_iter().flatten() {
                    prop_assert!(scan(&edited).is_ok(), "{path} in {text} gave {edited}");
                }
            }
            let once = format(text).expect("the text is sound");
            prop_assert_eq!(words(&once), words(text), "{}", once);
            prop_assert_eq!(format(&once).expect("the text is sound"), once);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in bits()) {
        check_any(&text)?;
    }

    #[test]
    fn a_scenario_with_mistakes(text in mutated()) {
        check_any(&text)?;
    }

    #[test]
    fn a_sound_text(text in sound()) {
        prop_assert!(scan(&text).is_ok(), "{}", text);
        check_any(&text)?;
    }

    #[test]
    fn an_addition_keeps_everything_else(text in sound()) {
        let text = std::format!("(deep: {text}, z: 1)");
        let edited = set(&text, "fresh", "1").unwrap();
        prop_assert_eq!(remove(&edited, "fresh").unwrap(), text);
    }
}
