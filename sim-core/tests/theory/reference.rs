//! The reference values of `cases.json`.

use serde_json::Value;

/// A case: what it is called and what it says.
pub struct Case {
    pub id: String,
    pub metrics: Vec<Metric>,
}

/// One number of a case.
pub struct Metric {
    pub name: String,
    /// A truth value counts as 0 or 1; a text has no value.
    pub value: Option<f64>,
    pub tolerance: Tolerance,
}

/// How far an estimate may be from the value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Tolerance {
    /// Four standard errors, of this coefficient over the root of the number of observations.
    StandardErrors(f64),
    /// That of a ratio of variance to mean.
    OfDispersion,
    Absolute(f64),
    Relative(f64),
    /// A reference or a bound.
    None,
}

/// Values are given with ten digits.
const DIGITS: f64 = 1e-9;

impl Tolerance {
    fn read(metric: &Value) -> Tolerance {
        if let Some(coefficient) = metric["se_coef"].as_f64() {
            return Tolerance::StandardErrors(coefficient);
        }
        if metric["tol_abs"].as_str() == Some("4*sqrt(2/R)") {
            return Tolerance::OfDispersion;
        }
        match (metric["tol_abs"].as_f64(), metric["tol_rel"].as_f64()) {
            (Some(bound), _) => Tolerance::Absolute(bound),
            (None, Some(share)) => Tolerance::Relative(share),
            (None, None) => Tolerance::None,
        }
    }

    /// The largest difference from `value` that `count` observations excuse.
    pub fn bound(self, value: f64, count: f64) -> Option<f64> {
        match self {
            Tolerance::StandardErrors(coefficient) => {
                Some((4.0 * coefficient / count.sqrt()).max(DIGITS * value.abs()))
            }
            Tolerance::OfDispersion => Some(4.0 * (2.0 / count).sqrt()),
            Tolerance::Absolute(bound) => Some(bound),
            Tolerance::Relative(share) => Some(share * value.abs()),
            Tolerance::None => None,
        }
    }
}

fn document() -> Value {
    serde_json::from_str(include_str!("cases.json")).expect("`cases.json` is JSON")
}

fn cases(document: &Value) -> impl Iterator<Item = &Value> {
    document["cases"].as_array().expect("there are cases").iter()
}

fn id(case: &Value) -> &str {
    case["id"].as_str().expect("a case has a name")
}

/// The names of all cases.
pub fn ids() -> Vec<String> {
    cases(&document()).map(|case| id(case).to_owned()).collect()
}

/// The case called `name`.
pub fn case(name: &str) -> Case {
    let document = document();
    let case = cases(&document).find(|case| id(case) == name);
    let case = case.unwrap_or_else(|| panic!("there is no case `{name}`"));
    let metrics = case["metrics"].as_array().expect("a case has metrics").iter();
    let metrics = metrics.map(|metric| Metric {
        name: metric["name"].as_str().expect("a metric has a name").to_owned(),
        value: metric["value"].as_f64().or_else(|| metric["value"].as_bool().map(f64::from)),
        tolerance: Tolerance::read(metric),
    });
    Case { id: name.to_owned(), metrics: metrics.collect() }
}
