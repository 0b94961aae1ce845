//! What the sandbox may cost: every figure with its target.

use super::bar::Bar;
use super::comparison::Times;
use super::report::Report;
use super::statistics::rounded;

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

/// The figures with their targets, in the order of the table.
pub(crate) fn bars(report: &Report) -> Vec<Bar> {
    let below = |ratio: f64, limit: f64| (format!("≤ {limit}"), ratio <= limit);
    let hunt = &report.hunting.hunt;
    let mut bars = vec![
        Bar::at_most("component", kilobytes(report.component_bytes), kilobytes(COMPONENT_BYTES), " KB"),
        Bar::at_most("component, gzip", kilobytes(report.component_gzip_bytes), kilobytes(COMPONENT_GZIP_BYTES), " KB"),
        Bar::at_most("create an instance, median", report.instantiate_us.p50, INSTANTIATE_US, " µs"),
        Bar::at_most("cold start: load, create, first answer", report.cold_start_ms, COLD_START_MS, " ms"),
    ];
    bars.extend(report.actions.iter().map(|action| {
        let us = |value: f64| format!("{value:.0} µs");
        let Times { component_us, native_us, limit_us, ratio } = action.times;
        Bar::beside(
            action.name.to_owned(),
            [component_us, native_us, limit_us].map(us),
            ratio,
            below(ratio, ACTION_RATIO),
        )
    }));
    let ms = |us: f64| format!("{:.0} ms", us / 1e3);
    let Times { component_us, native_us, limit_us, ratio } = hunt.times;
    let per_second = |value: f64| format!("{value:.0}/s");
    let throughput = &report.throughput;
    let enough = (format!("≥ {THROUGHPUT_RATIO}"), throughput.ratio >= THROUGHPUT_RATIO);
    bars.extend([
        Bar::beside(
            format!("hunt of {} rows, {:.0} MB", hunt.rows, kilobytes(hunt.body_bytes) / 1e3),
            [component_us, native_us, limit_us].map(ms),
            ratio,
            below(ratio, HUNT_RATIO),
        ),
        Bar::at_most("guest memory / size of the answer", report.hunting.peak_over_body, PEAK_OVER_BODY, ""),
        Bar::beside(
            "throughput on all cores".to_owned(),
            [throughput.component_per_s, throughput.native_per_s, throughput.limit_per_s].map(per_second),
            throughput.ratio,
            enough,
        ),
        Bar::count("requests of a first call", report.requests_cold, REQUESTS_COLD),
        Bar::count("requests of a warm call", report.requests_warm, REQUESTS_WARM),
        Bar::count("connections for 1,000 calls", report.connections_per_1000_calls, CONNECTIONS),
    ]);
    bars
}

/// Thousands of bytes, to one decimal place.
fn kilobytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes that are shown to one decimal place")]
    let kilobytes = bytes as f64 / 1e3;
    rounded(kilobytes, 1)
}
