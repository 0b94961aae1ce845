"""The files of deploy/: they parse, they have the form that their engine requires, and they allow the catalog's hosts only.

Kubernetes' own kinds are validated against its published schemas. The shape of those of wasmCloud and Cilium is checked by code
here. Nothing is deployed.

Run it with `make service-test`, or: python deploy.py path/to/host-test
"""

import json
import re
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import kubernetes_validate
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
from checks import equal, holds  # noqa: E402

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = "1.34"
VARIABLES = {"DEFENDER_TENANT_ID", "DEFENDER_CLIENT_ID", "DEFENDER_CLIENT_SECRET", "DEFENDER_GATEWAY_KEY"}
SECRETS = {"DEFENDER_CLIENT_SECRET", "DEFENDER_GATEWAY_KEY"}
# What is not the Internet: of the cluster, of its provider, of the machine.
PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"]
# 120 seconds, and a tenth.
LONGEST_ACTION_SECONDS = 132
# Kinds for which Kubernetes has no schema.
CUSTOM = {
    "WorkloadDeployment": "runtime.wasmcloud.dev/v1alpha1",
    "CiliumNetworkPolicy": "cilium.io/v2",
}


def covered(network, exceptions):
    return any(ip_network(network).subnet_of(ip_network(exception)) for exception in exceptions)


def read(name, kind):
    documents = list(yaml.safe_load_all((DEPLOY / name).read_text()))
    for document in documents:
        if document["kind"] in CUSTOM:
            equal(document["apiVersion"], CUSTOM[document["kind"]])
        else:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
    return next(document["spec"] for document in documents if document["kind"] == kind)


def names(policies):
    return {entry["matchName"] for entry in policies}


def kubernetes(hosts):
    pod = read("kubernetes/defender-xdr.yaml", "Deployment")["template"]["spec"]
    container = pod["containers"][0]
    given = {variable["name"]: variable for variable in container["env"]}
    equal(set(given), VARIABLES)
    equal({name for name, variable in given.items() if "secretKeyRef" in variable.get("valueFrom", {})}, SECRETS)
    equal(container["readinessProbe"]["httpGet"]["path"], "/healthz")
    equal(container["livenessProbe"]["httpGet"]["path"], "/livez")
    dns, https = read("kubernetes/egress-cilium.yaml", "CiliumNetworkPolicy")["egress"]
    equal(names(https["toFQDNs"]), hosts)
    equal(names(dns["toPorts"][0]["rules"]["dns"]), hosts)
    addresses = read("kubernetes/egress-addresses.yaml", "NetworkPolicy")["egress"][1]["to"][0]["ipBlock"]
    equal(addresses["cidr"], "0.0.0.0/0")
    equal([network for network in PRIVATE if not covered(network, addresses["except"])], [])
    containerfile = (DEPLOY / "kubernetes/Containerfile").read_text()
    ends = int(re.search(r'"-Wtimeout=(\d+)s"', containerfile)[1])
    holds(pod["terminationGracePeriodSeconds"] > ends + container["lifecycle"]["preStop"]["sleep"]["seconds"], "time to end")
    holds(ends > LONGEST_ACTION_SECONDS, "an action may take its time")
    # The engine's arguments pass on every variable that the pod has.
    passed = set(re.findall(r'"--env", "(\w+)"', containerfile))
    equal(VARIABLES - passed, set())


def wasmcloud(hosts):
    spec = read("wasmcloud/workload.yaml", "WorkloadDeployment")["template"]["spec"]
    component = spec["components"][0]
    resources = component["localResources"]
    # Without a pool, each call has an instance of its own and asks for a token.
    holds(component["poolSize"] > 0 and component["maxConcurrency"] > 1, "instances are kept warm")
    equal(set(resources["allowedHosts"]), hosts)
    equal(set(resources["environment"]["config"]), VARIABLES - SECRETS)
    equal(resources["environment"]["secretFrom"], [{"name": "defender-xdr"}])
    equal([entry["interfaces"] for entry in spec["hostInterfaces"]], [["handler"]])


def main(host_test):
    described = subprocess.run([host_test, "describe", "--json"], capture_output=True, check=True)
    cloud = next(cloud for cloud in json.loads(described.stdout)["hosts"] if cloud["cloud"] == "global")
    hosts = {cloud["login"], cloud["graph"]}
    kubernetes(hosts)
    wasmcloud(hosts)
    print(f"ok      the files of deploy/ parse and allow {' and '.join(sorted(hosts))} alone")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python deploy.py path/to/host-test")
    main(sys.argv[1])
