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
from pathlib import Path

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
    "requests": {"get": 2.0, "page": 3.0, "hunt 2000": 3.0, "hunt 20000": 3.0, "hunt 100000": 3.0},
    "sdk": dict.fromkeys([work for work, *_ in WORKS] + ["callers"], 15.0),
}
BAR_COLUMNS = 40


class Worker:
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

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, program, config, ca_file, quick):
        self.make = lambda side: Worker(side, program, config, ca_file)
        self.quick = quick
        self.workers = {}

    def in_turns(self, rounds, measure):
        """The median of what is measured, for each side."""
        found = {side: [] for side in self.workers}
        for _ in range(1 if self.quick else rounds):
            order = list(self.workers)
            for side in order + order[::-1]:
                found[side].append(measure(self.workers[side]))
        return {side: statistics.median(values) for side, values in found.items()}

    def starts(self):
        """From the start of the process to its first answer, with everything that is loaded."""
        found = {side: [] for side in SIDES}
        for _ in range(1 if self.quick else 5):
            for side in SIDES:
                worker = self.make(side)
                found[side].append(worker.start_ms)
                worker.stop()
        return {side: statistics.median(values) for side, values in found.items()}

    def peaks(self):
        """The most memory of a process that makes one hunt of 50 MB."""
        found = {}
        for side in SIDES:
            worker = self.make(side)
            worker.order(time="hunt 100000", calls=1)
            found[side] = worker.order(peak=True)["bytes"]
            worker.stop()
        return found

    def run(self, note):
        report = {"us": {}, "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"}
        note("starts")
        report["start_ms"] = self.starts()
        self.workers = {side: self.make(side) for side in SIDES}
        for work, name, calls, rounds in WORKS:
            note(name)
            for worker in self.workers.values():
                worker.order(time=work, calls=1)
            measure = lambda worker: statistics.median(worker.order(time=work, calls=calls)["us"])
            report["us"][work] = self.in_turns(rounds, measure)
        note(f"{CALLERS} callers")
        measure = lambda worker: worker.order(rate="get", callers=CALLERS, seconds=SECONDS)["per_s"]
        report["callers_per_s"] = self.in_turns(2, measure)
        for worker in self.workers.values():
            worker.stop()
        note("memory")
        report["peak_bytes"] = self.peaks()
        report["bars"] = bars(report)
        return report


def bars(report):
    """How many times less time the component takes, or how many times more it does, with what is wanted."""
    found = []
    for peer, wanted in BARS.items():
        for work, bar in wanted.items():
            if work == "callers":
                rates = report["callers_per_s"]
                times = rates["plugin"] / rates[peer]
            else:
                times = report["us"][work][peer] / report["us"][work]["plugin"]
            found.append({"against": peer, "work": work, "times": round(times, 2), "bar": bar, "met": times >= bar})
    return found


def milliseconds(us):
    return f"{us / 1e3:,.2f} ms" if us < 1e4 else f"{us / 1e3:,.0f} ms"


def show(report):
    rows = [(name, [milliseconds(report["us"][work][side]) for side in SIDES]) for work, name, *_ in WORKS]
    rows.append((f"{CALLERS} callers", [f"{report['callers_per_s'][side]:,.0f}/s" for side in SIDES]))
    rows.append(("start to first answer", [f"{report['start_ms'][side]:,.0f} ms" for side in SIDES]))
    rows.append(("memory, 50 MB hunt", [f"{report['peak_bytes'][side] / 1e6:,.0f} MB" for side in SIDES]))
    heads = list(SIDES.values())
    widths = [max(len(head), *(len(cells[at]) for _, cells in rows)) for at, head in enumerate(heads)]
    first = max(len(name) for name, _ in rows)
    lines = [" " * first + "".join(f"  {head:>{width}}" for head, width in zip(heads, widths))]
    lines += [f"{name:<{first}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths)) for name, cells in rows]
    print("\n".join(lines))
    for work, name, *_ in WORKS:
        times = report["us"][work]
        slowest = max(times.values())
        print(f"\n{name}")
        for side, title in SIDES.items():
            eighths = max(1, round(times[side] / slowest * BAR_COLUMNS * 8))
            bar = "█" * (eighths // 8) + ("", *"▏▎▍▌▋▊▉")[eighths % 8]
            print(f"  {title:<{max(map(len, SIDES.values()))}}  {milliseconds(times[side]):>10}  {bar}")
    print()
    names = {work: name for work, name, *_ in WORKS} | {"callers": f"{CALLERS} callers"}
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
        ca_file, config = str(Path(folder, "ca.pem")), Path(folder, "config.json")
        command = [arguments.program, "emulator", "--until-stdin-ends", "--keep-answers", "--tls", "--ca-out", ca_file]
        emulator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            settings = json.loads(emulator.stdout.readline()) | {"timeout": 120}
            config.write_text(json.dumps(settings))
            note = lambda what: print(f"measuring {what} …", file=sys.stderr, flush=True)
            report = Bench(arguments.program, str(config), ca_file, arguments.quick).run(note)
        finally:
            emulator.stdin.close()
            emulator.wait()
    if arguments.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)


if __name__ == "__main__":
    main()
