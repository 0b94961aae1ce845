"""The cluster with the service on both hosts, and what the tests do with it."""

import copy
import json
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
from checks import equal, holds  # noqa: E402
from engine import PATIENCE_SECONDS, Cluster, TwoNames  # noqa: E402
from load import INCIDENT, Caller, Load  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target/cluster-test/run"
MANIFEST = ROOT / "deploy/wasmcloud/workload.yaml"
KEY = "a-key-for-those-who-may-call"


def until(condition, text, patience=PATIENCE_SECONDS):
    end = time.monotonic() + patience
    while not condition():
        holds(time.monotonic() < end, f"not within {patience} s: {text}")
        time.sleep(0.1)


class World:
    """The cluster, and the workload on each of its hosts."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.spec = yaml.safe_load(MANIFEST.read_text())["spec"]["template"]["spec"]
        self.component = self.spec["components"][0]
        self.name = self.spec["hostInterfaces"][0]["config"]["host"]
        self.pool, self.calls_each = self.component["poolSize"], self.component["maxConcurrency"]
        self.emulators, self.cluster, self.hosts = [], None, []
        # How many workloads there have been, and the service's on each host.
        self.started, self.workloads = 0, {}

    def begin(self):
        self.emulator = self.emulate("emulator", tls=True)
        self.cluster = Cluster(FOLDER)
        self.image = self.cluster.push(self.arguments.service, "0.2.0")
        for name in ("a", "b"):
            self.hosts.append(self.cluster.start_host(name, self.emulator.authority))
            self.replace(self.hosts[-1])

    def stop(self):
        if self.cluster:
            self.cluster.stop()
        for emulator in self.emulators:
            emulator.stop()

    def emulate(self, name, tls):
        self.emulators.append(TwoNames(FOLDER, name, self.arguments.host_test, tls))
        return self.emulators[-1]

    def workload(self, emulator, image=None, keys=(KEY,), name=None, allowed=None, variables=()):
        """The manifest's workload, as a host is asked to start it."""
        component = {**copy.deepcopy(self.component), "image": image or self.image}
        resources = component["localResources"]
        resources["environment"] = {**resources["environment"]["config"], **emulator.variables(keys), **dict(variables)}
        resources["allowedHosts"] = [url.split("://")[1] for url in allowed or (emulator.login, emulator.graph)]
        interfaces = [{**interface, "config": {"host": name or self.name}} for interface in self.spec["hostInterfaces"]]
        world = {"components": [component], "hostInterfaces": interfaces}
        return {"namespace": "default", "name": component["name"], "witWorld": world}

    def start(self, host, workload):
        """Returns the new workload's id."""
        self.started += 1
        workload_id = f"{workload['name']}-{self.started}"
        host.start(workload_id, workload)
        return workload_id

    @contextmanager
    def beside(self, host, workload):
        """Runs another workload on the host, under a name of its own."""
        workload_id = self.start(host, workload)
        try:
            yield
        finally:
            host.stop_workload(workload_id)

    def replace(self, host, **changes):
        """Starts the service anew on the host, then stops the one that was there."""
        before = self.workloads.get(host.name)
        self.workloads[host.name] = self.start(host, self.workload(self.emulator, **changes))
        if before:
            host.stop_workload(before)

    def replace_one_by_one(self, rotation, **changes):
        """Replaces the service on each host while it gets no calls."""
        for host in self.hosts:
            rotation.take_out(host)
            self.replace(host, **changes)
            rotation.put_back(host)

    def restart(self, host):
        """Starts a host that was killed, and the service on it."""
        again = self.cluster.start_host(host.name, host.authority, host.port)
        self.hosts[self.hosts.index(host)] = again
        del self.workloads[host.name]
        self.replace(again)
        return again

    def call(self, host, action, body=None, name=None):
        status, content = Caller(name or self.name).call(host, KEY, action, body)
        return status, json.loads(content) if content else None

    def details(self, host, name=None):
        """A call that is one request to Graph."""
        return self.call(host, "get_incident_details", {"incident_id": INCIDENT}, name)

    def counts(self):
        """Requests, and how many of them were for a token, since the journal was cleared."""
        counts = self.emulator.control("GET", "counts")
        return counts["requests"], counts["tokens"]

    def graph_requests(self):
        requests, tokens = self.counts()
        return requests - tokens

    def tokens(self, work):
        """How many were asked for meanwhile."""
        self.emulator.control("DELETE", "journal")
        work()
        return self.counts()[1]

    @contextmanager
    def load(self, rotation):
        """Callers on the hosts in rotation. In the end Microsoft must have got each of their writes once."""
        self.emulator.control("DELETE", "journal")
        with Load(rotation, self.name, KEY) as callers:
            yield callers
        equal(callers.wrong, [])
        journal = self.emulator.control("GET", "journal")
        # It is complete.
        equal(len(journal), self.counts()[0])
        writes = [json.loads(request["body"]) for request in journal if request["method"] == "PATCH"]
        times = Counter(write["resolvingComment"] for write in writes)
        answered = {call.mark for call in callers.answered if call.mark}
        lost = {call.mark for call in callers.lost if call.mark}
        equal([mark for mark in times if times[mark] > 1], [])
        equal(answered - times.keys(), set())
        equal(times.keys() - answered - lost, set())
