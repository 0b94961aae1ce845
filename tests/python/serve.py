"""The service in `wasmtime serve`, with the arguments that are shipped in deploy/."""

import json
import re
import subprocess
import threading
from contextlib import AbstractContextManager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shipped():
    """The arguments of `wasmtime` in deploy/, but for the address and the component."""
    text = (ROOT / "deploy/kubernetes/Containerfile").read_text().replace("\\\n", " ")
    arguments = json.loads(re.search(r"^ENTRYPOINT (.*)$", text, re.M)[1])
    fixed = (arguments[0], *arguments[1:4], arguments[-1])
    if fixed != ("/wasmtime", "serve", "--addr", "0.0.0.0:8080", "/service.wasm"):
        raise ValueError(f"the Containerfile starts {fixed}")
    return arguments[4:-1]


def variables(config, key):
    """What the service reads, for an emulator that has printed its configuration."""
    return {
        "DEFENDER_TENANT_ID": config["tenant_id"],
        "DEFENDER_CLIENT_ID": config["client_id"],
        "DEFENDER_CLIENT_SECRET": config["client_secret"],
        "DEFENDER_LOGIN_ENDPOINT": config["endpoints"]["login"],
        "DEFENDER_GRAPH_ENDPOINT": config["endpoints"]["graph"],
        "DEFENDER_GATEWAY_KEY": key,
    }


class Served(AbstractContextManager):
    """One `wasmtime serve`. Variables are passed by name, because arguments would show their values to everyone."""

    def __init__(self, wasmtime, service, variables):
        names = [argument for name in variables for argument in ("--env", name)]
        command = [wasmtime, "serve", "--addr", "127.0.0.1:0", *shipped(), *names, service]
        self.process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if found := re.search(r"Serving HTTP on (http://\S+?)/?$", line.strip()):
                self.url = found[1]
                break
        else:
            raise RuntimeError("".join(self.log))
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def peak_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
