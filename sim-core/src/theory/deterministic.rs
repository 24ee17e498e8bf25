//! Constant service times: the exact law of the wait in M/D/1, the mean wait in M/D/c, and the token bucket.

use crate::math::{cos, exp, ln, ln_gamma, sin};

use super::{is_positive, is_rate};
use crate::statistics::root::turning_point;

/// M/D/1, first come first served: Poisson arrivals, every service takes `service` seconds.
///
/// For x = kD − u with 0 < u ≤ D, P(W ≤ x) = e^(−λu) Σⱼ P(queue ≤ k−1−j) (λu)ʲ/j! (Franx 2001): every term is
/// positive, unlike in Erlang's alternating series, which loses all its digits from x ≈ 30 D on.
#[derive(Clone, Debug)]
pub struct Md1 {
    arrival_rate: f64,
    service: f64,
}

impl Md1 {
    /// The queue; `None` unless λD ≤ 0.99999.
    ///
    /// Closer to saturation the law takes millions of steps, and is exponential to five digits (Kingman 1962).
    pub fn new(arrival_rate: f64, service: f64) -> Option<Md1> {
        let is_stable = is_rate(arrival_rate) && is_positive(service) && arrival_rate * service <= 0.999_99;
        is_stable.then_some(Md1 { arrival_rate, service })
    }

    /// Mean wait: λD² / (2 (1 − ρ)).
    pub fn mean_wait(&self) -> f64 {
        let utilization = self.arrival_rate * self.service;
        utilization * self.service / (2.0 * (1.0 - utilization))
    }

    /// Share of arrivals that wait at most `time`.
    pub fn wait_cdf(&self, time: f64) -> f64 {
        let utilization = self.arrival_rate * self.service;
        let mut levels = QueueLevels::new(utilization);
        ((1.0 - utilization) * levels.workload_sum(time / self.service)).min(1.0)
    }

    /// The wait that a share `probability` of arrivals does not exceed; `None` outside [0, 1).
    ///
    /// The cost grows with the quantile over D.
    pub fn wait_quantile(&self, probability: f64) -> Option<f64> {
        if !(0.0..1.0).contains(&probability) {
            return None;
        }
        let utilization = self.arrival_rate * self.service;
        if probability <= 1.0 - utilization {
            return Some(0.0);
        }
        let mut levels = QueueLevels::new(utilization);
        let sought = probability / (1.0 - utilization);
        let mut services = 1.0;
        while levels.workload_sum(services) < sought {
            // Past this the sum has reached its limit 1/(1−ρ) to rounding.
            if levels.is_exhausted() {
                break;
            }
            services += 1.0;
        }
        let found = turning_point(services - 1.0, services, |at| levels.workload_sum(at) < sought);
        Some(found * self.service)
    }
}

/// Share of Poisson requests that a token bucket of `refill` tokens per second and size `burst` ≥ 1 turns away.
///
/// The bucket's deficit is the workload of M/D/1 that admits only up to (b − 1)/r, so with G the sum of
/// [`Md1::wait_cdf`] at that level, a share G / (1 + ρ G) is admitted. Any load, overload included; `None` for a
/// burst above 10⁶, or where the sum leaves a double's range because next to all of the overload's excess is turned away.
pub fn token_bucket_rejection(arrival_rate: f64, refill: f64, burst: f64) -> Option<f64> {
    if !is_positive(arrival_rate) || !is_positive(refill) || !(1.0..=1e6).contains(&burst) {
        return None;
    }
    let load = arrival_rate / refill;
    let sum = QueueLevels::new(load).workload_sum(burst - 1.0);
    sum.is_finite().then(|| (1.0 - sum / (1.0 + load * sum)).max(0.0))
}

/// The number in the system of M/D/1 relative to the empty state, built level by level as far as asked.
///
/// Balance across a cut between j−1 and j gives πⱼ a₀ = π₀ P(A ≥ j) + Σᵢ πᵢ P(A > j−i) over 1 ≤ i < j, where A counts
/// the arrivals of one service: only sums of positive terms (Ramaswami 1988).
#[derive(Clone, Debug)]
struct QueueLevels {
    load: f64,
    none: f64,
    above: Vec<f64>,
    levels: Vec<f64>,
    cumulated: Vec<f64>,
}

impl QueueLevels {
    fn new(load: f64) -> QueueLevels {
        // P(A > k) summed from its far end, so that small tails keep their digits.
        let mut terms = vec![exp(-load)];
        while terms[terms.len() - 1] > 1e-40 || (terms.len() as f64) < load {
            terms.push(terms[terms.len() - 1] * load / terms.len() as f64);
        }
        let mut above = vec![0.0; terms.len()];
        for index in (1..terms.len()).rev() {
            above[index - 1] = above[index] + terms[index];
        }
        QueueLevels { load, none: terms[0], above, levels: vec![1.0], cumulated: vec![1.0] }
    }

    /// The relative chance of at most `level` in the system, exact once the levels beyond weigh nothing.
    fn up_to(&mut self, level: usize) -> f64 {
        while self.levels.len() <= level && !self.is_exhausted() {
            let next = self.levels.len();
            let above = |count: usize| self.above.get(count).copied().unwrap_or(0.0);
            let nearest = next.saturating_sub(self.above.len()).max(1);
            let crossing: f64 = (nearest..next).map(|from| self.levels[from] * above(next - from)).sum();
            let weight = (above(next - 1) + crossing) / self.none;
            self.levels.push(weight);
            self.cumulated.push(self.cumulated[next - 1] + weight);
        }
        self.cumulated[level.min(self.cumulated.len() - 1)]
    }

    fn is_exhausted(&self) -> bool {
        let last = self.levels.len() - 1;
        self.load < 1.0 && last > self.above.len() && self.levels[last] < 1e-20 * self.cumulated[last]
    }

    /// P(W ≤ x D) / P(empty), x in units of the service time.
    fn workload_sum(&mut self, services: f64) -> f64 {
        if services < 0.0 {
            return 0.0;
        }
        let boundary = services.floor() + 1.0;
        let mean = self.load * (boundary - services);
        let whole = boundary as usize;
        let mut term = exp(-mean);
        let mut sum = 0.0;
        for arrivals in 0..whole {
            sum += self.up_to(whole - arrivals) * term;
            term *= mean / (arrivals as f64 + 1.0);
            if term == 0.0 || (arrivals as f64 > mean && term < 1e-22) {
                break;
            }
        }
        sum
    }
}

/// Mean wait of M/D/c, first come first served; `None` unless λD < c.
///
/// Crommelin's series (1932) in Spitzer's form, W = Σᵢ E\[(iD − Tᵢ꜀)⁺\] / i with T Erlang, whose terms are positive. It
/// converges slowly close to saturation, where the roots of zᶜ = e^(λD(z−1)) take over (Tijms 2003, §9.6).
pub fn mdc_mean_wait(arrival_rate: f64, service: f64, servers: u32) -> Option<f64> {
    let count = f64::from(servers);
    let utilization = arrival_rate * service / count;
    if !is_rate(arrival_rate) || !is_positive(service) || utilization.is_nan() || utilization >= 1.0 {
        return None;
    }
    if arrival_rate == 0.0 {
        return Some(0.0);
    }
    let is_close_to_saturation = count * (1.0 - utilization) * (1.0 - utilization) < 0.002;
    Some(if is_close_to_saturation {
        service * root_sum_queue(utilization, servers) / (count * utilization)
    } else {
        service * crommelin_sum(utilization, count)
    })
}

/// W/D by the series.
fn crommelin_sum(utilization: f64, servers: f64) -> f64 {
    let decay = utilization - 1.0 - ln(utilization);
    let mut sum = 0.0;
    let mut services = 1.0;
    loop {
        let arrivals = services * servers;
        // P(N = n) for N Poisson with mean nρ: e^(−n(ρ−1−ln ρ)) × nⁿ e⁻ⁿ / n!
        let mut probability = exp(-arrivals * decay) * stirling_ratio(arrivals);
        let mean = arrivals * utilization;
        let mut excess = 0.0;
        let mut above = 1.0;
        loop {
            probability *= mean / (arrivals + above);
            excess += above * probability;
            if above * probability <= 1e-17 * excess || probability == 0.0 {
                break;
            }
            above += 1.0;
        }
        let term = excess / (services * servers * utilization);
        sum += term;
        if term <= 1e-17 * sum || term == 0.0 {
            return sum;
        }
        services += 1.0;
    }
}

/// nⁿ e⁻ⁿ / n!, by Stirling's series where the direct logarithms would cancel.
fn stirling_ratio(n: f64) -> f64 {
    if n < 16.0 {
        return exp(n * ln(n) - n - ln_gamma(n + 1.0));
    }
    let square = n * n;
    let correction =
        (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / n;
    exp(-correction) / (2.0 * std::f64::consts::PI * n).sqrt()
}

/// Mean queue length by roots: [(cρ)² − c(c−1) + Σ 2c(1−ρ)/(1−z_k)] / (2c(1−ρ)).
fn root_sum_queue(utilization: f64, servers: u32) -> f64 {
    let count = f64::from(servers);
    let mut inverse_distances = 0.0;
    for index in 1..servers {
        let angle = 2.0 * std::f64::consts::PI * f64::from(index) / count;
        inverse_distances += inverse_distance_of_root(utilization, angle);
    }
    let spare = 2.0 * count * (1.0 - utilization);
    (count * utilization * count * utilization - count * (count - 1.0) + spare * inverse_distances) / spare
}

/// The real part of 1/(1 − z) for the root inside the unit circle of z = ω e^(ρ(z−1)), by Newton's method.
fn inverse_distance_of_root(utilization: f64, angle: f64) -> f64 {
    // The iteration itself is a contraction on the unit disc; a few rounds bring Newton close enough.
    let image = |re: f64, im: f64| {
        let size = exp(utilization * (re - 1.0));
        (size * cos(angle + utilization * im), size * sin(angle + utilization * im))
    };
    let (mut re, mut im) = (0.0, 0.0);
    for _ in 0..30 {
        (re, im) = image(re, im);
    }
    for _ in 0..50 {
        let (to_re, to_im) = image(re, im);
        // f = z − w, f′ = 1 − ρw.
        let (f_re, f_im) = (re - to_re, im - to_im);
        let (d_re, d_im) = (1.0 - utilization * to_re, -utilization * to_im);
        let size = d_re * d_re + d_im * d_im;
        let (step_re, step_im) = ((f_re * d_re + f_im * d_im) / size, (f_im * d_re - f_re * d_im) / size);
        re -= step_re;
        im -= step_im;
        if step_re.abs() + step_im.abs() < 1e-16 {
            break;
        }
    }
    let distance = 1.0 - re;
    distance / (distance * distance + im * im)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_agrees_with_pollaczek_and_khinchine_on_both_branches() {
        for utilization in [0.1, 0.5, 0.9, 0.95, 0.97, 0.999, 0.999_99] {
            let exact = utilization / (2.0 * (1.0 - utilization));
            let series = mdc_mean_wait(utilization, 1.0, 1).unwrap();
            assert!((series / exact - 1.0).abs() < 1e-9, "{utilization}: {series} {exact}");
        }
    }

    #[test]
    fn the_series_and_the_roots_agree() {
        for (utilization, servers) in [(0.8, 2), (0.9, 5), (0.95, 16), (0.98, 100)] {
            let series = crommelin_sum(utilization, f64::from(servers));
            let roots = root_sum_queue(utilization, servers) / (f64::from(servers) * utilization);
            assert!((series / roots - 1.0).abs() < 1e-9, "{servers}: {series} {roots}");
        }
    }

    #[test]
    fn the_law_of_the_wait_has_the_mean_of_the_wait() {
        // ∫ P(W > x) dx by Simpson's rule over each service time, where the law is smooth.
        let queue = Md1::new(0.7, 1.0).unwrap();
        let mut mean = 0.0;
        for service in 0..60 {
            for piece in 0..8 {
                let at = f64::from(service) + f64::from(piece) / 8.0;
                let tail = |x: f64| 1.0 - queue.wait_cdf(x);
                mean += (tail(at) + 4.0 * tail(at + 0.0625) + tail(at + 0.125 - 1e-12)) / 48.0;
            }
        }
        assert!((mean / queue.mean_wait() - 1.0).abs() < 1e-6, "{mean}");
    }

    #[test]
    fn far_quantiles_follow_the_exponential_tail() {
        // ln P(W > x) falls by a constant per D far out; an alternating series would be noise there.
        let queue = Md1::new(0.95, 1.0).unwrap();
        let (near, middle, far) = (0.999, 0.9999, 0.999_99);
        let quantile = |p| queue.wait_quantile(p).unwrap();
        let (first, second) = (quantile(middle) - quantile(near), quantile(far) - quantile(middle));
        assert!((first / second - 1.0).abs() < 1e-9, "{first} {second}");
    }
}
