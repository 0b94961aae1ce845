"""What the service costs in `wasmtime serve`, beside a component there that only passes the same answers on.

One client calls both in turns, over one connection each, and drops what it receives; figures are medians. The emulator answers from
bytes that it keeps.

Usage: python bench.py path/to/wasmtime path/to/host-test path/to/service.wasm path/to/baseline.wasm
"""

import http.client
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/python"))
from emulator import Emulator  # noqa: E402
from serve import Served, variables  # noqa: E402

KEY = "a-key-for-those-who-may-call"
HUNT = "SyntheticEvents | take 100000"
# Name, action, input, calls in a turn, rounds, and how many times as long as the baseline it may take.
WORKS = [
    ("a warm get", "get_incident_details", {"incident_id": "2972395"}, 50, 10, 1 / 0.7),
    ("a hunt of 50 MB", "run_hunting_query", {"query": HUNT}, 1, 8, 3),
]


class Client:
    """Makes calls over one connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
        self.buffer = bytearray(256 * 1024)

    def call(self, action, given):
        """The size of the answer."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        self.connection.request("POST", f"/actions/{action}", json.dumps(given), headers)
        answer = self.connection.getresponse()
        if answer.status != 200:
            sys.exit(f"{action}: {answer.status} {answer.read()[:500]}")
        return sum(iter(lambda: answer.readinto(self.buffer), 0))


def turn(calls, call):
    """Milliseconds a call."""
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) * 1e3 / calls


def main(wasmtime, host_test, service, baseline):
    print(f"{'In `wasmtime serve`':24}{'service':>12}{'passed on':>12}{'ratio':>8}{'target':>8}")
    with Emulator(host_test, "--keep-answers", stderr=subprocess.DEVNULL) as emulator:
        given = variables(emulator.config, KEY)
        secret = {"SECRET_ENC": urllib.parse.quote(emulator.config["client_secret"])}
        for name, action, parameters, calls, rounds, target in WORKS:
            hunt = {"BASELINE_HUNT": json.dumps({"Query": HUNT})} if "query" in parameters else {}
            with Served(wasmtime, service, given) as ours, Served(wasmtime, baseline, given | secret | hunt) as least:
                clients = [Client(ours.url), Client(least.url)]
                size, _ = (client.call(action, parameters) for client in clients)
                times = [[], []]
                for _ in range(rounds):
                    for at in (0, 1, 1, 0):
                        times[at].append(turn(calls, lambda: clients[at].call(action, parameters)))
                one, other = map(statistics.median, times)
                verdict = f"{f'≤ {target:.3g}':>8} {'✓' if one <= target * other else '✗'}"
                print(f"{name:24}{one:9.2f} ms{other:9.2f} ms{one / other:8.2f}{verdict}", flush=True)
                peaks = [served.peak_mib() * 2**20 / size for served in (ours, least)]
    print("Peak memory of the process, in sizes of the answer: {:.1f}, {:.1f}".format(*peaks))


if __name__ == "__main__":
    main(*sys.argv[1:])
