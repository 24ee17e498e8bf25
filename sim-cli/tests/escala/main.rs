//! The built command, from the outside: every verb, exit code, stream and shape.

mod compare;
mod plot;
mod replications;
mod reports;
mod run;
mod search;
mod series;
#[cfg(feature = "serve")]
mod serve;
mod support;
mod sweep;
mod sweep_refusals;
mod templates;
mod traces;
mod verbs;
