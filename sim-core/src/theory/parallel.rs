//! Many servers at once: fan-out, fork and join, power of d choices, redundant copies.

use crate::math::{exp, expm1, ln, ln_1p, pow};

use super::is_positive;

/// Euler's constant γ.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The n-th harmonic number, 1 + 1/2 + … + 1/n.
pub fn harmonic(n: u32) -> f64 {
    if n > 1_000_000 {
        // Euler–Maclaurin: the next term is below 10⁻²⁴.
        let n = f64::from(n);
        return ln(n) + EULER + 1.0 / (2.0 * n) - 1.0 / (12.0 * n * n);
    }
    (1..=n).rev().map(|term| 1.0 / f64::from(term)).sum()
}

/// Mean of the slowest of `count` independent exponential times: mean × H_n.
pub fn slowest_exponential_mean(count: u32, mean: f64) -> f64 {
    mean * harmonic(count)
}

/// Quantile of the slowest of `count` independent exponential times: −mean × ln(1 − p^(1/n)).
pub fn slowest_exponential_quantile(count: u32, mean: f64, probability: f64) -> Option<f64> {
    let inside = (0.0..1.0).contains(&probability) && count > 0;
    // 1 − p^(1/n) without cancellation for large n.
    inside.then(
        || if probability == 0.0 { 0.0 } else { -mean * ln(-expm1(ln(probability) / f64::from(count))) },
    )
}

/// The chance that at least one of `count` independent parts, each with chance `probability`, is slow.
pub fn any_of(count: u32, probability: f64) -> f64 {
    if count == 0 { 0.0 } else { -expm1(f64::from(count) * ln_1p(-probability)) }
}

fn stable_spare(arrival_rate: f64, service_rate: f64) -> Option<f64> {
    let is_stable = is_positive(arrival_rate) && is_positive(service_rate) && arrival_rate < service_rate;
    is_stable.then_some(service_rate - arrival_rate)
}

/// Mean response of a fork to two M/M/1 queues and a join: (12 − ρ) / (8 (μ − λ)), exact (Flatto and Hahn 1984).
pub fn fork_join_pair(arrival_rate: f64, service_rate: f64) -> Option<f64> {
    let spare = stable_spare(arrival_rate, service_rate)?;
    Some((12.0 - arrival_rate / service_rate) / (8.0 * spare))
}

/// Mean response of a fork to `count` M/M/1 queues and a join, by the approximation of Nelson and Tantawi (1988),
/// within 5 % for 2 ≤ K ≤ 32; exact at 1 and 2.
pub fn fork_join(count: u32, arrival_rate: f64, service_rate: f64) -> Option<f64> {
    let spare = stable_spare(arrival_rate, service_rate)?;
    match count {
        0 => None,
        1 => Some(1.0 / spare),
        _ => {
            let growth = harmonic(count) / harmonic(2);
            let utilization = arrival_rate / service_rate;
            Some(
                (growth + 4.0 / 11.0 * (1.0 - growth) * utilization)
                    * fork_join_pair(arrival_rate, service_rate)?,
            )
        }
    }
}

/// The bounds of [`fork_join`]: one queue alone, and queues that are independent, H_K / (μ − λ).
pub fn fork_join_bounds(count: u32, arrival_rate: f64, service_rate: f64) -> Option<(f64, f64)> {
    let spare = stable_spare(arrival_rate, service_rate)?;
    Some((1.0 / spare, harmonic(count) / spare))
}

/// Share of servers with at least `number` requests when each arrival joins the shortest of `choices` random queues,
/// with infinitely many servers: ρ^((dⁿ − 1)/(d − 1)) (Vvedenskaya et al. 1996; Mitzenmacher 1996).
pub fn power_of_choices_tail(choices: u32, utilization: f64, number: u32) -> f64 {
    let mut exponent = 0.0;
    for _ in 0..number {
        exponent = exponent * f64::from(choices) + 1.0;
        if exponent > 1e18 {
            break;
        }
    }
    if number == 0 { 1.0 } else { pow(utilization, exponent) }
}

/// Mean response of power of `choices` with infinitely many M/M/1 servers: E\[S\] Σ ρ^((dⁱ − d)/(d − 1)), i ≥ 1.
///
/// A finite number of servers lies above it, by 1 % at 100 servers and ρ = 0.9.
pub fn power_of_choices_response(choices: u32, utilization: f64, mean_service: f64) -> Option<f64> {
    if choices == 0 || !(0.0..1.0).contains(&utilization) || !is_positive(mean_service) {
        return None;
    }
    if choices == 1 {
        return Some(mean_service / (1.0 - utilization));
    }
    let choices = f64::from(choices);
    let mut sum = 0.0;
    let mut exponent = 0.0;
    loop {
        let term = if exponent == 0.0 { 1.0 } else { pow(utilization, exponent) };
        sum += term;
        if term <= 1e-18 * sum {
            return Some(mean_service * sum);
        }
        exponent = (exponent + 1.0) * choices;
    }
}

/// Mean response when each request sends copies to `copies` of `servers` M/M/1 servers, the first answer wins and the
/// others are taken back at once: Σ_(i=d..k) 1 / (C(k−1, d−1)/C(i−1, d−1) kμ − kλ), with λ per server (Gardner et al. 2017).
pub fn redundancy_response(servers: u32, copies: u32, arrival_rate: f64, service_rate: f64) -> Option<f64> {
    if copies == 0 || copies > servers {
        return None;
    }
    let count = f64::from(servers);
    stable_spare(arrival_rate / count, service_rate)?;
    let choose =
        |n: u32| (1..copies).map(|k| ln(f64::from(n + 1 + k - copies)) - ln(f64::from(k))).sum::<f64>();
    let all = choose(servers - 1);
    Some(
        (copies..=servers)
            .map(|i| 1.0 / (exp(all - choose(i - 1)) * count * service_rate - arrival_rate))
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_of_power_of_choices_follows_from_its_tails_by_little() {
        for (choices, utilization) in [(2, 0.9), (3, 0.95), (5, 0.99)] {
            let in_system: f64 = (1..40).map(|n| power_of_choices_tail(choices, utilization, n)).sum();
            let response = power_of_choices_response(choices, utilization, 1.0).unwrap();
            assert!((in_system / utilization / response - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn one_copy_is_random_splitting_and_a_copy_everywhere_is_one_fast_server() {
        let alone = redundancy_response(4, 1, 2.8, 1.0).unwrap();
        assert!((alone - 4.0 / (4.0 - 2.8)).abs() < 1e-12, "{alone}");
        let everywhere = redundancy_response(4, 4, 2.8, 1.0).unwrap();
        assert!((everywhere - 1.0 / (4.0 - 2.8)).abs() < 1e-12, "{everywhere}");
    }
}
