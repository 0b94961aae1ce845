"""The processes of the cluster, all on loopback: NATS, the registry, wasmCloud's hosts, and the emulator in Microsoft's place."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import nats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
from emulator import PATIENCE_SECONDS, Emulator  # noqa: E402
from serve import variables  # noqa: E402


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(folder):
    """No more of ours than this: proxies and settings of the user would change what is tested."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def wash_version(folder):
    return subprocess.run(["wash", "--version"], env=environment(folder), capture_output=True, text=True, check=True).stdout


def ask_nats(url, work):
    async def connected():
        client = await nats.connect(url)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(connected())


class Process:
    """A program whose output is kept in a file."""

    def __init__(self, folder, name, *command):
        self.name, self.log = name, folder / f"{name}.log"
        with self.log.open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.process = subprocess.Popen(command, cwd=folder, env=environment(folder), **streams)

    def must_start(self, end):
        if self.process.poll() is not None or time.monotonic() > end:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.name} does not start; the end of {self.log}:\n{tail}")

    def wait_for(self, port):
        """Returns when it accepts connections."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                self.must_start(end)
                time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()


class TwoNames(Emulator):
    """The emulator, whose one address has two names, so that an allow-list can have one without the other."""

    def __init__(self, folder, name, program, tls):
        self.authority = folder / f"{name}.pem" if tls else None
        with (folder / f"{name}.log").open("ab") as log:
            options = {"stderr": log, "cwd": folder, "env": environment(folder)}
            super().__init__(Path(program).resolve(), ca_file=self.authority, **options)
        self.graph, self.login = self.url, self.url.replace("127.0.0.1", "localhost")

    def variables(self, keys):
        return variables(self.config | {"endpoints": {"login": self.login, "graph": self.graph}}, ",".join(keys))


class Cluster:
    """NATS, the registry, and the hosts."""

    def __init__(self, folder):
        self.folder = folder
        self.parts = []
        nats_port, registry_port = free_port(), free_port()
        self.nats_url = f"nats://127.0.0.1:{nats_port}"
        self.registry = f"127.0.0.1:{registry_port}"
        storage = {"filesystem": {"rootdirectory": str(folder / "registry")}}
        # JSON is YAML, too.
        (folder / "registry.yml").write_text(json.dumps({"version": 0.1, "storage": storage, "http": {"addr": self.registry}}))
        self.run("nats", nats_port, "nats-server", "-a", "127.0.0.1", "-p", str(nats_port))
        self.run("registry", registry_port, "docker-registry", "serve", "registry.yml")

    def run(self, name, port, *command):
        self.parts.append(Process(self.folder, name, *command))
        self.parts[-1].wait_for(port)

    def push(self, component, tag):
        """Returns the image's reference."""
        image = f"{self.registry}/defender-xdr-service:{tag}"
        push = Process(self.folder, f"push-{tag}", "wash", "oci", "push", "--insecure", image, str(Path(component).resolve()))
        if push.process.wait(PATIENCE_SECONDS) != 0:
            raise RuntimeError(f"{image} is not pushed:\n{push.log.read_text()}")
        return image

    def pulls(self, digest):
        """How often a blob of the service was pulled."""
        log = (self.folder / "registry.log").read_text()
        return log.count(f'"GET /v2/defender-xdr-service/blobs/sha256:{digest} ')

    def start_host(self, name, authority, port=None):
        """Returns when it has announced itself, with its id."""
        port = port or free_port()

        async def announced(client):
            heartbeats = await client.subscribe("runtime.operator.heartbeat.>")
            await client.flush()
            host = Host(self, name, authority, port)
            self.parts.append(host)
            end = time.monotonic() + PATIENCE_SECONDS
            while True:
                try:
                    heartbeat = json.loads((await heartbeats.next_msg(timeout=0.5)).data)
                except nats.errors.TimeoutError:
                    host.must_start(end)
                    continue
                if heartbeat["httpPort"] == port:
                    host.id = heartbeat["id"]
                    return host

        return ask_nats(self.nats_url, announced)

    def stop(self):
        # The hosts first: they would report the loss of NATS.
        for part in reversed(self.parts):
            part.kill()


class Host(Process):
    """A wasmCloud host. Its name is ours; its id is another one at each start."""

    def __init__(self, cluster, name, authority, port):
        self.nats_url, self.authority, self.port = cluster.nats_url, authority, port
        command = ["wash", "host", "--non-interactive", "--host-name", name, "--http-addr", f"127.0.0.1:{port}"]
        command += ["--scheduler-nats-url", self.nats_url, "--data-nats-url", self.nats_url]
        command += ["--allow-insecure-registries", "--oci-cache-dir", f"cache-{name}"]
        # The emulator is on loopback and has an authority of its own.
        command += ["--deny-special-ranges", "false", "--http-client-ca-path", str(authority)]
        super().__init__(cluster.folder, f"host-{name}", *command)
        self.name = name

    def ask(self, function, question):
        subject, data = f"runtime.host.{self.id}.{function}", json.dumps(question).encode()
        answer = ask_nats(self.nats_url, lambda client: client.request(subject, data, timeout=PATIENCE_SECONDS))
        return json.loads(answer.data)["workloadStatus"]

    def start(self, workload_id, workload):
        status = self.ask("workload.start", {"workloadId": workload_id, "workload": workload})
        if status["workloadState"] != "WORKLOAD_STATE_RUNNING":
            raise RuntimeError(f"{workload_id} does not start on host {self.name}: {status}")

    def stop_workload(self, workload_id):
        self.ask("workload.stop", {"workloadId": workload_id})

    def peak_mib(self):
        """The most memory that the process had since `forget_peak`."""
        return int(re.search(r"VmHWM:\s*(\d+) kB", (self.proc() / "status").read_text())[1]) // 1024

    def forget_peak(self):
        (self.proc() / "clear_refs").write_text("5")

    def processor_seconds(self):
        user, system = (self.proc() / "stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(list((self.proc() / "fd").iterdir()))

    def proc(self):
        return Path("/proc", str(self.process.pid))
