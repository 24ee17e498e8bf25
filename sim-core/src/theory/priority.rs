//! Priority classes at one server: Cobham's formulas for M/G/1, first come first served inside a class.

use super::general::Moments;
use super::{is_positive, is_rate};

/// One class, given from the most to the least urgent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PriorityClass {
    /// Poisson arrivals per second.
    pub arrival_rate: f64,
    /// The law of its service time.
    pub service: Moments,
}

/// The mean times of one class.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PriorityTimes {
    /// Mean time not in service: in the queue, and pre-empted.
    pub mean_wait: f64,
    /// Mean time from arrival to departure.
    pub mean_response: f64,
}

fn are_sound(classes: &[PriorityClass]) -> bool {
    classes.iter().all(|class| is_rate(class.arrival_rate) && is_positive(class.service.mean))
}

/// A started service is finished: W_k = W₀ / ((1 − σ_(k−1)) (1 − σ_k)), σ_k the load of classes 1…k, W₀ = ½ Σ λᵢ E\[Sᵢ²\]
/// over all classes (Cobham 1954). `None` unless the load of all classes together is below 1.
pub fn non_preemptive(classes: &[PriorityClass]) -> Option<Vec<PriorityTimes>> {
    let load: f64 = classes.iter().map(|class| class.arrival_rate * class.service.mean).sum();
    if !are_sound(classes) || load >= 1.0 {
        return None;
    }
    let residual: f64 = classes.iter().map(|class| class.arrival_rate * class.service.second / 2.0).sum();
    let mut before = 0.0;
    Some(
        classes
            .iter()
            .map(|class| {
                let after = before + class.arrival_rate * class.service.mean;
                let mean_wait = residual / ((1.0 - before) * (1.0 - after));
                before = after;
                PriorityTimes { mean_wait, mean_response: mean_wait + class.service.mean }
            })
            .collect(),
    )
}

/// An urgent arrival interrupts, the interrupted resumes:
/// T_k = E\[S_k\] / (1 − σ_(k−1)) + ½ Σ_(i≤k) λᵢ E\[Sᵢ²\] / ((1 − σ_(k−1)) (1 − σ_k)) (Kleinrock 1976, §3.4).
///
/// Urgent classes do not see the others, so they stay finite when later classes are overloaded; those are infinite.
pub fn preemptive_resume(classes: &[PriorityClass]) -> Option<Vec<PriorityTimes>> {
    if !are_sound(classes) {
        return None;
    }
    let (mut before, mut residual) = (0.0, 0.0);
    Some(
        classes
            .iter()
            .map(|class| {
                let after = before + class.arrival_rate * class.service.mean;
                residual += class.arrival_rate * class.service.second / 2.0;
                let mean_response = if after >= 1.0 {
                    f64::INFINITY
                } else {
                    class.service.mean / (1.0 - before) + residual / ((1.0 - before) * (1.0 - after))
                };
                before = after;
                PriorityTimes { mean_wait: mean_response - class.service.mean, mean_response }
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conservation_law_holds() {
        // Σ ρᵢ Wᵢ = ρ W₀ / (1 − ρ) for every work-conserving order that does not interrupt (Kleinrock 1965).
        let classes = [
            PriorityClass { arrival_rate: 0.2, service: Moments::exponential(1.0) },
            PriorityClass { arrival_rate: 0.5, service: Moments::deterministic(0.4) },
            PriorityClass { arrival_rate: 0.1, service: Moments::hyperexponential(3.0, 5.0) },
        ];
        let load = |class: &PriorityClass| class.arrival_rate * class.service.mean;
        let total: f64 = classes.iter().map(load).sum();
        let residual: f64 = classes.iter().map(|class| class.arrival_rate * class.service.second / 2.0).sum();
        let times = non_preemptive(&classes).unwrap();
        let weighted: f64 =
            classes.iter().zip(&times).map(|(class, times)| load(class) * times.mean_wait).sum();
        assert!((weighted / (total * residual / (1.0 - total)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn only_the_overloaded_class_is_endless_when_urgent_ones_interrupt() {
        let class = |arrival_rate| PriorityClass { arrival_rate, service: Moments::exponential(1.0) };
        let times = preemptive_resume(&[class(0.5), class(0.9)]).unwrap();
        assert_eq!(times[0].mean_response, 2.0);
        assert_eq!(times[1].mean_response, f64::INFINITY);
        assert_eq!(non_preemptive(&[class(0.5), class(0.9)]), None);
    }
}
