//! A station with exponential service: M/M/c with an endless queue and M/M/c/K with a bounded one.

use crate::math::{exp, expm1, ln, pow};

use super::birth_death::{expectation, stationary};
use super::erlang::erlang_c;
use super::{is_positive, is_rate};
use crate::statistics::root::positive_turning_point;

/// M/M/c: Poisson arrivals, exponential service, one first-come first-served queue.
///
/// W = C / (cμ − λ) with Erlang's C (Kleinrock 1975, §3.5; Harchol-Balter 2013, ch. 14).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mmc {
    /// Arrivals per second.
    pub arrival_rate: f64,
    /// Services per second of one server.
    pub service_rate: f64,
    /// Servers, c.
    pub servers: u32,
    /// Share of the servers' time that is busy.
    pub utilization: f64,
    /// Share of arrivals that find every server busy.
    pub wait_probability: f64,
    /// Mean time in the queue over all arrivals, those that do not wait included.
    pub mean_wait: f64,
    /// Mean time from arrival to departure.
    pub mean_response: f64,
    /// Time average of the number waiting.
    pub mean_in_queue: f64,
    /// Time average of the number waiting or in service.
    pub mean_in_system: f64,
}

impl Mmc {
    /// The queue in its steady state; `None` unless λ < cμ.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32) -> Option<Mmc> {
        if !is_rate(arrival_rate) || !is_positive(service_rate) {
            return None;
        }
        let offered_load = arrival_rate / service_rate;
        let wait_probability = erlang_c(offered_load, servers)?;
        let spare = f64::from(servers) * service_rate - arrival_rate;
        let mean_wait = wait_probability / spare;
        let mean_response = mean_wait + 1.0 / service_rate;
        Some(Mmc {
            arrival_rate,
            service_rate,
            servers,
            utilization: offered_load / f64::from(servers),
            wait_probability,
            mean_wait,
            mean_response,
            mean_in_queue: arrival_rate * mean_wait,
            mean_in_system: arrival_rate * mean_response,
        })
    }

    /// M/M/1.
    pub fn single(arrival_rate: f64, service_rate: f64) -> Option<Mmc> {
        Mmc::new(arrival_rate, service_rate, 1)
    }

    /// The rate at which a queue that has formed shrinks: cμ − λ.
    fn spare_rate(&self) -> f64 {
        f64::from(self.servers) * self.service_rate - self.arrival_rate
    }

    /// Share of arrivals that wait longer than `time`: C e^(−(cμ−λ)t).
    pub fn wait_tail(&self, time: f64) -> f64 {
        if time < 0.0 { 1.0 } else { self.wait_probability * exp(-self.spare_rate() * time) }
    }

    /// The wait that a share `probability` of arrivals does not exceed; `None` outside [0, 1).
    pub fn wait_quantile(&self, probability: f64) -> Option<f64> {
        if !(0.0..1.0).contains(&probability) {
            return None;
        }
        let tail = 1.0 - probability;
        Some(if tail >= self.wait_probability {
            0.0
        } else {
            ln(self.wait_probability / tail) / self.spare_rate()
        })
    }

    /// Second moment of the time in the queue: 2C / (cμ − λ)².
    pub fn wait_second_moment(&self) -> f64 {
        2.0 * self.wait_probability / (self.spare_rate() * self.spare_rate())
    }

    /// Share of arrivals that stay longer than `time`.
    ///
    /// (1 − C) e^(−μt) + C (θ e^(−μt) − μ e^(−θt)) / (θ − μ), with θ = cμ − λ; written so that θ = μ is no exception.
    pub fn response_tail(&self, time: f64) -> f64 {
        if time <= 0.0 {
            return 1.0;
        }
        let (service, spare) = (self.service_rate, self.spare_rate());
        let difference = (spare - service) * time;
        // (e^(−μt) − e^(−θt)) / (θ − μ), from the larger of the two exponentials.
        let gap = if difference.abs() < 1e-300 {
            time * exp(-service * time)
        } else if difference > 0.0 {
            exp(-service * time) * (-expm1(-difference)) / (spare - service)
        } else {
            exp(-spare * time) * expm1(difference) / (spare - service)
        };
        exp(-service * time) + self.wait_probability * service * gap
    }

    /// The response time that a share `probability` of arrivals does not exceed; `None` outside [0, 1).
    pub fn response_quantile(&self, probability: f64) -> Option<f64> {
        if !(0.0..1.0).contains(&probability) {
            return None;
        }
        let tail = 1.0 - probability;
        Some(positive_turning_point(self.mean_response, |time| self.response_tail(time) > tail))
    }

    /// Share of time with exactly `number` requests in the system. Also the law of processor sharing among at most c
    /// at full speed each.
    pub fn in_system_probability(&self, number: u32) -> f64 {
        let all_busy = self.wait_probability * (1.0 - self.utilization);
        if number >= self.servers {
            return all_busy * pow(self.utilization, f64::from(number - self.servers));
        }
        let offered_load = self.arrival_rate / self.service_rate;
        if offered_load == 0.0 {
            return if number == 0 { 1.0 } else { 0.0 };
        }
        // P(c) underflows for many lightly loaded servers, where the law is Poisson's to the last digit.
        if all_busy < 1e-280 {
            let number = f64::from(number);
            return exp(number * ln(offered_load) - offered_load - crate::math::ln_gamma(number + 1.0));
        }
        (number + 1..=self.servers)
            .rev()
            .fold(all_busy, |probability, above| probability * f64::from(above) / offered_load)
    }
}

/// M/M/c/K: at most K requests in the system; an arrival that finds K is lost.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MmcK {
    /// Share of arrivals that are lost.
    pub blocking_probability: f64,
    /// Requests served per second.
    pub throughput: f64,
    /// Share of the servers' time that is busy.
    pub utilization: f64,
    /// Mean time in the queue of the requests that are let in.
    pub mean_wait: f64,
    /// Mean time in the system of the requests that are let in.
    pub mean_response: f64,
    /// Time average of the number waiting.
    pub mean_in_queue: f64,
    /// Time average of the number waiting or in service.
    pub mean_in_system: f64,
}

impl MmcK {
    /// The steady state at any load, overload included; `None` unless 1 ≤ c ≤ K and both rates are above zero.
    ///
    /// Birth–death sum (Gross and Harris, §2.5). Its cost grows with K.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32, capacity: u32) -> Option<MmcK> {
        if !is_positive(arrival_rate) || !is_positive(service_rate) || servers == 0 || capacity < servers {
            return None;
        }
        let law =
            stationary(capacity, |_| arrival_rate, |number| service_rate * f64::from(number.min(servers)))?;
        let blocking_probability = law.get(capacity as usize).copied().unwrap_or(0.0);
        let count = f64::from(servers);
        let busy = expectation(&law, |number| number.min(count));
        let mean_in_queue = expectation(&law, |number| (number - count).max(0.0));
        // Served, not let in: the two are equal, and 1 − blocking loses digits in deep overload.
        let throughput = busy * service_rate;
        Some(MmcK {
            blocking_probability,
            throughput,
            utilization: busy / count,
            mean_wait: mean_in_queue / throughput,
            mean_response: (mean_in_queue + busy) / throughput,
            mean_in_queue,
            mean_in_system: mean_in_queue + busy,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_tail_has_no_seam_where_the_two_rates_meet() {
        // With c = 2 and λ = μ the rates θ = cμ − λ and μ are equal.
        let meeting = Mmc::new(1.0, 1.0, 2).unwrap();
        let beside = Mmc::new(1.0 - 1e-9, 1.0, 2).unwrap();
        for time in [0.1, 1.0, 10.0, 300.0] {
            let (one, other) = (meeting.response_tail(time), beside.response_tail(time));
            assert!((one / other - 1.0).abs() < 1e-6, "{time}: {one} {other}");
        }
    }

    #[test]
    fn probabilities_of_the_number_in_system_add_up_to_one_and_to_its_mean() {
        for (arrival, servers) in [(0.7, 1), (2.4, 3), (950.0, 1000), (1.0, 2000)] {
            let queue = Mmc::new(arrival, 1.0, servers).unwrap();
            let law: Vec<f64> = (0..servers + 1500).map(|n| queue.in_system_probability(n)).collect();
            assert!((law.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!((expectation(&law, |n| n) / queue.mean_in_system - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn without_a_waiting_room_it_is_erlang_b_and_with_a_large_one_erlang_c() {
        let loss = MmcK::new(9_900.0, 1.0, 10_000, 10_000).unwrap();
        assert!(
            (loss.blocking_probability / super::super::erlang::erlang_b(9_900.0, 10_000) - 1.0).abs() < 1e-9
        );
        let queue = MmcK::new(2.4, 1.0, 3, 1000).unwrap();
        assert!((queue.mean_wait / Mmc::new(2.4, 1.0, 3).unwrap().mean_wait - 1.0).abs() < 1e-12);
        assert_eq!(MmcK::new(1.0, 1.0, 3, 2), None);
    }

    #[test]
    fn unstable_and_senseless_queues_are_refused() {
        for (arrival, service, servers) in
            [(1.0, 1.0, 1), (2.0, 1.0, 1), (-1.0, 1.0, 1), (1.0, 0.0, 1), (f64::NAN, 1.0, 1), (0.1, 1.0, 0)]
        {
            assert_eq!(Mmc::new(arrival, service, servers), None);
        }
    }
}
