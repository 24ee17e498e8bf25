//! Changes over time: the models that are in force after each `Set` of the timeline.

use std::cell::RefCell;
use std::rc::Rc;

use super::assemble::changes;
use super::check::span_of;
use super::mend::{carried_over, in_place};
use super::overrides::apply_override;
use super::{Means, compile_read, compile_start};
use crate::component::control::{Happening, Moment};
use crate::diagnostic::Diagnostic;
use crate::model::step::Step;
use crate::model::{Controller, Model};
use crate::scenario::Scenario;
use crate::scenario::text::{Document, misspelt};

/// The changes that were compiled last.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownChanges(Rc<RefCell<Vec<Change>>>);

/// A change that was made.
#[derive(Clone, Debug)]
struct Change {
    before: String,
    path: String,
    value: String,
    after: String,
    /// Of the text after it.
    model: Model,
}

impl KnownChanges {
    /// The change that was made at this position or, where others have come or gone before it, anywhere.
    fn find(&self, position: usize, before: &str, path: &str, value: &str) -> Option<Change> {
        let changes = self.0.borrow();
        let is_this =
            |change: &&Change| change.path == path && change.value == value && change.before == before;
        changes.get(position).filter(is_this).or_else(|| changes.iter().find(is_this)).cloned()
    }
}

/// Compiles the model after each change and adds it to `models`, which hold the one at the start.
pub(super) fn compile(
    text: &str,
    document: &Document<'_>,
    scenario: &Scenario,
    means: Means<'_>,
    models: &mut Vec<Model>,
) -> Vec<Diagnostic> {
    let mut edited = without_changes(text, document, scenario);
    let mut problems = Vec::new();
    let known = &means.known.changes;
    let mut made = Vec::new();
    for (position, (index, _)) in changes(scenario).into_iter().enumerate() {
        let Some(Moment::At(_, Happening::Set(path, value))) = scenario.timeline.get(index) else { continue };
        let place = |part: &str| span_of(document, &format!("timeline.{index}.At.1.{part}"));
        if let Some(change) = known.find(position, &edited, path, value) {
            let model = with_changes(change.model.clone(), &models[0]);
            if difference(&models[0], &model).is_none() {
                models.push(model);
                edited.clone_from(&change.after);
                made.push(change);
                continue;
            }
        }
        let (next, read) = match apply_override(&edited, path, value) {
            Ok(found) => found,
            Err(problem) => {
                let meant = misspelt(&edited, path);
                let fix = meant.and_then(|(wrong, right)| in_place(text, &place("0"), &wrong, &right));
                problems.push(Diagnostic { span: Some(place("0")), fix, ..problem });
                continue;
            }
        };
        let compiled = match &read {
            Some(scenario) => compile_read(&next, scenario, means),
            None => compile_start(&next, means),
        };
        match compiled.map(|own| (with_changes(own.clone(), &models[0]), own)) {
            Ok((model, own)) => match difference(&models[0], &model) {
                None => {
                    models.push(model);
                    let (path, value) = (path.clone(), value.clone());
                    made.push(Change {
                        before: edited.clone(),
                        path,
                        value,
                        after: next.clone(),
                        model: own,
                    });
                }
                Some(what) => problems.push(
                    Diagnostic::error(
                        "changes-structure",
                        format!("`{path}` changes {what} in the middle of a run"),
                    )
                    .with_span(place("0"))
                    .with_help("a `Set` can change numbers and policies; for another structure use `cases`"),
                ),
            },
            Err(wrong) => {
                problems.extend(wrong.into_iter().map(|problem| {
                    // An unknown field is what the path says, anything else what is put there.
                    let part = if problem.code == "unknown-field" { "0" } else { "1" };
                    let message = format!("after this change: {}", problem.message);
                    let fix = carried_over(&problem, &next, text, &place(part));
                    Diagnostic { message, span: Some(place(part)), fix, ..problem }
                }));
                // What comes later is checked as if this had not been tried.
                continue;
            }
        }
        edited = next;
    }
    *known.0.borrow_mut() = made;
    problems
}

/// The text without the changes of its timeline: all of it is read again after each of them.
fn without_changes(text: &str, document: &Document<'_>, scenario: &Scenario) -> String {
    let is_change = |moment: &Moment| matches!(moment, Moment::At(_, Happening::Set(..)));
    let is_of_timeline = |moment: &Moment| matches!(moment, Moment::At(_, Happening::Set(path, _)) if path.starts_with("timeline"));
    if !scenario.timeline.iter().any(is_change) || scenario.timeline.iter().any(is_of_timeline) {
        return text.to_owned();
    }
    let others = scenario.timeline.iter().enumerate().filter(|(_, moment)| !is_change(moment));
    let kept: Vec<&str> =
        others.map(|(index, _)| &text[span_of(document, &format!("timeline.{index}"))]).collect();
    let all = span_of(document, "timeline");
    format!("{}[{}]{}", &text[..all.start], kept.join(", "), &text[all.end..])
}

/// A model that was compiled without the changes over time, with those that `start` has.
fn with_changes(mut model: Model, start: &Model) -> Model {
    let is_change = |controller: &&Controller| matches!(controller, Controller::Change { .. });
    let changes = start.controllers.iter().filter(is_change).count();
    if model.controllers.len() + changes == start.controllers.len() {
        let mut others = model.controllers.iter();
        let merged = start.controllers.iter().map(|one| {
            let other = if is_change(&one) { None } else { others.next() };
            other.unwrap_or(one).clone()
        });
        model.controllers = merged.collect();
    }
    model
}

/// What two models have of different structure: the state of a run must fit both.
fn difference(before: &Model, after: &Model) -> Option<&'static str> {
    let same_steps = before.steps.len() == after.steps.len()
        && before.steps.iter().zip(&after.steps).all(|(before, after)| is_alike(before, after));
    let names = |model: &Model| -> Vec<(String, u32, u32, usize)> {
        let nodes = model.nodes.iter();
        nodes
            .map(|node| (node.name.clone(), node.instances, node.most_instances, node.pool_kinds.len()))
            .collect()
    };
    let kinds = |model: &Model| -> Vec<_> {
        model.pools.iter().map(|pool| (std::mem::discriminant(&pool.discipline), pool.levels)).collect()
    };
    let loads = |model: &Model| -> Vec<_> {
        model.sources.iter().map(|source| std::mem::discriminant(&source.load)).collect()
    };
    let classes = |model: &Model| -> Vec<_> {
        model.sources.iter().flat_map(|source| source.classes.iter().map(|class| class.tag)).collect()
    };
    let counts = |model: &Model| {
        [
            model.calls.len(),
            model.retries.len(),
            model.balancers.len(),
            model.caches.len(),
            model.names.len(),
            model.locks.len(),
            model.wires.len(),
            model.choices.len(),
        ]
    };
    let upstreams = |model: &Model| -> Vec<Vec<_>> {
        let balancers = model.balancers.iter();
        balancers.map(|balancer| balancer.upstreams.iter().map(|(node, _)| *node).collect()).collect()
    };
    let stores = |model: &Model| -> Vec<_> {
        let caches = model.caches.iter();
        caches.map(|cache| (cache.capacity, cache.evict, cache.warm, cache.hit_ratio.is_some())).collect()
    };
    let targets = |model: &Model| -> Vec<_> {
        model.calls.iter().map(|call| std::mem::discriminant(&call.target)).collect()
    };
    let prices = |model: &Model| -> Vec<_> { model.nodes.iter().map(|node| node.price).collect() };
    if names(before) != names(after) {
        Some("the nodes or their instances")
    } else if prices(before) != prices(after) {
        Some("what instances cost")
    } else if before.pools.len() != after.pools.len() || kinds(before) != kinds(after) {
        Some("what requests wait for")
    } else if !same_steps || counts(before) != counts(after) || targets(before) != targets(after) {
        Some("what is done for a request")
    } else if upstreams(before) != upstreams(after) {
        Some("whom a balancer hands requests to")
    } else if loads(before) != loads(after) || classes(before) != classes(after) {
        Some("how requests are made")
    } else if before.controllers.len() != after.controllers.len() || before.run != after.run {
        Some("the run itself")
    } else if stores(before) != stores(after) {
        Some("what a cache can hold")
    } else {
        None
    }
}

/// Whether two steps differ in numbers only.
fn is_alike(before: &Step, after: &Step) -> bool {
    std::mem::discriminant(before) == std::mem::discriminant(after)
}
