//! Completion and outlines on every model, and on what is left of it when it is cut, broken or mixed up.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use sim_core::editing::complete;
use sim_core::scenario::outline::outline;
use sim_core::scenario::schema;

mod common;

fn models() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let files = common::files(&root, "ron").into_iter();
    files
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("it can be read")))
        .collect()
}

/// Completes at a place and checks what every answer keeps to.
fn check(schema: &Value, text: &str, offset: usize) {
    for one in complete(schema, text, offset) {
        assert!(one.from <= one.to && one.to <= text.len(), "{one:?}");
        assert!(text.is_char_boundary(one.from) && text.is_char_boundary(one.to), "{one:?}");
        assert!(one.from <= offset, "{one:?} at {offset}");
    }
}

#[test]
fn every_place_of_every_model_can_be_completed() {
    let schema = schema();
    for (name, text) in models() {
        let mut found = 0;
        for (offset, _) in text.char_indices() {
            found += complete(&schema, &text, offset).len();
        }
        assert!(found > 0, "{name}: nothing is ever offered");
    }
}

#[test]
fn every_model_has_an_outline() {
    let schema = schema();
    for (name, text) in models() {
        let whole = outline(&schema, &text, "").unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let nodes = whole.parts.iter().find(|part| part.name == "nodes").expect("a scenario has nodes");
        for node in &nodes.parts {
            assert_eq!(outline(&schema, &text, &node.path).as_ref(), Ok(node), "{name}");
        }
    }
}

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(
        cut in 0..2_000usize,
        drop in 0..40usize,
        put in "[\\[\\](){},:\"'\\\\/#r\\* a-z0-9é→𝄞\n]{0,6}",
        back in 0..60usize,
        keeps_rest in any::<bool>(),
    ) {
        let sound = include_str!("data/sound.ron");
        let cut = sound.floor_char_boundary(cut % sound.len());
        let from = sound.floor_char_boundary(cut + drop);
        let rest = if keeps_rest { &sound[from..] } else { "" };
        let text = format!("{}{put}{rest}", &sound[..cut]);
        for offset in [(cut + put.len()).saturating_sub(back), cut + put.len(), cut + put.len() + back, text.len()] {
            check(&SCHEMA, &text, text.floor_char_boundary(offset));
        }
        let _ = outline(&SCHEMA, &text, "nodes.app");
    }
}
