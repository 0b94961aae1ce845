"""Lists incidents, hunts, starts playbooks, and shows what errors look like, through typed calls and through `invoke`."""

import json
import os
import sys
import tempfile
from pathlib import Path

from connector import Connector, ConnectorError


def configuration():
    """The secret comes from the environment, where a secret manager puts it: not an argument, not a file."""
    config = {key: os.environ[f"DEFENDER_{key.upper()}"] for key in ("tenant_id", "client_id")}
    if "DEFENDER_GRAPH_ENDPOINT" in os.environ:
        config["endpoints"] = {key: os.environ[f"DEFENDER_{key.upper()}_ENDPOINT"] for key in ("login", "graph")}
    return config, os.environ["DEFENDER_CLIENT_SECRET"]


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def show_error(expected, call, *arguments):
    """Shows the error that is expected; anything else is a failure."""
    try:
        answer = call(*arguments)
    except ConnectorError as error:
        check(error.kind == expected, f"{expected} was expected, not {error}")
        print(f"  {error}")
        if error.remedy:
            print(f"  What to do: {error.remedy}")
    else:
        sys.exit(f"failed: {expected} was expected, not {answer}")


def playbooks(connector, config, kept, start):
    """Starts a playbook for each change since the state that is kept: run it every 30 seconds. A crash starts some again."""
    more = True
    while more:
        state = kept.read_text() if kept.exists() else None
        found = connector.typed("poll-incidents", config, state, {"since": "2026-01-01T00:00:00Z"}, interface="trigger")
        for incident in found["incidents"]:
            start(incident)
        new = kept.with_suffix(".new")
        new.write_text(found["state"])
        new.replace(kept)
        more = found["more"]


def main():
    config, secret = configuration()
    # One configuration for `invoke`, and the same for typed calls, where the secret is one of several kinds of credentials.
    flat, config = config | {"client_secret": secret}, config | {"credential": {"client-secret": secret}}
    connector = Connector(sys.argv[1] if len(sys.argv) > 1 else "target/defender_xdr.wasm")

    query = {"filter": "severity eq 'high'", "max_results": 5, "count": True}
    page = connector.typed("list-incidents", config, query)
    check(len(page["incidents"]) == min(page["total"], 5), f"{len(page['incidents'])} incidents of {page['total']}")
    print(f"Incidents of high severity: {len(page['incidents'])} of {page['total']}")
    for incident in page["incidents"]:
        print(f"  {incident['id']}  {incident['status'] or 'unknown':<11} {incident['display_name']}")

    # Only the id is certain to be present, whatever the service sends.
    incident = connector.typed("get-incident", config, page["incidents"][0]["id"], None)
    severity, priority = incident["severity"] or "not rated", incident["priority_score"]
    comments = "; ".join(each["comment"] or "no text" for each in incident["comments"]) or "none"
    print(f"Incident {incident['id']}: severity {severity}, priority {priority}, comments: {comments}")

    found = connector.typed("run-hunting-query", config, "AlertInfo | summarize Alerts = count() by Severity", None)
    rows = json.loads(found["rows_json"])
    check([column["name"] for column in found["columns"]] == ["Severity", "Alerts"], found["columns"])
    check(len(rows) == found["row_count"], f"{len(rows)} rows of {found['row_count']}")
    print("Alerts by severity:", ", ".join(f"{row['Severity']} {row['Alerts']}" for row in rows))

    answer = connector.invoke("list_incidents", flat, query)
    check(answer["meta"]["total"] == page["total"], answer["meta"])
    incidents = answer["data"]["value"]
    check([each["id"] for each in incidents] == [each["id"] for each in page["incidents"]], "other incidents")
    print(f"The same through `invoke`, as JSON: {len(incidents)} of {answer['meta']['total']}")

    with tempfile.TemporaryDirectory() as folder:
        for changes, when in ((page["total"], "this year"), (0, "since then")):
            started = []
            playbooks(connector, config, Path(folder, "state"), started.append)
            check(bool(started) == bool(changes), f"{len(started)} changes {when}")
            print(f"Playbooks started for changes {when}: {len(started)}")

    print("A column that does not exist")
    show_error("rejected", connector.typed, "run-hunting-query", config, "AlertInfo | where Severityy == 'High'", None)
    print("A wrong secret")
    wrong = config | {"credential": {"client-secret": "wrong"}}
    show_error("unauthenticated", connector.typed, "list-incidents", wrong, query)
    print("A misspelt key")
    show_error("invalid-input", connector.invoke, "list_incidents", flat, {"max_result": 5})


if __name__ == "__main__":
    main()
