//! Databases: answer queries on a limited number of connections, with locks for writes and cores of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Shape, Site};
use crate::component::Kind;
use crate::component::service::{Schedule, cores_pool};
use crate::component::wiring::Canvas;
use crate::diagnostic::Diagnostic;
use crate::distribution::Distribution;
use crate::model::step::Step;
use crate::model::{Delay, Discipline, LockSet, NodeKind, Patience, Pool, PoolKind};
use crate::quantity::{Number, Rate};
use crate::time::Duration;

/// Answers queries on a limited number of connections.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// How many queries it works on at a time.
    #[serde(default = "default_connections")]
    #[schemars(range(min = 1))]
    pub connections: u32,
    /// How long a read takes.
    pub read: Distribution<Duration>,
    /// How long a write takes; as a read by default.
    #[serde(default)]
    pub write: Option<Distribution<Duration>>,
    /// What a write locks while it works; it keeps its connection while it waits for the lock.
    #[serde(default)]
    pub locks: Locks,
    /// How many cores its queries compete for; by default a query takes its time on its connection alone.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub cores: Option<u32>,
    /// How fast the cores are; goes with `cores`, 1 by default.
    #[serde(default)]
    pub speed: Option<Number>,
    /// Who gets a core when; goes with `cores`, first come, first served by default.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// How many queries may wait for a connection, more are rejected; unlimited by default.
    #[serde(default)]
    pub queue: Option<u32>,
    /// How long a query waits for a connection before it leaves; for ever by default.
    #[serde(default)]
    pub patience: Option<Distribution<Duration>>,
    /// The host that it is placed on, whose cores it shares.
    #[serde(default)]
    #[schemars(extend("x-names" = ["host"]))]
    pub host: Option<String>,
    /// What it costs while it exists, such as `"0.10/h"`, in any currency; nothing by default.
    #[serde(default)]
    pub price: Option<Rate>,
}

/// What a write locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Locks {
    /// Nothing.
    #[default]
    None,
    /// The row of the request's key.
    Row,
    /// Everything.
    Table,
}

/// What there is to know of databases.
pub const KIND: Kind = Kind {
    variant: "Database",
    word: NodeKind::Database.word(),
    doc: "Answers queries on a limited number of connections.",
    models: "connections, a line in front of them, reads and writes, locks of a row or the table that a write holds, cores of \
             its own or of a host.",
    models_not: "transactions over several queries, deadlocks, replicas, query plans, a buffer pool, the disk. Reads take no \
                 locks.",
    laws: "M/M/c where its time is exponential, M/G/1 with one connection.",
    care: "",
    sketch,
};

fn sketch(_: &Canvas<'_>) -> Result<String, Diagnostic> {
    Ok("Database(connections: 10, read: Exp(\"5ms\"))".to_owned())
}

fn default_connections() -> u32 {
    64
}

impl Database {
    fn has_cores(&self) -> bool {
        self.cores.is_some() || self.host.is_some()
    }

    pub(crate) fn shape(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) -> Shape {
        self.check(compiler, site);
        let patience = self.patience.as_ref().map(|patience| Patience {
            span: compiler.delay(patience, &site.under("patience")),
            tag: compiler.tag(site, "patience"),
        });
        let connections = Pool {
            servers: self.connections,
            discipline: Discipline::Fifo,
            queue: self.queue.unwrap_or(u32::MAX),
            patience,
            levels: 1,
        };
        let mut shape = Shape {
            instances: 1,
            pools: vec![connections],
            kinds: vec![PoolKind::Connections],
            host: None,
            slowness: 1.0,
            main_pool: Some(0),
        };
        let host = self.host.as_ref().and_then(|host| {
            Some((*compiler.gates.hosts.get(host)?, compiler.scenario.hosts.get(host)?.speed))
        });
        if let Some((pool, speed)) = host {
            (shape.host, shape.slowness) = (Some(pool), 1.0 / speed.0);
        } else if let Some(cores) = self.cores {
            shape.pools.push(cores_pool(cores, self.schedule.unwrap_or_default().discipline(u32::MAX)));
            shape.slowness = 1.0 / self.speed.unwrap_or(Number(1.0)).0;
        } else {
            return shape;
        }
        shape.kinds.push(PoolKind::Cores);
        shape.main_pool = Some(1);
        shape
    }

    fn check(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let why = "a database needs at least one connection";
        compiler.count(self.connections, &site.under("connections"), why);
        if let Some(cores) = self.cores {
            compiler.count(cores, &site.under("cores"), "with `cores` a database needs at least one");
        }
        if let Some(speed) = self.speed {
            compiler.speed(speed, &site.under("speed"));
        }
        let of_cores = [("speed", self.speed.is_some()), ("schedule", self.schedule.is_some())];
        if let Some(host) = &self.host {
            compiler.on_host(host, &[of_cores[0], of_cores[1], ("cores", self.cores.is_some())], site);
        } else if self.cores.is_none() {
            for (name, is_given) in of_cores {
                if is_given {
                    let message = format!("`{name}` does nothing without `cores`");
                    compiler.error("useless-field", message, &site.under(name));
                }
            }
        }
    }

    pub(crate) fn declare(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        if self.locks != Locks::None {
            let locks = LockSet { node: site.node, by_key: self.locks == Locks::Row };
            let id = compiler.model.locks.push(locks);
            compiler.gates.locks.insert(site.name.to_owned(), id);
        }
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let read = compiler.sampler(&self.read, &site.under("read"));
        let write = match &self.write {
            Some(write) => compiler.sampler(write, &site.under("write")),
            None => read,
        };
        let has_cores = self.has_cores();
        let tag = compiler.tag(site, "read");
        let reading = compiler.here();
        if has_cores {
            compiler.emit(Step::Take { pool: 0 });
        }
        compiler.emit(Step::Work { pool: u8::from(has_cores), demand: read, tag });
        compiler.emit(Step::Reply);

        let tag = compiler.tag(site, "write");
        let writing = compiler.here();
        let locks = compiler.gates.locks.get(site.name).copied();
        match locks {
            None if has_cores => {
                compiler.emit(Step::Take { pool: 0 });
                compiler.emit(Step::Work { pool: 1, demand: write, tag });
            }
            None => compiler.emit(Step::Work { pool: 0, demand: write, tag }),
            Some(locks) => {
                compiler.emit(Step::Take { pool: 0 });
                compiler.emit(Step::Lock(locks));
                match has_cores {
                    true => compiler.emit(Step::Work { pool: 1, demand: write, tag }),
                    // The connection is held already, and nothing else is needed.
                    false => compiler.emit(Step::Wait { span: Delay::Drawn(write), tag }),
                }
                compiler.emit(Step::Unlock(locks));
            }
        }
        compiler.emit(Step::Reply);
        compiler.model.nodes[site.node].entry = [reading, writing];
    }
}
