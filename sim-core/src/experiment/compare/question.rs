//! What a comparison asks for where nobody says otherwise.

use crate::model::{Model, Source};

/// The metrics that matter of every client that all models have: mean and p99 of latency, answers a second (those in
/// time, where a client has an objective), and the share of errors.
pub fn usual_metrics(models: &[&Model]) -> Vec<String> {
    let Some((first, others)) = models.split_first() else { return Vec::new() };
    let find = |model: &Model, name: &str| -> Option<Source> {
        model.sources.iter().find(|source| model.nodes[source.node].name == name).cloned()
    };
    let has_objective = |source: &Source| source.classes.iter().any(|class| class.objective.is_some());
    let mut metrics = Vec::new();
    for source in first.sources.iter() {
        let name = &first.nodes[source.node].name;
        let same: Option<Vec<Source>> = others.iter().map(|model| find(model, name)).collect();
        let Some(same) = same else { continue };
        let is_timed = has_objective(source) || same.iter().any(has_objective);
        let answers = if is_timed { "goodput" } else { "throughput" };
        metrics.extend(["mean", "p99", answers, "error_rate"].map(|metric| format!("{metric}({name})")));
    }
    metrics
}
