//! Tidy rows: what a report tells, one row for each thing that metrics are asked of, one column for each metric.

use crate::report::{METRICS, Measured, Subject};

/// One thing that metrics are asked of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What kind of thing: `run`, `client`, `class`, `node` or `pool`.
    pub scope: &'static str,
    /// Which one.
    pub subject: Subject,
}

/// All rows of a report: the run, clients and their classes, nodes and their pools. Instances are left out: there may be
/// thousands, and their number may change from one replication to the next.
pub fn rows(measured: &Measured) -> Vec<Row> {
    let of = |scope, place: &str, part: Option<&str>| Row {
        scope,
        subject: Subject { place: Some(place.to_owned()), part: part.map(str::to_owned) },
    };
    let mut rows = vec![Row { scope: "run", subject: Subject::default() }];
    for (name, client) in &measured.clients {
        rows.push(of("client", name, None));
        rows.extend(client.classes.keys().map(|class| of("class", name, Some(class))));
    }
    for (name, node) in &measured.nodes {
        rows.push(of("node", name, None));
        rows.extend(node.pools.keys().map(|pool| of("pool", name, Some(pool))));
    }
    rows
}

impl Row {
    /// The value of every metric, in the order of [`METRICS`]; none where one cannot be asked or nothing was counted.
    pub fn values(&self, measured: &Measured) -> impl Iterator<Item = Option<f64>> {
        METRICS.iter().map(|metric| metric.value(measured, &self.subject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::Prepared;

    #[test]
    fn every_client_class_node_and_pool_is_a_row_with_its_own_metrics() {
        let text = r#"(
            run: (duration: "10s", warmup: "0s"),
            nodes: {
                "users": Clients(to: "app", load: Open(rate: "20/s"), classes: {"gold": (weight: 1), "iron": (weight: 3)}),
                "app": Service(cores: 2, run: Threads(4), serve: [Cpu(Constant("10ms"))]),
            },
        )"#;
        let report = Prepared::new(text, &|_| None).unwrap().run(None);
        let rows = rows(&report.measured);
        let named: Vec<String> = rows
            .iter()
            .map(|row| {
                let part = |part: &Option<String>| part.clone().unwrap_or_default();
                format!("{} {} {}", row.scope, part(&row.subject.place), part(&row.subject.part))
            })
            .collect();
        assert_eq!(
            named,
            [
                "run  ",
                "client users ",
                "class users gold",
                "class users iron",
                "node app ",
                "pool app cores",
                "pool app threads"
            ]
        );
        let value = |row: usize, metric: &str| {
            let column = METRICS.iter().position(|it| it.name == metric).unwrap();
            rows[row].values(&report.measured).nth(column).unwrap()
        };
        let users = &report.measured.clients["users"];
        assert_eq!(value(1, "offered"), Some(users.offered as f64));
        assert_eq!(value(2, "offered").unwrap() + value(3, "offered").unwrap(), users.offered as f64);
        assert_eq!(value(4, "utilization"), report.measured.nodes["app"].utilization);
        assert_eq!((value(0, "offered"), value(4, "hit_ratio")), (None, None));
    }
}
