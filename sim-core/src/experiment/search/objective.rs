//! What a search makes as small, or as large, as it can.

use crate::model::{Controller, Model, NodeKind};
use crate::quantity::{Bandwidth, Number, Rate, Ratio, Size};
use crate::report::Reading;
use crate::report::measured::Measured;
use crate::time::Duration;

/// What is to be least or most.
#[derive(Clone, Debug)]
pub enum Objective {
    /// What all instances cost an hour.
    Cost,
    /// How many instances all services have.
    Instances,
    /// The number at a path of the scenario.
    Path(String),
    /// A metric.
    Metric(Box<Reading>),
}

impl Objective {
    /// What it is of a model before it runs, where that is known: not under an autoscaler, and not of a metric. `text_at` says
    /// what stands at a path of the scenario.
    pub fn known(&self, model: &Model, text_at: &dyn Fn(&str) -> Option<String>) -> Option<f64> {
        let is_scaled =
            model.controllers.iter().any(|controller| matches!(controller, Controller::Hpa { .. }));
        match self {
            Objective::Path(path) => magnitude(&text_at(path)?),
            Objective::Metric(_) => None,
            Objective::Cost | Objective::Instances if is_scaled => None,
            Objective::Cost => {
                let costs =
                    model.nodes.iter().filter_map(|node| Some(node.price? * f64::from(node.instances)));
                Some(costs.sum::<f64>() * 3_600.0)
            }
            Objective::Instances => {
                let services = model.nodes.iter().filter(|node| node.kind == NodeKind::Service);
                Some(services.map(|node| f64::from(node.instances)).sum())
            }
        }
    }

    /// What it was in a run; `value_of` tells metrics.
    pub fn measured(&self, measured: &Measured, value_of: &dyn Fn(&Reading) -> Option<f64>) -> Option<f64> {
        match self {
            Objective::Path(_) => None,
            Objective::Metric(reading) => value_of(reading),
            Objective::Cost => {
                let hourly =
                    measured.nodes.values().filter_map(|node| Some(node.cost? / node.window_s * 3_600.0));
                Some(hourly.sum())
            }
            Objective::Instances => {
                let services = measured.nodes.values().filter(|node| node.kind == NodeKind::Service.word());
                services.map(|node| node.instances.mean).sum()
            }
        }
    }
}

/// The number that a text means, in base units.
pub fn magnitude(text: &str) -> Option<f64> {
    let text = text.trim().trim_matches('"');
    let number = text.parse::<Number>().ok().map(|number| number.0);
    let seconds = || text.parse::<Duration>().ok().map(Duration::as_secs_f64);
    let rate = || text.parse::<Rate>().ok().map(|rate| rate.0);
    let share = || text.parse::<Ratio>().ok().map(|ratio| ratio.0);
    let bytes = || text.parse::<Size>().ok().map(|size| size.0 as f64);
    let bits = || text.parse::<Bandwidth>().ok().map(|bandwidth| bandwidth.0 as f64);
    number.or_else(seconds).or_else(rate).or_else(share).or_else(bytes).or_else(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::Prepared;

    #[test]
    fn a_number_may_have_any_unit() {
        for (text, value) in
            [("12", 12.0), ("\"1_000/s\"", 1e3), ("250ms", 0.25), ("\"70%\"", 0.7), ("2KiB", 2_048.0)]
        {
            assert_eq!(magnitude(text), Some(value), "{text}");
        }
        assert_eq!(magnitude("RoundRobin"), None);
    }

    #[test]
    fn what_is_fixed_is_known_before_it_runs_and_measured_as_the_same() {
        let text = |more: &str| {
            format!(
                r#"(run: (duration: "20s"), nodes: {{
                    "users": Clients(to: "app", load: Open(rate: "50/s")),
                    "app": Service(instances: 3, price: "0.10/h", serve: [Cpu(Exp("1ms")), Call(to: "db")]),
                    "db": Database(read: Exp("1ms"), price: "0.5/h"),
                }}, {more})"#
            )
        };
        let fixed = Prepared::new(&text(""), &|_| None).unwrap();
        let report = fixed.run(None);
        for (objective, wanted) in [(Objective::Cost, 0.8), (Objective::Instances, 3.0)] {
            let known = objective.known(&fixed.compiled.models[0], &|_| None);
            let measured = objective.measured(&report.measured, &|_| None);
            for value in [known, measured] {
                assert!(value.is_some_and(|value| (value - wanted).abs() < 1e-9), "{objective:?}: {value:?}");
            }
        }
        let scaled =
            text(r#"scale: [Hpa(target: "app", cpu: "50%", min: 1, max: 3, boot: Constant("30s"))]"#);
        let scaled = Prepared::new(&scaled, &|_| None).unwrap();
        assert_eq!(Objective::Cost.known(&scaled.compiled.models[0], &|_| None), None);
        let rate = Objective::Path("nodes.users.load.rate".to_owned());
        assert_eq!(rate.known(&scaled.compiled.models[0], &|_| Some("\"50/s\"".to_owned())), Some(50.0));
    }
}
