//! Times the agenda by itself, with so many events pending: one comes, and another is written down in its place.
//! `cargo bench -p sim-core --bench agenda`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use sim_core::distribution::ziggurat::exponential;
use sim_core::engine::agenda::{Agenda, Event, Rank};
use sim_core::random::Key;
use sim_core::time::Time;

/// Events that come in one sample.
const EVENTS: usize = 1_000_000;

/// Time between events, in nanoseconds, however many are pending.
const APART: f64 = 1_000.0;

fn main() {
    divan::main();
}

#[divan::bench(args = [2, 10, 100, 10_000, 1_000_000], sample_count = 7, sample_size = 1)]
fn hold(bencher: Bencher, pending: u32) {
    // Drawn beforehand, so that drawing is not what is timed.
    let mut draws = Key::from_seed(1).draws();
    let mean = APART * f64::from(pending);
    let spans: Vec<u64> = (0..EVENTS).map(|_| (exponential(&mut draws) * mean) as u64).collect();
    let mut agenda = Agenda::default();
    for slot in 0..pending {
        let span = exponential(&mut draws) * mean;
        agenda.push(Event::new(Time(span as u64), Rank::Completion, slot));
    }
    // So that slots are as wide as they will be.
    replace(&mut agenda, &spans);
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| replace(&mut agenda, black_box(&spans)));
}

fn replace(agenda: &mut Agenda, spans: &[u64]) {
    for span in spans {
        let event = agenda.pop().expect("as many are written down as come");
        agenda.push(Event::new(Time(event.time().0 + span), Rank::Completion, event.slot()));
    }
}
