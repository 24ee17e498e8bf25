//! What the limit programs remember: latencies, and for each server the departures to come.

/// Latencies in seconds: their count, their sum, and how many fell into each 128th of a power of two.
pub struct Latencies {
    count: u64,
    sum: f64,
    cells: Vec<u32>,
}

/// The highest 7 bits of the fraction choose a cell within a power of two; 2⁻³⁰ s is the lowest.
const FRACTION: u32 = 52 - 7;
const LOWEST: u64 = (1023 - 30) << 7;
const CELLS: usize = 64 << 7;

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies { count: 0, sum: 0.0, cells: vec![0; CELLS] }
    }
}

impl Latencies {
    /// Counts one.
    #[inline(always)]
    pub fn record(&mut self, seconds: f64) {
        self.count += 1;
        self.sum += seconds;
        let cell = (seconds.to_bits() >> FRACTION).saturating_sub(LOWEST) as usize;
        self.cells[cell % CELLS] += 1;
    }

    /// Their mean in milliseconds.
    pub fn mean_ms(&self) -> f64 {
        self.sum / self.count as f64 * 1e3
    }
}

/// The longest line a server can have.
const LONGEST: usize = 64;

/// The departures to come of servers that serve first come, first served.
pub struct Departures {
    /// `LONGEST` places for each server, used as a ring.
    times: Vec<f64>,
    first: Vec<u32>,
    queues: Vec<u32>,
    /// The next departure of each server, infinite if it is idle.
    next: Vec<f64>,
}

impl Departures {
    /// Idle servers.
    pub fn new(servers: usize) -> Departures {
        Departures {
            times: vec![0.0; servers * LONGEST],
            first: vec![0; servers],
            queues: vec![0; servers],
            next: vec![f64::INFINITY; servers],
        }
    }

    /// How many are at a server.
    #[inline(always)]
    pub fn queue(&self, server: usize) -> u32 {
        self.queues[server]
    }

    /// The first server with the fewest.
    #[inline(always)]
    pub fn shortest(&self) -> usize {
        let mut shortest = 0;
        for server in 1..self.queues.len() {
            shortest = if self.queues[server] < self.queues[shortest] { server } else { shortest };
        }
        shortest
    }

    /// Lets those leave a server who are done by `now`.
    #[inline(always)]
    pub fn pass(&mut self, server: usize, now: f64) {
        while self.next[server] <= now {
            self.first[server] += 1;
            self.queues[server] -= 1;
            self.next[server] =
                if self.queues[server] == 0 { f64::INFINITY } else { self.times[self.place(server, 0)] };
        }
    }

    /// Adds one to the line of a server and says when it departs.
    #[inline(always)]
    pub fn serve(&mut self, server: usize, now: f64, service: f64) -> f64 {
        let queue = self.queues[server];
        assert!((queue as usize) < LONGEST, "the line fits its ring");
        let start = if queue == 0 { now } else { self.times[self.place(server, queue - 1)] };
        let departure = start + service;
        let place = self.place(server, queue);
        self.times[place] = departure;
        if queue == 0 {
            self.next[server] = departure;
        }
        self.queues[server] = queue + 1;
        departure
    }

    #[inline(always)]
    fn place(&self, server: usize, position: u32) -> usize {
        server * LONGEST + ((self.first[server].wrapping_add(position)) as usize & (LONGEST - 1))
    }
}
