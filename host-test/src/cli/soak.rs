//! `soak`: many calls with faults in between, to find what accumulates: memory, lost answers, repeated writes.

use clap::{Arg, ArgMatches, Command, value_parser};
use host_test::trials::soak::{Report, Soak, run as soak};
use serde_json::json;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::terminal::Terminal;
use super::view::table;

pub(crate) const NAME: &str = "soak";

/// Failures that are listed.
const SHOWN_MAX: usize = 10;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(crate) fn command() -> Command {
    let number =
        |name: &'static str, default: &'static str| Arg::new(name).long(name).value_name("N").default_value(default);
    Command::new(NAME)
        .about("Make many calls with faults in between and look for what accumulates")
        .long_about(
            "Make many calls with faults in between and look for what accumulates.\n\n\
             Runs all actions in a random mix on warm instances, against emulators with a fault in one of ten calls. Exits \
             with 1 if the host's memory keeps growing, an answer is lost or a write is repeated.",
        )
        .arg(number("calls", "10000").value_parser(value_parser!(u32).range(1..)).help("Number of calls"))
        .arg(
            number("seed", "1")
                .value_parser(value_parser!(u64))
                .help("The same seed gives the same calls the same faults"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let calls = arguments.get_one::<u32>("calls").copied().unwrap_or(1);
    let seed = arguments.get_one("seed").copied().unwrap_or_default();
    let plan = Soak { calls: usize::try_from(calls).unwrap_or(usize::MAX), seed };
    let progress = terminal.progress(plan.calls);
    let report = {
        let progress = progress.clone();
        soak(&globals.component, plan, move || progress.inc(1)).await
    };
    progress.finish_and_clear();
    let report = report?;
    let failures = report.failures();
    if globals.json {
        let (growth, passed) = (report.growth(), failures.is_empty());
        terminal.print_json(
            &json!({ "passed": passed, "failures": failures, "growth": growth, "report": report }).to_string(),
        )?;
    } else {
        terminal.print(&text(&report, &failures, terminal))?;
    }
    if failures.is_empty() { Ok(()) } else { Err(Failure::Reported) }
}

fn text(report: &Report, failures: &[String], terminal: &Terminal) -> String {
    let mut facts = table::bare(terminal);
    let kinds = report.errors.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ");
    let errors: usize = report.errors.values().sum();
    let host: Vec<u64> = report.samples.iter().filter_map(|sample| sample.host_bytes).collect();
    let guest: Vec<u64> = report.samples.iter().map(|sample| sample.guest_bytes).collect();
    let growth = report.growth().map_or_else(
        || "not measured on this system".to_owned(),
        |growth| format!("{:+.1} % since call {}", growth * 100.0, report.baseline_calls),
    );
    let rows = [
        ("calls", format!("{} in {:.1} s, {} of them with a fault", report.calls, report.seconds, report.troubled)),
        ("answers", format!("{}, and {errors} errors explained by a fault", report.answered)),
        ("errors", kinds),
        ("lost answers", report.lost.len().to_string()),
        ("writes", format!("{}, repeated: {}", report.writes, report.repeated.len())),
        ("connections", format!("{}, instances: {}", report.connections, report.instances)),
        ("host memory", format!("{}  {}, {growth}", sparkline(&host), range(&host))),
        ("guest memory", format!("{}  {}", sparkline(&guest), range(&guest))),
    ];
    for (name, value) in rows {
        facts.add_row([name, value.as_str()]);
    }
    let mut lines = vec![table::text(&facts), String::new()];
    let mark = terminal.text("✗").red();
    lines.extend(failures.iter().take(SHOWN_MAX).map(|failure| format!("{mark} {failure}")));
    if failures.len() > SHOWN_MAX {
        lines.push(format!("  and {} more", failures.len() - SHOWN_MAX));
    }
    lines.push(if failures.is_empty() {
        format!("{} nothing lost, nothing written twice, memory stable", terminal.text("✓").green())
    } else {
        format!("{} failed", failures.len())
    });
    lines.join("\n")
}

/// First and last value in MiB.
fn range(values: &[u64]) -> String {
    let mib = |value: Option<&u64>| {
        let tenths = value.copied().unwrap_or_default() * 10 / (1 << 20);
        format!("{}.{} MiB", tenths / 10, tenths % 10)
    };
    format!("{} to {}", mib(values.first()), mib(values.last()))
}

/// A bar for each value, from zero to the greatest.
fn sparkline(values: &[u64]) -> String {
    let greatest = values.iter().copied().max().unwrap_or_default().max(1);
    let bar = |value: &u64| {
        let height = value * (BARS.len() as u64 - 1) / greatest;
        usize::try_from(height).ok().and_then(|height| BARS.get(height)).copied().unwrap_or(' ')
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use host_test::trials::soak::Sample;

    use super::*;

    #[test]
    fn a_plot_starts_at_zero() {
        assert_eq!(sparkline(&[0, 50, 100]), "▁▄█");
        assert_eq!(sparkline(&[100, 99]), "█▇");
        assert_eq!(sparkline(&[]), "");
    }

    #[test]
    fn says_what_went_wrong() {
        let sample = |calls, bytes| Sample { calls, host_bytes: Some(bytes), guest_bytes: 1 << 20 };
        let report = Report {
            calls: 2,
            baseline_calls: 1,
            samples: vec![sample(1, 100 << 20), sample(2, 120 << 20)],
            repeated: vec!["2 times, update".into()],
            ..Report::default()
        };
        let text = text(&report, &report.failures(), &Terminal::plain(100));
        assert!(text.contains("▆█  100.0 MiB to 120.0 MiB, +20.0 % since call 1"), "{text}");
        assert!(text.contains("✗ written twice: 2 times, update"), "{text}");
        assert!(text.ends_with("2 failed"), "{text}");
    }
}
