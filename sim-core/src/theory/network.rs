//! Networks of stations: Jackson's open ones, closed ones by exact mean value analysis, and the finite source.

use super::birth_death::{expectation, stationary};
use super::station::Mmc;
use super::{is_positive, is_rate};

/// A station of an open network.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct JacksonStation {
    /// Poisson arrivals per second from outside.
    pub external_rate: f64,
    /// Services per second of one server.
    pub service_rate: f64,
    /// Servers.
    pub servers: u32,
}

/// An open network in its steady state.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenNetwork {
    /// Each station; its `arrival_rate` counts every visit, those fed back included.
    pub stations: Vec<Mmc>,
    /// Mean time from entering the network to leaving it.
    pub mean_response: f64,
}

/// Jackson's product form (1957): traffic equations λ = γ + λR, then each station as if M/M/c alone.
///
/// `routing[i][j]` is the chance to go on to j from i; the rest of row i leaves. `None` if a station is unstable, a row
/// is no sub-probability, or some requests never leave.
pub fn jackson(stations: &[JacksonStation], routing: &[Vec<f64>]) -> Option<OpenNetwork> {
    let count = stations.len();
    let is_row = |row: &Vec<f64>| {
        row.len() == count
            && row.iter().all(|chance| is_rate(*chance))
            && row.iter().sum::<f64>() <= 1.0 + 1e-9
    };
    if routing.len() != count || !routing.iter().all(is_row) {
        return None;
    }
    // (I − Rᵀ) λ = γ.
    let mut matrix: Vec<Vec<f64>> = (0..count)
        .map(|to| (0..count).map(|from| f64::from(u8::from(to == from)) - routing[from][to]).collect())
        .collect();
    let mut rates: Vec<f64> = stations.iter().map(|station| station.external_rate).collect();
    solve(&mut matrix, &mut rates)?;
    let solved: Option<Vec<Mmc>> = stations
        .iter()
        .zip(&rates)
        .map(|(station, rate)| Mmc::new(rate.max(0.0), station.service_rate, station.servers))
        .collect();
    let stations_solved = solved?;
    let entering: f64 = stations.iter().map(|station| station.external_rate).sum();
    let inside: f64 = stations_solved.iter().map(|station| station.mean_in_system).sum();
    is_positive(entering).then(|| OpenNetwork { stations: stations_solved, mean_response: inside / entering })
}

/// Gaussian elimination with partial pivoting; the solution replaces `right`. `None` if the matrix is singular.
fn solve(matrix: &mut [Vec<f64>], right: &mut [f64]) -> Option<()> {
    let count = right.len();
    for column in 0..count {
        let pivot =
            (column..count).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-13 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..count {
            let factor = matrix[row][column] / matrix[column][column];
            if factor != 0.0 {
                let (upper, lower) = matrix.split_at_mut(row);
                for (value, above) in lower[0][column..].iter_mut().zip(&upper[column][column..]) {
                    *value -= factor * above;
                }
                right[row] -= factor * right[column];
            }
        }
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(())
}

/// A station of a closed network; `demand` is the mean work one cycle brings to it: visits × service time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ClosedStation {
    /// One server with a queue.
    Queue {
        /// Seconds of work per cycle.
        demand: f64,
    },
    /// A pure delay: nobody waits for anybody.
    Delay {
        /// Seconds per cycle.
        demand: f64,
    },
}

/// A closed network in its steady state. Lists follow the order of the stations given.
#[derive(Clone, PartialEq, Debug)]
pub struct ClosedNetwork {
    /// Cycles per second.
    pub throughput: f64,
    /// Mean time of a cycle without the think time.
    pub mean_response: f64,
    /// Mean time per cycle at each station.
    pub station_response: Vec<f64>,
    /// Time average of the number at each station.
    pub station_in_system: Vec<f64>,
    /// Throughput × demand: the utilization of a queue, the number in a delay.
    pub station_utilization: Vec<f64>,
}

/// Exact mean value analysis of one class (Reiser and Lavenberg 1980): `population` users, `think` seconds between
/// cycles.
///
/// Needs exponential service at queues that are first come first served; any law for delays and processor sharing.
pub fn mean_value_analysis(population: u32, think: f64, stations: &[ClosedStation]) -> Option<ClosedNetwork> {
    let demand = |station: &ClosedStation| match *station {
        ClosedStation::Queue { demand } | ClosedStation::Delay { demand } => demand,
    };
    let shortest: f64 = think + stations.iter().map(demand).sum::<f64>();
    if population == 0
        || !is_rate(think)
        || !stations.iter().all(|s| is_rate(demand(s)))
        || !is_positive(shortest)
    {
        return None;
    }
    let mut in_system = vec![0.0; stations.len()];
    let mut response = vec![0.0; stations.len()];
    let (mut throughput, mut mean_response) = (0.0, 0.0);
    for users in 1..=population {
        for (index, station) in stations.iter().enumerate() {
            response[index] = match *station {
                // An arriving user sees the network with itself removed.
                ClosedStation::Queue { demand } => demand * (1.0 + in_system[index]),
                ClosedStation::Delay { demand } => demand,
            };
        }
        mean_response = response.iter().sum();
        throughput = f64::from(users) / (think + mean_response);
        for (number, response) in in_system.iter_mut().zip(&response) {
            *number = throughput * response;
        }
    }
    let station_utilization = stations.iter().map(|station| throughput * demand(station)).collect();
    Some(ClosedNetwork {
        throughput,
        mean_response,
        station_response: response,
        station_in_system: in_system,
        station_utilization,
    })
}

/// A closed loop of clients at one multi-server station: M/M/c with a finite source, also called machine repair.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FiniteSource {
    /// Requests per second.
    pub throughput: f64,
    /// Mean time at the station.
    pub mean_response: f64,
    /// Time average of the number at the station.
    pub mean_in_system: f64,
    /// Share of the servers' time that is busy.
    pub utilization: f64,
}

/// `population` clients that think `think` seconds, then wait for their one request. Birth–death sum; the think time
/// may have any law, service is exponential.
pub fn finite_source(population: u32, think: f64, mean_service: f64, servers: u32) -> Option<FiniteSource> {
    if population == 0 || servers == 0 || !is_positive(think) || !is_positive(mean_service) {
        return None;
    }
    let law = stationary(
        population,
        |number| f64::from(population - number) / think,
        |number| f64::from(number.min(servers)) / mean_service,
    )?;
    let busy = expectation(&law, |number| number.min(f64::from(servers)));
    let mean_in_system = expectation(&law, |number| number);
    let throughput = busy / mean_service;
    Some(FiniteSource {
        throughput,
        mean_response: mean_in_system / throughput,
        mean_in_system,
        utilization: busy / f64::from(servers),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_queue_and_thinking_clients_are_a_finite_source() {
        for population in [1, 10, 500] {
            let network =
                mean_value_analysis(population, 20.0, &[ClosedStation::Queue { demand: 1.5 }]).unwrap();
            let source = finite_source(population, 20.0, 1.5, 1).unwrap();
            assert!((network.throughput / source.throughput - 1.0).abs() < 1e-11);
            assert!((network.mean_response / source.mean_response - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn think_time_and_a_delay_station_are_the_same() {
        let queue = ClosedStation::Queue { demand: 0.3 };
        let delayed = mean_value_analysis(20, 0.0, &[queue, ClosedStation::Delay { demand: 5.0 }]).unwrap();
        let thinking = mean_value_analysis(20, 5.0, &[queue]).unwrap();
        assert!((delayed.throughput / thinking.throughput - 1.0).abs() < 1e-12);
        assert!((delayed.station_response[0] / thinking.mean_response - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_trap_and_an_overload_are_refused() {
        let station = |external_rate| JacksonStation { external_rate, service_rate: 1.0, servers: 1 };
        assert_eq!(jackson(&[station(0.5)], &[vec![1.0]]), None);
        assert_eq!(jackson(&[station(0.5)], &[vec![0.6]]), None);
        assert!(jackson(&[station(0.5)], &[vec![0.4]]).is_some());
    }
}
