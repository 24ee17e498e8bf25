//! The order of fields as they are declared and documented: JSON Schema knows them by letter only.

use std::fmt;

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::{Map, Value as Json};

use crate::component::{balancer, cache, call, client, control, database, dns, fault, load, service, step};
use crate::distribution::{self, discrete};
use crate::scenario::{Host, LimitTable, LinkTable, RunTable, Scenario};
use crate::time::Duration;

/// Gives each table of the schema its fields in order, as `x-order`.
pub(super) fn put_into(schema: &mut Json) {
    let mut orders = Map::new();
    for (name, fields) in tables() {
        orders.insert(name.to_owned(), Json::from(fields));
    }
    let put = |name: &str, table: &mut Json| {
        if let (Some(order), Some(table)) = (orders.get(name), table.as_object_mut()) {
            table.insert("x-order".to_owned(), order.clone());
        }
    };
    put("Scenario", schema);
    for (name, table) in schema.get_mut("$defs").and_then(Json::as_object_mut).into_iter().flatten() {
        // The same table of another unit has a number at its end.
        put(name.trim_end_matches(|letter: char| letter.is_ascii_digit()), table);
    }
}

type Fields = (&'static str, Vec<&'static str>);

macro_rules! fields_of {
    ($($table:ty,)*) => { [$(fields_of::<$table>(),)*] };
}

/// Every table with its fields; a test finds those that are missing here.
fn tables() -> impl Iterator<Item = Fields> {
    let tables = fields_of! {
        Scenario, RunTable, LimitTable, Host, LinkTable,
        client::Clients, client::ClassTable, dns::Dns, cache::Cache, database::Database, service::Service,
        balancer::Balancer, balancer::SmoothWeighted, balancer::LeastConnections, balancer::PowerOf,
        call::RetryTable, call::Growing,
        step::CallTable, step::FanOut, step::Parallel, step::ByClass, step::Get,
        load::Open, load::Ramp, load::Sinusoid, load::Spike, load::BurstTable, load::Closed, load::Replay,
        control::Hpa, control::Pods, control::Percent, control::Spell, control::Slow, control::Every,
        fault::Loss, fault::Partition, fault::Lag, fault::Flush, fault::Surge,
        discrete::Zipf, discrete::HotSet,
        distribution::Uniform<Duration>, distribution::Erlang<Duration>, distribution::Gamma<Duration>,
        distribution::LogNormal<Duration>, distribution::Weibull<Duration>, distribution::Pareto<Duration>,
        distribution::BoundedPareto<Duration>, distribution::HyperExp<Duration>,
    };
    tables.into_iter().flatten()
}

fn fields_of<T: DeserializeOwned>() -> Option<Fields> {
    let mut found = None;
    // What is asked for is noted, and nothing is given.
    let _ = T::deserialize(Asked(&mut found));
    found
}

/// Notes which struct a type asks for, with its fields in the order of their declaration.
struct Asked<'f>(&'f mut Option<Fields>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(Nothing))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = Some((name, fields.to_vec()));
        Err(Error::custom(Nothing))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing is read")
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::schema;

    #[test]
    fn every_table_tells_the_order_of_all_its_fields() {
        let schema = schema();
        let definitions = schema["$defs"].as_object().expect("tables are defined by name");
        for (name, table) in definitions.iter().chain([(&"Scenario".to_owned(), &schema)]) {
            let Some(fields) = table["properties"].as_object() else { continue };
            let order = table["x-order"].as_array();
            let order = order.unwrap_or_else(|| panic!("`{name}` is not listed in scenario/form/order.rs"));
            let mut order: Vec<&str> = order.iter().filter_map(|field| field.as_str()).collect();
            order.sort_unstable();
            assert_eq!(order, fields.keys().map(String::as_str).collect::<Vec<_>>(), "{name}");
        }
        let order = &schema["$defs"]["Service"]["x-order"];
        assert_eq!((&order[0], &order[1]), (&"instances".into(), &"cores".into()));
    }
}
