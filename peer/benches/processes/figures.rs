//! Medians, percentiles, and rows of figures.

use std::time::Duration;

/// How often everything is measured.
pub(crate) const RUNS: usize = 5;

pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a short list")]
    let at = (share * last as f64).round() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// All runs and their median.
pub(crate) fn row(name: &str, unit: &str, values: &[f64], digits: usize) {
    let runs: String = values.iter().map(|value| format!("{value:>10.digits$}")).collect();
    println!("  {name:<46}{runs}   median {:>9.digits$} {unit}", median(values));
}

/// What a row was compared with, pair by pair.
pub(crate) fn ratios(name: &str, left: &[f64], right: &[f64], bar: &str) {
    let pairs: Vec<f64> = left.iter().zip(right).map(|(left, right)| left / right).collect();
    let runs: String = pairs.iter().map(|value| format!("{value:>10.2}")).collect();
    println!("  {name:<46}{runs}   median {:>9.2}   {bar}", median(&pairs));
}
