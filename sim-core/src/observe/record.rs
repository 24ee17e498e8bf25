//! One line for each request, for those who ask for it: what it was, what became of it, which instances it saw.

use std::collections::BTreeMap;

use crate::engine::visit::Outcome;
use crate::model::{InstanceId, SourceId};
use crate::time::{Duration, Time};

/// What became of a request.
#[derive(Clone, PartialEq, Debug)]
pub struct RequestRecord {
    /// Its client.
    pub source: SourceId,
    /// Its number at the client.
    pub number: u64,
    /// The position of its class.
    pub class: u8,
    /// Its key, if requests have keys.
    pub key: Option<u64>,
    /// When it was meant to be sent.
    pub sent: Time,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub latency: Duration,
    /// Attempts of its client.
    pub attempts: u32,
    /// The instances it visited, in order of arrival.
    pub visited: Vec<InstanceId>,
}

/// The records of requests that have ended, until somebody takes them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recorder {
    /// Ended requests.
    pub ended: Vec<RequestRecord>,
    /// By the ordinal of a request in flight: where it has been.
    visited: BTreeMap<u32, Vec<InstanceId>>,
}

impl Recorder {
    /// The records since the last time, in the order in which the requests ended.
    pub fn take(&mut self) -> Vec<RequestRecord> {
        let mut ended = std::mem::take(&mut self.ended);
        ended.sort_by_key(|record| (record.sent + record.latency, record.sent, record.source, record.number));
        ended
    }

    /// Notes that the request of this ordinal came to `instance`.
    pub fn arrived(&mut self, ordinal: u32, instance: InstanceId) {
        self.visited.entry(ordinal).or_default().push(instance);
    }

    /// The instances that the request of this ordinal has come to; forgotten afterwards.
    pub fn take_visited(&mut self, ordinal: u32) -> Vec<InstanceId> {
        self.visited.remove(&ordinal).unwrap_or_default()
    }
}
