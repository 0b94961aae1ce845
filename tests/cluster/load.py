"""Load on the cluster: `wrk` where speed is measured, and callers in Python where each call counts."""

import http.client
import json
import os
import select
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import PATIENCE_SECONDS

CALLERS = 8
INCIDENT = "2972395"
# After each call, so that the emulator's journal of 10,000 requests holds all of a test.
PAUSE_SECONDS = 0.01


def measure(host, name, key, callers, seconds):
    """Calls a second and so on, of callers who each call again as soon as they have their answer."""
    here = Path(__file__).parent
    url = f"http://127.0.0.1:{host.port}/actions/get_incident_details"
    command = ["wrk", "-t1", f"-c{callers}", f"-d{seconds}", "--timeout", "20", "-s", str(here / "measure.lua"), url]
    environment = {**os.environ, "CALL_HOST": name, "CALL_KEY": key}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + PATIENCE_SECONDS)
    if ran.returncode != 0:
        raise RuntimeError(f"wrk: {ran.stdout}{ran.stderr}")
    return json.loads(ran.stdout.splitlines()[-1])


class Absent(Exception):
    """The host is not there. Nothing was sent, so any call can go to another host."""


class Lost(Exception):
    """The connection broke before the answer was complete. What was asked for may have happened."""


class Caller:
    """A client that keeps its connections open."""

    def __init__(self, name):
        self.name = name
        self.kept = {}

    def call(self, host, key, action, body=None):
        """Status and body of the answer. Without an action, asks for the catalog of them."""
        connection = self.kept.pop(host.port, None)
        if connection and select.select([connection.sock], [], [], 0)[0]:
            # The host has closed it in the meantime.
            connection.close()
            connection = None
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=PATIENCE_SECONDS)
            try:
                connection.connect()
            except OSError as error:
                raise Absent(str(error)) from error
        headers = {"Host": self.name, "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        try:
            if action is None:
                connection.request("GET", "/actions", headers=headers)
            else:
                connection.request("POST", f"/actions/{action}", json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Lost(repr(error)) from error
        if not answer.will_close:
            self.kept[host.port] = connection
        return answer.status, content


class Rotation:
    """The hosts that get calls, as a load balancer has them: one can be taken out, and comes back when it is ready."""

    def __init__(self, hosts):
        self.hosts = list(hosts)
        self.under_way = Counter()
        self.changed = threading.Condition()

    @contextmanager
    def turn(self, number):
        """The host whose turn it is, and a call under way on it."""
        with self.changed:
            host = self.hosts[number % len(self.hosts)]
            self.under_way[host.port] += 1
        try:
            yield host
        finally:
            with self.changed:
                self.under_way[host.port] -= 1
                self.changed.notify_all()

    def take_out(self, host):
        """Returns when the last call on it has ended."""
        with self.changed:
            self.hosts.remove(host)
            if not self.changed.wait_for(lambda: not self.under_way[host.port], PATIENCE_SECONDS):
                raise RuntimeError(f"calls on host {host.name} do not end")

    def put_back(self, host):
        with self.changed:
            self.hosts.append(host)


@dataclass
class Call:
    host: str
    began: float
    # The text that a write leaves in its incident, and nothing else does.
    mark: str | None


class Load:
    """Callers on all hosts in turn who alternate reads and writes, until the `with` block ends.

    A call that finds its host absent goes to the next one. A read that is lost is repeated there; a write is not, because it
    may have happened.
    """

    def __init__(self, rotation, name, key):
        self.rotation, self.name, self.key = rotation, name, key
        self.answered, self.lost, self.wrong = [], [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=[number], daemon=True) for number in range(CALLERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, number):
        caller = Caller(self.name)
        turn = number
        while not self.over.is_set():
            turn += 1
            mark = f"caller {number}, call {turn}" if turn // 2 % 2 else None
            self.one(caller, turn, mark)
            time.sleep(PAUSE_SECONDS)

    def one(self, caller, turn, mark):
        for attempt in range(2):
            with self.rotation.turn(turn + attempt) as host:
                made = Call(host.name, time.monotonic(), mark)
                try:
                    action = "update_incident" if mark else "get_incident_details"
                    body = {"incident_id": INCIDENT} | ({"resolving_comment": mark} if mark else {})
                    status, content = caller.call(host, self.key, action, body)
                except Absent:
                    continue
                except Lost:
                    self.lost.append(made)
                    if mark:
                        return
                    continue
            if status == 200 and json.loads(content)["data"]["id"] == INCIDENT:
                self.answered.append(made)
            else:
                self.wrong.append(f"host {host.name}: {status} {content[:300]}")
            return
        self.wrong.append("no host took the call")

    def wait_for(self, answers, host=None):
        """Until there have been so many more answers, of one host or of any."""
        begin, end = len(self.answered), time.monotonic() + PATIENCE_SECONDS
        while sum(1 for call in self.answered[begin:] if host in (None, call.host)) < answers:
            if time.monotonic() > end or self.wrong:
                raise AssertionError(f"{len(self.answered) - begin} answers; {self.wrong[:3]}")
            time.sleep(0.02)
