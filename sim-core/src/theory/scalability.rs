//! The Universal Scalability Law: throughput under contention and coherency cost.

use super::is_positive;

/// X(N) = γN / (1 + α(N − 1) + βN(N − 1)) (Gunther 2007).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Usl {
    /// α, the share of work that is serial: Amdahl's law.
    pub contention: f64,
    /// β, the cost of keeping each pair of workers consistent.
    pub coherency: f64,
    /// γ, the throughput of one worker.
    pub single: f64,
}

impl Usl {
    /// Throughput with `workers` workers.
    pub fn throughput(&self, workers: f64) -> f64 {
        self.single * workers
            / (1.0 + self.contention * (workers - 1.0) + self.coherency * workers * (workers - 1.0))
    }

    /// The number of workers with the highest throughput, √((1 − α)/β); infinite without coherency cost.
    pub fn peak_workers(&self) -> f64 {
        if self.coherency > 0.0 {
            ((1.0 - self.contention).max(0.0) / self.coherency).sqrt()
        } else {
            f64::INFINITY
        }
    }

    /// The throughput at [`Usl::peak_workers`].
    pub fn peak_throughput(&self) -> f64 {
        let peak = self.peak_workers();
        if peak.is_finite() { self.throughput(peak) } else { self.limit() }
    }

    /// The ceiling that contention alone leaves, γ/α.
    pub fn limit(&self) -> f64 {
        self.single / self.contention
    }

    /// Where linear growth meets that ceiling, 1/α workers.
    pub fn optimal_workers(&self) -> f64 {
        1.0 / self.contention
    }

    /// The law that fits `points` of (workers, throughput) with the least squared error; `None` below three points, or
    /// if the best fit has no sense.
    ///
    /// Gauss–Newton with halved steps, from a start read off the linearized law N/X.
    pub fn fit(points: &[(f64, f64)]) -> Option<Usl> {
        let is_sound = |&(workers, throughput): &(f64, f64)| is_positive(workers) && is_positive(throughput);
        if points.len() < 3 || !points.iter().all(is_sound) {
            return None;
        }
        // N/X = 1/γ + (α/γ)(N−1) + (β/γ)N(N−1) is linear in its three coefficients.
        let rows = points.iter().map(|&(n, x)| ([1.0, n - 1.0, n * (n - 1.0)], n / x));
        let [level, contention, coherency] = least_squares(rows)?;
        let mut law =
            Usl { contention: contention / level, coherency: coherency / level, single: 1.0 / level };
        let error = |law: &Usl| -> f64 {
            points.iter().map(|&(n, x)| (x - law.throughput(n)) * (x - law.throughput(n))).sum()
        };
        for _ in 0..200 {
            let rows = points.iter().map(|&(n, x)| {
                let below = 1.0 + law.contention * (n - 1.0) + law.coherency * n * (n - 1.0);
                let slope = -law.single * n / (below * below);
                ([n / below, slope * (n - 1.0), slope * n * (n - 1.0)], x - law.throughput(n))
            });
            let [single, contention, coherency] = least_squares(rows)?;
            let moved = |share: f64| Usl {
                contention: law.contention + share * contention,
                coherency: law.coherency + share * coherency,
                single: law.single + share * single,
            };
            let before = error(&law);
            let mut share = 1.0;
            while error(&moved(share)) > before && share > 1e-12 {
                share /= 2.0;
            }
            let next = moved(share);
            let is_settled = (next.single - law.single).abs() <= 1e-14 * law.single.abs();
            law = if error(&next) <= before { next } else { law };
            if is_settled || share <= 1e-12 {
                break;
            }
        }
        is_positive(law.single).then_some(law)
    }
}

/// The three coefficients that fit `rows` of (regressors, value) best, by modified Gram–Schmidt.
fn least_squares(rows: impl Iterator<Item = ([f64; 3], f64)>) -> Option<[f64; 3]> {
    let rows: Vec<([f64; 3], f64)> = rows.collect();
    let mut columns: Vec<Vec<f64>> = (0..3).map(|c| rows.iter().map(|row| row.0[c]).collect()).collect();
    let mut rest: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let mut upper = [[0.0; 3]; 3];
    let mut projected = [0.0; 3];
    for column in 0..3 {
        let length = dot(&columns[column], &columns[column]).sqrt();
        if !is_positive(length) {
            return None;
        }
        columns[column].iter_mut().for_each(|value| *value /= length);
        upper[column][column] = length;
        let unit = columns[column].clone();
        for later in column + 1..3 {
            let share = dot(&unit, &columns[later]);
            upper[column][later] = share;
            columns[later].iter_mut().zip(&unit).for_each(|(value, unit)| *value -= share * unit);
        }
        projected[column] = dot(&unit, &rest);
        rest.iter_mut().zip(&unit).for_each(|(value, unit)| *value -= projected[column] * unit);
    }
    let mut found = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|column| upper[row][column] * found[column]).sum();
        found[row] = (projected[row] - known) / upper[row][row];
    }
    Some(found)
}
