"""Microsoft's own Python SDK against the emulator, unchanged.

This proves that the emulator does not merely mirror this project's reading of the documentation. Code that Microsoft
generates from the metadata of the live service (msgraph-sdk) and Microsoft's sign-in libraries (azure-identity, and MSAL in
its synchronous half) sign in to it over verified TLS, list, page, read, change and hunt, and get the typed errors that they
get from the service. The component is then tested against the same emulator by `make test`.

The SDK gets only configuration: the emulator's address as authority and base URL, and its certificate.
MSAL alone needs `disable_instance_discovery`, its switch for private clouds: it asks login.microsoftonline.com about any
host that it does not know, and tests need no internet.

Run it with `make peers`, or: python microsoft_sdk.py path/to/host-test
"""

import asyncio
import logging
import ssl
import sys
import tempfile
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from subprocess import PIPE

import httpx
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential as MsalCredential
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.security.alert_classification import AlertClassification
from msgraph.generated.models.security.alert_comment import AlertComment
from msgraph.generated.models.security.alert_determination import AlertDetermination
from msgraph.generated.models.security.alert_severity import AlertSeverity
from msgraph.generated.models.security.alert_status import AlertStatus
from msgraph.generated.models.security.alert import Alert
from msgraph.generated.models.security.device_evidence import DeviceEvidence
from msgraph.generated.models.security.incident import Incident
from msgraph.generated.models.security.incident_status import IncidentStatus
from msgraph.generated.security.alerts_v2.alerts_v2_request_builder import Alerts_v2RequestBuilder
from msgraph.generated.security.incidents.incidents_request_builder import IncidentsRequestBuilder
from msgraph.generated.security.incidents.item.incident_item_request_builder import IncidentItemRequestBuilder
from msgraph.generated.security.microsoft_graph_security_run_hunting_query.run_hunting_query_post_request_body import (
    RunHuntingQueryPostRequestBody,
)
from msgraph_core import GraphClientFactory
from msgraph_core.authentication import AzureIdentityAuthenticationProvider
from msgraph_core.tasks.page_iterator import PageIterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
import sign_in  # noqa: E402
import triage  # noqa: E402
from checks import Tests, equal, stop_with_what_was_started  # noqa: E402
from emulator import PATIENCE_SECONDS, Emulator  # noqa: E402

SCOPE = "https://graph.microsoft.com/.default"
INCIDENT = "2972395"
NEVER = "999999999"
test = Tests()


class Peer(Emulator):
    """An emulator, and clients that are configured for it."""

    def __init__(self, program, ca_file):
        super().__init__(program, ca_file=ca_file, stderr=PIPE)
        self.program, self.ca_file = program, ca_file
        self.tls = ssl.create_default_context(cafile=self.ca_file)
        # The default from Python 3.13 on: the certificate has to pass for all versions.
        self.tls.verify_flags |= ssl.VERIFY_X509_STRICT

    def credential(self, kind=ClientSecretCredential, **change):
        arguments = {name: self.config[name] for name in ("tenant_id", "client_id", "client_secret")}
        endpoint = {"authority": self.config["endpoints"]["login"], "connection_verify": self.ca_file}
        return kind(**{**arguments, **endpoint, **change})

    @asynccontextmanager
    async def graph(self, **change):
        async with self.credential(**change) as credential, httpx.AsyncClient(verify=self.tls) as http:
            host = httpx.URL(self.url).host
            provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=[host])
            client = GraphClientFactory.create_with_default_middleware(client=http)
            adapter = GraphRequestAdapter(provider, client)
            adapter.base_url = f"{self.url}/v1.0"
            yield GraphServiceClient(request_adapter=adapter)

    def app(self, client_id, **members):
        """Registers another app and returns the arguments of its credential."""
        self.control("POST", "apps", {"client_id": client_id, "secret": "a+/secret=", **members})
        return {"client_id": client_id, "client_secret": "a+/secret="}


def options(builder, name, **parameters):
    """The request configuration that generated builders take."""
    return RequestConfiguration(query_parameters=getattr(builder, name)(**parameters))


def listing(**parameters):
    return options(IncidentsRequestBuilder, "IncidentsRequestBuilderGetQueryParameters", **parameters)


def contains(text, part):
    assert text is not None and part in text, f"{part!r} is not in {text!r}"


async def refused(call, status, code, message):
    """The typed error of a call that must fail."""
    try:
        answer = await call
    except ODataError as error:
        equal(error.response_status_code, status)
        equal(error.error.code, code)
        contains(error.error.message, message)
        assert error.error.inner_error.request_id, "an error names the request"
        assert error.error.inner_error.date, "an error names its time"
        return error
    raise AssertionError(f"succeeded with {answer!r}")


async def hunt(graph, query, timespan=None):
    body = RunHuntingQueryPostRequestBody(query=query, timespan=timespan)
    return await graph.security.microsoft_graph_security_run_hunting_query.post(body)


async def not_signed_in(call, code):
    try:
        await call
    except ClientAuthenticationError as error:
        return contains(error.message, code)
    raise AssertionError("signed in")


@test
async def lists_incidents_newest_first_in_pages_of_fifty(peer):
    async with peer.graph() as graph:
        page = await graph.security.incidents.get()
    equal(len(page.value), 50)
    assert page.odata_next_link.startswith(f"{peer.url}/v1.0/security/incidents?"), page.odata_next_link
    created = [incident.created_date_time for incident in page.value]
    equal(created, sorted(created, reverse=True))
    for incident in page.value:
        assert incident.id.isdigit(), incident.id
        assert isinstance(incident.status, IncidentStatus), incident.status
        assert isinstance(incident.severity, AlertSeverity), incident.severity
        equal(incident.tenant_id, peer.config["tenant_id"])
        assert incident.alerts is None, "alerts come only when expanded"
        # Members that the generated model does not know end up here.
        assert set(incident.additional_data) <= {"@odata.type"}, incident.additional_data


@test
async def filters_on_words_and_dates(peer):
    async with peer.graph() as graph:
        both = await graph.security.incidents.get(listing(filter="severity eq 'high' and status eq 'active'"))
        since = datetime.now(timezone.utc) - timedelta(days=7)
        recent = await graph.security.incidents.get(listing(filter=f"createdDateTime ge {since:%Y-%m-%dT%H:%M:%SZ}"))
    assert both.value and recent.value
    equal({incident.severity for incident in both.value}, {AlertSeverity.High})
    equal({incident.status for incident in both.value}, {IncidentStatus.Active})
    assert all(incident.created_date_time >= since.replace(microsecond=0) for incident in recent.value)


@test
async def takes_a_top_up_to_fifty(peer):
    async with peer.graph() as graph:
        equal(len((await graph.security.incidents.get(listing(top=3))).value), 3)
        error = await refused(graph.security.incidents.get(listing(top=51)), 400, "", "The limit of '50' for Top query")
    equal(error.error.details, [])


@test
async def skips_orders_and_selects(peer):
    async with peer.graph() as graph:
        four = await graph.security.incidents.get(listing(top=4, orderby=["lastUpdateDateTime asc"]))
        rest = await graph.security.incidents.get(listing(top=2, skip=2, orderby=["lastUpdateDateTime asc"]))
        names = await graph.security.incidents.get(listing(top=1, select=["id", "displayName"]))
    updated = [incident.last_update_date_time for incident in four.value]
    equal(updated, sorted(updated))
    equal([incident.id for incident in rest.value], [incident.id for incident in four.value[2:]])
    assert names.value[0].display_name and names.value[0].severity is None


@test
async def counts(peer):
    async with peer.graph() as graph:
        counted = await graph.security.incidents.get(listing(top=1, count=True))
        uncounted = await graph.security.incidents.get(listing(top=1))
        number = await graph.security.incidents.count.get()
    assert counted.odata_count > 50, counted.odata_count
    equal(uncounted.odata_count, None)
    equal(number, counted.odata_count)


@test
async def expands_alerts_with_typed_evidence(peer):
    async with peer.graph() as graph:
        page = await graph.security.incidents.get(listing(top=10, expand=["alerts"]))
    alerts = [alert for incident in page.value for alert in incident.alerts]
    assert alerts and all(isinstance(alert, Alert) for alert in alerts)
    equal({alert.incident_id for alert in alerts}, {incident.id for incident in page.value if incident.alerts})
    evidence = [item for alert in alerts for item in alert.evidence]
    devices = [item for item in evidence if isinstance(item, DeviceEvidence)]
    assert devices and all(device.mde_device_id for device in devices)
    kinds = {type(item).__name__ for item in evidence}
    assert len(kinds) > 2 and "AlertEvidence" not in kinds, f"evidence of no known kind: {kinds}"


@test
async def pages_through_everything_by_next_link(peer):
    async with peer.graph() as graph:
        first = await graph.security.incidents.get(listing(top=20, count=True, filter="status ne 'resolved'"))
        second = await graph.security.incidents.with_url(first.odata_next_link).get()
        seen = []
        pages = PageIterator(first, graph.request_adapter)
        await pages.iterate(lambda incident: seen.append(incident) or True)
    assert first.odata_count > 40, "at least three pages"
    equal(len(seen), first.odata_count)
    equal(len({incident.id for incident in seen}), first.odata_count)
    equal([incident.id for incident in second.value], [incident.id for incident in seen[20:40]])
    assert all(incident.status != IncidentStatus.Resolved for incident in seen), "a next link keeps the filter"


@test
async def gets_an_incident(peer):
    expand = options(IncidentItemRequestBuilder, "IncidentItemRequestBuilderGetQueryParameters", expand=["alerts"])
    async with peer.graph() as graph:
        item = graph.security.incidents.by_incident_id(INCIDENT)
        plain = await item.get()
        expanded = await item.get(expand)
        alerts = await item.alerts.get()
    equal(plain.id, INCIDENT)
    contains(plain.incident_web_url, f"/incident2/{INCIDENT}/overview?tid={peer.config['tenant_id']}")
    assert plain.created_date_time <= plain.last_update_date_time <= datetime.now(timezone.utc)
    equal(plain.alerts, None)
    assert expanded.alerts
    equal({alert.id for alert in alerts.value}, {alert.id for alert in expanded.alerts})


@test
async def patches_an_incident_and_answers_with_all_of_it(peer):
    change = Incident(
        status=IncidentStatus.InProgress,
        assigned_to="analyst@haldenmarine.example",
        classification=AlertClassification.TruePositive,
        determination=AlertDetermination.CompromisedAccount,
        custom_tags=["Phishing", "Ünïcode “tag”"],
        resolving_comment="credentials reset",
    )
    async with peer.graph() as graph:
        item = graph.security.incidents.by_incident_id(INCIDENT)
        before = await item.get()
        changed = await item.patch(change)
        after = await item.get()
    for incident in (changed, after):
        equal(incident.status, change.status)
        equal(incident.assigned_to, change.assigned_to)
        equal(incident.classification, change.classification)
        equal(incident.determination, change.determination)
        equal(incident.custom_tags, change.custom_tags)
        equal(incident.resolving_comment, change.resolving_comment)
        equal(incident.severity, before.severity)
        equal(incident.display_name, before.display_name)
        equal(incident.last_modified_by, "API-App:defender-connector")
        assert incident.last_update_date_time > before.last_update_date_time


@test
async def patches_null_to_remove_a_value(peer):
    async with peer.graph() as graph:
        item = graph.security.incidents.by_incident_id(INCIDENT)
        await item.patch(Incident(assigned_to="analyst@haldenmarine.example"))
        nobody = Incident()
        # The SDK omits what is None; its documented way to send a null is the additional data.
        nobody.additional_data = {"assignedTo": None}
        equal((await item.patch(nobody)).assigned_to, None)


@test
async def hunts(peer):
    query = "DeviceProcessEvents | summarize Count = count() by FileName | top 3 by Count"
    async with peer.graph() as graph:
        result = await hunt(graph, query, "P30D")
    equal([column.name for column in result.schema], ["FileName", "Count"])
    equal(result.schema[0].type, "String")
    equal(len(result.results), 3)
    for row in result.results:
        # Annotations, such as the type of a 64-bit number, are not columns.
        equal([name for name in row.additional_data if "@" not in name], ["FileName", "Count"])
        assert row.additional_data["Count"] > 0
    counts = [row.additional_data["Count"] for row in result.results]
    equal(counts, sorted(counts, reverse=True))


@test
async def a_timespan_narrows_a_hunt(peer):
    async def count(graph, timespan):
        result = await hunt(graph, "DeviceNetworkEvents | count", timespan)
        return result.results[0].additional_data["Count"]

    async with peer.graph() as graph:
        month, day = await count(graph, None), await count(graph, "P1D")
    assert 0 < day < month, (day, month)


@test
async def refuses_bad_kql_in_the_engines_words(peer):
    async with peer.graph() as graph:
        await refused(
            hunt(graph, "Nowhere | take 1"),
            400,
            "BadRequest",
            "'take' operator: Failed to resolve table or column expression named 'Nowhere'. Fix semantic errors",
        )
        await refused(
            hunt(graph, "DeviceInfo | where NoColumn == 1"),
            400,
            "BadRequest",
            "'where' operator: Failed to resolve scalar expression named 'NoColumn'. Fix semantic errors",
        )
        await refused(hunt(graph, "DeviceInfo | where ("), 400, "BadRequest", "syntax errors")


@test
async def lists_gets_and_patches_alerts(peer):
    query = options(
        Alerts_v2RequestBuilder,
        "Alerts_v2RequestBuilderGetQueryParameters",
        top=100,
        count=True,
        filter="severity eq 'high'",
    )
    async with peer.graph() as graph:
        page = await graph.security.alerts_v2.get(query)
        item = graph.security.alerts_v2.by_alert_id(page.value[0].id)
        alert = await item.get()
        changed = await item.patch(Alert(status=AlertStatus.InProgress, assigned_to="analyst@haldenmarine.example"))
    equal(len(page.value), min(100, page.odata_count))
    equal({alert.severity for alert in page.value}, {AlertSeverity.High})
    equal(alert.id, page.value[0].id)
    equal((changed.status, changed.assigned_to), (AlertStatus.InProgress, "analyst@haldenmarine.example"))


@test
async def the_list_of_comments_that_the_sdk_sends_is_refused_as_by_the_service(peer):
    # The metadata says list, but the service expects one object: the generated call never works.
    async with peer.graph() as graph:
        alert = (await graph.security.alerts_v2.get()).value[0]
        comments = graph.security.alerts_v2.by_alert_id(alert.id).comments
        post = comments.post([AlertComment(comment="looking into it")])
        await refused(post, 400, "BadRequest", "Empty Payload. JSON content expected.")


@test
async def what_does_not_exist_is_a_404(peer):
    async with peer.graph() as graph:
        item = graph.security.incidents.by_incident_id(NEVER)
        await refused(item.get(), 404, "NotFound", NEVER)
        await refused(item.patch(Incident(status=IncidentStatus.Active)), 404, "NotFound", NEVER)


@test
async def a_change_that_no_app_may_make_is_a_400(peer):
    async with peer.graph() as graph:
        item = graph.security.incidents.by_incident_id(INCIDENT)
        await refused(
            item.patch(Incident(status=IncidentStatus.AwaitingAction)), 400, "InvalidRequestBody", "Request body is incorrect"
        )


@test
async def a_missing_role_is_a_403_that_names_it(peer):
    none = peer.app("11111111-0000-4000-8000-000000000001", roles=[])
    reader = peer.app("11111111-0000-4000-8000-000000000002", roles=["SecurityIncident.Read.All"])
    async with peer.graph(**none) as graph:
        await refused(
            graph.security.incidents.get(),
            403,
            "Forbidden",
            "Missing application roles. API required roles: SecurityIncident.Read.All,SecurityIncident.ReadWrite.All, "
            "application roles: .",
        )
    async with peer.graph(**reader) as graph:
        assert (await graph.security.incidents.get(listing(top=1))).value
        patch = graph.security.incidents.by_incident_id(INCIDENT).patch(Incident(status=IncidentStatus.Active))
        await refused(patch, 403, "Forbidden", "API required roles: SecurityIncident.ReadWrite.All")
        message = "ThreatHunting.Read.All, application roles: SecurityIncident.Read.All."
        await refused(hunt(graph, "DeviceInfo | take 1"), 403, "Forbidden", message)


@test
async def a_wrong_secret_has_its_code(peer):
    async with peer.credential(client_secret="wrong") as credential:
        await not_signed_in(credential.get_token(SCOPE), "AADSTS7000215")
    async with peer.graph(client_secret="wrong") as graph:
        await not_signed_in(graph.security.incidents.get(), "AADSTS7000215")


@test
async def other_refusals_of_a_token_have_their_codes(peer):
    expired = peer.app("11111111-0000-4000-8000-000000000003", state="secret_expired")
    for change, code in [
        ({"tenant_id": "99999999-9999-4999-8999-999999999999"}, "AADSTS90002"),
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, "AADSTS700016"),
        (expired, "AADSTS7000222"),
    ]:
        async with peer.credential(**change) as credential:
            await not_signed_in(credential.get_token(SCOPE), code)
    async with peer.credential() as credential:
        await not_signed_in(credential.get_token("https://vault.example/.default"), "AADSTS500011")


@test
async def msal_signs_in_after_its_discovery(peer):
    def sign_in(**change):
        with peer.credential(MsalCredential, disable_instance_discovery=True, **change) as credential:
            return credential.get_token(SCOPE)

    token = await asyncio.to_thread(sign_in)
    assert token.expires_on > datetime.now(timezone.utc).timestamp() + 3000
    await not_signed_in(asyncio.to_thread(sign_in, client_secret="wrong"), "AADSTS7000215")
    by_domain = await asyncio.to_thread(sign_in, tenant_id="haldenmarine.onmicrosoft.com")
    assert by_domain.token


@test
async def a_claims_challenge_is_answered_and_the_call_goes_on(peer):
    async with peer.graph() as graph:
        await graph.security.incidents.get(listing(top=1))
        peer.control("POST", "challenge")
        peer.control("DELETE", "journal")
        page = await graph.security.incidents.get(listing(top=1))
    equal(len(page.value), 1)
    statuses = [exchange["status"] for exchange in peer.control("GET", "journal")]
    equal(statuses, [401, 200, 200])


@test
async def the_sdk_waits_out_throttling(peer):
    fault = {"matches": {"path_contains": "/incidents"}, "times": 1}
    # A second is the shortest wait that the header can ask for.
    fault["action"] = {"kind": "respond", "status": 429, "headers": {"Retry-After": "1"}}
    async with peer.graph() as graph:
        peer.control("DELETE", "journal")
        peer.control("POST", "faults", fault)
        page = await graph.security.incidents.get(listing(top=1))
    equal(len(page.value), 1)
    calls = [exchange for exchange in peer.control("GET", "journal") if "/incidents" in exchange["path"]]
    equal([call["status"] for call in calls], [429, 200])
    contains(dict(calls[1]["headers"]).get("retry-attempt"), "1")


def run(function, program):
    """Runs a test with an emulator of its own."""
    with tempfile.TemporaryDirectory() as directory, Peer(program, f"{directory}/ca.pem") as peer:
        asyncio.run(asyncio.wait_for(function(peer), PATIENCE_SECONDS))


def main(program):
    stop_with_what_was_started()
    # It logs every refusal, and here refusals are intended.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    test.functions += sign_in.test.functions + triage.test.functions
    test.run(lambda function: run(function, program))
    print(test.summary())
    return test.failed


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python microsoft_sdk.py path/to/host-test")
    sys.exit(1 if main(sys.argv[1]) else 0)
