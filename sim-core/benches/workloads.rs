//! Times each workload and each hand-written limit by itself: `cargo bench -p sim-core --bench workloads -- W3`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

mod limit;
mod workload;

use workload::{WORKLOADS, Workload};

fn main() {
    divan::main();
}

/// Requests for one sample: enough for the first ones not to show, but for those that fill a million slots.
fn requests(workload: &Workload) -> u64 {
    (workload.requests / 4).max(5_000)
}

#[divan::bench(args = WORKLOADS.iter().map(|workload| workload.name), sample_count = 5, sample_size = 1)]
fn engine(bencher: Bencher, name: &str) {
    let workload = find(name);
    let model = workload.model(requests(workload));
    bencher
        .counter(ItemsCount::new(requests(workload)))
        .bench(|| Workload::run(black_box(&model)).state().events);
}

#[divan::bench(args = WORKLOADS.iter().filter(|one| one.limit.is_some()).map(|one| one.name), sample_count = 5, sample_size = 1)]
fn by_hand(bencher: Bencher, name: &str) {
    let workload = find(name);
    let limit = workload.limit.expect("the others are left out");
    let count = requests(workload);
    bencher.counter(ItemsCount::new(count)).bench(|| limit(black_box(count)).mean_ms());
}

fn find(name: &str) -> &'static Workload {
    WORKLOADS.iter().find(|workload| workload.name == name).expect("the name is of the list")
}
