//! What a user says: the scenario as text, and as the tables it is read into.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::component::Node;
use crate::component::control::{Moment, Scaler};
use crate::component::service::Schedule;
use crate::distribution::Distribution;
use crate::quantity::{Bandwidth, Number};
use crate::time::Duration;

pub mod anything;
pub mod complete;
mod form;
mod names;
pub mod outline;
pub mod read;
pub mod text;

use anything::Anything;

/// A whole scenario: who asks, who answers, and how they are connected.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How long to run, what to measure and what bounds a run.
    #[serde(default)]
    pub run: RunTable,
    /// The nodes by name; a name is of small letters, digits, `_` and `-`, and begins with a letter.
    pub nodes: BTreeMap<String, Node>,
    /// Machines whose cores several services and databases share, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hosts: BTreeMap<String, Host>,
    /// The network: `"users->lb"` is the link between two nodes, `"*"` stands for every link that is not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-keys" = ["link"]))]
    pub links: BTreeMap<String, LinkTable>,
    /// Autoscalers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scale: Vec<Scaler>,
    /// What happens when: faults, and changes of the scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// Variants of the scenario by name, each a set of overrides: a path and what to put there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("additionalProperties" = {"type": "object", "additionalProperties": true, "x-keys": ["path"]}))]
    pub cases: BTreeMap<String, BTreeMap<String, Anything>>,
    /// Where nodes stand in a drawing; it changes no result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-keys" = ["node"]))]
    pub layout: BTreeMap<String, (Number, Number)>,
    /// What has to hold after a run, such as `"p99(users) < 250ms"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-names" = ["claim"]))]
    pub expect: Vec<String>,
}

/// How long to run, what to measure and what bounds a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunTable {
    /// The seed of all random draws.
    #[serde(default = "one")]
    pub seed: u64,
    /// What comes before this is not measured; by default nothing is left out of a run that drains, else a tenth of the
    /// duration.
    #[serde(default)]
    pub warmup: Option<Duration>,
    /// When clients stop and measuring ends; 60 s by default, or no end where every client has a total of its own.
    #[serde(default)]
    pub duration: Option<Duration>,
    /// Whether the run goes on after the duration until nothing is in flight; by default where a client has a total or a
    /// recording.
    #[serde(default)]
    pub drain: Option<bool>,
    /// The span between two points of the time series; by default a 600th of the expected duration.
    #[serde(default)]
    pub sample: Option<Duration>,
    /// What stops a run that would not end well.
    #[serde(default)]
    pub limits: LimitTable,
}

impl Default for RunTable {
    fn default() -> RunTable {
        RunTable {
            seed: 1,
            warmup: None,
            duration: None,
            drain: None,
            sample: None,
            limits: LimitTable::default(),
        }
    }
}

/// The bounds of a run. Whichever is reached first stops it, and the report says which.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitTable {
    /// Events.
    pub events: u64,
    /// Requests in flight at one time. What is counted are visits, four to a request.
    pub in_flight: u32,
    /// Simulated time.
    pub simulated: Duration,
}

impl Default for LimitTable {
    fn default() -> LimitTable {
        LimitTable {
            events: 10_000_000_000,
            in_flight: 1_000_000,
            simulated: Duration::from_secs_f64(365.0 * 86_400.0),
        }
    }
}

/// A machine whose cores are shared by the instances placed on it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// How many cores it has.
    #[serde(default = "one_u32")]
    #[schemars(range(min = 1))]
    pub cores: u32,
    /// How fast they are: work of 10 ms takes 5 ms at speed 2.
    #[serde(default = "one_number")]
    pub speed: Number,
    /// Who gets a core when.
    #[serde(default)]
    pub schedule: Schedule,
}

/// The network between two nodes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkTable {
    /// How long one way takes; drawn for the request and for the reply. None by default.
    #[serde(default)]
    pub latency: Option<Distribution<Duration>>,
    /// How fast bytes go in each direction, one request after another; unlimited by default.
    #[serde(default)]
    pub bandwidth: Option<Bandwidth>,
}

pub(crate) fn one() -> u64 {
    1
}

pub(crate) fn one_u32() -> u32 {
    1
}

pub(crate) fn one_number() -> Number {
    Number(1.0)
}

/// The JSON Schema of a scenario, with the unit, the range, the default and the documentation of every field; see `form.rs`
/// for what it says beyond JSON Schema.
pub fn schema() -> serde_json::Value {
    form::schema()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_documents_every_field() {
        let schema = schema();
        let definitions = schema["$defs"].as_object().expect("tables are defined by name");
        let mut fields = 0;
        for (table, definition) in definitions.iter().chain([(&"Scenario".to_owned(), &schema)]) {
            for (field, property) in definition["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].is_string(), "`{field}` of `{table}` has no description");
                fields += 1;
            }
        }
        assert!(fields > 100, "{fields}");
        assert_eq!(definitions["Service"]["properties"]["instances"]["default"], 1);
        assert_eq!(definitions["Service"]["properties"]["instances"]["minimum"], 1);
        assert_eq!(definitions["Dns"]["properties"]["ttl"]["default"], "1min");
    }
}
