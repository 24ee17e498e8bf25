//! What of the documentation is written from the code: `docs/reference.md` from the schema and the METRICS table, the kinds of
//! nodes in `docs/what-is-modelled.md` from the KINDS table, the map in `ARCHITECTURE.md` from the files. This fails when one is
//! stale; `UPDATE_EXPECT=1 cargo test -p sim-core --test reference` writes them anew.

use std::collections::VecDeque;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value};
use sim_core::component::KINDS;
use sim_core::report::metric::{Better, METRICS, Scope, Unit, Window};
use sim_core::scenario::schema;

const OPENING: &str = "\
# Reference

Every table, field, variant and metric of the scenario language, written by a test from the schema that also reads
scenarios: `UPDATE_EXPECT=1 cargo test -p sim-core --test reference`. The commands are in [commands.md](commands.md).

## How a scenario is written

- A scenario is one RON file: `(nodes: {…}, …)`, with or without the word `Scenario` before it.
- A variant with several fields names them, `Exp` and others with one value do not: `Zipf(n: 1000, s: 0.9)`, `Exp(\"3ms\")`.
  A variant without fields is bare: `RoundRobin`. One whose fields all have defaults keeps its brackets: `LeastConnections()`.
- Numbers have units, in quotes. A share is `0.7` or `\"70%\"`. Whole numbers may have underscores: `100_000`.
- Node names are of small letters, digits, `_` and `-`, and begin with a letter.
- `escala explain FILE` prints every default that a scenario took; `escala explain --schema` prints the JSON Schema.

| unit | written as |
|---|---|
";

const CLAIMS: &str = r#"
## Claims

What stands in `expect`. `escala run` and `escala test` check each one; one that does not hold ends them with code 1.

```text
claim      = expression ("<" | "<=" | "==" | ">=" | ">") expression
           | expression "within" 1% "of" expression
expression = term { ("+" | "-") term }          term = factor { ("*" | "/") factor }
factor     = 250ms | 800/s | 70% | 1.5 | "-" factor | "(" expression ")" | metric
metric     = name "(" [ place ["," part] { "," ("from" | "to" | "at") ":" time } ] ")" [ "@" case ]
```

- A place is a client, a node or an instance such as `app/0`. A part is a class of a client or a pool of a node.
- Without `from`, `to` or `at` a metric is told of the measured window.
- Without `@case` it is told of every run at hand; beside a metric of a case, of the scenario as it stands.
- Units have to agree: a time is not compared with a rate.
- A claim about something random has to hold by three standard errors, not by luck.

"#;

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference.md");
    let wanted = reference();
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        std::fs::write(&path, &wanted).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&path).expect("the reference is there").replace("\r\n", "\n");
    assert!(
        found == wanted,
        "docs/reference.md is stale: UPDATE_EXPECT=1 cargo test -p sim-core --test reference"
    );
}

fn reference() -> String {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("tables are defined by name");
    let mut out = OPENING.to_owned();
    for (unit, examples) in units(&schema) {
        writeln!(out, "| {unit} | {examples} |").expect(STRING);
    }
    out.push_str("\n## Scenario\n\n");
    table(&mut out, schema.as_object().expect("a scenario is a table"));
    for name in in_order(&schema, definitions) {
        let definition = definitions[&name].as_object().expect("a definition is an object");
        write!(out, "\n### {}\n\n", shown(&name)).expect(STRING);
        table(&mut out, definition);
    }
    out.push_str(CLAIMS);
    metrics(&mut out);
    out
}

const STRING: &str = "a string can be written to";

/// The units in use and how they are written.
fn units(schema: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, found: &mut std::collections::BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                if let (Some(unit), Some(examples)) = (fields.get("x-unit"), fields.get("examples")) {
                    let examples = examples.as_array().expect("examples are a list");
                    let examples: Vec<String> = examples.iter().map(|one| format!("`{one}`")).collect();
                    found.insert(unit.as_str().unwrap_or_default().to_owned(), examples.join(", "));
                }
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = std::collections::BTreeMap::new();
    walk(schema, &mut found);
    found.into_iter().collect()
}

/// The names of the definitions as a reader meets them, each once. A definition of the same table with another unit
/// has a number at its end and is left out.
fn in_order(schema: &Value, definitions: &Map<String, Value>) -> Vec<String> {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                    found.push(base(name).to_owned());
                }
                fields
                    .iter()
                    .filter(|(key, _)| *key != "$defs")
                    .for_each(|(_, value)| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut names: Vec<String> = Vec::new();
    let mut queue = VecDeque::from([schema]);
    while let Some(next) = queue.pop_front() {
        let mut found = Vec::new();
        references(next, &mut found);
        for name in found {
            if !names.contains(&name) {
                queue.push_back(&definitions[&name]);
                names.push(name);
            }
        }
    }
    names
}

/// What a reference points to, without the number that tells units apart.
fn base(reference: &str) -> &str {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    name.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

/// A table is called after what it says.
fn shown(name: &str) -> &str {
    name.strip_suffix("Table").unwrap_or(name)
}

fn table(out: &mut String, definition: &Map<String, Value>) {
    writeln!(out, "{}\n", text(definition)).expect(STRING);
    if let Some(fields) = definition.get("properties").and_then(Value::as_object) {
        out.push_str("| field | is | default | what it says |\n|---|---|---|---|\n");
        let required = definition.get("required").and_then(Value::as_array);
        for (name, field) in fields {
            let field = field.as_object().expect("a field is an object");
            let is_required = required.is_some_and(|names| names.iter().any(|one| one == name));
            let default = if is_required { "required".to_owned() } else { default(field) };
            let kind = kind(field);
            writeln!(out, "| `{name}` | {kind} | {default} | {} |", text(field)).expect(STRING);
        }
    }
    if let Some(variants) = definition.get("oneOf").and_then(Value::as_array) {
        out.push_str("| variant | holds | what it says |\n|---|---|---|\n");
        for variant in variants {
            let variant = variant.as_object().expect("a variant is an object");
            let (name, holds) = match variant.get("const").and_then(Value::as_str) {
                Some(name) => (name, String::new()),
                None => {
                    let holds = variant.get("properties").and_then(Value::as_object);
                    let (name, holds) =
                        holds.and_then(|holds| holds.iter().next()).expect("a variant holds one thing");
                    (name.as_str(), holds.as_object().map_or("any value".to_owned(), kind))
                }
            };
            writeln!(out, "| `{name}` | {holds} | {} |", text(variant)).expect(STRING);
        }
    }
}

/// The documentation on one line of a table.
fn text(of: &Map<String, Value>) -> String {
    let text = of.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// What a value is, in words.
fn kind(of: &Map<String, Value>) -> String {
    let mut word = bare_kind(of);
    let number = |name: &str| of.get(name).filter(|value| value.as_f64().is_some_and(|value| value != 0.0));
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => write!(word, ", {least} … {most}").expect(STRING),
        (Some(least), None) => write!(word, ", at least {least}").expect(STRING),
        (None, Some(most)) => write!(word, ", at most {most}").expect(STRING),
        (None, None) => {}
    }
    if number("minItems").is_some() && !of.contains_key("prefixItems") {
        word.push_str(", not empty");
    }
    word
}

fn bare_kind(of: &Map<String, Value>) -> String {
    let inner = |value: &Value| value.as_object().map_or("any value".to_owned(), bare_kind);
    if let Some(unit) = of.get("x-unit").and_then(Value::as_str) {
        return unit.to_owned();
    }
    if let Some(name) = of.get("$ref").and_then(Value::as_str) {
        let name = shown(base(name));
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = of.get("anyOf").and_then(Value::as_array) {
        return choices.iter().find(|choice| choice["type"] != "null").map_or(String::new(), inner);
    }
    let kind = match &of.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match kind {
        Some("array") => match (of.get("prefixItems").and_then(Value::as_array), of.get("items")) {
            (Some(parts), _) => format!("({})", parts.iter().map(inner).collect::<Vec<_>>().join(", ")),
            (None, Some(items)) => format!("list of {}", inner(items)),
            (None, None) => "list".to_owned(),
        },
        Some("object") => match of.get("additionalProperties") {
            Some(values) => format!("map of names to {}", inner(values)),
            None => "table".to_owned(),
        },
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("string") => "text".to_owned(),
        Some(other) => other.to_owned(),
        None => "any value".to_owned(),
    }
}

fn default(of: &Map<String, Value>) -> String {
    match of.get("default") {
        None if of.get("type").is_some_and(|kind| kind == "array" || kind == "object") => "none".to_owned(),
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(word)) if of.contains_key("$ref") => format!("`{word}`"),
        Some(Value::Object(_)) if of.contains_key("$ref") => "its own".to_owned(),
        Some(value) => format!("`{}`", ron(value)),
    }
}

/// A default as a scenario would write it.
fn ron(value: &Value) -> String {
    let list = |values: Vec<String>| values.join(", ");
    match value {
        Value::Array(values) => format!("[{}]", list(values.iter().map(ron).collect())),
        Value::Object(fields) => {
            let is_variant =
                fields.len() == 1 && fields.keys().all(|key| key.starts_with(|one: char| one.is_uppercase()));
            let written = fields.iter().map(|(key, value)| match is_variant {
                true => format!("{key}{}", ron(value)),
                false => format!("{key}: {}", ron(value)),
            });
            let written = list(written.collect());
            if is_variant { written } else { format!("({written})") }
        }
        other => other.to_string(),
    }
}

fn metrics(out: &mut String) {
    out.push_str(
        "## Metrics\n\nWhat claims can ask for. A metric *of the whole window* takes no `from` and `to`; one *at an instant*\n\
         can be asked `at` a time, and is told of the end of the run otherwise. *Better* is what `escala compare` goes by.\n\n\
         | metric | unit | better | asked of | when | what it says |\n|---|---|---|---|---|---|\n",
    );
    for metric in METRICS {
        let unit = match metric.unit {
            Unit::Time => "time",
            Unit::TimeSquared => "time²",
            Unit::Rate => "rate",
            Unit::Share => "share",
            Unit::Count => "count",
            Unit::Number => "number",
        };
        let scopes: Vec<&str> = metric
            .scopes()
            .into_iter()
            .map(|scope| match scope {
                Scope::Client => "client, class",
                Scope::Node => "node",
                Scope::Pool => "pool",
                Scope::Instance => "instance",
                Scope::Run => "the run",
            })
            .collect();
        let window = match metric.window {
            Window::Any => "any span",
            Window::Whole => "the whole window",
            Window::Instant => "an instant",
        };
        let better = match metric.better {
            Better::Less => "less",
            Better::More => "more",
            Better::Neither => "–",
        };
        writeln!(
            out,
            "| `{}` | {unit} | {better} | {} | {window} | {} |",
            metric.name,
            scopes.join(", "),
            metric.doc.replace('|', "\\|")
        )
        .expect(STRING);
    }
}

#[test]
fn what_is_modelled_of_each_kind_is_up_to_date() {
    const HEADING: &str = "## Node by node\n\n";
    const NEXT: &str = "### Links, autoscalers, faults\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/what-is-modelled.md");
    let found = std::fs::read_to_string(&path).expect("the page is there").replace("\r\n", "\n");
    let (before, rest) = found.split_once(HEADING).expect("the page goes node by node");
    let (_, after) = rest.split_once(NEXT).expect("the page goes on with what is no node");
    let wanted = format!("{before}{HEADING}{}{NEXT}{after}", kinds());
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        std::fs::write(&path, &wanted).expect("the file can be written");
    } else {
        assert!(
            found == wanted,
            "docs/what-is-modelled.md is stale: UPDATE_EXPECT=1 cargo test -p sim-core --test reference"
        );
    }
}

fn kinds() -> String {
    let mut out = String::new();
    for kind in KINDS {
        write!(out, "### {}\n\n", kind.variant).expect(STRING);
        let said = [
            ("Models", kind.models),
            ("Does not", kind.models_not),
            ("Laws", kind.laws),
            ("Take care", kind.care),
        ];
        for (word, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
            out.push_str(&wrapped(&format!("- **{word}**: {text}")));
        }
        out.push('\n');
    }
    out
}

/// An item of a list, on lines that are not too long.
fn wrapped(item: &str) -> String {
    const WIDTH: usize = 128;
    let mut lines = vec![String::new()];
    for word in item.split_whitespace() {
        let line = lines.last_mut().expect("there is a line");
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("  {word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// The layers as the map shows them; `layers.rs` checks them.
const LAYERS: &[(&str, &[&str])] = &[
    (
        "Ground",
        &[
            "time",
            "math",
            "random",
            "quantity",
            "distribution",
            "arena",
            "diagnostic",
            "theory",
            "statistics",
        ],
    ),
    ("What is said", &["scenario", "component", "compile", "policy", "model"]),
    ("What happens", &["engine", "observe"]),
    ("What is told", &["report", "graph", "experiment"]),
];

#[test]
fn the_map_in_the_architecture_is_up_to_date() {
    const HEADING: &str = "## The map\n";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("ARCHITECTURE.md");
    let found = std::fs::read_to_string(&path).expect("the page is there").replace("\r\n", "\n");
    let (before, _) = found.split_once(HEADING).expect("the page has a map");
    let wanted = format!("{before}{HEADING}{}", map(&root.join("src")));
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        std::fs::write(&path, &wanted).expect("the file can be written");
    } else {
        assert!(
            found == wanted,
            "sim-core/ARCHITECTURE.md is stale: UPDATE_EXPECT=1 cargo test -p sim-core --test reference"
        );
    }
}

/// Every source file with the first sentence of what it says of itself.
fn map(source: &Path) -> String {
    let mut files = Vec::new();
    rust_files(source, &mut files);
    let mut out = String::new();
    for (layer, modules) in LAYERS {
        write!(out, "\n### {layer}\n\n| file | what it is |\n|---|---|\n").expect(STRING);
        for module in *modules {
            for file in &files {
                let inside = file.strip_prefix(source).expect("the files lie under the source folder");
                let name = inside.to_string_lossy().replace('\\', "/");
                let is_in_module = name == format!("{module}.rs") || name.starts_with(&format!("{module}/"));
                if is_in_module && !name.contains("tests") {
                    let text = std::fs::read_to_string(file).expect("a listed file can be read");
                    writeln!(out, "| `{name}` | {} |", first_sentence(&text).replace('|', "\\|"))
                        .expect(STRING);
                }
            }
        }
    }
    out
}

fn first_sentence(text: &str) -> String {
    let doc = text.lines().skip_while(|line| !line.starts_with("//!"));
    let doc = doc.map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph: Vec<&str> = doc.take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph[..end].trim_end_matches('.').to_owned()
}

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    // A module comes before what is inside it.
    paths.sort_by_key(|path| (path.with_extension(""), path.is_dir()));
    for path in paths {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
