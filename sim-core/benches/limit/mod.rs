//! Hand-written programs for W1, W2 and W3: the limit to measure the engine against.
//!
//! Each simulates one system and nothing else, by the shortest way there is: recursions over waiting times where they apply,
//! a loop over few events otherwise. They draw from one running generator and observe latencies alone.

pub mod draw;
pub mod rings;
pub mod three_tier;

use draw::Generator;
use rings::{Departures, Latencies};

/// W1, a queue with one server: Lindley's recursion W' = max(0, W + S − A), in seconds.
pub fn single_server(requests: u64) -> Latencies {
    let mut generator = Generator::new(1);
    let mut latencies = Latencies::default();
    let mut wait = 0.0;
    for _ in 0..requests {
        let stay = wait + 0.001 * generator.exponential();
        latencies.record(stay);
        wait = f64::max(0.0, stay - generator.exponential() / 800.0);
    }
    latencies
}

/// W2 by round robin: each server's backlog as of its own last arrival, after Kiefer and Wolfowitz.
pub fn round_robin(requests: u64) -> Latencies {
    let mut generator = Generator::new(1);
    let mut latencies = Latencies::default();
    let mut free_at = [0.0; 16];
    let mut now = 0.0;
    for number in 0..requests {
        now += generator.exponential() / 12_800.0;
        let free = &mut free_at[(number % 16) as usize];
        *free = f64::max(*free, now) + 0.001 * generator.exponential();
        latencies.record(*free - now);
    }
    latencies
}

/// W2 by least connections, ties to the lowest index: each server's departures to come, so that its queue can be counted.
pub fn least_connections(requests: u64) -> Latencies {
    let mut generator = Generator::new(1);
    let mut latencies = Latencies::default();
    let mut servers = Departures::new(16);
    let mut now = 0.0;
    for _ in 0..requests {
        now += generator.exponential() / 12_800.0;
        for server in 0..16 {
            servers.pass(server, now);
        }
        let departure = servers.serve(servers.shortest(), now, 0.001 * generator.exponential());
        latencies.record(departure - now);
    }
    latencies
}

/// W2 by the power of two among `count` servers.
pub fn power_of_two(requests: u64, count: u32) -> Latencies {
    let mut generator = Generator::new(1);
    let mut latencies = Latencies::default();
    let mut servers = Departures::new(count as usize);
    let mut now = 0.0;
    for _ in 0..requests {
        now += generator.exponential() / (800.0 * f64::from(count));
        let bits = generator.bits();
        let one = below(bits as u32, count);
        let other = below((bits >> 32) as u32, count - 1);
        let other = other + u32::from(other >= one);
        let (one, other) = (one as usize, other as usize);
        servers.pass(one, now);
        servers.pass(other, now);
        let chosen = if servers.queue(other) < servers.queue(one) { other } else { one };
        let departure = servers.serve(chosen, now, 0.001 * generator.exponential());
        latencies.record(departure - now);
    }
    latencies
}

fn below(bits: u32, bound: u32) -> u32 {
    ((u64::from(bits) * u64::from(bound)) >> 32) as u32
}
