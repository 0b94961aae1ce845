//! What a sandbox may cost, and whether it does not cost more.

use serde::Serialize;

use super::report::Report;

const COMPONENT_BYTES: usize = 600_000;
const COMPONENT_GZIP_BYTES: usize = 235_000;
const INSTANTIATE_US: f64 = 30.0;
const COLD_START_MS: f64 = 10.0;
const ACTION_RATIO: f64 = 1.4;
const HUNT_RATIO: f64 = 1.6;
const PEAK_OVER_BODY: f64 = 1.3;
const THROUGHPUT_RATIO: f64 = 0.7;
const REQUESTS_COLD: usize = 2;
const REQUESTS_WARM: usize = 1;
const CONNECTIONS: usize = 2;

/// A figure beside what it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// What was measured.
    pub figure: String,
    /// With its unit.
    pub component: String,
    /// The same of the native side, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// Component to native.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What it should be.
    pub bar: String,
    /// Whether it is.
    pub met: bool,
}

impl Bar {
    fn at_most(figure: &str, value: f64, limit: f64, unit: &str) -> Self {
        Self {
            figure: figure.to_owned(),
            component: format!("{value}{unit}"),
            native: None,
            ratio: None,
            bar: format!("≤ {limit}{unit}"),
            met: value <= limit,
        }
    }

    fn beside(figure: String, component: String, native: String, ratio: f64, (bar, met): (String, bool)) -> Self {
        Self { figure, component, native: Some(native), ratio: Some(ratio), bar, met }
    }
}

/// The bars in the order of the table.
pub(crate) fn bars(report: &Report) -> Vec<Bar> {
    let below = |ratio: f64, limit: f64| (format!("≤ {limit}"), ratio <= limit);
    let hunt = &report.hunting.hunt;
    let mut bars = vec![
        Bar::at_most("component", kilobytes(report.component_bytes), kilobytes(COMPONENT_BYTES), " KB"),
        Bar::at_most("component, gzip", kilobytes(report.component_gzip_bytes), kilobytes(COMPONENT_GZIP_BYTES), " KB"),
        Bar::at_most("make an instance, median", report.instantiate_us.p50, INSTANTIATE_US, " µs"),
        Bar::at_most("cold start: load, make, first answer", report.cold_start_ms, COLD_START_MS, " ms"),
    ];
    bars.extend(report.actions.iter().map(|action| {
        let us = |value: f64| format!("{value:.0} µs");
        let verdict = below(action.ratio, ACTION_RATIO);
        Bar::beside(action.name.to_owned(), us(action.component_us), us(action.native_us), action.ratio, verdict)
    }));
    let ms = |value: f64| format!("{value:.0} ms");
    let per_second = |value: f64| format!("{value:.0}/s");
    let throughput = &report.throughput;
    let enough = (format!("≥ {THROUGHPUT_RATIO}"), throughput.ratio >= THROUGHPUT_RATIO);
    bars.extend([
        Bar::beside(
            format!("hunt of {} rows, {:.0} MB", hunt.rows, kilobytes(hunt.body_bytes) / 1e3),
            ms(hunt.component_ms),
            ms(hunt.native_ms),
            hunt.ratio,
            below(hunt.ratio, HUNT_RATIO),
        ),
        Bar::at_most("guest memory to answer", report.hunting.peak_over_body, PEAK_OVER_BODY, ""),
        Bar::beside(
            "throughput on all cores".to_owned(),
            per_second(throughput.component_per_s),
            per_second(throughput.native_per_s),
            throughput.ratio,
            enough,
        ),
        count("requests of a first call", report.requests_cold, REQUESTS_COLD),
        count("requests of a warm call", report.requests_warm, REQUESTS_WARM),
        count("connections for 1,000 calls", report.connections_per_1000_calls, CONNECTIONS),
    ]);
    bars
}

fn count(figure: &str, value: usize, limit: usize) -> Bar {
    Bar {
        figure: figure.to_owned(),
        component: value.to_string(),
        native: None,
        ratio: None,
        bar: format!("≤ {limit}"),
        met: value <= limit,
    }
}

/// Thousands of bytes, to one digit behind the point.
fn kilobytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes that are shown to a digit")]
    let kilobytes = bytes as f64 / 1e3;
    super::statistics::rounded(kilobytes, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_up_to_its_limit() {
        assert!(Bar::at_most("x", 30.0, 30.0, " µs").met);
        assert!(!Bar::at_most("x", 30.1, 30.0, " µs").met);
        assert_eq!(Bar::at_most("x", 12.5, 30.0, " µs").bar, "≤ 30 µs");
        assert!(!count("x", 3, 2).met);
    }
}
