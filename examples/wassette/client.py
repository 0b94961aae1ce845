"""Calls the tools as an agent would: through MCP, with Wassette as the server."""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters

TOOLS = [
    "reading_0_2_0_check", "reading_0_2_0_get-alert", "reading_0_2_0_get-incident", "reading_0_2_0_list-alerts",
    "reading_0_2_0_list-incidents", "reading_0_2_0_run-hunting-query", "writing_0_2_0_add-alert-comment",
    "writing_0_2_0_add-incident-comment", "writing_0_2_0_update-alert", "writing_0_2_0_update-incident",
]
PREFIX = "defender_tools_"


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


async def call(client, tool, **arguments):
    """The answer of a tool, or its error: every parameter has to be there, null for one that is not given."""
    result = await client.call_tool(PREFIX + tool, arguments)
    text = "".join(part.text for part in result.content if part.type == "text")
    check(os.environ["DEFENDER_CLIENT_SECRET"] not in text, "the secret is in no answer")
    answer = json.loads(text)
    answer = answer.get("result", answer)
    return json.loads(answer["ok"]) if "ok" in answer else answer["err"]


async def with_all_tools(client):
    tools = {tool.name.removeprefix(PREFIX): tool for tool in (await client.list_tools()).tools if tool.name.startswith(PREFIX)}
    check(sorted(tools) == TOOLS, f"the tools are {sorted(tools)}")
    for name, tool in tools.items():
        check("Microsoft Defender XDR" in tool.description or "these tools" in tool.description or "KQL" in tool.description,
              f"{name} has no description of ours: {tool.description}")
        check(len(tool.name) <= 60, f"{tool.name} is too long for some clients")
        schema = json.dumps(tool.input_schema)
        check(not any(word in schema for word in ("secret", "tenant", "config", "password")), f"{name} asks for a secret: {schema}")
    print(f"{len(tools)} tools, none of which has a parameter for the configuration:")
    for name, tool in sorted(tools.items()):
        print(f"  {name}: {tool.description.splitlines()[0]}")

    page = await call(client, "reading_0_2_0_list-incidents", filter="severity eq 'high'", **{"max-results": 3}, cursor=None)
    check(len(page["incidents"]) == 3 and page["total"] > 3 and page["cursor"], page)
    print(f"Incidents of high severity: {len(page['incidents'])} of {page['total']}")
    for incident in page["incidents"]:
        print(f"  {incident['id']}  {incident['status']:<11} {incident['name']}")
    number = page["incidents"][0]["id"]

    rows = await call(client, "reading_0_2_0_run-hunting-query", query="SyntheticEvents | take 5000", **{"time-span": None})
    check(rows["row_count"] == 5000 and len(rows["rows"]) < 5000 and len(json.dumps(rows)) < 100_000, rows["row_count"])
    print(f"A hunt of {rows['row_count']} rows\n  {rows['note']}")

    nothing = dict.fromkeys(("classification", "determination", "assigned-to", "resolving-comment", "add-tags"))
    update = {"incident-id": number, "status": "inProgress", **nothing}
    checked = await call(client, "writing_0_2_0_update-incident", **update, **{"dry-run": None})
    check(checked["done"] is False and checked["would_send"] == [{"status": "inProgress"}], checked)
    print(f"A write that is only checked\n  {checked['note']}")
    done = await call(client, "writing_0_2_0_update-incident", **update, **{"dry-run": False})
    check(done["done"] is True and done["status"] == "inProgress", done)
    print(f"A write that is done\n  incident {done['id']} is {done['status']}")
    error = await call(client, "writing_0_2_0_update-incident", **{**update, "status": "open"}, **{"dry-run": False})
    check("status: 'open' is unknown; allowed: active" in error, error)
    print(f"A word that is unknown\n  {error}")


async def with_reading_only(client):
    tools = [tool.name.removeprefix(PREFIX) for tool in (await client.list_tools()).tools if tool.name.startswith(PREFIX)]
    check(sorted(tools) == [name for name in TOOLS if name.startswith("reading")], f"the tools are {tools}")
    print(f"The read-only component: {len(tools)} tools, none of which writes")
    # This component was not granted any host.
    error = await call(client, "reading_0_2_0_get-incident", **{"incident-id": "2972395", "with-alerts": None})
    check("the host refused the request" in error and "what to do: allow outbound requests" in error, error)
    print(f"A host that is not allowed\n  {error}")


async def main():
    wassette, home = sys.argv[1:]
    # Wassette gets no variable of the connector's: what the components need, it keeps itself.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("DEFENDER_")}
    variables["RUST_LOG"] = "off"
    for component, use in (("defender-xdr-tools", with_all_tools), ("defender-xdr-tools-read-only", with_reading_only)):
        arguments = ["run", "--component-dir", f"{home}/{component}"]
        async with Client(StdioServerParameters(command=wassette, args=arguments, env=variables)) as client:
            await use(client)


asyncio.run(main())
