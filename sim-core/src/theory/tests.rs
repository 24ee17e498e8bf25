//! Every formula against reference values that were computed elsewhere: closed forms, exact chains and published tables
//! (`tests/theory/README.md` says where each comes from).

mod stations;
mod systems;

use serde_json::Value;

/// The reference values carry ten digits.
const TOLERANCE: f64 = 1e-9;

struct References(Value);

impl References {
    fn read() -> References {
        References(serde_json::from_str(include_str!("../../tests/theory/cases.json")).unwrap())
    }

    fn value(&self, case: &str, metric: &str) -> f64 {
        let cases = self.0["cases"].as_array().unwrap();
        let found =
            cases.iter().find(|entry| entry["id"] == case).unwrap_or_else(|| panic!("no case {case}"));
        let metrics = found["metrics"].as_array().unwrap();
        let found = metrics.iter().find(|entry| entry["name"] == metric);
        found.and_then(|entry| entry["value"].as_f64()).unwrap_or_else(|| panic!("{case} has no {metric}"))
    }

    /// Asserts that `values` are those of the case, each by its metric's name.
    fn check(&self, case: &str, values: &[(&str, f64)]) {
        self.check_within(TOLERANCE, case, values);
    }

    fn check_within(&self, tolerance: f64, case: &str, values: &[(&str, f64)]) {
        for &(metric, value) in values {
            let expected = self.value(case, metric);
            let is_equal = (value - expected).abs() <= tolerance * expected.abs();
            assert!(is_equal, "{case} {metric}: {value}, expected {expected}");
        }
    }
}
