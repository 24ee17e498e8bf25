//! Simulated values against numbers that nobody here wrote: every case of `cases.json` that the language can say, as a
//! scenario text that is compiled and run. See `README.md` beside this file.

#[macro_use]
mod harness;
mod averages;
mod balancing;
mod caches;
mod impatience;
mod laws;
mod networks;
mod published;
mod reference;
mod run;
mod stations;
mod table;
mod traces;
mod transients;

/// Cases that ask for features the language does not have, each with what is lacking.
const MISSING: &[(&str, &str)] = &[
    ("C12-vacation-exp", "vacations of a server"),
    ("C14-setup-exp", "a setup that an arrival triggers"),
    ("C16-mmc-setup-c5", "a setup that an arrival triggers"),
    ("C18-mmc-setup-delayedoff", "a setup that an arrival triggers"),
    ("D12-jiq2-rho80", "join the idle queue"),
    ("D17-jiq-n100", "join the idle queue"),
    ("D26-hedge", "hedged calls"),
    ("D28-tail-at-scale-table", "hedged and tied calls; published for a system that is not described"),
    ("D29-redundancy2of4", "calls that are cancelled in service when another one ends"),
    ("K03-ciw-stools", "blocking after service"),
    ("K08-perfsim", "claims about other programs"),
];

/// Groups of which every case is simulated unless it is [`MISSING`]. Of the others some are.
const WHOLE_GROUPS: [char; 7] = ['A', 'B', 'C', 'D', 'S', 'J', 'K'];

/// The cases of other groups that are simulated too.
const OF_OTHER_GROUPS: [&str; 15] = [
    "F01-cache-exact-8-3",
    "F03-che-1e4-1e3",
    "F05-che-1e4-100",
    "F07-ttl",
    "F09-ttl-zipf",
    "F11-stampede",
    "F13-stampede-count",
    "F14-textbook-strings",
    "F15-trace-gli",
    "F15-trace-sprite",
    "F15-trace-multi1",
    "F15-trace-cs",
    "F15-trace-2_pools",
    "F15-trace-web12",
    "G13-metastable",
];

#[test]
fn every_required_case_is_covered_once() {
    let groups = [
        balancing::COVERED,
        caches::COVERED,
        impatience::COVERED,
        laws::COVERED,
        networks::COVERED,
        published::COVERED,
        stations::COVERED,
        traces::COVERED,
        transients::COVERED,
    ];
    let mut covered: Vec<&str> = groups.concat();
    covered.sort_unstable();
    let twice: Vec<_> = covered.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "covered twice: {twice:?}");

    let is_missing = |id: &str| MISSING.iter().any(|(missing, _)| *missing == id);
    let is_required =
        |id: &str| id.starts_with(WHOLE_GROUPS) && !is_missing(id) || OF_OTHER_GROUPS.contains(&id);
    let lacking: Vec<_> = reference::ids()
        .into_iter()
        .filter(|id| is_required(id) && !covered.contains(&id.as_str()))
        .collect();
    assert!(lacking.is_empty(), "no test for {lacking:?}");
    let required = reference::ids().iter().filter(|id| is_required(id)).count();
    assert!(required >= 88, "only {required} cases are required: is the list complete?");
}
