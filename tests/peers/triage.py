"""What the component writes, read by Microsoft's SDK."""

import asyncio
import json
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path

from checks import Tests
from msgraph.generated.models.security.alert_classification import AlertClassification
from msgraph.generated.models.security.alert_determination import AlertDetermination
from msgraph.generated.models.security.alert_status import AlertStatus
from msgraph.generated.models.security.incident_status import IncidentStatus

INCIDENT = "2972395"
ALERT = "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1"
# The component cannot undo a merge, so these two are used up.
DUPLICATES = "2972407,2972401"
test = Tests()


async def component(peer, *arguments):
    """Runs a command of `host-test`, and returns the answer's data."""
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "config.json"
        config.write_text(json.dumps(peer.config))
        command = [peer.program, *arguments, "--config", str(config), "--ca-file", peer.ca_file, "--json"]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        answer, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return json.loads(answer)["data"]


@test
async def the_sdk_reads_the_comments_that_the_component_adds(peer):
    await component(peer, "add-incident-comment", INCIDENT, "first line\nsecond line, „quoted“")
    await component(peer, "add-alert-comment", ALERT, "on the alert")
    async with peer.graph() as graph:
        incident = await graph.security.incidents.by_incident_id(INCIDENT).get()
        alert = await graph.security.alerts_v2.by_alert_id(ALERT).get()
    assert incident.comments[-1].comment == "first line\nsecond line, „quoted“", incident.comments
    assert incident.comments[-1].created_by_display_name.startswith("API-App:"), incident.comments
    assert [comment.comment for comment in alert.comments] == ["on the alert"], alert.comments


@test
async def the_sdk_reads_the_alert_that_the_component_updates(peer):
    change = ("--status", "resolved", "--classification", "FalsePositive", "--determination", "Clean", "--assigned-to", "soc@haldenmarine.example")
    await component(peer, "update-alert", ALERT, *change)
    async with peer.graph() as graph:
        alert = await graph.security.alerts_v2.by_alert_id(ALERT).get()
    found = (alert.status, alert.classification, alert.determination, alert.assigned_to)
    expected = (AlertStatus.Resolved, AlertClassification.FalsePositive, AlertDetermination.NotMalicious, "soc@haldenmarine.example")
    assert found == expected, found
    assert alert.resolved_date_time, "an alert that is resolved has a time of resolution"


@test
async def the_sdk_sees_incidents_merged_and_alerts_moved(peer):
    target = (await component(peer, "merge-incidents", DUPLICATES, "--reasons", "sameCampaign"))["targetIncidentId"]
    [other] = set(DUPLICATES.split(",")) - {target}
    moved = (await component(peer, "move-alerts", ALERT, "--incident-id", target))["targetIncidentId"]
    async with peer.graph() as graph:
        merged = await graph.security.incidents.by_incident_id(other).get()
        alert = await graph.security.alerts_v2.by_alert_id(ALERT).get()
    assert (merged.status, merged.redirect_incident_id) == (IncidentStatus.Redirected, target), merged
    assert moved == target == alert.incident_id, (moved, target, alert.incident_id)
