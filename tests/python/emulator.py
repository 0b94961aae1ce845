"""The emulator as a process of its own, for what is written in Python. Needs nothing but Python."""

import json
import ssl
import subprocess
import urllib.request
from contextlib import AbstractContextManager, contextmanager

# The longest time that one thing may take on a busy machine.
PATIENCE_SECONDS = 60


class Emulator(AbstractContextManager):
    """Microsoft Graph and Entra ID on loopback, over TLS if there is to be a file with its authority's certificate.

    It ends with this program, too. Further arguments are those of the process.
    """

    def __init__(self, program, *options, ca_file=None, **process):
        tls = ["--tls", "--ca-out", str(ca_file)] if ca_file else []
        command = [program, "emulator", "--until-stdin-ends", *tls, *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **process)
        printed = self.process.stdout.readline()
        if not printed:
            _, errors = self.process.communicate()
            raise RuntimeError(f"the emulator does not start: {(errors or b'').decode()}")
        self.config = json.loads(printed)
        self.url = self.config["endpoints"]["graph"]
        tls = ssl.create_default_context(cafile=ca_file) if ca_file else None
        # Otherwise a proxy that is named in the environment would be asked.
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls)
        self.opener = urllib.request.build_opener(*handlers)

    def control(self, method, function, body=None):
        """Calls one of the emulator's own functions."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{function}", data, method=method)
        with self.opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @contextmanager
    def fault(self, fault):
        self.control("POST", "faults", fault)
        try:
            yield
        finally:
            self.control("DELETE", "faults")

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.communicate()
