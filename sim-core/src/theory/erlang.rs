//! Erlang's two formulas: the chance to find all servers busy, without and with a queue.

use crate::math::{exp, gamma_cdf, ln, ln_gamma};

use crate::statistics::special::upper_gamma_fraction;

/// Erlang B: the share of arrivals lost when `servers` servers without a queue are offered `offered_load` = λ E\[S\].
///
/// The recursion B(k) = a B(k−1) / (k + a B(k−1)) has only positive terms, hence no overflow and no cancellation.
/// Valid for every law of the service time (Sevastyanov 1957).
pub fn erlang_b(offered_load: f64, servers: u32) -> f64 {
    let mut blocking = 1.0;
    for server in 1..=servers {
        let refused = offered_load * blocking;
        if refused == 0.0 {
            return 0.0;
        }
        blocking = refused / (f64::from(server) + refused);
    }
    blocking
}

/// Erlang B continued to a fractional number of servers.
///
/// B(x, a) = aˣ e⁻ᵃ / Γ(x + 1, a) at the fractional part of `servers`, then the recursion of [`erlang_b`]
/// (Jagerman 1974). Agrees with [`erlang_b`] at whole numbers. `servers` is not below zero.
pub fn erlang_b_continuous(offered_load: f64, servers: f64) -> f64 {
    // A float's own `trunc` is exact.
    let fraction = servers.max(0.0) - servers.max(0.0).trunc();
    let mut blocking = if offered_load <= 0.0 {
        if fraction == 0.0 { 1.0 } else { 0.0 }
    } else if offered_load > fraction + 2.0 {
        1.0 / (offered_load * upper_gamma_fraction(fraction + 1.0, offered_load))
    } else {
        let upper = 1.0 - gamma_cdf(fraction + 1.0, offered_load);
        exp(fraction * ln(offered_load) - offered_load - ln_gamma(fraction + 1.0)) / upper
    };
    let mut reached = fraction;
    while reached + 0.5 < servers {
        reached += 1.0;
        let refused = offered_load * blocking;
        blocking = refused / (reached + refused);
    }
    blocking
}

/// Erlang C: the share of arrivals that wait in M/M/c. `None` unless the load is below the number of servers.
///
/// C = B / (1 − ρ (1 − B)) with B from [`erlang_b`] (Erlang 1917).
pub fn erlang_c(offered_load: f64, servers: u32) -> Option<f64> {
    if !super::is_rate(offered_load) || offered_load >= f64::from(servers) {
        return None;
    }
    let blocking = erlang_b(offered_load, servers);
    let utilization = offered_load / f64::from(servers);
    Some(blocking / (1.0 - utilization * (1.0 - blocking)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_continuous_formula_meets_the_whole_one() {
        for (load, servers) in [(0.3, 1), (1.0, 3), (7.0, 10), (40.0, 10), (950.0, 1000)] {
            let exact = erlang_b(load, servers);
            let continued = erlang_b_continuous(load, f64::from(servers));
            assert!((continued / exact - 1.0).abs() < 1e-12, "{load} {servers}: {continued} {exact}");
        }
    }

    #[test]
    fn between_whole_numbers_the_defining_integral_holds() {
        // 1/B(x, a) = ∫ e⁻ᵘ (1 + u/a)ˣ du over u from 0, by Simpson's rule.
        for (load, servers) in [(0.5, 0.5), (2.0, 1.5), (2.9, 0.3), (7.0, 9.7)] {
            let integrand = |u: f64| exp(-u + servers * ln(1.0 + u / load));
            let (steps, width) = (200_000, 120.0 / 200_000.0);
            let sum: f64 = (0..=steps)
                .map(|i| {
                    let weight = if i == 0 || i == steps {
                        1.0
                    } else if i % 2 == 1 {
                        4.0
                    } else {
                        2.0
                    };
                    weight * integrand(f64::from(i) * width)
                })
                .sum();
            let expected = 1.0 / (sum * width / 3.0);
            let blocking = erlang_b_continuous(load, servers);
            assert!((blocking / expected - 1.0).abs() < 1e-10, "{load} {servers}: {blocking} {expected}");
        }
    }

    #[test]
    fn ten_thousand_servers_neither_overflow_nor_lose_sense() {
        let blocking = erlang_b(10_000.0, 10_000);
        // At a = c the loss tends to √(2 / (π c)) (Jagerman 1974).
        let limit = (2.0 / (std::f64::consts::PI * 10_000.0)).sqrt();
        assert!((blocking / limit - 1.0).abs() < 0.01, "{blocking} {limit}");
        assert_eq!(erlang_b(1.0, 10_000), 0.0);
        assert!(erlang_c(9_999.0, 10_000).is_some_and(|wait| wait > 0.98 && wait < 1.0));
        assert_eq!(erlang_c(3.0, 3), None);
    }
}
