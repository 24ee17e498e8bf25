//! A50–A54 and K05, K07: what the state is at given times, over replications; and the shares of time in each state.

use sim_core::time::{Duration, Time};

use crate::harness::{Findings, Trial};
use crate::networks::CAFE;
use crate::run::{arrivals, check, compiled, paced, present};

fn at(seconds: f64) -> Time {
    Time::ZERO + Duration::from_secs_f64(seconds)
}

/// Values of one quantity.
#[derive(Clone, Copy, Default)]
struct Sample {
    count: f64,
    sum: f64,
    squares: f64,
    zeros: f64,
}

impl Sample {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
        self.zeros += f64::from(value == 0.0);
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    fn variance(&self) -> f64 {
        (self.squares - self.sum * self.sum / self.count) / (self.count - 1.0)
    }
}

/// The number present at `server` at each of `times`, over replications from empty. Also the mean latency.
fn numbers_at(trial: &Trial, nodes: &str, times: &[f64], replications: u64) -> (Vec<Sample>, f64) {
    let last = times.last().expect("there are times") + 1.0;
    let text =
        format!("Scenario(run: (warmup: \"0s\", duration: \"{last}s\", drain: true), nodes: {{{nodes}}})");
    let compiled = compiled(&text);
    let mut samples = vec![Sample::default(); times.len()];
    let (mut sum, mut count) = (0, 0);
    for number in 0..replications {
        let mut engine = compiled.engine(trial.replication(number));
        for (time, sample) in times.iter().zip(&mut samples) {
            engine.advance(at(*time), u64::MAX);
            sample.add(f64::from(present(&engine, "server")));
        }
        check(&engine);
        engine.run();
        for class in engine.state().tally.clients.iter().flatten() {
            (sum, count) = (sum + class.latency.sum(), count + class.latency.count());
        }
    }
    (samples, sum as f64 / 1e9 / count as f64)
}

fn infinite_servers(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "5/s")),
        "server": Service(serve: [Wait(Exp("2s"))]),
    "#;
    let (times, replications) = ([1.0, 2.0, 4.0, 10.0], 10_000);
    let (samples, latency) = numbers_at(trial, nodes, &times, replications);
    let count = replications as f64;
    let mut findings = Findings::new();
    for (time, sample) in times.iter().zip(&samples) {
        findings.measured(format!("E[N({time})]"), sample.mean(), count);
    }
    // The one farthest from 1 stands for all.
    let dispersion = samples.iter().map(|sample| sample.variance() / sample.mean());
    let farthest = dispersion.max_by(|left, right| (left - 1.0).abs().total_cmp(&(right - 1.0).abs()));
    findings.measured("var/mean at every t", farthest.expect("there are times"), count);
    findings.measured("T", latency, count);
    findings
}

/// A rate of 20 + 10 sin(t/2): the number present follows it, later and less far.
fn daily_wave(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(
            rate: "20/s",
            shape: [Sinusoid(amplitude: "10/s", period: "12.566370614s")],
        )),
        "server": Service(serve: [Wait(Exp("1s"))]),
    "#;
    let replications = 3_000;
    // The steady course is reached within e⁻²⁵ after two periods. Eight of them are looked at in sixteen places each.
    let (period, frequency) = (4.0 * std::f64::consts::PI, 0.5);
    let mut times: Vec<f64> = (0..128).map(|place| period * (2.0 + f64::from(place) / 16.0)).collect();
    let peaks = [128.805299, 131.946891, 135.088484];
    times.extend(peaks);
    let (samples, _) = numbers_at(trial, nodes, &times, replications);
    let (wave, at_peaks) = samples.split_at(128);
    let coefficient = |base: fn(f64) -> f64| {
        let products = times.iter().zip(wave).map(|(time, sample)| sample.mean() * base(frequency * time));
        products.sum::<f64>() / 64.0
    };
    let (sine, cosine) = (coefficient(f64::sin), coefficient(f64::cos));
    let count = replications as f64;
    let mut findings = Findings::new();
    for (time, sample) in peaks.iter().zip(at_peaks) {
        findings.measured(format!("E[N(t)] at t={time}"), sample.mean(), count);
    }
    findings.measured("amplitude of E[N]", sine.hypot(cosine), count).measured(
        "peak lag after rate peak (time units)",
        (-cosine).atan2(sine) / frequency,
        count,
    );
    findings
}

fn from_empty(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "0.8/s")),
        "server": Service(serve: [Cpu(Exp("1s"))]),
    "#;
    let (times, replications) = ([1.0, 5.0, 20.0, 100.0], 10_000);
    let (samples, _) = numbers_at(trial, nodes, &times, replications);
    let count = replications as f64;
    let mut findings = Findings::new();
    for (time, sample) in times.iter().zip(&samples) {
        findings.measured(format!("E[N({time})]"), sample.mean(), count);
        findings.measured(format!("P(N({time})=0)"), sample.zeros / count, count);
    }
    findings
}

/// Guests whose visit to the till began before 180 and ended before 200.
fn cafe_from_empty(trial: &Trial) -> Findings {
    let compiled =
        compiled(&format!("Scenario(run: (warmup: \"0s\", duration: \"200s\"), nodes: {{{CAFE}}})"));
    let replications = 2_000;
    let mut sample = Sample::default();
    for number in 0..replications {
        let mut engine = compiled.engine(trial.replication(number));
        engine.advance(at(180.0), u64::MAX);
        let arrived = arrivals(&engine, "till");
        engine.advance(at(200.0), u64::MAX);
        check(&engine);
        // First come, first served: those who came before 180 are the first to leave.
        let left = arrivals(&engine, "till") - u64::from(present(&engine, "till"));
        sample.add(arrived.min(left) as f64);
    }
    let mut findings = Findings::new();
    findings.measured("count", sample.mean(), replications as f64);
    findings
}

/// Event by event, the time spent with each number present.
fn limited_sharing(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "10/s")),
        "server": Service(cores: 3, schedule: ProcessorSharing, serve: [Cpu(Exp("83.333333333ms"))]),
    "#;
    let text = paced(10.0, 3e6, nodes);
    let mut engine = compiled(&text).engine(trial.seed);
    engine.advance(engine.model().run.warmup, u64::MAX);
    let mut spent = [0u64; 64];
    let mut before = engine.state().now;
    loop {
        let here = present(&engine, "server").min(63);
        let stop = engine.advance(Time::NEVER, 1);
        let now = engine.state().now;
        spent[here as usize] += (now - before).0;
        before = now;
        if stop.is_some() {
            break;
        }
    }
    check(&engine);
    let total = spent.iter().sum::<u64>() as f64;
    let classes = engine.state().tally.clients.iter().flatten();
    let latency = classes.filter_map(|class| class.latency.mean()).sum::<f64>() / 1e9;
    let mut findings = Findings::new();
    for (number, spent) in spent[..=5].iter().enumerate() {
        findings.measured(format!("P(N={number})"), *spent as f64 / total, 3e6);
    }
    findings.measured("T", latency, 3e6);
    findings
}

cases! {
    a50_mminf_transient: "A50-mminf-transient" => infinite_servers;
    a52_mtinf_sin: "A52-mtinf-sin" => daily_wave;
    a54_mm1_transient: "A54-mm1-transient" => from_empty;
    k05_ciw_cafe: "K05-ciw-cafe" => cafe_from_empty;
    k07_ciw_rps: "K07-ciw-rps" => limited_sharing;
}
