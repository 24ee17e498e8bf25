//! Requests that do not wait for ever: abandonment (Erlang A), a timeout of the queue, and retrials instead of a queue.

use crate::math::{exp, expm1};

use super::birth_death::{expectation, stationary};
use super::is_positive;

/// A queue that requests may leave; times are over all requests, those that left included.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Impatient {
    /// Share of arrivals that leave without service.
    pub abandonment_probability: f64,
    /// Share of arrivals that find every server busy.
    pub wait_probability: f64,
    /// Mean time in the queue, of those served and those that left together.
    pub mean_wait: f64,
    /// Share of the servers' time that is busy.
    pub utilization: f64,
    /// Time average of the number waiting.
    pub mean_in_queue: f64,
    /// Requests served per second.
    pub throughput: f64,
}

/// Erlang A, M/M/c+M: who waits leaves after an exponential patience. Stable at any load.
///
/// Birth–death sum (Palm 1957; Garnett, Mandelbaum and Reiman 2002). Patience ends with the start of service: this is
/// not a client's timeout that leaves work behind.
pub fn erlang_a(arrival_rate: f64, service_rate: f64, servers: u32, mean_patience: f64) -> Option<Impatient> {
    if !is_positive(arrival_rate) || !is_positive(service_rate) || servers == 0 || !is_positive(mean_patience)
    {
        return None;
    }
    let death = |number: u32| {
        f64::from(number.min(servers)) * service_rate
            + f64::from(number.saturating_sub(servers)) / mean_patience
    };
    let law = stationary(u32::MAX, |_| arrival_rate, death)?;
    let count = f64::from(servers);
    let busy = expectation(&law, |number| number.min(count));
    let mean_in_queue = expectation(&law, |number| (number - count).max(0.0));
    Some(Impatient {
        abandonment_probability: mean_in_queue / mean_patience / arrival_rate,
        wait_probability: law.iter().skip(servers as usize).sum(),
        mean_wait: mean_in_queue / arrival_rate,
        utilization: busy / count,
        mean_in_queue,
        throughput: busy * service_rate,
    })
}

/// M/M/1+D: a request still waiting after `timeout` leaves. Stable at any load.
///
/// The unfinished work has density λ p₀ e^(−(μ−λ)x) up to the timeout and decays at rate μ beyond it (Barrer 1957;
/// Baccelli and Hébuterne 1981).
pub fn mm1_queue_timeout(arrival_rate: f64, service_rate: f64, timeout: f64) -> Option<Impatient> {
    if !is_positive(arrival_rate) || !is_positive(service_rate) || !is_positive(timeout) {
        return None;
    }
    let exponent = (service_rate - arrival_rate) * timeout;
    // All masses relative to p₀, times `scale`, so that overload does not overflow.
    let scale = if exponent < 0.0 { exp(exponent) } else { 1.0 };
    let at_timeout = if exponent < 0.0 { 1.0 } else { exp(-exponent) };
    let (waiting, weighted) = exponential_moments(exponent, scale, at_timeout);
    let idle = scale;
    let within = arrival_rate * timeout * waiting;
    let beyond = arrival_rate / service_rate * at_timeout;
    let total = idle + within + beyond;
    let abandonment_probability = beyond / total;
    let mean_wait = (arrival_rate * timeout * timeout * weighted + timeout * beyond) / total;
    let utilization = (within + beyond) / total;
    Some(Impatient {
        abandonment_probability,
        wait_probability: utilization,
        mean_wait,
        utilization,
        mean_in_queue: arrival_rate * mean_wait,
        throughput: service_rate * utilization,
    })
}

/// `scale` × ∫ e^(−yt) dt and `scale` × ∫ t e^(−yt) dt over [0, 1]; `end` is `scale` × e^(−y).
fn exponential_moments(y: f64, scale: f64, end: f64) -> (f64, f64) {
    if y.abs() < 0.5 {
        // Power series: the closed form cancels around zero.
        let (mut term, mut first, mut second) = (1.0, 0.0, 0.0);
        for power in 0..24 {
            let power = f64::from(power);
            first += term / (power + 1.0);
            second += term / (power + 2.0);
            term *= -y / (power + 1.0);
        }
        return (scale * first, scale * second);
    }
    let first = if y > 0.0 { -scale * expm1(-y) / y } else { (end - scale) / -y };
    (first, (first - end) / y)
}

/// M/M/1 without a queue whose blocked requests try again after an exponential time until served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Retrial {
    /// Time average of the number between two tries.
    pub mean_in_orbit: f64,
    /// Share of first tries that find the server busy; also the utilization.
    pub blocking_probability: f64,
    /// Mean time from the first try to the end of service.
    pub mean_response: f64,
    /// Further tries per request.
    pub retries_per_arrival: f64,
}

/// The retrial queue; `None` unless λ < μ.
///
/// L(orbit) = ρ² (μ + θ) / ((1 − ρ) θ), θ = 1 / `mean_pause` (Falin and Templeton 1997, ch. 1).
pub fn mm1_retrial(arrival_rate: f64, service_rate: f64, mean_pause: f64) -> Option<Retrial> {
    if !is_positive(arrival_rate)
        || !is_positive(mean_pause)
        || arrival_rate >= service_rate
        || !is_positive(service_rate)
    {
        return None;
    }
    let utilization = arrival_rate / service_rate;
    let mean_in_orbit = utilization * utilization / (1.0 - utilization) * (service_rate * mean_pause + 1.0);
    Some(Retrial {
        mean_in_orbit,
        blocking_probability: utilization,
        mean_response: mean_in_orbit / arrival_rate + 1.0 / service_rate,
        retries_per_arrival: mean_in_orbit / mean_pause / arrival_rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::station::Mmc;

    #[test]
    fn endless_patience_is_erlang_c() {
        let patient = erlang_a(2.4, 1.0, 3, 1e12).unwrap();
        let queue = Mmc::new(2.4, 1.0, 3).unwrap();
        assert!((patient.mean_wait / queue.mean_wait - 1.0).abs() < 1e-9);
        let timeout = mm1_queue_timeout(0.7, 1.0, 1e4).unwrap();
        assert!((timeout.mean_wait / Mmc::single(0.7, 1.0).unwrap().mean_wait - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_timeout_conserves_flow_at_every_load() {
        for load in [0.1, 0.5, 0.9, 0.999_999_9, 1.0, 1.000_001, 1.2, 3.0, 50.0] {
            for timeout in [0.01, 1.0, 30.0, 1e4] {
                let queue = mm1_queue_timeout(load, 1.0, timeout).unwrap();
                let served = load * (1.0 - queue.abandonment_probability);
                assert!((queue.throughput / served - 1.0).abs() < 1e-9, "{load} {timeout} {queue:?}");
                assert!(queue.mean_wait >= 0.0 && queue.mean_wait <= timeout);
            }
        }
    }

    #[test]
    fn ten_thousand_servers_in_overload_lose_what_exceeds_them() {
        let queue = erlang_a(12_000.0, 1.0, 10_000, 1.0).unwrap();
        assert!((queue.abandonment_probability - 1.0 / 6.0).abs() < 1e-6, "{queue:?}");
        assert!((queue.mean_in_queue - 2_000.0).abs() < 1.0);
    }
}
