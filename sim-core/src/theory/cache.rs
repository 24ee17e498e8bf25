//! Hit ratios of caches under independent references, by popularity: exact for small catalogues, Che's approximation
//! for large ones, and renewal formulas for times to live.

use crate::math::{expm1, pow};

use super::is_positive;

/// The popularity of `objects` objects by Zipf's law: p(i) ∝ i^(−exponent), the most popular first.
pub fn zipf(objects: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=objects).map(|rank| pow(f64::from(rank), -exponent)).collect();
    let total: f64 = weights.iter().rev().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// A cache in its steady state, as one of the characteristic-time approximations sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct CacheEstimate {
    /// Share of references that hit.
    pub hit_ratio: f64,
    /// How many references (or seconds, if popularities are rates) an untouched object stays.
    pub characteristic_time: f64,
    /// Share of references to each object that hit, which is also the share of time it is present.
    pub object_hit_ratio: Vec<f64>,
}

/// LRU by Che's approximation: Σ (1 − e^(−p t)) = C defines t, an object hits with 1 − e^(−p t) (Che, Tung and Wang 2002;
/// Fricker, Robert and Roberts 2012). `None` unless 1 ≤ C < the number of objects.
pub fn lru_che(popularity: &[f64], capacity: u32) -> Option<CacheEstimate> {
    estimate(popularity, capacity, LRU)
}

/// [`lru_che`] for groups of objects: the popularity of one, and how many are like it. Hit ratio and characteristic time.
pub fn lru_che_of_groups(groups: &[(f64, f64)], capacity: f64) -> Option<(f64, f64)> {
    characteristic_time(groups, capacity, LRU)
}

/// FIFO and RANDOM: the same with presence p t / (1 + p t), a time to live that hits do not extend
/// (Martina, Garetto and Leonardi 2014).
pub fn fifo_ttl(popularity: &[f64], capacity: u32) -> Option<CacheEstimate> {
    estimate(popularity, capacity, FIFO)
}

/// [`fifo_ttl`] for groups of objects: the popularity of one, and how many are like it. Hit ratio and characteristic time.
pub fn fifo_ttl_of_groups(groups: &[(f64, f64)], capacity: f64) -> Option<(f64, f64)> {
    characteristic_time(groups, capacity, FIFO)
}

/// How long objects stay under a way of eviction.
#[derive(Clone, Copy)]
struct Stay {
    /// The share of time that an object is present, by the references to it that are expected while one stays.
    presence: fn(f64) -> f64,
    /// How fast that grows, by the presence itself.
    slope: fn(f64) -> f64,
}

const LRU: Stay = Stay { presence: |expected| -expm1(-expected), slope: |presence| 1.0 - presence };
const FIFO: Stay = Stay {
    presence: |expected| expected / (1.0 + expected),
    slope: |presence| (1.0 - presence) * (1.0 - presence),
};

fn estimate(popularity: &[f64], capacity: u32, stay: Stay) -> Option<CacheEstimate> {
    let groups: Vec<(f64, f64)> = popularity.iter().map(|p| (*p, 1.0)).collect();
    let (hit_ratio, characteristic_time) = characteristic_time(&groups, f64::from(capacity), stay)?;
    let object_hit_ratio = popularity.iter().map(|p| (stay.presence)(p * characteristic_time)).collect();
    Some(CacheEstimate { hit_ratio, characteristic_time, object_hit_ratio })
}

/// Hit ratio and characteristic time of objects in groups.
fn characteristic_time(groups: &[(f64, f64)], capacity: f64, stay: Stay) -> Option<(f64, f64)> {
    let total: f64 = groups.iter().map(|(p, many)| p * many).sum();
    let requested: f64 = groups.iter().filter(|(p, _)| *p > 0.0).map(|(_, many)| many).sum();
    let is_refused = capacity <= 0.0 || capacity >= requested || !is_positive(total);
    if is_refused || groups.iter().any(|(p, _)| *p < 0.0) {
        return None;
    }
    // Newton's method. What is filled grows ever slower with time, so from below each step falls short of the root.
    let mut time = capacity / total;
    for _ in 0..MOST_STEPS {
        let (mut filled, mut growth) = (0.0, 0.0);
        for (p, many) in groups.iter().rev() {
            let presence = (stay.presence)(p * time);
            filled += many * presence;
            growth += many * p * (stay.slope)(presence);
        }
        let step = (capacity - filled) / growth;
        // The rest is rounding.
        if step.is_nan() || step <= time * 1e-14 {
            break;
        }
        time += step;
    }
    let hits: f64 = groups.iter().rev().map(|(p, many)| many * (p * (stay.presence)(p * time))).sum();
    Some((hits / total, time))
}

/// Ten do; where a cache holds nearly all there is, each goes on by the time to the next reference of the rarest.
const MOST_STEPS: u32 = 200;

/// Exact hit ratio of LRU (King 1971): the sum over the ordered sets of the C objects last used, by dynamic programming
/// over subsets. `None` beyond 22 objects, or unless C is below their number.
pub fn lru_exact(popularity: &[f64], capacity: u32) -> Option<f64> {
    let objects = popularity.len();
    if objects > 22
        || capacity == 0
        || capacity as usize >= objects
        || popularity.iter().any(|p| !is_positive(*p))
    {
        return None;
    }
    let total: f64 = popularity.iter().sum();
    // reached[S]: the chance that S holds the |S| objects used last.
    let mut reached = vec![0.0; 1 << objects];
    let mut weight = vec![0.0; 1 << objects];
    reached[0] = 1.0;
    let mut hits = 0.0;
    for set in 0..1usize << objects {
        if set > 0 {
            weight[set] = weight[set & (set - 1)] + popularity[set.trailing_zeros() as usize];
        }
        let size = set.count_ones();
        if size == capacity {
            hits += reached[set] * weight[set] / total;
        } else if size < capacity {
            for (object, popularity) in popularity.iter().enumerate() {
                if set & (1 << object) == 0 {
                    reached[set | (1 << object)] += reached[set] * popularity / (total - weight[set]);
                }
            }
        }
    }
    Some(hits)
}

/// Exact hit ratio of FIFO and of RANDOM, which is the same (Gelenbe 1973): P(contents S) ∝ Π p(i) over i in S.
///
/// By elementary symmetric polynomials; the cost grows as objects² × capacity.
pub fn fifo_exact(popularity: &[f64], capacity: u32) -> Option<f64> {
    let objects = popularity.len();
    if capacity == 0 || capacity as usize >= objects || popularity.iter().any(|p| !is_positive(*p)) {
        return None;
    }
    let total: f64 = popularity.iter().sum();
    // Scaled to mean 1, the sums stay within range for catalogues of a few hundred objects.
    let scaled: Vec<f64> = popularity.iter().map(|p| p / total * objects as f64).collect();
    let size = capacity as usize;
    let all = symmetric(&scaled, size, None)[size];
    let hits: f64 = (0..objects)
        .map(|object| scaled[object] * scaled[object] * symmetric(&scaled, size, Some(object))[size - 1])
        .sum();
    let ratio = hits / all / objects as f64;
    ratio.is_finite().then_some(ratio)
}

/// The elementary symmetric polynomials of degree 0 … `degree`, leaving out one of the values.
fn symmetric(values: &[f64], degree: usize, left_out: Option<usize>) -> Vec<f64> {
    let mut sums = vec![0.0; degree + 1];
    sums[0] = 1.0;
    for (_, value) in values.iter().enumerate().filter(|(index, _)| Some(*index) != left_out) {
        for order in (1..=degree).rev() {
            sums[order] += sums[order - 1] * value;
        }
    }
    sums
}

/// Hit ratio of the C most popular objects: what perfect frequency knowledge gives, and the bound for fixed contents.
pub fn most_popular(popularity: &[f64], capacity: u32) -> f64 {
    let mut sorted = popularity.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.iter().take(capacity as usize).sum::<f64>() / popularity.iter().sum::<f64>()
}

/// When the time to live of an entry starts anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeToLive {
    /// At the insertion only.
    Fixed,
    /// At every reference.
    Sliding,
}

impl TimeToLive {
    /// Share of Poisson references at `rate` to one key that hit, without fetch time: λT/(1 + λT) if fixed,
    /// 1 − e^(−λT) if sliding (Jung, Berger and Balakrishnan 2003; Fofack et al. 2012). Also the share of time it is present.
    pub fn hit_ratio(self, rate: f64, time_to_live: f64) -> f64 {
        let expected = rate * time_to_live;
        match self {
            TimeToLive::Fixed => expected / (1.0 + expected),
            TimeToLive::Sliding => -expm1(-expected),
        }
    }

    /// The hit ratio of a cache of keys in groups, no bound on its size: the reference rate of one, and how many are like it.
    pub fn hit_ratio_of_groups(self, groups: &[(f64, f64)], time_to_live: f64) -> f64 {
        let total: f64 = groups.iter().rev().map(|(rate, many)| rate * many).sum();
        let hits = |(rate, many): &(f64, f64)| many * rate * self.hit_ratio(*rate, time_to_live);
        groups.iter().rev().map(hits).sum::<f64>() / total
    }

    /// A cache of keys with these reference rates, no bound on its size.
    pub fn catalogue(self, rates: &[f64], time_to_live: f64) -> TtlCache {
        let total: f64 = rates.iter().rev().sum();
        let hits: f64 = rates.iter().rev().map(|&rate| rate * self.hit_ratio(rate, time_to_live)).sum();
        TtlCache {
            hit_ratio: hits / total,
            origin_rate: total - hits,
            live_entries: rates.iter().rev().map(|&rate| self.hit_ratio(rate, time_to_live)).sum(),
        }
    }
}

/// A cache bounded by time to live alone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TtlCache {
    /// Share of references that hit.
    pub hit_ratio: f64,
    /// References per second that go on to the origin.
    pub origin_rate: f64,
    /// Time average of the number of live entries.
    pub live_entries: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equally_popular_objects_hit_by_the_share_that_fits() {
        let even = zipf(12, 0.0);
        for exact in [lru_exact(&even, 5), fifo_exact(&even, 5), lru_che(&even, 5).map(|c| c.hit_ratio)] {
            assert!((exact.unwrap() - 5.0 / 12.0).abs() < 1e-12);
        }
    }

    #[test]
    fn one_place_holds_the_object_used_last() {
        // With C = 1 every policy hits with Σ p².
        let popularity = zipf(9, 1.1);
        let square: f64 = popularity.iter().map(|p| p * p).sum();
        assert!((lru_exact(&popularity, 1).unwrap() - square).abs() < 1e-14);
        assert!((fifo_exact(&popularity, 1).unwrap() - square).abs() < 1e-14);
    }

    #[test]
    fn a_cache_that_holds_everything_has_no_characteristic_time() {
        assert_eq!(lru_che(&zipf(10, 0.8), 10), None);
        assert_eq!(lru_che(&zipf(10, 0.8), 0), None);
        assert_eq!(lru_exact(&zipf(23, 0.8), 3), None);
    }
}
