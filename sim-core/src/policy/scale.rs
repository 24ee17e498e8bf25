//! Autoscaling: the Horizontal Pod Autoscaler v2 of Kubernetes.
//!
//! Source: kubernetes/kubernetes `pkg/controller/podautoscaler` (`replica_calculator.go`, `horizontal.go`) and the
//! page "Horizontal Pod Autoscaling" of the Kubernetes documentation.

use serde::{Deserialize, Serialize};

use crate::time::{Duration, Time};

/// The parameters of an autoscaler on CPU utilization.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hpa {
    /// The utilization to hold, as a share of an instance's cores.
    pub target: f64,
    /// Never fewer instances.
    pub min: u32,
    /// Never more instances.
    pub max: u32,
    /// The time between two decisions.
    pub sync: Duration,
    /// No action while the ratio of measured to target utilization is this close to one.
    pub tolerance: f64,
    /// How scaling up is held back.
    pub up: Behavior,
    /// How scaling down is held back.
    pub down: Behavior,
}

/// How changes in one direction are held back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Behavior {
    /// The least radical recommendation of this window counts.
    pub stabilization: Duration,
    /// How fast the count may change; the policy that allows most counts. Empty: any speed.
    pub rates: Vec<RateLimit>,
}

/// At most this change within any period.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct RateLimit {
    /// By how much.
    pub by: Step,
    /// Within how long.
    pub period: Duration,
}

/// A change of the number of instances.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Step {
    /// By a number of instances.
    Pods(u32),
    /// By a share of the instances there were at the start of the period.
    Percent(f64),
}

/// What the autoscaler sees of its instances.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Observation {
    /// Instances it counts as existing: ready or booting.
    pub current: u32,
    /// Instances whose utilization counts.
    pub ready: u32,
    /// Instances that are booting.
    pub unready: u32,
    /// The sum of the utilizations of the ready instances since the last decision.
    pub usage: f64,
}

/// Recommendations and changes of the recent past.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct HpaMemory {
    recommendations: Vec<(Time, u32)>,
    changes: Vec<(Time, i64)>,
}

impl Hpa {
    /// The number of instances wanted from now on. Remembers the recommendation and the change.
    pub fn decide(&self, memory: &mut HpaMemory, now: Time, seen: Observation) -> u32 {
        let current = seen.current;
        if current == 0 {
            return 0;
        }
        if current > self.max || current < self.min {
            return self.change(memory, now, current, current.clamp(self.min, self.max));
        }
        let raw = self.recommend(seen);
        let stable = self.stabilize(memory, now, current, raw);
        let limited = self.limit(memory, now, current, stable).clamp(self.min, self.max);
        self.change(memory, now, current, limited)
    }

    /// The recommendation of the metric alone: ⌈ready · ratio⌉ outside the tolerance.
    pub fn recommend(&self, seen: Observation) -> u32 {
        let Observation { current, ready, unready, usage } = seen;
        if ready == 0 {
            return current;
        }
        let ratio = usage / f64::from(ready) / self.target;
        if unready == 0 || ratio <= 1.0 {
            return if (1.0 - ratio).abs() <= self.tolerance {
                current
            } else {
                ceil(ratio * f64::from(ready))
            };
        }
        // Scaling up, booting instances count as idle: they will take their share soon.
        let all = ready + unready;
        let ratio = usage / f64::from(all) / self.target;
        if (1.0 - ratio).abs() <= self.tolerance || ratio < 1.0 {
            return current;
        }
        ceil(ratio * f64::from(all)).max(current)
    }

    fn stabilize(&self, memory: &mut HpaMemory, now: Time, current: u32, raw: u32) -> u32 {
        let longest = self.up.stabilization.max(self.down.stabilization);
        memory.recommendations.retain(|(at, _)| *at + longest >= now);
        let (mut lowest, mut highest) = (raw, raw);
        for &(at, wanted) in &memory.recommendations {
            if at + self.up.stabilization >= now && self.up.stabilization > Duration::ZERO {
                lowest = lowest.min(wanted);
            }
            if at + self.down.stabilization >= now {
                highest = highest.max(wanted);
            }
        }
        memory.recommendations.push((now, raw));
        current.max(lowest).min(highest.max(lowest))
    }

    fn limit(&self, memory: &HpaMemory, now: Time, current: u32, wanted: u32) -> u32 {
        let changed = |period: Duration, sign: i64| -> i64 {
            let recent = memory.changes.iter().filter(|(at, by)| *at + period > now && by.signum() == sign);
            recent.map(|(_, by)| by).sum()
        };
        if wanted > current {
            let allowed = self.up.rates.iter().map(|rate| {
                let start = i64::from(current) - changed(rate.period, 1);
                match rate.by {
                    Step::Pods(pods) => start + i64::from(pods),
                    Step::Percent(percent) => (start as f64 * (1.0 + percent / 100.0)).ceil() as i64,
                }
            });
            allowed.max().map_or(wanted, |allowed| wanted.min(to_count(allowed).max(current)))
        } else if wanted < current {
            let allowed = self.down.rates.iter().map(|rate| {
                let start = i64::from(current) - changed(rate.period, -1);
                match rate.by {
                    Step::Pods(pods) => start - i64::from(pods),
                    Step::Percent(percent) => (start as f64 * (1.0 - percent / 100.0)) as i64,
                }
            });
            allowed.min().map_or(wanted, |allowed| wanted.max(to_count(allowed).min(current)))
        } else {
            current
        }
    }

    fn change(&self, memory: &mut HpaMemory, now: Time, current: u32, wanted: u32) -> u32 {
        let periods = self.up.rates.iter().chain(&self.down.rates).map(|rate| rate.period);
        let longest = periods.max().unwrap_or(Duration::ZERO);
        memory.changes.retain(|(at, _)| *at + longest >= now);
        if wanted != current {
            memory.changes.push((now, i64::from(wanted) - i64::from(current)));
        }
        wanted
    }
}

/// ⌈value⌉, forgiving the rounding of a quotient that is whole but for its last bits.
fn ceil(value: f64) -> u32 {
    (value - 1e-9 * value).ceil() as u32
}

fn to_count(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Kubernetes' defaults.
    fn hpa(target: f64, min: u32, max: u32) -> Hpa {
        let quarter = seconds(15.0);
        Hpa {
            target,
            min,
            max,
            sync: quarter,
            tolerance: 0.1,
            up: Behavior {
                stabilization: Duration::ZERO,
                rates: vec![
                    RateLimit { by: Step::Percent(100.0), period: quarter },
                    RateLimit { by: Step::Pods(4), period: quarter },
                ],
            },
            down: Behavior {
                stabilization: seconds(300.0),
                rates: vec![RateLimit { by: Step::Percent(100.0), period: quarter }],
            },
        }
    }

    fn ready(current: u32, utilization: f64) -> Observation {
        Observation { current, ready: current, unready: 0, usage: utilization * f64::from(current) }
    }

    #[test]
    fn documented_examples() {
        // Kubernetes documentation, "Algorithm details" (case H01).
        for (current, measured, target, wanted) in
            [(1, 2.0, 1.0, 2), (4, 0.5, 1.0, 2), (50, 0.90, 0.75, 60), (3, 1.02, 1.0, 3)]
        {
            assert_eq!(
                hpa(target, 1, 100).recommend(ready(current, measured)),
                wanted,
                "{measured} of {target}"
            );
        }
    }

    #[test]
    fn booting_instances_dampen_scaling_up() {
        // 2 ready at 100 % of a 50 % target would want 4; 2 more are booting, so the ratio is 1 over all 4.
        let seen = Observation { current: 4, ready: 2, unready: 2, usage: 2.0 };
        assert_eq!(hpa(0.5, 1, 100).recommend(seen), 4);
        let seen = Observation { current: 3, ready: 2, unready: 1, usage: 2.0 };
        assert_eq!(hpa(0.5, 1, 100).recommend(seen), 4);
    }

    /// The replica changes of a fluid plant: `load` over `capacity` an instance, instances ready at once.
    fn changes(policy: &Hpa, load: impl Fn(f64) -> f64, capacity: f64, mut count: u32) -> Vec<(u32, u32)> {
        let mut memory = HpaMemory::default();
        let mut changes = Vec::new();
        for step in 0..80 {
            let at = step as f64 * 15.0;
            let utilization = (load(at) / (f64::from(count) * capacity)).min(1.0);
            let wanted = policy.decide(&mut memory, Time::ZERO + seconds(at), ready(count, utilization));
            if wanted != count {
                changes.push((at as u32, wanted));
                count = wanted;
            }
        }
        changes
    }

    #[test]
    fn a_step_load_doubles_the_count_and_waits_before_it_falls() {
        // Case H09.
        let load = |at: f64| if at < 300.0 { 100.0 } else { 20.0 };
        assert_eq!(
            changes(&hpa(0.5, 1, 100), load, 10.0, 2),
            [(0, 4), (15, 8), (30, 16), (45, 20), (600, 4)]
        );
    }

    #[test]
    fn scale_down_follows_its_rate_policies() {
        // Case H06: 80 → 10 with 4 pods or 10 % a minute, whichever is more.
        let minute = seconds(60.0);
        let mut policy = hpa(0.5, 10, 100);
        policy.sync = minute;
        policy.down = Behavior {
            stabilization: Duration::ZERO,
            rates: vec![
                RateLimit { by: Step::Pods(4), period: minute },
                RateLimit { by: Step::Percent(10.0), period: minute },
            ],
        };
        let mut memory = HpaMemory::default();
        let mut sequence = vec![80];
        for step in 0..14 {
            let count = *sequence.last().expect("it starts with one");
            let at = Time::ZERO + seconds(60.0 * f64::from(step));
            sequence.push(policy.decide(&mut memory, at, ready(count, 0.001)));
        }
        assert_eq!(sequence, [80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10]);
    }

    #[test]
    fn bounds_hold() {
        let mut memory = HpaMemory::default();
        assert_eq!(hpa(0.5, 2, 6).decide(&mut memory, Time(0), ready(1, 0.1)), 2);
        assert_eq!(hpa(0.5, 2, 6).decide(&mut memory, Time(0), ready(5, 1.0)), 6);
    }
}
