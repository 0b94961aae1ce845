//! Medians and percentiles: one slow call in a thousand must not move a figure.

/// The median of the values; NaN if there are none.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// The value below which this percentage of the values lies, interpolated between two values.
pub(crate) fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    #[expect(clippy::cast_precision_loss, reason = "nobody takes 2^52 samples")]
    let place = last as f64 * percent / 100.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between zero and the last index")]
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let share = place - place.floor();
    sorted[below] * (1.0 - share) + sorted[above] * share
}

/// Rounds to this many decimal places: more would claim a precision that was not measured.
pub(crate) fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn the_median_ignores_outliers() {
        same(median(&[3.0, 1.0, 1000.0, 2.0, 4.0]), 3.0);
        same(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        same(median(&[7.0]), 7.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn percentiles_lie_between_values() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        same(percentile(&values, 0.0), 0.0);
        same(percentile(&values, 99.0), 99.0);
        same(percentile(&values, 100.0), 100.0);
        same(percentile(&[10.0, 20.0], 25.0), 12.5);
    }

    #[test]
    fn rounds_to_digits() {
        same(rounded(1.23456, 2), 1.23);
        same(rounded(1250.0, -2), 1300.0);
    }
}
