//! The law of the keys that are drawn, by chi-square and by its probabilities.

use super::*;
use crate::random::Key;

/// Chi-square of 200,000 draws over `cells` of keys, which must lie within five standard deviations of its mean.
fn frequencies_fit(popularity: &Popularity, cells: &[u64]) {
    let sampler = popularity.sampler().expect("the parameters make sense");
    let key = Key::from_seed(11).named("keys");
    let draws = 200_000;
    let mut counts = vec![0u32; cells.len()];
    for number in 0..draws {
        let drawn = sampler.sample(&mut key.numbered(number).draws());
        assert!(drawn < sampler.keys());
        counts[cells.partition_point(|&end| end <= drawn)] += 1;
    }
    let mut start = 0;
    let mut chi_square = 0.0;
    let mut total = 0.0;
    for (&end, &count) in cells.iter().zip(&counts) {
        let probability: f64 = (start..end).rev().map(|rank| sampler.probability(rank)).sum();
        total += probability;
        let expected = probability * draws as f64;
        assert!(expected > 20.0, "{popularity:?}: cells must be large enough for chi-square, {expected}");
        chi_square += (f64::from(count) - expected) * (f64::from(count) - expected) / expected;
        start = end;
    }
    assert!((total - 1.0).abs() < 1e-9, "{popularity:?}: probabilities sum to {total}");
    let freedom = (cells.len() - 1) as f64;
    let spread = 5.0 * crate::math::sqrt(2.0 * freedom);
    assert!((chi_square - freedom).abs() < spread, "{popularity:?}: {chi_square} for {freedom}");
}

fn zipf(n: u64, s: f64) -> Popularity {
    Popularity::Zipf(Zipf { n, s: Number(s) })
}

#[test]
fn frequencies_are_those_of_the_law() {
    let few: Vec<u64> = (1..=50).collect();
    for s in [0.0, 0.5, 1.0, 1.3] {
        frequencies_fit(&zipf(50, s), &few);
    }
    // Both sides of the change of method, at the exponents where the formulas change form.
    for n in [MOST_TABLED, MOST_TABLED + 1] {
        for s in [0.0, 0.9, 1.0, 1.1] {
            let cells: Vec<u64> = if s == 0.0 {
                (1..=32).map(|part| n * part / 32).collect()
            } else {
                [1, 2, 3, 4, 5, 6, 8, 12, 20, 50, 100, 1_000, 10_000, 100_000, 500_000, n].to_vec()
            };
            frequencies_fit(&zipf(n, s), &cells);
        }
    }
    frequencies_fit(&Popularity::Uniform(40), &(1..=40).collect::<Vec<_>>());
    let hot = HotSet { n: 1_000, keys: Ratio(0.01), requests: Ratio(0.9) };
    frequencies_fit(&Popularity::HotSet(hot), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 500, 1_000]);
}

#[test]
fn rejection_agrees_with_another_implementation() {
    use rand_distr::Distribution as _;
    let (n, draws) = (10_000_000u64, 100_000u64);
    for s in [0.8, 1.0, 1.5] {
        let ours = zipf(n, s).sampler().expect("the parameters make sense");
        let theirs = rand_distr::Zipf::new(n as f64, s).expect("the parameters make sense");
        let key = Key::from_seed(5);
        for bound in [1u64, 10, 1_000, 100_000] {
            let count = |named: &str, key_of: &dyn Fn(&mut Draws) -> u64| {
                let key = key.named(named).numbered(bound);
                (0..draws).filter(|&i| key_of(&mut key.numbered(i).draws()) < bound).count() as f64
            };
            let a = count("ours", &|draws| ours.sample(draws));
            let b = count("theirs", &|draws| theirs.sample(draws) as u64 - 1);
            // The difference of two binomial counts has at most the variance 2 × draws × ¼.
            assert!((a - b).abs() < 5.0 * crate::math::sqrt(draws as f64 / 2.0), "{s} {bound}: {a} {b}");
        }
    }
}

#[test]
fn the_harmonic_sum_by_formula_is_the_sum_term_by_term() {
    for s in [0.0, 0.7, 1.0, 2.0, 40.0] {
        let direct: f64 = (1..=200_000u64).rev().map(|k| pow(k as f64, -s)).sum();
        let relative = harmonic(200_000, s) / direct - 1.0;
        assert!(relative.abs() < 1e-11, "{s}: {relative}");
    }
}

#[test]
fn edges_draw_within_range() {
    for popularity in
        [zipf(1, 0.9), zipf(2, 100.0), zipf(MOST_KEYS, 0.0), zipf(MOST_KEYS, 100.0), zipf(MOST_KEYS, 1.0)]
    {
        let sampler = popularity.sampler().expect("the parameters make sense");
        let mut draws = Key::from_seed(1).draws();
        assert!((0..10_000).all(|_| sampler.sample(&mut draws) < sampler.keys()), "{popularity:?}");
    }
    let all_hot = Popularity::HotSet(HotSet { n: 3, keys: Ratio(1.0), requests: Ratio(0.5) });
    let sampler = all_hot.sampler().expect("the parameters make sense");
    assert_eq!((0..3).map(|rank| sampler.probability(rank)).sum::<f64>(), 1.0);
}

#[test]
fn groups_stand_for_all_keys() {
    let hot = Popularity::HotSet(HotSet { n: 1_000, keys: Ratio(0.1), requests: Ratio(0.8) });
    for popularity in
        [zipf(300, 0.9), zipf(100_000, 0.9), zipf(100_000, 1.2), Popularity::Uniform(5_000), hot]
    {
        let sampler = popularity.sampler().expect("the parameters make sense");
        let groups = sampler.groups();
        let keys: f64 = groups.iter().map(|(_, many)| many).sum();
        assert_eq!(keys, sampler.keys() as f64, "{popularity:?}");
        // The share of requests, and a sum that looks at rare keys: who is there after as many requests as there are keys.
        let there = |p: f64| 1.0 - crate::math::exp(-p * keys);
        for weight in [|_: f64, p: f64| p, |there: f64, _: f64| there, |there: f64, p: f64| there * p] {
            let each = |p: f64| weight(there(p), p);
            let grouped: f64 = groups.iter().map(|(p, many)| many * each(*p)).sum();
            let exact: f64 = (0..sampler.keys()).rev().map(|rank| each(sampler.probability(rank))).sum();
            assert!((grouped / exact - 1.0).abs() < 1e-5, "{popularity:?}: {grouped} for {exact}");
        }
    }
}

#[test]
fn nonsense_is_named() {
    let hot =
        |keys, requests| Popularity::HotSet(HotSet { n: 10, keys: Ratio(keys), requests: Ratio(requests) });
    for (popularity, path) in [
        (zipf(0, 1.0), "n"),
        (zipf(10, -1.0), "s"),
        (zipf(10, 101.0), "s"),
        (Popularity::Uniform(0), ""),
        (Popularity::Uniform(u64::MAX), ""),
        (hot(1.5, 0.5), "keys"),
        (hot(0.5, 1.5), "requests"),
    ] {
        assert_eq!(popularity.check().first().map(|p| p.path.as_str()), Some(path), "{popularity:?}");
        assert!(popularity.sampler().is_err());
    }
}

#[test]
fn the_keys_are_fixed_for_ever() {
    // A change here changes results: raise `RESULTS`.
    let drawn = |popularity: Popularity| {
        let sampler = popularity.sampler().expect("the parameters make sense");
        let key = Key::from_seed(42).named("golden");
        [0, 1, 2].map(|number| sampler.sample(&mut key.numbered(number).draws()))
    };
    let hot = HotSet { n: 1_000, keys: Ratio(0.01), requests: Ratio(0.9) };
    assert_eq!(
        [
            drawn(Popularity::Uniform(1_000)),
            drawn(zipf(1_000, 0.9)),
            drawn(zipf(1 << 30, 0.9)),
            drawn(Popularity::HotSet(hot))
        ],
        GOLDEN_KEYS
    );
}

const GOLDEN_KEYS: [[u64; 3]; 4] = [[854, 401, 475], [28, 401, 1], [859, 13_616_484, 4_640_460], [9, 5, 6]];
