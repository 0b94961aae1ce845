"""The service form, served by the wasmtime command and called by a real HTTP client.

Microsoft's side is the emulator. Every answer in every test is validated against the service's own description, and none
may contain the key or the secret.

Run it with `make service-test`, or: python service.py path/to/wasmtime path/to/host-test path/to/service.wasm
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import openapi_spec_validator
import yaml
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
from checks import Tests, equal, holds, stop_with_what_was_started  # noqa: E402
from emulator import Emulator  # noqa: E402
from serve import ROOT, Served, variables  # noqa: E402

KEY = "a-key-for-those-who-may-call"
ACTIONS = [
    "get_incident_details", "list_incidents", "run_hunting_query", "update_incident", "generic_action", "add_incident_comment",
    "list_alerts", "get_alert", "update_alert", "add_alert_comment", "merge_incidents", "move_alerts", "poll_incidents",
]
PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": f"Bearer {KEY}"}
BODY_MAX_BYTES = 1024 * 1024
UPLOAD_MAX_BYTES = 16 * 1024 * 1024
# The longest time that one answer may take on a busy machine.
PATIENCE_SECONDS = 60
# About 50 MB.
LARGE_HUNT = "SyntheticEvents | take 100000"

test = Tests()


class Replica(Served):
    """One `wasmtime serve`, and a client whose answers are checked."""

    def __init__(self, world, variables):
        super().__init__(world.wasmtime, world.service, variables)
        hooks = {"response": [world.checks]}
        self.client = httpx.Client(base_url=self.url, headers=BEARER, timeout=PATIENCE_SECONDS, event_hooks=hooks)

    def connection(self):
        return socket.create_connection(self.url.removeprefix("http://").split(":"))

    def stop(self):
        self.client.close()
        super().stop()


class World:
    """What the tests share, and the checks of every answer."""

    def __init__(self, wasmtime, host_test, service):
        self.wasmtime, self.host_test, self.service = wasmtime, host_test, service
        self.replicas = []
        self.description = None
        self.answers = 0
        self.emulator = Emulator(host_test)
        self.secrets = [KEY, self.emulator.config["client_secret"]]
        self.variables = variables(self.emulator.config, KEY)
        self.replica = self.start(self.variables)
        self.client = self.replica.client
        self.description = self.client.get("/openapi.json").json()

    def start(self, variables):
        self.replicas.append(Replica(self, variables))
        return self.replicas[-1]

    def stop(self):
        for replica in self.replicas:
            replica.stop()
        self.emulator.stop()

    def checks(self, answer):
        """Checks every answer that any client here gets."""
        text = answer.read().decode() + str(answer.headers)
        for secret in self.secrets:
            holds(secret not in text, f"{answer.request.url} contains a secret")
        equal(answer.headers["cache-control"], "no-store")
        if self.description and answer.request.method != "HEAD":
            self.validate(answer)
        self.answers += 1

    def validate(self, answer):
        kind = answer.headers["content-type"]
        path = answer.request.url.path.replace("/update_incidents", "/update_incident")
        described = self.description["paths"].get(path, {}).get(answer.request.method.lower())
        if not described:
            # An unknown path, action or method: the description has only the form of a problem.
            equal(kind, PROBLEM)
            described = {"responses": {str(answer.status_code): {"$ref": f"#/components/responses/{answer.status_code}"}}}
        response = self.resolve(described["responses"][str(answer.status_code)])
        schema = response["content"][kind]["schema"]
        self.valid(schema, answer.json())
        if kind == PROBLEM:
            equal(answer.json()["status"], answer.status_code)
        for header in response.get("headers", {}).keys() - {"Retry-After"}:
            holds(header in answer.headers, f"{header} is missing")

    def resolve(self, value):
        while "$ref" in value:
            found = self.description
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def valid(self, schema, value):
        Draft202012Validator({**schema, "components": self.description["components"]}).validate(value)

    def act(self, action, body):
        return self.client.post(f"/actions/{action}", json=body)


def imports(component):
    """The names in the import section of a component, all of which are instances."""

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = component[at], at + 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    at, names = 8, []
    while at < len(component):
        section = number()
        end = number()
        end += at
        if section == 10:
            for _ in range(number()):
                kind, length = number(), number()
                names.append(component[at : at + length].decode())
                at += length
                equal((kind, number()), (0, 5))
                number()
        at = end
    return names


def post(action, headers):
    """The head of a request for an action."""
    head = f"POST /actions/{action} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
    return f"{head}Content-Type: application/json\r\n{headers}\r\n\r\n".encode()


def pod_limit_mib():
    """The memory that the Deployment in deploy/ allows a replica."""
    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/defender-xdr.yaml").read_text())
    deployment = next(document for document in documents if document["kind"] == "Deployment")
    limit = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
    holds(limit.endswith("Gi"), limit)
    return int(limit.removesuffix("Gi")) * 1024


def refused(answer, status, kind):
    equal((answer.status_code, answer.headers["content-type"], answer.json()["kind"]), (status, PROBLEM, kind))
    return answer.json()


@test
def imports_http_clocks_random_numbers_and_the_environment(world):
    names = {re.sub(r"@.*", "", name) for name in imports(Path(world.service).read_bytes())}
    equal(names, {
        "wasi:cli/environment", "wasi:clocks/monotonic-clock", "wasi:clocks/system-clock", "wasi:clocks/types",
        "wasi:http/client", "wasi:http/types", "wasi:random/random",
    })
    print(f"        {', '.join(sorted(names))}", flush=True)


@test
def describes_itself_as_valid_openapi(world):
    openapi_spec_validator.validate(world.description)
    posts = [path for path, item in world.description["paths"].items() if "post" in item]
    equal(posts, [f"/actions/{action}" for action in ACTIONS])


@test
def runs_the_actions_on_the_examples_of_the_description(world):
    for action in ACTIONS:
        body = world.description["paths"][f"/actions/{action}"]["post"]["requestBody"]["content"]["application/json"]
        world.valid(body["schema"], body["example"])
        answer = world.act(action, body["example"])
        equal(answer.status_code, 200)
        holds(answer.json()["data"], "there is data")
    equal(world.act("get_incident_details", {"incident_id": "2972395"}).json()["data"]["determination"], "apt")


@test
def accepts_what_the_app_documents(world):
    catalog = world.client.get("/actions").json()
    for action in catalog["actions"]:
        answer = world.client.post(f"/actions/{action['name']}", json=action["example"])
        # An earlier test has merged those incidents.
        equal(answer.status_code, 422 if action["name"] == "merge_incidents" else 200)
    equal(world.act("update_incidents", [{"incident_id": "2972395", "status": "Resolved"}]).status_code, 200)
    json_type = {"Content-Type": "application/vnd.playbook+json; charset=utf-8"}
    equal(world.client.post("/actions/list_incidents", content="{}", headers=json_type).status_code, 200)


@test
def returns_the_catalog_of_the_connector(world):
    program = subprocess.run([world.host_test, "describe", "--json"], capture_output=True, check=True)
    equal(world.client.get("/actions").json(), json.loads(program.stdout))


@test
def pages_with_the_cursor(world):
    first = world.act("list_incidents", {"max_results": 2}).json()
    second = world.act("list_incidents", {"cursor": first["meta"]["cursor"]}).json()
    ids = [incident["id"] for page in (first, second) for incident in page["data"]["value"]]
    equal(len(set(ids)), 4)


@test
def head_answers_as_get_without_a_body(world):
    for path in ("/actions", "/openapi.json", "/healthz", "/livez"):
        answer = world.client.head(path)
        equal((answer.status_code, answer.headers["content-type"], answer.content), (200, "application/json", b""))
    equal(httpx.head(f"{world.replica.url}/actions").status_code, 401)


@test
def refuses_bodies_that_are_not_json(world):
    post = lambda body, **headers: world.client.post("/actions/list_incidents", content=body, headers=headers or JSON)
    for body in (b"", b" ", b"{", b"{}{}", b"\xff", b"[" * 100_000):
        refused(post(body), 400, "invalid-body")
    refused(post(b"[]"), 400, "invalid-input")
    refused(post(b"{}", **{"Content-Type": "text/plain"}), 415, "unsupported-media-type")
    refused(world.client.post("/actions/list_incidents", content=b"{}"), 415, "unsupported-media-type")


@test
def refuses_large_bodies_announced_or_not(world):
    def refusal(headers, body):
        with world.replica.connection() as connection:
            connection.sendall(post("list_incidents", headers) + body)
            return connection.recv(12)

    # Announced but never sent; and sent in chunks without a length, up to the first byte too many.
    equal(refusal(f"Content-Length: {BODY_MAX_BYTES + 1}", b""), b"HTTP/1.1 413")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunks = chunk * (BODY_MAX_BYTES // 0x10000)
    equal(refusal("Transfer-Encoding: chunked", chunks + b"1\r\n \r\n"), b"HTTP/1.1 413")
    equal(refusal("Transfer-Encoding: chunked", chunks + b"0\r\n\r\n"), b"HTTP/1.1 400")
    answer = world.client.post("/actions/list_incidents", content=b"{}" + b" " * (BODY_MAX_BYTES - 2), headers=JSON)
    equal(answer.status_code, 200)
    generic = {"method": "GET", "endpoint": "security/incidents/2972395", "payload": "x" * BODY_MAX_BYTES}
    refused(world.act("generic_action", generic), 413, "content-too-large")


@test
def files_may_be_large(world):
    file = {"field": "file", "filename": "a.bin", "content_base64": "QUJD" * 1_000_000}
    body = {"method": "POST", "endpoint": "security/upload", "extra_fields": {"files": [file]}}
    world.emulator.control("DELETE", "journal")
    # The emulator has no such route; it gets all of it.
    refused(world.act("generic_action", body), 503, "unavailable")
    sent = next(entry for entry in world.emulator.control("GET", "journal") if "upload" in entry["path"])
    holds(int(dict(sent["headers"])["content-length"]) > 3_000_000, str(sent["headers"]))
    file["content_base64"] = "QUJD" * (UPLOAD_MAX_BYTES // 4)
    refused(world.act("generic_action", body), 413, "content-too-large")


@test
def broken_and_slow_bodies_are_answered_and_hold_up_nobody(world):
    chunked = post("list_incidents", "Transfer-Encoding: chunked")
    for body in (b"zz\r\n{}\r\n", b"ffffffffffffffffff\r\n", b"2\r\n{}"):
        with world.replica.connection() as connection:
            connection.sendall(chunked + body)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(64)
        holds(answer[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 500"), f"{body}: {answer}")
    slow = []
    for _ in range(100):
        slow.append(world.replica.connection())
        slow[-1].sendall(post("list_incidents", "Content-Length: 100") + b"{")
    idle = [world.replica.connection() for _ in range(500)]
    began = time.monotonic()
    equal(world.client.get("/livez").status_code, 200)
    equal(world.act("get_incident_details", {"incident_id": "2972395"}).status_code, 200)
    print(f"        answered after {time.monotonic() - began:.2f} s beside 100 slow bodies and 500 idle connections", flush=True)
    slow[0].settimeout(PATIENCE_SECONDS)
    equal(slow[0].recv(12), b"HTTP/1.1 408")
    for connection in slow + idle:
        connection.close()


@test
def probes_are_answered_while_hunts_are_slow_and_junk_arrives(world):
    slow = {"matches": {"path_contains": "/runHuntingQuery"}, "action": {"kind": "genuine"}, "delay_milliseconds": 4000}
    hunts, junk = 96, b"[" * UPLOAD_MAX_BYTES
    hunt = lambda _: world.act("run_hunting_query", {"query": "DeviceNetworkEvents | take 1"}).status_code
    throw = lambda _: world.client.post("/actions/generic_action", content=junk, headers=JSON).status_code
    slowest = 0.0
    with world.emulator.fault(slow), ThreadPoolExecutor(hunts + 2) as callers:
        answers = callers.map(hunt, range(hunts))
        refusals = callers.map(throw, range(2))
        for _ in range(15):
            time.sleep(0.1)
            for path in ("/livez", "/healthz"):
                began = time.monotonic()
                equal(httpx.get(world.replica.url + path).status_code, 200)
                slowest = max(slowest, time.monotonic() - began)
        equal((set(answers), set(refusals)), ({200}, {400}))
    holds(slowest < 1, f"the slowest probe took {slowest:.2f} s, and Kubernetes waits for 1 s")
    print(f"        the slowest of 30 probes took {slowest * 1000:.0f} ms", flush=True)


@test
def several_keys_work_at_a_time(world):
    old, new = "the-key-of-yesterday", "the-key-of-tomorrow"
    world.secrets += [old, new]
    replica = world.start({**world.variables, "DEFENDER_GATEWAY_KEY": f"{old},{new}"})
    for key, status in ((old, 200), (new, 200), (f"{old},{new}", 401), (KEY, 401)):
        answer = replica.client.get("/actions", headers={"Authorization": f"Bearer {key}"})
        equal((key, answer.status_code), (key, status))
    replica.stop()


@test
def answers_carry_the_ids_of_microsoft(world):
    answer = world.act("get_incident_details", {"incident_id": "2972395"})
    meta = answer.json()["meta"]
    equal(answer.headers["request-id"], meta["request_id"])
    equal(answer.headers["client-request-id"], meta["client_request_id"])
    problem = world.act("get_incident_details", {"incident_id": "999999999"})
    equal(problem.headers["request-id"], problem.json()["request_id"])


@test
def large_answers_wait_for_each_other_and_fit_the_memory(world):
    """Sixteen hunts of 50 MB at a time, chunked, in a replica of its own. The pod's limit in deploy/ has to hold them."""
    replica = world.start(world.variables)

    def hunt(_):
        with httpx.stream("POST", f"{replica.url}/actions/run_hunting_query", headers=BEARER, timeout=PATIENCE_SECONDS,
                          json={"query": LARGE_HUNT}) as answer:
            equal(answer.status_code, 200)
            return sum(len(chunk) for chunk in answer.iter_raw())

    with ThreadPoolExecutor(16) as callers:
        sizes = set(callers.map(hunt, range(16)))
    holds(min(sizes) > 20_000_000, f"they are large: {sizes}")
    peak = replica.peak_mib()
    limit = pod_limit_mib()
    replica.stop()
    print(f"        {min(sizes):,} bytes each; peak {peak} MiB, the limit is {limit} MiB", flush=True)
    holds(peak < limit, f"{peak} MiB")


@test
def a_large_answer_without_room_in_time_is_told_to_come_back(world):
    """With room for one, a second waits while the first is read slowly."""
    replica = world.start({**world.variables, "DEFENDER_GATEWAY_ANSWERS_MIB": "64", "DEFENDER_TIMEOUT": "15"})
    options = {"json": {"query": LARGE_HUNT}, "headers": BEARER, "timeout": PATIENCE_SECONDS}
    with httpx.stream("POST", f"{replica.url}/actions/run_hunting_query", **options) as first:
        equal(first.status_code, 200)
        # Kept, because the iterator closes the connection when it goes.
        chunks = first.iter_raw(1024)
        next(chunks)
        problem = refused(replica.client.post("/actions/run_hunting_query", json={"query": LARGE_HUNT}), 503, "busy")
        equal(problem["retry_after_seconds"], 5)
        equal(replica.client.post("/actions/get_incident_details", json={"incident_id": "2972395"}).status_code, 200)
        # A reader who pauses for too long loses the rest, and the room is free. Who got it just before the deadline is late.
        end = time.monotonic() + PATIENCE_SECONDS
        hunt = lambda: replica.client.post("/actions/run_hunting_query", json={"query": LARGE_HUNT}).status_code
        while (status := hunt()) in (503, 504) and time.monotonic() < end:
            pass
        equal(status, 200)
    replica.stop()


@test
def callers_who_leave_do_no_harm(world):
    """No engine of today tells a component that its caller has left: the call ends by itself, and its place is free again."""
    slow = {"matches": {"path_contains": "/runHuntingQuery"}, "action": {"kind": "genuine"}, "delay_milliseconds": 1000}
    with world.emulator.fault(slow):
        for _ in range(40):
            with world.replica.connection() as connection:
                body = b'{"query": "DeviceNetworkEvents | take 1"}'
                connection.sendall(post("run_hunting_query", f"Content-Length: {len(body)}") + body)
        equal(world.act("run_hunting_query", {"query": "DeviceNetworkEvents | take 1"}).status_code, 200)
    holds(not any("trap" in line or "panic" in line for line in world.replica.log), "".join(world.replica.log))


@test
def refuses_callers_without_the_key(world):
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {KEY}x"}, {"Authorization": f"Basic {KEY}"}):
        for method, path in (("GET", "/actions"), ("POST", "/actions/list_incidents"), ("POST", "/actions/none")):
            with httpx.Client(base_url=world.replica.url, event_hooks={"response": [world.checks]}) as stranger:
                answer = stranger.request(method, path, headers=headers)
            refused(answer, 401, "unauthorized")
            equal(answer.headers["www-authenticate"].split()[0], "Bearer")
    world.emulator.control("DELETE", "journal")
    httpx.post(f"{world.replica.url}/actions/list_incidents", json={})
    equal(world.emulator.control("GET", "journal"), [])


@test
def refuses_paths_and_methods_that_it_does_not_have(world):
    refused(world.client.get("/console"), 404, "unknown-path")
    equal(refused(world.act("delete_tenant", {}), 404, "unknown-action")["actions"], ACTIONS)
    for method, path, allowed in (
        ("GET", "/actions/list_incidents", "POST"),
        ("PUT", "/actions/list_incidents", "POST"),
        ("OPTIONS", "/actions", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
    ):
        answer = world.client.request(method, path)
        refused(answer, 405, "method-not-allowed")
        equal(answer.headers["allow"], allowed)


@test
def odd_requests_get_an_answer_and_no_trap(world):
    lines = ["BREW /actions", "GET *", "OPTIONS *", "GET //", "GET /%00", "GET /%ff%fe?%", "GET /actions/../healthz", "POST /actions/"]
    lines += ["GET /actions?" + "x" * 8000, "get /healthz", "GET http://elsewhere/healthz", "POST /actions/%6cist_incidents"]
    for line in lines:
        with world.replica.connection() as connection:
            head = f"{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
            status = int(connection.recv(4096).split()[1])
        holds(status in (200, 400, 404, 405, 414, 415), f"{line[:40]}: {status}")
    holds(not any("wasm trap" in line for line in world.replica.log), "".join(world.replica.log))


@test
def errors_of_the_connector_are_problems(world):
    problem = refused(world.act("get_incident_details", {"incident_id": "999999999"}), 404, "not-found")
    equal(problem["type"], "urn:defender-xdr:error:not-found")
    holds(problem["request_id"] and problem["client_request_id"], "it names the request")
    refused(world.act("run_hunting_query", {"query": "Nowhere | take 1"}), 422, "rejected")
    refused(world.act("get_incident_details", {"incident": "1"}), 400, "invalid-input")
    for status, kind, ours in ((403, "forbidden", 403), (409, "conflict", 409), (500, "unavailable", 503), (429, "throttled", 429)):
        action = {"kind": "respond", "status": status, "headers": {"Retry-After": "77"}, "body": {"error": {"code": "x"}}}
        with world.emulator.fault({"matches": {"path_contains": "/incidents"}, "action": action}):
            answer = world.act("get_incident_details", {"incident_id": "2972395"})
        refused(answer, ours, kind)
        if status == 429:
            equal((answer.headers["retry-after"], answer.json()["retry_after_seconds"]), ("77", 77))


@test
def a_wrong_secret_is_the_services_fault_and_not_the_callers(world):
    wrong = world.start({**world.variables, "DEFENDER_CLIENT_SECRET": "wrong~secret.of-this-app"})
    world.secrets.append("wrong~secret.of-this-app")
    problem = refused(wrong.client.post("/actions/list_incidents", json={}), 502, "unauthenticated")
    equal(problem["code"], "AADSTS7000215")
    nowhere = {"DEFENDER_LOGIN_ENDPOINT": "http://127.0.0.1:9", "DEFENDER_GRAPH_ENDPOINT": "http://127.0.0.1:9"}
    refused(world.start({**world.variables, **nowhere}).client.post("/actions/list_incidents", json={}), 502, "unreachable")


@test
def a_secret_that_a_caller_sends_is_not_repeated(world):
    for secret in world.secrets[:2]:
        refused(world.act("update_incident", {"incident_id": "1", "status": secret}), 400, "invalid-input")
        refused(world.client.get(f"/{secret}"), 404, "unknown-path")
        refused(world.act(secret, {}), 404, "unknown-action")
        # No answer contains it, good ones included, however Microsoft's side repeats it. (Not the incident that is read with other
        # credentials later: they do not know this one.)
        echoed = world.act("add_incident_comment", {"incident_id": "2972404", "comment": f"my key is {secret}"})
        equal((echoed.status_code, "my key is ***" in echoed.text), (200, True))
        named = {"method": "GET", "endpoint": "security/incidents/2972395", "extra_fields": {"headers": {"client-request-id": secret}}}
        equal(world.act("generic_action", named).json()["meta"]["client_request_id"], "***")


@test
def refuses_to_work_unless_it_is_configured(world):
    cases = [
        ({"DEFENDER_GATEWAY_KEY": ""}, ["DEFENDER_GATEWAY_KEY"]),
        ({"DEFENDER_GATEWAY_KEY": "fifteen-letters"}, ["DEFENDER_GATEWAY_KEY"]),
        ({"DEFENDER_TENANT_ID": "", "DEFENDER_CLIENT_ID": " "}, ["DEFENDER_TENANT_ID", "DEFENDER_CLIENT_ID"]),
        ({"DEFENDER_GRAPH_ENDPOINT": "http://example.com"}, ["DEFENDER_GRAPH_ENDPOINT"]),
        ({"DEFENDER_TIMEOUT": "3600"}, ["DEFENDER_TIMEOUT"]),
        ({"DEFENDER_CLOUD": "china"}, ["DEFENDER_CLOUD"]),
        ({"DEFENDER_LOGIN_ENDPOINT": "http://example.com"}, ["DEFENDER_LOGIN_ENDPOINT"]),
    ]
    for changes, missing in cases:
        replica = world.start({**world.variables, **changes})
        for path in ("/healthz", "/openapi.json", "/actions"):
            equal(refused(replica.client.get(path), 503, "not-configured")["variables"], missing)
        refused(replica.client.post("/actions/list_incidents", json={}), 503, "not-configured")
        replica.stop()


@test
def signs_in_with_any_credential(world):
    ids = {name: value for name, value in world.variables.items() if name != "DEFENDER_CLIENT_SECRET"}
    pair = world.emulator.control("POST", "certificate")
    token = httpx.get(
        f"{world.emulator.url}/metadata/identity/oauth2/token",
        params={"api-version": "2018-02-01", "resource": "https://graph.microsoft.com/"},
        headers={"Metadata": "true"},
    ).json()
    azure = {"AZURE_TENANT_ID": ids["DEFENDER_TENANT_ID"], "AZURE_CLIENT_ID": ids["DEFENDER_CLIENT_ID"]}
    own = {name: value for name, value in ids.items() if name not in ("DEFENDER_TENANT_ID", "DEFENDER_CLIENT_ID")}
    assertion = world.emulator.control("POST", "assertion", {})["assertion"]
    for credential in (
        ids | {"DEFENDER_CERTIFICATE": pair["certificate"], "DEFENDER_PRIVATE_KEY": pair["private_key"]},
        ids | {"DEFENDER_CERTIFICATE": pair["private_key"] + pair["certificate"]},
        own | azure | {"DEFENDER_CLIENT_ASSERTION": assertion},
        ids | {"DEFENDER_ACCESS_TOKEN": token["access_token"]},
    ):
        replica = world.start(credential)
        answer = replica.client.post("/actions/get_incident_details", json={"incident_id": "2972395"})
        equal((answer.status_code, answer.json()["data"]["id"]), (200, "2972395"))
        replica.stop()
    answer = world.start(ids | {"DEFENDER_CERTIFICATE": pair["certificate"]}).client.get("/healthz")
    refused(answer, 503, "not-configured")
    holds("DEFENDER_PRIVATE_KEY is required beside certificate" in answer.text, answer.text)


@test
def eight_callers_at_a_time_get_their_own_answers(world):
    ids = [incident["id"] for incident in world.act("list_incidents", {"max_results": 8}).json()["data"]["value"]]

    def caller(incident):
        return [world.act("get_incident_details", {"incident_id": incident}).json()["data"]["id"] for _ in range(10)]

    with ThreadPoolExecutor(8) as callers:
        for incident, answers in zip(ids, callers.map(caller, ids)):
            equal(answers, [incident] * 10)


@test
def a_large_answer_streams_to_a_slow_reader(world):
    options = {"json": {"query": LARGE_HUNT}, "headers": BEARER, "timeout": PATIENCE_SECONDS}
    with httpx.stream("POST", f"{world.replica.url}/actions/run_hunting_query", **options) as answer:
        length = int(answer.headers["content-length"])
        chunks = []
        for chunk in answer.iter_raw(1024 * 1024):
            time.sleep(0.01)
            chunks.append(chunk)
    text = b"".join(chunks)
    equal(len(text), length)
    holds(length > 20_000_000, f"it is large: {length}")
    equal(json.loads(text)["meta"]["row_count"], 100_000)
    # A reader that disconnects in the middle does no harm.
    with httpx.stream("POST", f"{world.replica.url}/actions/run_hunting_query", **options) as answer:
        next(answer.iter_raw(1024))
    equal(world.client.get("/healthz").status_code, 200)
    print(f"        {length:,} bytes", flush=True)


@test
def one_request_to_microsoft_for_each_call_and_one_token_for_all(world):
    replica = world.start(world.variables)
    call = lambda: replica.client.post("/actions/get_incident_details", json={"incident_id": "2972395"}).status_code
    world.emulator.control("DELETE", "journal")
    with ThreadPoolExecutor(16) as callers:
        equal(set(callers.map(lambda _: call(), range(16))), {200})
    equal([call() for _ in range(20)], [200] * 20)
    journal = world.emulator.control("GET", "journal")
    tokens = sum("/oauth2/" in entry["path"] for entry in journal)
    equal(len(journal) - tokens, 36)
    # Instances that were made while others computed have their own.
    holds(tokens <= 4, f"{tokens} tokens")


@test
def one_of_two_replicas_is_killed_and_only_answers_in_flight_are_lost(world):
    """Eight callers alternate, and switch to the other replica after a failure. Each may lose only what was in flight."""
    replicas = [world.start(world.variables) for _ in range(2)]
    seconds = 4.0
    end = time.monotonic() + seconds
    gone_at = []

    def caller(turn):
        answered, refused, broken = 0, [], []
        while time.monotonic() < end:
            turn += 1
            began, replica = time.monotonic(), replicas[turn % 2]
            try:
                answer = replica.client.post("/actions/get_incident_details", json={"incident_id": "2972395"})
                equal(answer.status_code, 200)
                answered += 1
            except httpx.ConnectError:
                refused.append((replica, began))
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                broken.append((replica, began))
        return answered, refused, broken

    def kill():
        time.sleep(seconds / 2)
        os.kill(replicas[0].process.pid, signal.SIGKILL)
        replicas[0].process.wait()
        gone_at.append(time.monotonic())

    killer = threading.Thread(target=kill)
    killer.start()
    with ThreadPoolExecutor(8) as callers:
        results = list(callers.map(caller, range(8)))
    killer.join()
    answered, refused, broken = (list(column) for column in zip(*results))
    refused, broken = sum(refused, []), sum(broken, [])
    holds(all(answered), "every caller got answers")
    holds(all(replica is replicas[0] for replica, _ in refused + broken), "the other replica lost nothing")
    holds(all(began < gone_at[0] for _, began in broken), "what broke was in flight")
    holds(len(broken) <= 8, f"one for each caller at most: {len(broken)}")
    print(f"        {sum(answered)} answers; {len(broken)} in flight were lost, {len(refused)} connections refused", flush=True)


@test
def a_replica_that_is_told_to_stop_finishes_what_it_has_begun(world):
    replica = world.start(world.variables)
    slow = {"matches": {"path_contains": "/incidents"}, "action": {"kind": "genuine"}, "delay_milliseconds": 1500}
    world.emulator.control("DELETE", "journal")
    with world.emulator.fault(slow), ThreadPoolExecutor(1) as caller:
        answer = caller.submit(replica.client.post, "/actions/get_incident_details", json={"incident_id": "2972395"})
        # It has its token: the slow request is next.
        while not world.emulator.control("GET", "journal"):
            time.sleep(0.01)
        replica.process.send_signal(signal.SIGINT)
        equal(answer.result().status_code, 200)
    replica.client.close()
    equal(replica.process.wait(PATIENCE_SECONDS), 0)


@test
def the_commands_of_the_documentation_run_as_written(world):
    commands = []
    for page in ("README.md", "service/README.md"):
        text = (ROOT / page).read_text().replace("\\\n", " ")
        commands += [line.removeprefix("$ ") for line in text.splitlines() if line.removeprefix("$ ").startswith("curl ")]
    environment = {"PATH": os.environ["PATH"], "SERVICE": world.replica.url, "DEFENDER_GATEWAY_KEY": KEY}
    paths = {re.search(r'\$SERVICE(/[^"]+)"', command)[1]: command for command in commands}
    holds(paths.keys() >= {f"/actions/{action}" for action in ACTIONS}, f"each action is there: {list(paths)}")
    for path, command in paths.items():
        ran = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
        equal((command, ran.returncode, ran.stderr), (command, 0, ""))
        described = world.description["paths"][path]["post" if " -d " in command else "get"]["responses"]["200"]
        world.valid(world.resolve(described)["content"]["application/json"]["schema"], json.loads(ran.stdout))
    print(f"        {len(paths)} commands", flush=True)


def main(wasmtime, host_test, service):
    stop_with_what_was_started()
    world = World(wasmtime, host_test, service)
    try:
        test.run(lambda function: function(world))
    finally:
        world.stop()
    print(f"{test.summary()}; {world.answers} answers fit the description and contain no secret")
    return test.failed


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python service.py path/to/wasmtime path/to/host-test path/to/service.wasm")
    sys.exit(1 if main(*sys.argv[1:]) else 0)
