//! What happens before the steady state: servers without limit under constant and daily load, and M/M/c by uniformization.

use crate::math::{atan, cos, exp, expm1, ln, ln_gamma, sin};

use super::{is_positive, is_rate};

/// Mean number in M/M/∞ at `time`, empty at zero: a (1 − e^(−t/E\[S\])); the number is Poisson with this mean.
pub fn infinite_servers_mean(arrival_rate: f64, mean_service: f64, time: f64) -> f64 {
    -arrival_rate * mean_service * expm1(-time.max(0.0) / mean_service)
}

/// A sinusoidal load λ(t) = mean + amplitude × sin(frequency × t) on servers without limit, exponential service.
///
/// The number present follows the load damped and late (Eick, Massey and Whitt 1993), and is Poisson at every instant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SinusoidalLoad {
    /// Arrivals per second on average.
    pub mean_rate: f64,
    /// The swing of the arrival rate, at most its mean.
    pub amplitude: f64,
    /// γ, radians per second.
    pub frequency: f64,
    /// Mean service time.
    pub mean_service: f64,
}

impl SinusoidalLoad {
    /// Mean number present at `time`, once the start is forgotten.
    pub fn mean_in_system(&self, time: f64) -> f64 {
        let turn = self.frequency * self.mean_service;
        let phase = self.frequency * time;
        self.mean_service
            * (self.mean_rate + self.amplitude * (sin(phase) - turn * cos(phase)) / (1.0 + turn * turn))
    }

    /// The swing of the number present.
    pub fn swing(&self) -> f64 {
        let turn = self.frequency * self.mean_service;
        self.mean_service * self.amplitude / (1.0 + turn * turn).sqrt()
    }

    /// By how much the number's peak follows the load's peak.
    pub fn lag(&self) -> f64 {
        atan(self.frequency * self.mean_service) / self.frequency
    }
}

/// The state of a queue at one instant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Instant {
    /// Mean number waiting or in service.
    pub mean_in_system: f64,
    /// The chance that nobody is there.
    pub empty_probability: f64,
}

/// M/M/c at `time`, started with `initial` requests. Stable or not; `None` for senseless rates, or beyond 10⁵ expected
/// events or 10⁶ requests, where the steady state or the fluid limit is the better answer.
///
/// Uniformization (Jensen 1953): the jump chain at rate λ + cμ, averaged over a Poisson number of jumps.
pub fn mmc_transient(
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    initial: u32,
    time: f64,
) -> Option<Instant> {
    let jump_rate = arrival_rate + f64::from(servers) * service_rate;
    let jumps = jump_rate * time;
    let is_sound = is_rate(arrival_rate) && is_positive(service_rate) && servers > 0 && is_rate(time);
    if !is_sound || jumps.is_nan() || jumps > 1e5 || initial > 1_000_000 {
        return None;
    }
    if jumps == 0.0 {
        return Some(Instant {
            mean_in_system: f64::from(initial),
            empty_probability: f64::from(u8::from(initial == 0)),
        });
    }
    let up = arrival_rate / jump_rate;
    let down = |number: usize| (number as f64).min(f64::from(servers)) * service_rate / jump_rate;
    let last_jump = (jumps + 12.0 * jumps.sqrt() + 40.0) as u32;
    // The law over `first`, `first` + 1, …: what lies outside cannot weigh any more.
    let mut first = initial as usize;
    let mut law = vec![1.0];
    let (mut total, mut mean, mut empty) = (0.0, 0.0, 0.0);
    for jump in 0..=last_jump {
        let count = f64::from(jump);
        let weight = exp(count * ln(jumps) - jumps - ln_gamma(count + 1.0));
        if weight > 1e-22 {
            total += weight;
            mean += weight * (first..).zip(&law).map(|(number, p)| number as f64 * p).sum::<f64>();
            empty += if first == 0 { weight * law[0] } else { 0.0 };
        }
        let base = first.saturating_sub(1);
        let mut next = vec![0.0; law.len() + 2];
        for (number, &probability) in (first..).zip(&law) {
            let (leaves, at) = (down(number), number - base);
            next[at + 1] += probability * up;
            if number > 0 {
                next[at - 1] += probability * leaves;
            }
            next[at] += probability * (1.0 - up - leaves);
        }
        let is_negligible = |probability: &f64| *probability < 1e-25;
        while next.len() > 1 && next.last().is_some_and(is_negligible) {
            next.pop();
        }
        let leading = next[..next.len() - 1].iter().take_while(|p| is_negligible(p)).count();
        next.drain(..leading);
        first = base + leading;
        law = next;
    }
    Some(Instant { mean_in_system: mean / total, empty_probability: empty / total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::station::Mmc;

    #[test]
    fn many_servers_are_like_servers_without_limit() {
        let crowd = mmc_transient(5.0, 0.5, 60, 0, 2.0).unwrap();
        assert!((crowd.mean_in_system / infinite_servers_mean(5.0, 2.0, 2.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn late_is_the_steady_state_and_overload_grows_at_the_excess() {
        let late = mmc_transient(2.0, 1.0, 3, 7, 400.0).unwrap();
        assert!((late.mean_in_system / Mmc::new(2.0, 1.0, 3).unwrap().mean_in_system - 1.0).abs() < 1e-9);
        let overload = |time| mmc_transient(2.0, 1.0, 1, 50, time).unwrap().mean_in_system;
        assert!((overload(60.0) - overload(30.0) - 30.0).abs() < 1e-6);
    }
}
