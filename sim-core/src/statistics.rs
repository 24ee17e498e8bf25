//! Estimates and how far to trust them: intervals from replications, batches and order statistics, and fair comparison.
//!
//! All of it is deterministic and pure. Counts in results are `u64`.

mod accumulate;
mod batch;
mod compare;
mod law;
mod quantile;
pub(crate) mod root;
pub(crate) mod special;

pub use accumulate::{Accumulator, Interval, interval_of, standard_error_around};
pub use batch::{BatchMeans, Truncation, batch_means, mser5};
pub use compare::{PairedDifference, holm, paired_difference, paired_difference_around};
pub use law::{
    binomial_cdf, chi_square_cdf, chi_square_quantile, student_t_cdf, student_t_quantile, student_t_two_sided,
};
pub use quantile::{QuantileInterval, quantile_by_order, quantile_by_sections, quantile_of_sorted};
