//! One server, any law of service: M/G/1 first come first served, processor sharing, last come first served, with
//! vacations, setups and batches.

use crate::math::{exp, ln, pow};

use super::{is_positive, is_rate};

/// The first three moments of a time. Higher ones may be infinite.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moments {
    /// E\[S\].
    pub mean: f64,
    /// E\[S²\].
    pub second: f64,
    /// E\[S³\].
    pub third: f64,
}

impl Moments {
    /// Always `value`.
    pub fn deterministic(value: f64) -> Moments {
        Moments { mean: value, second: value * value, third: value * value * value }
    }

    /// Exponential.
    pub fn exponential(mean: f64) -> Moments {
        Moments::erlang(1, mean)
    }

    /// The sum of `stages` exponential stages of equal mean.
    pub fn erlang(stages: u32, mean: f64) -> Moments {
        let (stages, stage) = (f64::from(stages), mean / f64::from(stages));
        let second = stages * (stages + 1.0) * stage * stage;
        Moments { mean, second, third: second * (stages + 2.0) * stage }
    }

    /// Two-branch hyperexponential with balanced means, of squared coefficient of variation `scv` ≥ 1.
    pub fn hyperexponential(mean: f64, scv: f64) -> Moments {
        let branch = (1.0 + ((scv - 1.0) / (scv + 1.0)).sqrt()) / 2.0;
        let first = Moments::exponential(mean / (2.0 * branch));
        let other = Moments::exponential(mean / (2.0 * (1.0 - branch)));
        Moments::mixture(&[(branch, first), (1.0 - branch, other)])
    }

    /// Lognormal, by its mean and coefficient of variation.
    pub fn lognormal(mean: f64, variation: f64) -> Moments {
        let spread = 1.0 + variation * variation;
        Moments { mean, second: mean * mean * spread, third: mean * mean * mean * spread * spread * spread }
    }

    /// Lognormal, by its median and the standard deviation of its logarithm.
    pub fn lognormal_by_median(median: f64, sigma: f64) -> Moments {
        let power = |n: f64| exp(n * ln(median) + n * n * sigma * sigma / 2.0);
        Moments { mean: power(1.0), second: power(2.0), third: power(3.0) }
    }

    /// Pareto, P(S > x) = (m/x)^α: the n-th moment is infinite unless α > n.
    pub fn pareto(alpha: f64, mean: f64) -> Moments {
        let least = mean * (alpha - 1.0) / alpha;
        let moment = |n: f64| if alpha > n { alpha * pow(least, n) / (alpha - n) } else { f64::INFINITY };
        Moments { mean: moment(1.0), second: moment(2.0), third: moment(3.0) }
    }

    /// The law that takes each of `branches` with its probability.
    pub fn mixture(branches: &[(f64, Moments)]) -> Moments {
        let sum = |of: fn(&Moments) -> f64| branches.iter().map(|(weight, law)| weight * of(law)).sum();
        Moments { mean: sum(|law| law.mean), second: sum(|law| law.second), third: sum(|law| law.third) }
    }

    /// Squared coefficient of variation: variance over squared mean.
    pub fn scv(&self) -> f64 {
        self.second / (self.mean * self.mean) - 1.0
    }

    /// Mean time left of a running one seen at a random instant: E\[S²\] / (2 E\[S\]).
    pub fn mean_residual(&self) -> f64 {
        self.second / (2.0 * self.mean)
    }
}

/// M/G/1, first come first served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mg1 {
    /// Share of time the server is busy, also the share of arrivals that wait.
    pub utilization: f64,
    /// Mean time in the queue, infinite when the service time has no second moment.
    pub mean_wait: f64,
    /// Second moment of the time in the queue, infinite when the service time has no third moment.
    pub wait_second_moment: f64,
    /// Mean time from arrival to departure.
    pub mean_response: f64,
    /// Time average of the number waiting.
    pub mean_in_queue: f64,
    /// Time average of the number waiting or in service.
    pub mean_in_system: f64,
}

impl Mg1 {
    /// Pollaczek–Khinchine: W = λ E\[S²\] / (2 (1 − ρ)), E\[W²\] = 2W² + λ E\[S³\] / (3 (1 − ρ)). `None` unless ρ < 1.
    pub fn new(arrival_rate: f64, service: Moments) -> Option<Mg1> {
        let utilization = stable_utilization(arrival_rate, service)?;
        let mean_wait = arrival_rate * service.second / (2.0 * (1.0 - utilization));
        Some(Mg1::from_wait(
            arrival_rate,
            service,
            mean_wait,
            2.0 * mean_wait * mean_wait + arrival_rate * service.third / (3.0 * (1.0 - utilization)),
        ))
    }

    fn from_wait(arrival_rate: f64, service: Moments, mean_wait: f64, wait_second_moment: f64) -> Mg1 {
        let mean_response = mean_wait + service.mean;
        Mg1 {
            utilization: arrival_rate * service.mean,
            mean_wait,
            wait_second_moment,
            mean_response,
            mean_in_queue: arrival_rate * mean_wait,
            mean_in_system: arrival_rate * mean_response,
        }
    }
}

fn stable_utilization(arrival_rate: f64, service: Moments) -> Option<f64> {
    let utilization = arrival_rate * service.mean;
    (is_rate(arrival_rate) && is_positive(service.mean) && utilization < 1.0).then_some(utilization)
}

/// Mean response of M/G/1 under processor sharing: E\[S\] / (1 − ρ), whatever the law of service (Kleinrock 1976, §4.4).
pub fn processor_sharing_response(arrival_rate: f64, mean_service: f64) -> Option<f64> {
    let utilization = stable_utilization(arrival_rate, Moments::deterministic(mean_service))?;
    Some(mean_service / (1.0 - utilization))
}

/// Mean response in processor sharing of a request that needs `demand` seconds: demand / (1 − ρ).
pub fn processor_sharing_response_of(arrival_rate: f64, mean_service: f64, demand: f64) -> Option<f64> {
    Some(demand * processor_sharing_response(arrival_rate, mean_service)? / mean_service)
}

/// Second moment of the response of M/M/1 under processor sharing (Coffman, Muntz and Trotter 1970): variance
/// (2 + ρ) / (2 − ρ) / (μ − λ)².
pub fn processor_sharing_second_moment(arrival_rate: f64, service_rate: f64) -> Option<f64> {
    let mean = processor_sharing_response(arrival_rate, 1.0 / service_rate)?;
    let utilization = arrival_rate / service_rate;
    Some(mean * mean * (1.0 + (2.0 + utilization) / (2.0 - utilization)))
}

/// Mean response of M/G/1 last come first served, pre-empting and resuming: E\[S\] / (1 − ρ), whatever the law.
pub fn last_come_preemptive_response(arrival_rate: f64, mean_service: f64) -> Option<f64> {
    processor_sharing_response(arrival_rate, mean_service)
}

/// Mean wait of M/G/1 whose idle server takes uninterruptible `vacation`s until it finds work:
/// W = W(PK) + E\[V²\] / (2 E\[V\]) (Fuhrmann and Cooper 1985).
pub fn vacation_wait(arrival_rate: f64, service: Moments, vacation: Moments) -> Option<f64> {
    Some(Mg1::new(arrival_rate, service)?.mean_wait + vacation.mean_residual())
}

/// Mean wait of M/G/1 whose server turns off when idle and needs `setup` on the next arrival:
/// W = W(PK) + (2 E\[D\] + λ E\[D²\]) / (2 (1 + λ E\[D\])) (Welch 1964; Levy and Kleinrock 1986).
pub fn setup_wait(arrival_rate: f64, service: Moments, setup: Moments) -> Option<f64> {
    let wait = Mg1::new(arrival_rate, service)?.mean_wait;
    Some(wait + (2.0 * setup.mean + arrival_rate * setup.second) / (2.0 * (1.0 + arrival_rate * setup.mean)))
}

/// Mean response of M/M/1 fed by Poisson batches: L = ρ (E\[X²\] / E\[X\] + 1) / (2 (1 − ρ)) (Gross and Harris, ch. 3).
///
/// `batch` holds the moments of the batch size X.
pub fn batch_response(batch_rate: f64, batch: Moments, service_rate: f64) -> Option<f64> {
    let arrival_rate = batch_rate * batch.mean;
    let utilization = stable_utilization(arrival_rate, Moments::exponential(1.0 / service_rate))?;
    let mean_in_system = utilization * (batch.second / batch.mean + 1.0) / (2.0 * (1.0 - utilization));
    Some(if arrival_rate > 0.0 { mean_in_system / arrival_rate } else { 1.0 / service_rate })
}
