//! How the cost grows: two bars for each size, so that the difference is visible before reading a number.

use comfy_table::Cell;
use host_test::trials::bench::{Growth, Report, Throughput, Times};

use crate::cli::terminal::Terminal;
use crate::cli::view::table::{self, number};

/// Eighths of a column.
const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const BAR_COLUMNS: f64 = 32.0;

/// Both sides at one size.
struct Point {
    size: String,
    component: f64,
    /// Instances have no native counterpart.
    native: Option<f64>,
    ratio: Option<f64>,
}

impl Point {
    /// In milliseconds.
    fn of(size: String, times: &Times) -> Self {
        let Times { component_us, native_us, ratio, .. } = times;
        Self { size, component: component_us / 1e3, native: Some(native_us / 1e3), ratio: Some(*ratio) }
    }
}

/// All sections.
pub(super) fn text(report: &Report, terminal: &Terminal) -> String {
    let hunts = report.hunts.iter().map(|hunt| {
        let megabytes = mega(hunt.body_bytes as u64);
        Point::of(format!("{megabytes:.0} MB, {} rows", hunt.rows), &hunt.times)
    });
    let callers = report.callers.iter().map(|callers| {
        let Throughput { component_per_s, native_per_s, ratio, .. } = callers.throughput;
        let size = format!("{} callers", callers.callers);
        Point { size, component: component_per_s, native: Some(native_per_s), ratio: Some(ratio) }
    });
    let instances = report.instances.iter().map(|instances| Point {
        size: format!("{} instances", instances.held),
        component: mega(instances.bytes),
        native: None,
        ratio: None,
    });
    let growths = |growths: &[Growth], what: &str| {
        growths.iter().map(|growth| Point::of(format!("{} {what}", growth.size), &growth.times)).collect::<Vec<_>>()
    };
    let mut sections = vec![
        section("Pages of incidents with alerts, ms", growths(&report.pages, "incidents"), terminal),
        section("Hunts, ms", hunts.collect(), terminal),
        section("Concurrent callers, calls per second", callers.collect(), terminal),
        section("A tag more for an incident, ms", growths(&report.tags, "tags"), terminal),
        section("Tenants that one instance serves in turn, ms a call", growths(&report.tenants, "tenants"), terminal),
    ];
    if !report.instances.is_empty() {
        sections.push(section("Idle instances, MB of the host's memory", instances.collect(), terminal));
    }
    sections.join("\n\n")
}

fn section(title: &str, points: Vec<Point>, terminal: &Terminal) -> String {
    let greatest = points.iter().flat_map(|point| [Some(point.component), point.native]).flatten().fold(0.0, f64::max);
    let mut table = table::bare(terminal);
    for Point { size, component, native, ratio } in points {
        let sides = [("component", Some(component), true), ("native", native, false)];
        let mut size = Some((size, ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()));
        for (side, value, coloured) in sides {
            let Some(value) = value else { continue };
            let (size, ratio) = size.take().unwrap_or_default();
            let bar = terminal.text(bar(value, greatest));
            let bar = if coloured { bar.cyan() } else { bar.dim() };
            table.add_row([Cell::new(size), number(&ratio), Cell::new(side), number(&figure(value)), Cell::new(bar)]);
        }
    }
    format!("{}\n{}", terminal.text(title).bold(), table::text(&table))
}

/// Three significant digits.
fn figure(value: f64) -> String {
    match value {
        value if value < 1.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// A bar from zero, in proportion to the greatest value.
fn bar(value: f64, greatest: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between zero and a line's length")]
    let eighths = (value / greatest * BAR_COLUMNS * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).and_then(|rest| BLOCKS.get(rest)));
    bar
}

fn mega(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes that are shown to three digits")]
    let megabytes = bytes as f64 / 1e6;
    megabytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_in_proportion() {
        assert_eq!(bar(100.0, 100.0).chars().count(), 32);
        assert_eq!(bar(50.0, 100.0), "█".repeat(16));
        assert_eq!(bar(1.0, 256.0), "▏");
        assert_eq!(bar(0.0, 100.0), "");
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!([figure(0.123), figure(12.34), figure(1234.5)], ["0.12", "12.3", "1234"]);
    }
}
