"""What a call costs with this component, and with what people use today.

One emulator over TLS, which answers from bytes that it keeps, and one process for each client. They take turns (A B C C B A), so that
other work on the machine affects all; figures are medians.

Usage: python peers.py path/to/host-test [--json] [--quick]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/python"))
from emulator import Emulator  # noqa: E402

WORKER = Path(__file__).with_name("worker.py")
# Each with its name in the table.
SIDES = {
    "limit": "the same bytes, dropped",
    "native": "same code, native",
    "plugin": "this component",
    "requests": "Python requests",
    "sdk": "Microsoft's Python SDK",
}
# What is timed: name, calls in a row, rounds, unit.
WORKS = [
    ("get", "a warm get", 20, 10),
    ("page", "50 incidents with alerts", 3, 6),
    ("hunt 2000", "a hunt of 1 MB", 3, 6),
    ("hunt 20000", "a hunt of 10 MB", 1, 5),
    ("hunt 100000", "a hunt of 50 MB", 1, 3),
]
CALLERS, SECONDS = 16, 2.0
# How many times better than each the component has to be.
BARS = {
    "requests": dict.fromkeys([work for work, *_ in WORKS], 3.0) | {"get": 2.0},
    "sdk": dict.fromkeys([work for work, *_ in WORKS] + ["callers"], 15.0),
}
BAR_COLUMNS = 40


class Worker(AbstractContextManager):
    """A client in a process of its own. Its start ends with its first answer."""

    def __init__(self, side, program, config, ca_file):
        if side in ("requests", "sdk"):
            command = [sys.executable, str(WORKER), side, config, ca_file]
        else:
            command = [program, "bench", "--worker", side, "--config", config, "--ca-file", ca_file]
        started = time.perf_counter()
        self.side = side
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()
        self.start_ms = (time.perf_counter() - started) * 1e3

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{SIDES[self.side]} ended: see above")
        return json.loads(line)

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def in_turns(rounds, measure):
    """The median of what is measured, for each side."""
    found = {side: [] for side in SIDES}
    for side in [*SIDES, *reversed(SIDES)] * rounds:
        found[side].append(measure(side))
    return {side: statistics.median(values) for side, values in found.items()}


def measured(start, quick):
    """All figures. `start` starts the client of a side."""
    note = lambda what: print(f"measuring {what} …", file=sys.stderr, flush=True)
    often = lambda rounds: 1 if quick else rounds
    report = {"us": {}, "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"}

    def start_ms(side):
        """From the start of the process to its first answer, with everything that is loaded."""
        with start(side) as worker:
            return worker.start_ms

    def peak(side):
        """The most memory of a process that makes one hunt of 50 MB."""
        with start(side) as worker:
            worker.order(time="hunt 100000", calls=1)
            return worker.order(peak=True)["bytes"]

    note("starts")
    report["start_ms"] = in_turns(often(3), start_ms)
    with ExitStack() as stack:
        workers = {side: stack.enter_context(start(side)) for side in SIDES}
        for work, name, calls, rounds in WORKS:
            note(name)
            for worker in workers.values():
                worker.order(time=work, calls=1)
            us = lambda side: statistics.median(workers[side].order(time=work, calls=calls)["us"])
            report["us"][work] = in_turns(often(rounds), us)
        note(f"{CALLERS} callers")
        rate = lambda side: workers[side].order(rate="get", callers=CALLERS, seconds=SECONDS)["per_s"]
        report["callers_per_s"] = in_turns(often(2), rate)
    note("memory")
    report["peak_bytes"] = {side: peak(side) for side in SIDES}
    report["bars"] = bars(report)
    return report


def bars(report):
    """How many times less time the component takes, or how many times more it does, with what is wanted."""
    costs = report["us"] | {"callers": {side: 1 / rate for side, rate in report["callers_per_s"].items()}}
    found = []
    for peer, wanted in BARS.items():
        for work, bar in wanted.items():
            times = costs[work][peer] / costs[work]["plugin"]
            found.append({"against": peer, "work": work, "times": round(times, 2), "bar": bar, "met": times >= bar})
    return found


def milliseconds(us):
    return f"{us / 1e3:,.2f} ms" if us < 1e4 else f"{us / 1e3:,.0f} ms"


def show(report):
    rows = [["", *SIDES.values()]]
    for name, figures, form in [
        *((name, report["us"][work], milliseconds) for work, name, *_ in WORKS),
        (f"{CALLERS} callers", report["callers_per_s"], lambda rate: f"{rate:,.0f}/s"),
        ("start to first answer", report["start_ms"], lambda ms: f"{ms:,.0f} ms"),
        ("memory, 50 MB hunt", report["peak_bytes"], lambda size: f"{size / 1e6:,.0f} MB"),
    ]:
        rows.append([name, *(form(figures[side]) for side in SIDES)])
    first, *widths = [max(map(len, column)) for column in zip(*rows)]
    for name, *cells in rows:
        print(f"{name:<{first}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths)))
    names = {work: name for work, name, *_ in WORKS} | {"callers": f"{CALLERS} callers"}
    for work, times in report["us"].items():
        print(f"\n{names[work]}")
        for side, title in SIDES.items():
            eighths = max(1, round(times[side] / max(times.values()) * BAR_COLUMNS * 8))
            bar = "█" * (eighths // 8) + ("", *"▏▎▍▌▋▊▉")[eighths % 8]
            print(f"  {title:<{max(map(len, SIDES.values()))}}  {milliseconds(times[side]):>10}  {bar}")
    print()
    for bar in report["bars"]:
        mark = "✓" if bar["met"] else "✗"
        print(f"{mark} {names[bar['work']]}: {bar['times']:.1f} times as fast as {SIDES[bar['against']]}, wanted {bar['bar']:.0f}")
    print(report["machine"])


def main():
    parser = argparse.ArgumentParser(description="Measure the component beside what people use today.")
    parser.add_argument("program")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ca_file, config = f"{folder}/ca.pem", f"{folder}/config.json"
        with Emulator(arguments.program, "--keep-answers", ca_file=ca_file, stderr=subprocess.DEVNULL) as emulator:
            Path(config).write_text(json.dumps(emulator.config | {"timeout": 120}))
            report = measured(lambda side: Worker(side, arguments.program, config, ca_file), arguments.quick)
    if arguments.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)


if __name__ == "__main__":
    main()
