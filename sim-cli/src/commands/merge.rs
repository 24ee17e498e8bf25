//! `escala merge`: the shards of a sweep, joined to the very bytes of the whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::check::plural;
use super::sweep::{folder_wanted, health, written};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::show::number::count;
use crate::sweep::assemble::assemble;
use crate::sweep::folder::Folder;
use crate::sweep::manifest::Manifest;

/// Join the shards of a sweep, in any order, into a folder with what one machine would have written
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The folders of all shards
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// What was done as JSON
    #[arg(long)]
    json: bool,
}

/// Checks that all shards are there and finished, and joins them.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let path = folder_wanted(output)?;
    let output = &Output::new(output.is_quiet, None);
    let shards = shards(&arguments.folders)?;
    let manifests: Vec<Manifest> = shards.values().map(|shard| shard.manifest.clone()).collect();
    let whole = Manifest::joined(&manifests)
        .ok_or_else(|| Failure::usage("there are no shards").with_help("name the folders of all shards"))?;
    let (folder, log) = Folder::open(&path, whole)?;
    log.begin(1);
    for shard in shards.values() {
        for number in shard.manifest.numbers() {
            let part = shard.part(number).ok_or_else(|| unfinished(shard))?;
            folder.keep(number, &part)?;
        }
    }
    let assembled = assemble(&folder)?;
    log.line("ended");
    if arguments.json {
        output.json(&serde_json::json!({
            "schema": 1, "folder": folder.name(), "shards": shards.len(), "cases": assembled.cases,
            "replications": folder.manifest.replications, "rows": assembled.rows, "ill": assembled.ill,
        }))?;
    } else {
        let (shards, cases) = (plural(shards.len(), "shard"), count(assembled.cases));
        output.results(&format!("{shards}, {cases} cases: {}\n", written(&folder, assembled.rows)))?;
    }
    Ok(health(assembled.ill, output))
}

/// The shards by their numbers: all of one sweep, each there once and finished.
fn shards(folders: &[PathBuf]) -> Result<BTreeMap<u32, Folder>, Failure> {
    let mut shards: BTreeMap<u32, Folder> = BTreeMap::new();
    let mut of = 0;
    for path in folders {
        let folder = Folder::existing(path)?;
        let Some(shard) = folder.manifest.shard() else {
            return Err(Failure::usage(format!("`{}` holds a whole sweep, no shard", path.display()))
                .with_help("there is nothing to join: use it as it is"));
        };
        of = shard.of;
        if let Some(first) = shards.values().next() {
            same_sweep(first, &folder, path)?;
        }
        if let Some(earlier) = shards.get(&shard.number) {
            return Err(Failure::usage(format!(
                "`{}` and `{}` are both shard {shard}",
                earlier.name(),
                path.display()
            ))
            .with_help("name each shard once"));
        }
        if !folder.unfinished().is_empty() {
            return Err(unfinished(&folder));
        }
        shards.insert(shard.number, folder);
    }
    let missing: Vec<String> = (1..=of)
        .filter(|number| !shards.contains_key(number))
        .map(|number| format!("{number}/{of}"))
        .collect();
    if missing.is_empty() {
        return Ok(shards);
    }
    let some = missing.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
    let more = if missing.len() > 10 { format!(" and {} more", missing.len() - 10) } else { String::new() };
    Err(Failure::usage(format!("shards are missing: {some}{more}"))
        .with_help("run them with `escala sweep … --shard i/n`, and name their folders too"))
}

fn same_sweep(first: &Folder, folder: &Folder, path: &Path) -> Result<(), Failure> {
    let of = |folder: &Folder| folder.manifest.shard().map(|shard| shard.of);
    let difference = first.manifest.difference(&folder.manifest);
    let difference = difference.or((of(first) != of(folder)).then_some("another number of shards"));
    let Some(difference) = difference else { return Ok(()) };
    Err(Failure::usage(format!(
        "`{}` and `{}` are of different sweeps: {difference}",
        first.name(),
        path.display()
    ))
    .with_help("join only what the same `escala sweep`, with another `--shard`, has written"))
}

fn unfinished(shard: &Folder) -> Failure {
    let (missing, all) = (shard.unfinished().len(), shard.manifest.numbers().len());
    Failure::usage(format!("`{}` is not finished: {missing} of {all} cases are missing", shard.name()))
        .with_help("give its `escala sweep` command again: it goes on where it stopped")
}
