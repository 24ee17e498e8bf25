//! GI/M/1: arrivals at independent intervals of any law, exponential service. Round robin over n is one of these.

use crate::math::{exp, ln};

use super::{is_positive, is_rate};
use crate::statistics::root::turning_point;

/// GI/M/1, first come first served: all that follows from σ, the share of arrivals that wait.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GiM1 {
    /// Arrivals per second.
    pub arrival_rate: f64,
    /// Services per second.
    pub service_rate: f64,
    /// σ, the share of arrivals that find the server busy.
    pub wait_probability: f64,
    /// Share of time the server is busy.
    pub utilization: f64,
    /// Mean time in the queue.
    pub mean_wait: f64,
    /// Mean time from arrival to departure.
    pub mean_response: f64,
    /// Time average of the number waiting or in service.
    pub mean_in_system: f64,
    /// μ(1 − σ), the rate of the exponential response time.
    decay: f64,
}

impl GiM1 {
    /// The queue whose interval between arrivals has the Laplace–Stieltjes `transform` s ↦ E\[e^(−sA)\] and mean
    /// 1/`arrival_rate`; `None` unless λ < μ.
    ///
    /// σ is the root in (0, 1) of σ = A*(μ(1 − σ)); the response is exponential with rate μ(1 − σ) (Kleinrock 1975, §6.4).
    pub fn new(arrival_rate: f64, service_rate: f64, transform: impl Fn(f64) -> f64) -> Option<GiM1> {
        if !is_positive(arrival_rate) || !is_rate(service_rate) || arrival_rate >= service_rate {
            return None;
        }
        // In s = 1 − σ: 1 − s − A*(μs) is above zero before the root, below it after.
        let spare = turning_point(0.0, 1.0, |s| 1.0 - s - transform(service_rate * s) > 0.0);
        let decay = service_rate * spare;
        let wait_probability = 1.0 - spare;
        let mean_response = 1.0 / decay;
        Some(GiM1 {
            arrival_rate,
            service_rate,
            wait_probability,
            utilization: arrival_rate / service_rate,
            mean_wait: wait_probability / decay,
            mean_response,
            mean_in_system: arrival_rate * mean_response,
            decay,
        })
    }

    /// D/M/1: arrivals at equal intervals.
    pub fn deterministic(arrival_rate: f64, service_rate: f64) -> Option<GiM1> {
        GiM1::new(arrival_rate, service_rate, |s| exp(-s / arrival_rate))
    }

    /// E_k/M/1: intervals of `stages` exponential stages.
    pub fn erlang(stages: u32, arrival_rate: f64, service_rate: f64) -> Option<GiM1> {
        let stages = f64::from(stages.max(1));
        GiM1::new(arrival_rate, service_rate, |s| {
            exp(-stages * crate::math::ln_1p(s / (stages * arrival_rate)))
        })
    }

    /// One of `servers` M/M/1 stations behind strict round robin: every n-th Poisson arrival, so E_n/M/1.
    ///
    /// `arrival_rate` is that of the whole stream; the result describes one station and the mean over all requests.
    pub fn round_robin(servers: u32, arrival_rate: f64, service_rate: f64) -> Option<GiM1> {
        GiM1::erlang(servers, arrival_rate / f64::from(servers.max(1)), service_rate)
    }

    /// The wait that a share `probability` of arrivals does not exceed; `None` outside [0, 1).
    pub fn wait_quantile(&self, probability: f64) -> Option<f64> {
        let tail = 1.0 - probability;
        (0.0..1.0).contains(&probability).then(|| {
            if tail >= self.wait_probability { 0.0 } else { ln(self.wait_probability / tail) / self.decay }
        })
    }

    /// The response time that a share `probability` of arrivals does not exceed; `None` outside [0, 1).
    pub fn response_quantile(&self, probability: f64) -> Option<f64> {
        (0.0..1.0).contains(&probability).then(|| -crate::math::ln_1p(-probability) / self.decay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stage_is_m_m_1_and_many_stages_are_d_m_1() {
        for load in [0.1, 0.8, 0.999] {
            let poisson = GiM1::erlang(1, load, 1.0).unwrap();
            assert!((poisson.wait_probability - load).abs() < 1e-12);
            let many = GiM1::erlang(1_000_000, load, 1.0).unwrap();
            let even = GiM1::deterministic(load, 1.0).unwrap();
            assert!((many.mean_response / even.mean_response - 1.0).abs() < 1e-5);
        }
        assert_eq!(GiM1::deterministic(1.0, 1.0), None);
    }
}
