use rand_distr::Distribution as _;
use serde::de::DeserializeOwned;

use super::*;
use crate::math::{exp, ln_1p, sqrt};
use crate::random::{Draws, Key};

fn reader() -> ron::Options {
    let extensions =
        ron::extensions::Extensions::IMPLICIT_SOME | ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES;
    ron::Options::default().with_default_extension(extensions)
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    reader().from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn file(name: &str) -> Option<String> {
    match name {
        "samples.csv" => Some("# measured\nlatency\n1ms,ok\n2ms\n\n5ms\n8ms\n".to_string()),
        "histogram.csv" => Some("upper,weight\n1ms,1\n2ms,50%\n4ms , 0\n9ms,2\n".to_string()),
        "empty.csv" => Some("latency\n".to_string()),
        "bare.csv" => Some("1ms\n5\n".to_string()),
        "falling.csv" => Some("2ms,1\n1ms,1\n".to_string()),
        _ => None,
    }
}

fn sampler(text: &str) -> Sampler {
    let distribution: Distribution<Duration> = read(text);
    distribution.sampler(&file).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
}

/// Every law that a scenario can name, with the mean and squared coefficient of variation that theory gives, in ms.
fn laws() -> Vec<(&'static str, f64, f64)> {
    let bounded = |alpha: f64, low: f64, high: f64, n: f64| {
        let pow = crate::math::pow;
        alpha * pow(low, alpha) * (pow(high, n - alpha) - pow(low, n - alpha))
            / ((n - alpha) * (1.0 - pow(low / high, alpha)))
    };
    let bounded_mean = bounded(1.5, 1.0, 100.0, 1.0);
    let bounded_scv = bounded(1.5, 1.0, 100.0, 2.0) / (bounded_mean * bounded_mean) - 1.0;
    // Γ(1 + 2/½) / Γ(1 + 1/½)² − 1 = 4! / 2!² − 1.
    let weibull_scv = 5.0;
    let sigma = crate::math::ln(25.0 / 4.0) / 2.326_347_874_040_841;
    let files_mean = 4.0;
    vec![
        (r#"Constant("5ms")"#, 5.0, 0.0),
        (r#"Exp("3ms")"#, 3.0, 1.0),
        (r#"Uniform(min: "2ms", max: "8ms")"#, 5.0, 3.0 / 25.0),
        (r#"Erlang(k: 1, mean: "3ms")"#, 3.0, 1.0),
        (r#"Erlang(k: 4, mean: "3ms")"#, 3.0, 0.25),
        (r#"Erlang(k: 20, mean: "3ms")"#, 3.0, 0.05),
        (r#"Gamma(mean: "3ms", cv: 0.5)"#, 3.0, 0.25),
        (r#"Gamma(mean: "3ms", cv: 1)"#, 3.0, 1.0),
        (r#"Gamma(mean: "3ms", cv: 2)"#, 3.0, 4.0),
        (r#"Gamma(mean: "3ms", cv: 0)"#, 3.0, 0.0),
        (r#"LogNormal(mean: "10ms", cv: "80%")"#, 10.0, 0.64),
        (
            r#"LogNormal(median: "4ms", p99: "25ms")"#,
            4.0 * exp(sigma * sigma / 2.0),
            exp(sigma * sigma) - 1.0,
        ),
        (r#"LogNormal(mu: -5, sigma: 0.5)"#, 1e3 * exp(-5.0 + 0.125), exp(0.25) - 1.0),
        (r#"Weibull(mean: "3ms", shape: 0.5)"#, 3.0, weibull_scv),
        (r#"Weibull(scale: "2ms", shape: 1)"#, 2.0, 1.0),
        (r#"Pareto(alpha: 5, mean: "10ms")"#, 10.0, 1.0 / 15.0),
        (r#"Pareto(alpha: 5, minimum: "8ms")"#, 10.0, 1.0 / 15.0),
        (r#"BoundedPareto(alpha: 1.5, min: "1ms", max: "100ms")"#, bounded_mean, bounded_scv),
        (r#"HyperExp(mean: "5ms", scv: 4)"#, 5.0, 4.0),
        (r#"HyperExp(mean: "5ms", scv: 1)"#, 5.0, 1.0),
        // E[X] = ½·2 + ½·6 = 4, E[X²] = 4 + 36 = 40.
        (r#"HyperExp(branches: [(1, "2ms"), (1, "6ms")])"#, 4.0, 1.5),
        // E[X] = 3·⅓ + …, equal weights of 1, 2 and 6: mean 3, E[X²] = 2(1 + 4 + 36)/3.
        (r#"HyperExp(branches: [(1, "1ms"), (1, "2ms"), (1, "6ms")])"#, 3.0, 82.0 / 27.0 - 1.0),
        // E[X] = 0.9·2 + 0.1·12 = 3, E[X²] = 0.9·8 + 0.1·144 = 21.6.
        (r#"Mixture([(9, Exp("2ms")), (1, Constant("12ms"))])"#, 3.0, 1.4),
        // Of 1, 2, 5, 8: E[X²] = 94/4.
        (r#"Empirical(["8ms", "1ms", "2ms", "5ms"])"#, 4.0, 94.0 / 64.0 - 1.0),
        (r#"SamplesFile("samples.csv")"#, files_mean, 94.0 / 64.0 - 1.0),
        // ¼ uniform on [0, 2], ¾ on [2, 4]: mean 2.5, E[X²] = (4/3 + 3·28/3)/4.
        (r#"Histogram([("2ms", 1), ("4ms", 3)])"#, 2.5, (4.0 / 3.0 + 28.0) / 4.0 / 6.25 - 1.0),
        // Weights 1, ½, 0, 2 over [0,1], [1,2], [2,4], [4,9]; the moments of each are (a+b)/2 and (a²+ab+b²)/3.
        (r#"HistogramFile("histogram.csv")"#, 14.25 / 3.5, {
            let second = (1.0 / 3.0 + 0.5 * 7.0 / 3.0 + 2.0 * 133.0 / 3.0) / 3.5;
            second / ((14.25 / 3.5) * (14.25 / 3.5)) - 1.0
        }),
    ]
}

const DRAWS: u64 = 200_000;

/// `DRAWS` samples under keys of their own, as an engine draws them.
fn samples(text: &str) -> Vec<f64> {
    let sampler = sampler(text);
    let key = Key::from_seed(2_024).named(text);
    (0..DRAWS).map(|number| sampler.sample(&mut key.numbered(number).draws())).collect()
}

#[test]
fn moments_are_the_closed_forms() {
    for (text, mean, scv) in laws() {
        let sampler = sampler(text);
        let found = sampler.mean().expect("it is finite") / 1e6;
        assert!((found / mean - 1.0).abs() < 1e-12, "{text}: {found} for {mean}");
        let found = sampler.scv().expect("it is finite");
        assert!((found - scv).abs() < 1e-11 * (1.0 + scv), "{text}: {found} for {scv}");
    }
    let heavy = sampler(r#"Pareto(alpha: 1.5, mean: "3ms")"#);
    assert_eq!(
        (heavy.mean().map(|mean| mean as u64), heavy.second_moment(), heavy.scv()),
        (Some(3_000_000), None, None)
    );
    assert_eq!(sampler(r#"Pareto(alpha: 1, minimum: "3ms")"#).mean(), None);
}

#[test]
fn sample_moments_lie_within_five_standard_errors() {
    for (text, ..) in laws() {
        let sampler = sampler(text);
        let samples = samples(text);
        for order in [1, 2] {
            let power = |x: &f64| crate::math::pow(*x, f64::from(order));
            let found = samples.iter().map(power).sum::<f64>() / DRAWS as f64;
            let expected = sampler.moment(order).expect("it is finite");
            // Var[Xⁿ] = E[X²ⁿ] − E[Xⁿ]²; where the law has none, the order is not tested.
            let Some(higher) = sampler.moment(2 * order) else { continue };
            let error = sqrt((higher - expected * expected).max(0.0) / DRAWS as f64);
            let bound = 5.0 * error + 1e-9 * expected;
            assert!(
                (found - expected).abs() <= bound,
                "{text}, order {order}: {found} for {expected} ± {error}"
            );
        }
    }
}

/// The largest distance between the empirical distribution function and `cdf`.
fn distance(samples: &mut [f64], cdf: impl Fn(f64) -> f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let mut largest = 0.0f64;
    for (index, &x) in samples.iter().enumerate() {
        let expected = cdf(x);
        largest =
            largest.max((expected - index as f64 / n).abs()).max(((index + 1) as f64 / n - expected).abs());
    }
    largest
}

/// The Kolmogorov–Smirnov distance times √n that one law in 10⁵ exceeds by chance: √(ln(2·10⁵)/2).
const CRITICAL: f64 = 2.470;

#[test]
fn samples_follow_the_distribution_function() {
    for (text, _, scv) in laws() {
        // The test is for continuous laws.
        if scv == 0.0 || text.contains("Constant") || text.contains("Empirical") || text.contains("Samples") {
            continue;
        }
        let sampler = sampler(text);
        let distance = distance(&mut samples(text), |x| sampler.cdf(x)) * sqrt(DRAWS as f64);
        assert!(distance < CRITICAL, "{text}: {distance}");
    }
    for alpha in [0.8, 1.0, 1.5, 2.0] {
        let text = format!(r#"Pareto(alpha: {alpha}, minimum: "1ms")"#);
        let sampler = sampler(&text);
        let distance = distance(&mut samples(&text), |x| sampler.cdf(x)) * sqrt(DRAWS as f64);
        assert!(distance < CRITICAL, "{text}: {distance}");
    }
}

#[test]
fn steps_of_discrete_laws_are_where_the_values_are() {
    let four = sampler(r#"Empirical(["8ms", "1ms", "2ms", "5ms"])"#);
    assert_eq!([0.9e6, 1e6, 4e6, 8e6].map(|x| four.cdf(x)), [0.0, 0.25, 0.5, 1.0]);
    let constant = sampler(r#"Constant("5ms")"#);
    assert_eq!([4.9e6, 5e6].map(|x| constant.cdf(x)), [0.0, 1.0]);
    let samples = samples(r#"Empirical(["8ms", "1ms", "2ms", "5ms"])"#);
    for value in [1e6, 2e6, 5e6, 8e6] {
        // A binomial count with p = ¼ has the variance 3/16 × draws.
        let count = samples.iter().filter(|&&sample| sample == value).count() as f64;
        assert!(
            (count - DRAWS as f64 / 4.0).abs() < 5.0 * sqrt(DRAWS as f64 * 3.0 / 16.0),
            "{value}: {count}"
        );
    }
}

/// A two-sample Kolmogorov–Smirnov test against samplers written by others.
#[test]
fn samples_agree_with_another_implementation() {
    fn check(text: &str, theirs: impl Fn(&mut Draws) -> f64) {
        let key = Key::from_seed(77).named("theirs");
        let mut theirs: Vec<f64> =
            (0..DRAWS).map(|number| theirs(&mut key.numbered(number).draws())).collect();
        theirs.sort_by(f64::total_cmp);
        let cdf = |x: f64| theirs.partition_point(|&value| value <= x) as f64 / DRAWS as f64;
        // Two samples of one size: the distance is √2 wider.
        let distance = distance(&mut samples(text), cdf) * sqrt(DRAWS as f64 / 2.0);
        assert!(distance < CRITICAL, "{text}: {distance}");
    }
    let exponential = rand_distr::Exp::new(1.0 / 3e6).expect("the parameters make sense");
    check(r#"Exp("3ms")"#, |draws| exponential.sample(draws));
    let sigma = sqrt(ln_1p(0.64));
    let mu = crate::math::ln(10e6) - sigma * sigma / 2.0;
    let log_normal = rand_distr::LogNormal::new(mu, sigma).expect("the parameters make sense");
    check(r#"LogNormal(mean: "10ms", cv: 0.8)"#, |draws| log_normal.sample(draws));
    for (cv, shape) in [(0.5, 4.0), (2.0, 0.25)] {
        let gamma = rand_distr::Gamma::new(shape, 3e6 / shape).expect("the parameters make sense");
        check(&format!(r#"Gamma(mean: "3ms", cv: {cv})"#), |draws| gamma.sample(draws));
    }
    let erlang = rand_distr::Gamma::new(20.0, 3e6 / 20.0).expect("the parameters make sense");
    check(r#"Erlang(k: 20, mean: "3ms")"#, |draws| erlang.sample(draws));
    let weibull = rand_distr::Weibull::new(2e6, 0.7).expect("the parameters make sense");
    check(r#"Weibull(scale: "2ms", shape: 0.7)"#, |draws| weibull.sample(draws));
    let pareto = rand_distr::Pareto::new(1e6, 1.2).expect("the parameters make sense");
    check(r#"Pareto(alpha: 1.2, minimum: "1ms")"#, |draws| pareto.sample(draws));
}

#[test]
fn the_ziggurat_is_exact_in_the_tails_too() {
    let key = Key::from_seed(9).named("tails");
    let count = 4_000_000u64;
    let (mut exponential_tail, mut normal_tail, mut negative) = (0u64, 0u64, 0u64);
    for number in 0..count {
        exponential_tail += u64::from(ziggurat::exponential(&mut key.numbered(number).draws()) > 8.0);
        let x = ziggurat::normal(&mut key.child(1).numbered(number).draws());
        normal_tail += u64::from(x.abs() > 3.7);
        negative += u64::from(x < 0.0);
    }
    for (found, probability) in
        [(exponential_tail, exp(-8.0)), (normal_tail, 2.0 * crate::math::normal_cdf(-3.7)), (negative, 0.5)]
    {
        let expected = probability * count as f64;
        let spread = 5.0 * sqrt(expected * (1.0 - probability));
        assert!((found as f64 - expected).abs() < spread, "{found} for {expected} ± {spread}");
    }
}

#[test]
fn every_form_reads_and_writes_back() {
    for (text, ..) in laws() {
        let distribution: Distribution<Duration> = read(text);
        let written = reader().to_string(&distribution).expect("it can be written");
        assert_eq!(read::<Distribution<Duration>>(&written), distribution, "{written}");
        assert_eq!(distribution.check(), vec![], "{text}");
    }
    let size: Distribution<Size> = read(r#"LogNormal(median: "2KiB", p99: "1MiB")"#);
    assert_eq!(size.sampler(&file).map(|sampler| sampler.cdf(2048.0)), Ok(0.5));
    let number: Distribution<Number> = read("Uniform(min: 1, max: 4.5)");
    assert_eq!(number.sampler(&file).map(|sampler| sampler.mean()), Ok(Some(2.75)));
    // The logarithm of a time is that of its seconds.
    let time = sampler("LogNormal(mu: 0, sigma: 0)");
    assert_eq!(time.sample_duration(&mut Key::default().draws()), Duration(NANOSECONDS_PER_SECOND));
}

#[test]
fn other_shapes_are_refused_by_the_reader() {
    for (text, part) in [
        ("Exp(3)", "a time needs a unit, such as \"5ms\""),
        ("Exponential(\"3ms\")", "Exponential"),
        ("LogNormal(mean: \"3ms\", scv: 2)", "scv"),
        ("Erlang(k: -1, mean: \"3ms\")", "-"),
        ("Mixture([(1, Exp(\"3m\"))])", "minutes are `min`"),
        ("Gamma(mean: \"3ms\", cv: -1)", "a ratio cannot be negative"),
        ("Weibull(mean: \"3ms\", shape: inf)", "a number must be finite"),
        ("\"3ms\"", "dentifier"),
    ] {
        let message = reader().from_str::<Distribution<Duration>>(text).expect_err(text).to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn nonsense_is_named_by_its_place() {
    for (text, places) in [
        (r#"Exp("0s")"#, &[""][..]),
        (r#"Uniform(min: "5ms", max: "2ms")"#, &["max"]),
        (r#"Erlang(k: 0, mean: "0s")"#, &["k", "mean"]),
        (r#"Gamma(mean: "0s", cv: 5000)"#, &["mean", "cv"]),
        (r#"LogNormal(mean: "0s", cv: 2000)"#, &["mean", "cv"]),
        (r#"LogNormal(mean: "1ms")"#, &[""]),
        (r#"LogNormal(mean: "1ms", cv: 1, sigma: 2)"#, &[""]),
        (r#"LogNormal(mean: "1ms", p99: "2ms")"#, &[""]),
        (r#"LogNormal(median: "4ms", p99: "4ms")"#, &["p99"]),
        (r#"LogNormal(median: "0s", p99: "4ms")"#, &["median"]),
        (r#"LogNormal(mu: 1000, sigma: 50)"#, &["mu", "sigma"]),
        (r#"Weibull(shape: 1)"#, &[""]),
        (r#"Weibull(mean: "1ms", scale: "1ms", shape: 0)"#, &["scale", "shape"]),
        (r#"Weibull(mean: "1ms", shape: 0.001)"#, &["shape"]),
        (r#"Pareto(alpha: 1, mean: "1ms")"#, &["alpha"]),
        (r#"Pareto(alpha: 0, minimum: "0s")"#, &["minimum", "alpha"]),
        (r#"Pareto(alpha: 2)"#, &[""]),
        (r#"BoundedPareto(alpha: -1, min: "0s", max: "0s")"#, &["alpha", "min", "max"]),
        (r#"BoundedPareto(alpha: 1e-300, min: "1s", max: "2s")"#, &["alpha"]),
        (r#"HyperExp(mean: "1ms", scv: 0.5)"#, &["scv"]),
        (r#"HyperExp(mean: "1ms")"#, &[""]),
        (r#"HyperExp(mean: "1ms", branches: [])"#, &[""]),
        (r#"HyperExp(branches: [])"#, &["branches"]),
        (r#"HyperExp(branches: [(0, "1ms"), (1, "0s")])"#, &["branches.0.0", "branches.1.1"]),
        (r#"Mixture([])"#, &[""]),
        (r#"Mixture([(1, Exp("1ms")), (0, Gamma(mean: "1ms", cv: 5000))])"#, &["1.0", "1.1.cv"]),
        (r#"Mixture([(1e300, Exp("0s"))])"#, &["0.0", "0.1"]),
        (r#"Empirical([])"#, &[""]),
        (r#"Histogram([])"#, &[""]),
        (r#"Histogram([("0s", 1), ("2ms", 1), ("2ms", 1)])"#, &["0.0", "2.0"]),
        (r#"Histogram([("1ms", 0), ("2ms", 0)])"#, &[""]),
        (r#"SamplesFile("")"#, &[""]),
    ] {
        let distribution: Distribution<Duration> = read(text);
        let problems = distribution.check();
        assert_eq!(
            problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(),
            places,
            "{text}"
        );
        assert_eq!(distribution.sampler(&file).err().as_ref(), problems.first(), "{text}");
        for problem in problems {
            assert!(!problem.message.ends_with('.') && !problem.message.starts_with(char::is_uppercase));
        }
    }
    for text in ["Constant(-1)", "Exp(-1)", "Empirical([1, -1])", "Uniform(min: -2, max: -1)"] {
        assert_eq!(read::<Distribution<Number>>(text).check().len(), 1, "{text}");
    }
}

#[test]
fn files_are_refused_with_their_line() {
    for (text, path, part) in [
        (r#"SamplesFile("none.csv")"#, "", "the file `none.csv` cannot be read"),
        (r#"SamplesFile("empty.csv")"#, "", "`empty.csv` holds no rows"),
        (r#"SamplesFile("bare.csv")"#, "", "`bare.csv`, line 2: a time needs a unit"),
        (r#"HistogramFile("bare.csv")"#, "", "`bare.csv`, line 1: expected an upper bound and a weight"),
        (r#"HistogramFile("falling.csv")"#, "", "`falling.csv`: bounds must rise"),
        (r#"Mixture([(1, SamplesFile("none.csv"))])"#, "0.1", "cannot be read"),
    ] {
        let problem = read::<Distribution<Duration>>(text).sampler(&file).expect_err(text);
        assert_eq!(problem.path, path, "{text}");
        assert!(problem.message.contains(part), "{text}: {}", problem.message);
    }
}

#[test]
fn extreme_parameters_neither_panic_nor_go_negative() {
    for text in [
        r#"Gamma(mean: "1ms", cv: 1000)"#,
        r#"Gamma(mean: "1ms", cv: 1e-14)"#,
        r#"Gamma(mean: "1ms", cv: 1e-16)"#,
        r#"Erlang(k: 4294967295, mean: "1ms")"#,
        r#"LogNormal(mu: 138, sigma: 16)"#,
        r#"LogNormal(mu: -138, sigma: 16)"#,
        r#"Weibull(mean: "1ms", shape: 0.02)"#,
        r#"Weibull(mean: "1ms", shape: 1e300)"#,
        r#"Pareto(alpha: 1e-300, minimum: "1ms")"#,
        r#"BoundedPareto(alpha: 1e300, min: "1ms", max: "2ms")"#,
        r#"HyperExp(mean: "1ms", scv: 1000000)"#,
    ] {
        let sampler = sampler(text);
        let mut draws = Key::from_seed(4).draws();
        for _ in 0..10_000 {
            let sample = sampler.sample(&mut draws);
            assert!(sample >= 0.0, "{text}: {sample}");
            assert!(sampler.sample_duration(&mut draws) <= Duration::MAX);
        }
        for x in [0.0, 1e-3, 1e6, 1e30] {
            assert!((0.0..=1.0).contains(&sampler.cdf(x)), "{text}, {x}: {}", sampler.cdf(x));
        }
        sampler.scv();
    }
}

#[test]
fn a_constant_takes_no_draw() {
    let mut draws = Key::from_seed(1).draws();
    sampler(r#"Constant("5ms")"#).sample(&mut draws);
    assert_eq!(draws.bits(), Key::from_seed(1).draws().bits());
}

#[test]
fn schemas_document_every_variant_and_parameter() {
    let schema =
        serde_json::to_value(schemars::schema_for!(Distribution<Duration>)).expect("a schema is JSON");
    let variants = schema["oneOf"].as_array().expect("an enum is a list of variants");
    assert_eq!(variants.len(), 15);
    for variant in variants {
        assert!(variant["description"].is_string(), "{variant}");
    }
    for (name, definition) in schema["$defs"].as_object().expect("the parameters are definitions") {
        for (field, property) in definition["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{field}: {property}");
        }
    }
}

/// Three samples of each law under one key, as bits: changed bits are changed results, raise `RESULTS`.
#[test]
fn the_samples_are_fixed_for_ever() {
    let key = Key::from_seed(42).named("golden");
    let drawn: Vec<String> = laws()
        .iter()
        .map(|(text, ..)| {
            let sampler = sampler(text);
            let bits = |number| sampler.sample(&mut key.numbered(number).draws()).to_bits();
            format!("{:016x} {:016x} {:016x} {text}", bits(0), bits(1), bits(2))
        })
        .collect();
    assert_eq!(drawn.join("\n"), include_str!("golden.txt").trim_end());
}
