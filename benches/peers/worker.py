"""One client in Python that does what it is told: a line of JSON in, a line of JSON out, as `host-test bench --worker`.

`requests`: one session, as connectors of automation platforms use it. `sdk`: Microsoft's own Graph SDK.

Usage: python worker.py requests|sdk CONFIG CA_FILE
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INCIDENT = "2972395"
SCOPE = "https://graph.microsoft.com/.default"


def query(work):
    return f"SyntheticEvents | take {work.removeprefix('hunt ')}"


class Requests:
    """The library `requests`, with a session and the token in its headers."""

    def __init__(self, config, ca_file):
        import requests

        self.requests, self.config, self.ca_file = requests, config, ca_file
        self.graph = f"{config['endpoints']['graph']}/v1.0/security"
        self.session = self.signed_in()

    def signed_in(self):
        session = self.requests.Session()
        session.verify = self.ca_file
        # Otherwise a bundle that is named in the environment takes precedence.
        session.trust_env = False
        form = {"grant_type": "client_credentials", "scope": SCOPE}
        form |= {name: self.config[name] for name in ("client_id", "client_secret")}
        url = f"{self.config['endpoints']['login']}/{self.config['tenant_id']}/oauth2/v2.0/token"
        answer = session.post(url, data=form)
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        session.headers["Prefer"] = "include-unknown-enum-members"
        return session

    def close(self):
        self.session.close()

    def work(self, name, session=None):
        session = session or self.session
        if name == "get":
            answer = session.get(f"{self.graph}/incidents/{INCIDENT}")
        elif name == "page":
            answer = session.get(f"{self.graph}/incidents", params={"$top": 50, "$expand": "alerts"})
        else:
            answer = session.post(f"{self.graph}/runHuntingQuery", json={"Query": query(name), "Timespan": "P30D"})
        answer.raise_for_status()
        return answer.json()

    def times(self, name, calls):
        times = []
        for _ in range(calls):
            started = time.perf_counter()
            self.work(name)
            times.append((time.perf_counter() - started) * 1e6)
        return times

    def rate(self, name, callers, seconds):
        sessions = [self.signed_in() for _ in range(callers)]
        started = time.perf_counter()

        def call(session):
            count = 0
            while time.perf_counter() - started < seconds:
                self.work(name, session)
                count += 1
            return count

        with ThreadPoolExecutor(callers) as threads:
            count = sum(threads.map(call, sessions))
        return count / (time.perf_counter() - started)


class Sdk:
    """Microsoft's Graph SDK and azure-identity, which are asynchronous."""

    def __init__(self, config, ca_file):
        import ssl

        import httpx
        from azure.identity.aio import ClientSecretCredential
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph import GraphRequestAdapter, GraphServiceClient
        from msgraph.generated.security.incidents.incidents_request_builder import IncidentsRequestBuilder
        from msgraph.generated.security.microsoft_graph_security_run_hunting_query.run_hunting_query_post_request_body import (
            RunHuntingQueryPostRequestBody,
        )
        from msgraph_core import GraphClientFactory
        from msgraph_core.authentication import AzureIdentityAuthenticationProvider

        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        app = {name: config[name] for name in ("tenant_id", "client_id", "client_secret")}
        credential = ClientSecretCredential(**app, authority=config["endpoints"]["login"], connection_verify=ca_file)
        http = httpx.AsyncClient(verify=ssl.create_default_context(cafile=ca_file), timeout=120)
        url = config["endpoints"]["graph"]
        provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=[httpx.URL(url).host])
        adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=http))
        adapter.base_url = f"{url}/v1.0"
        self.closing = [credential.close, http.aclose]
        self.security = GraphServiceClient(request_adapter=adapter).security
        self.hunting = RunHuntingQueryPostRequestBody
        options = IncidentsRequestBuilder.IncidentsRequestBuilderGetQueryParameters(top=50, expand=["alerts"])
        self.page = RequestConfiguration(query_parameters=options)

    async def work(self, name):
        if name == "get":
            return await self.security.incidents.by_incident_id(INCIDENT).get()
        if name == "page":
            return await self.security.incidents.get(self.page)
        body = self.hunting(query=query(name), timespan="P30D")
        return await self.security.microsoft_graph_security_run_hunting_query.post(body)

    def times(self, name, calls):
        async def run():
            times = []
            for _ in range(calls):
                started = time.perf_counter()
                await self.work(name)
                times.append((time.perf_counter() - started) * 1e6)
            return times

        return self.loop.run_until_complete(run())

    def rate(self, name, callers, seconds):
        async def run():
            started = time.perf_counter()

            async def call():
                count = 0
                while time.perf_counter() - started < seconds:
                    await self.work(name)
                    count += 1
                return count

            counts = await asyncio.gather(*(call() for _ in range(callers)))
            return sum(counts) / (time.perf_counter() - started)

        return self.loop.run_until_complete(run())

    def close(self):
        for close in self.closing:
            self.loop.run_until_complete(close())


def peak():
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def main():
    side, config, ca_file = sys.argv[1:]
    client = {"requests": Requests, "sdk": Sdk}[side](json.loads(Path(config).read_text()), ca_file)
    client.times("get", 1)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "time" in order:
            answer = {"us": client.times(order["time"], order["calls"])}
        elif "rate" in order:
            answer = {"per_s": client.rate(order["rate"], order["callers"], order["seconds"])}
        else:
            answer = {"bytes": peak()}
        print(json.dumps(answer), flush=True)
    client.close()


if __name__ == "__main__":
    main()
