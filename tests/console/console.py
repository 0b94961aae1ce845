"""The service's page for people, used in headless Chromium as a person would use it.

Microsoft's side is the emulator. No test may leave an error in the browser's console, violate the page's content security
policy or send a request to any other origin. Screenshots go to target/console.

Run it with tests/console/run, or: python console.py path/to/chromium path/to/wasmtime path/to/host-test path/to/service.wasm
"""

import base64
import csv
import hashlib
import io
import json
import re
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import expect, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "service"), str(TESTS / "python")]
from checks import Tests, equal, holds, stop_with_what_was_started  # noqa: E402
from emulator import Emulator  # noqa: E402
from serve import ROOT, variables  # noqa: E402
from service import KEY, Replica  # noqa: E402

PICTURES = ROOT / "target/console"
INCIDENT = "2972395"
HOSTILE = '=<img src=x onerror=alert(1)>\n"\u202egnp", exe'
SHOWN = '=<img src=x onerror=alert(1)> "⟨U+202E⟩gnp", exe'
# Generous, because the browser draws in software and the machine may have other work. A frozen page takes seconds.
LONGEST_FRAME_MILLISECONDS = 1_000
LONGEST_TASK_MILLISECONDS = 3_000
SLOW = {"matches": {"path_contains": "/incidents"}, "action": {"kind": "genuine"}, "delay_milliseconds": 5000}
ROWS_MAX = 120
PAGE_MAX_BYTES = 40_000
# The longest time that one step may take on a busy machine.
PATIENCE_MILLISECONDS = 20_000
CONTRAST_MIN = 4.5
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 860}
test = Tests()

# The browser itself reports these for every answer that is an error, and for a lost network.
EXPECTED_IN_CONSOLE = re.compile(r"Failed to load resource: (the server responded with a status of \d+|net::ERR_INTERNET_DISCONNECTED)")


class Console:
    """A browser tab with the page, and what a person does in it."""

    def __init__(self, browser, url, **options):
        self.url = url
        self.context = browser.new_context(**{"viewport": WIDE, **options})
        self.context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.faults = []
        self.page = self.context.new_page()
        self.page.on("console", self.on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self.on_request)
        self.page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " console.error('policy violated:', event.violatedDirective, event.blockedURI, event.sample))"
        )

    def on_console(self, message):
        if message.type in ("error", "warning") and not EXPECTED_IN_CONSOLE.match(message.text):
            self.faults.append(f"console: {message.text}")

    def on_request(self, request):
        if not request.url.startswith((self.url + "/", "data:", f"blob:{self.url}/")):
            self.faults.append(f"request to {request.url}")

    def open(self, action="", key=KEY):
        self.page.goto(f"{self.url}/#{action}")
        self.page.get_by_label("Callers' key").fill(key)
        self.page.keyboard.press("Enter")
        return self

    @property
    def form(self):
        return self.page.locator("article:not([hidden])")

    @property
    def result(self):
        return self.form.locator(".output")

    @property
    def rows(self):
        return self.result.locator("tr.row")

    def field(self, name):
        return self.form.locator(f'.fields :has(> .label code:text-is("{name}"))').locator("input, select, textarea").first

    def fill(self, **values):
        for name, value in values.items():
            field = self.field(name)
            if field.evaluate("node => node.localName") == "select":
                field.select_option(value)
            elif value is True:
                field.check()
            else:
                field.fill(value)
        return self

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").click()
        return self

    def run(self, name="Run"):
        """Runs the action, and waits for its result: its heading then has the focus."""
        self.page.evaluate("document.activeElement.blur()")
        self.press(name)
        return self.finished()

    def finished(self):
        expect(self.result.locator("h2")).to_be_focused()
        return self.result.locator("h2").inner_text()

    def saved(self, name):
        with self.page.expect_download() as download:
            self.press(name)
        return Path(download.value.path()).read_bytes().decode()

    def picture(self, name):
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def width_beyond_the_window(self):
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")


class World:
    """What the tests share: the emulator, the service and the browser."""

    def __init__(self, stack, chromium, wasmtime, host_test, service):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.emulator = stack.enter_context(Emulator(host_test))
        parts = SimpleNamespace(wasmtime=wasmtime, service=service, checks=lambda answer: None)
        self.replica = Replica(parts, variables(self.emulator.config, KEY))
        stack.callback(self.replica.stop)
        self.browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium)
        stack.callback(self.browser.close)

    @contextmanager
    def console(self, action="", key=KEY, **options):
        console = Console(self.browser, self.replica.url, **options)
        try:
            yield console.open(action, key)
            equal(console.faults, [])
        finally:
            console.context.close()

    def act(self, action, body):
        answer = self.replica.client.post(f"/actions/{action}", json=body)
        equal(answer.status_code, 200)
        return answer.json()


@test
def the_policy_of_the_page_allows_its_own_script_and_style_and_nothing_else(world):
    answer = world.replica.client.get("/", headers={"Authorization": ""})
    equal((answer.status_code, answer.headers["content-type"].lower()), (200, "text/html; charset=utf-8"))
    holds(len(answer.content) <= PAGE_MAX_BYTES, f"the page has {len(answer.content)} bytes")

    def source(element):
        contents = re.findall(rf"<{element}>(.*?)</{element}>".encode(), answer.content, re.DOTALL)
        equal(len(contents), 1)
        return f"'sha256-{base64.b64encode(hashlib.sha256(contents[0]).digest()).decode()}'"

    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";") if part.strip())
    expected = {
        "default-src": "'none'",
        "script-src": source("script"),
        "style-src": source("style"),
        "connect-src": "'self'",
        "img-src": "data:",  # the icon
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
    }
    equal({**policy, **expected}, policy)
    equal(policy.keys() - expected.keys() - {"trusted-types"}, set())


@test
def the_key_is_asked_for_and_a_wrong_one_is_refused(world):
    with world.console(key="not-the-key-of-anyone") as console:
        alert = console.page.get_by_role("alert")
        expect(alert).to_have_text("The service does not accept this key.")
        console.page.get_by_label("Callers' key").fill(KEY)
        console.press("Continue")
        expect(console.page.get_by_role("heading", name="Get Incident Details")).to_be_focused()
        equal(console.page.evaluate("[localStorage.length, document.cookie]"), [0, ""])
        console.page.reload()
        expect(console.page.get_by_role("heading", name="Get Incident Details")).to_be_visible()
        # The service no longer accepts the key.
        console.page.evaluate("sessionStorage.setItem(sessionStorage.key(0), 'another')")
        console.fill(incident_id=INCIDENT).press("Run")
        expect(alert).to_have_text("The service no longer accepts this key.")
        console.page.get_by_label("Callers' key").fill(KEY)
        console.press("Continue")
        equal(console.run(), f"Incident {INCIDENT}")
        console.press("Forget the key")
        equal(console.page.evaluate("sessionStorage.length"), 0)
        expect(console.page.get_by_text(INCIDENT)).to_have_count(0)


@test
def get_incident_details_with_the_keyboard_alone(world):
    with world.console() as console:
        page, keyboard = console.page, console.page.keyboard
        expect(page.get_by_role("heading", name="Get Incident Details")).to_be_focused()
        # Backwards to the list of actions, which is one stop an action, and forwards again.
        for key in ("Shift+Tab", "Enter"):
            keyboard.press(key)
        expect(page.get_by_role("heading", name="Poll Incidents")).to_be_focused()
        for key in ("Shift+Tab",) * 13 + ("Enter",):
            keyboard.press(key)
        expect(page.get_by_role("heading", name="Get Incident Details")).to_be_focused()
        keyboard.press("Tab")
        expect(console.field("incident_id")).to_be_focused()
        keyboard.press("Control+Enter")
        expect(console.form.locator(".wrong:visible")).to_have_text("This is required.")
        keyboard.type(INCIDENT)
        keyboard.press("Control+Enter")
        console.finished()
        expect(console.result).to_contain_text(f'id: "{INCIDENT}"')
        # A fold opens with Enter.
        fold = console.result.locator("summary", has_text="customTags")
        while not fold.evaluate("node => node === document.activeElement"):
            keyboard.press("Tab")
        keyboard.press("Enter")
        expect(console.result.locator("details[open] > summary", has_text="customTags")).to_be_visible()


@test
def list_incidents_shows_a_table_and_its_next_page(world):
    with world.console("list_incidents") as console:
        console.fill(filter="severity eq 'high' or severity eq 'medium'", max_results="5", count=True)
        equal(console.run(), "5 incidents")
        heads = console.result.locator("thead button").all_inner_texts()
        equal(heads, ["ID", "Severity", "Status", "Name", "Assigned to", "Classification", "Last update (UTC)"])
        expect(console.result.locator(".facts")).to_contain_text("total")
        first = console.rows.locator("td:first-child").all_inner_texts()
        console.picture("light")
        console.press("Next page")
        expect(console.rows.first).not_to_contain_text(first[0])
        console.finished()
        holds(not set(first) & set(console.rows.locator("td:first-child").all_inner_texts()), "the next page has others")
        # From the table into a form, with the keyboard.
        console.page.get_by_role("grid").focus()
        for key in ("ArrowDown", "ArrowDown", "Enter"):
            console.page.keyboard.press(key)
        dialog = console.page.get_by_role("dialog")
        expect(dialog).to_contain_text("incidentWebUrl")
        holds(dialog.get_by_role("link").first.get_attribute("href").startswith("https://security.microsoft.com/"), "a link to the portal")
        console.picture("detail")
        chosen = console.rows.nth(1).locator("td").first.inner_text()
        console.press("Open in Update Incident")
        equal(console.field("incident_id").input_value(), chosen)


@test
def run_hunting_query_shows_the_columns_of_its_schema(world):
    with world.console("run_hunting_query") as console:
        console.fill(query="DeviceNetworkEvents\n| take 3", time_span="P1D")
        console.field("query").press("Control+Enter")
        equal(console.finished(), "3 rows")
        columns = [column["name"] for column in world.act("run_hunting_query", {"query": "DeviceNetworkEvents | take 3"})["data"]["schema"]]
        equal(console.result.locator("thead button").all_inner_texts(), columns)
        console.rows.first.click()
        expect(console.page.get_by_role("dialog")).to_contain_text(columns[0])
        console.page.keyboard.press("Escape")
        expect(console.page.get_by_role("dialog")).to_have_count(0)


@test
def update_incident_shows_a_preview_and_then_changes_the_incident(world):
    with world.console("update_incident") as console:
        expect(console.form).to_contain_text("This action changes data")
        console.press("Fill in the example").fill(status="resolved", custom_tags="Night shift\nSeen in the console")
        console.press("Preview")
        equal(console.finished(), "Preview: this would be sent")
        equal(world.act("get_incident_details", {"incident_id": INCIDENT})["data"]["status"], "active")
        console.picture("update")
        # Enter in a field must not change anything.
        status = console.form.get_by_role("status")
        with world.emulator.fault(SLOW):
            console.field("incident_id").press("Enter")
            holds(status.inner_text().startswith("Done"), "it does not run")
        equal(console.run("Run: change data"), f"Incident {INCIDENT}")
        incident = world.act("get_incident_details", {"incident_id": INCIDENT})["data"]
        equal((incident["status"], incident["customTags"]), ("resolved", ["Night shift", "Seen in the console"]))


@test
def generic_action_runs_its_example_and_checks_json(world):
    with world.console("generic_action") as console:
        console.press("Fill in the example").fill(query_params="[1]")
        console.press("Run")
        expect(console.form.locator(".wrong:visible")).to_contain_text("This must be a JSON object")
        expect(console.field("query_params")).to_be_focused()
        console.fill(query_params="")
        holds(re.fullmatch(r"\d+ rows?|No rows", console.run()), "rows")
        console.press("Clear").fill(method="GET", endpoint="security/alerts_v2", query_params='{"$top": 3}')
        equal(console.run(), "3 alerts")


@test
def errors_are_shown_with_their_remedy(world):
    with world.console("list_incidents") as console:
        console.fill(filter="title eq 'x'")
        equal(console.run(), "The input was refused before anything was sent")
        expect(console.result).to_contain_text("allowed")
        console.page.goto(f"{world.replica.url}/#get_incident_details")
        console.fill(incident_id="999999999")
        equal(console.run(), "There is no such object")
        expect(console.result.locator(".remedy")).to_contain_text("What to do:")
        for fact in ("not-found", "404", "request id", "details"):
            expect(console.result).to_contain_text(fact)
        console.picture("error")
        console.context.set_offline(True)
        equal(console.run(), "The service could not be reached")
        console.context.set_offline(False)
        with world.emulator.fault(SLOW):
            console.press("Run")
            expect(console.form.get_by_role("status")).to_have_text("Running…")
            console.press("Cancel")
            equal(console.finished(), "Cancelled")


@test
def ten_thousand_rows_scroll_smoothly_and_are_saved_whole(world):
    with world.console("run_hunting_query") as console:
        console.fill(query="SyntheticEvents | take 10000")
        equal(console.run(), "10,000 rows")
        console.picture("hunting")
        found = console.page.evaluate(SCROLL)
        print(f"        {found['rows']} rows in the page; longest frame {found['longest']:.0f} ms, half below {found['median']:.0f} ms", flush=True)
        holds(found["rows"] <= ROWS_MAX, f"{found['rows']} rows are in the page")
        equal(found["blank"], 0)
        holds(found["longest"] <= LONGEST_FRAME_MILLISECONDS, f"a frame took {found['longest']} ms")
        console.page.get_by_role("grid").press("End")
        expect(console.rows.last).to_have_attribute("aria-rowindex", "10001")
        rows = world.act("run_hunting_query", {"query": "SyntheticEvents | take 10000"})["data"]["results"]
        equal(json.loads(console.saved("Save as JSON")), rows)
        lines = list(csv.DictReader(io.StringIO(console.saved("Save as CSV"), newline="")))
        equal(len(lines), 10_000)
        equal((lines[0]["ProcessCommandLine"], lines[-1]["ReportId"]), (rows[0]["ProcessCommandLine"], str(rows[-1]["ReportId"])))
        for _ in range(2):
            console.press("ReportId")
        expect(console.rows.first).to_contain_text(rows[-1]["SHA256"])


@test
def a_hundred_thousand_rows_do_not_freeze_the_page(world):
    with world.console("run_hunting_query") as console:
        console.page.evaluate(WATCH_TASKS)
        console.fill(query="SyntheticEvents | take 100000")
        equal(console.run(), "100,000 rows")
        console.press("RemoteUrl")
        found = console.page.evaluate(SCROLL)
        longest = console.page.evaluate("Math.max(0, ...longTasks)")
        print(f"        longest task {longest:.0f} ms, longest frame {found['longest']:.0f} ms", flush=True)
        holds(longest <= LONGEST_TASK_MILLISECONDS, f"a task took {longest} ms")
        equal((found["rows"] <= ROWS_MAX, found["blank"]), (True, 0))
        equal(console.saved("Save as CSV").count("\r\n"), 100_001)


@test
def what_the_service_says_is_text(world):
    incident = world.act("list_incidents", {"max_results": 1})["data"]["value"][0]
    world.act("update_incident", {"incident_id": incident["id"], "display_name": HOSTILE})
    with world.console("list_incidents") as console:
        console.fill(filter=f"createdDateTime eq {incident['createdDateTime']}").run()
        name = console.rows.first.locator("td").nth(3)
        equal(name.inner_text(), SHOWN)
        equal(name.bounding_box()["height"], 28)
        console.rows.first.click()
        expect(console.page.get_by_role("dialog")).to_contain_text(SHOWN)
        console.picture("hostile")
        console.press("Close")
        equal(console.page.locator("article img").count(), 0)
        # In a spreadsheet it is no formula; otherwise it is what the service said.
        line = next(csv.DictReader(io.StringIO(console.saved("Save as CSV"), newline="")))
        equal((line["displayName"], line["id"]), (f"'{HOSTILE}", incident["id"]))


@test
def large_numbers_keep_their_digits(world):
    digits = "9223372036854775807"
    fault = {"matches": {"path_contains": "/security/incidents/"}, "action": {"kind": "set_members", "members": {"large": int(digits)}}}
    with world.emulator.fault(fault), world.console() as console:
        console.fill(incident_id=INCIDENT).run()
        expect(console.result).to_contain_text(f"large: {digits}")
        holds(digits in console.saved("Save as JSON"), "the file has them, too")


@test
def exactly_one_parameter_of_a_group_is_sent(world):
    """No action of the catalog has a group, so this one gets it on the way to the page."""

    def grouped(route):
        catalog = route.fetch().json()
        for parameter in catalog["actions"][1]["parameters"]:
            if parameter["name"] in ("filter", "cursor"):
                parameter["one_of"] = "where"
        route.fulfill(json=catalog)

    with world.console() as console:
        console.page.route("**/actions", grouped)
        console.page.reload()
        console.page.get_by_role("link", name="List Incidents").click()
        expect(console.field("cursor")).to_be_hidden()
        console.fill(filter="status eq 'active'")
        console.page.get_by_role("radio", name="Cursor").check()
        console.press("Run")
        expect(console.form.locator(".wrong:visible")).to_have_text("This is required.")
        console.page.get_by_role("radio", name="Filter").check()
        with console.page.expect_request("**/actions/list_incidents") as request:
            console.run()
        equal(request.value.post_data_json, {"filter": "status eq 'active'"})


@test
def a_narrow_window_does_not_scroll_sideways(world):
    with world.console(viewport=NARROW) as console:
        expect(console.form).to_be_visible()
        for link in console.page.locator("#actions a").all():
            link.click()
            equal(console.width_beyond_the_window(), 0)
        for action in ("list_incidents", "run_hunting_query", "get_incident_details"):
            console.page.goto(f"{world.replica.url}/#{action}")
            console.press("Fill in the example").run()
            equal(console.width_beyond_the_window(), 0)
            console.picture(f"narrow-{action}")


@test
def text_is_legible_in_light_and_in_dark(world):
    pages = {}
    for scheme in ("light", "dark"):
        with world.console("list_incidents", color_scheme=scheme) as console:
            lowest = []
            console.run()
            lowest += console.page.evaluate(CONTRASTS)
            console.picture(f"incidents-{scheme}")
            console.rows.first.click()
            lowest += console.page.evaluate(CONTRASTS)
            console.press("Open in Update Incident").fill(status="resolved").press("Preview")
            lowest += console.page.evaluate(CONTRASTS)
            console.page.goto(f"{world.replica.url}/#get_incident_details")
            console.fill(incident_id="1").run()
            lowest += console.page.evaluate(CONTRASTS)
            lowest.sort()
            holds(lowest[0][0] >= CONTRAST_MIN, f"{scheme}: {lowest[:5]}")
            pages[scheme] = console.page.evaluate("getComputedStyle(document.body).backgroundColor")
            print(f"        {scheme}: {len(lowest)} texts, lowest contrast {lowest[0][0]:.1f}", flush=True)
    holds(pages["light"] != pages["dark"], f"the colours differ: {pages}")


# Scrolls a table from its start to its end in 120 frames. Counts the rows in the page, and frames in which the middle of the
# table showed no row.
SCROLL = """async () => {
  const box = [...document.querySelectorAll(".grid")].find((box) => box.checkVisibility());
  box.scrollIntoView({ block: "center" });
  const frame = () => new Promise(requestAnimationFrame);
  const { left, top, width, height } = box.getBoundingClientRect();
  const times = [];
  let rows = 0, blank = 0;
  await frame();
  for (let step = 1; step <= 120; step++) {
    const before = performance.now();
    box.scrollTop = ((box.scrollHeight - box.clientHeight) * step) / 120;
    await frame();
    await frame();
    times.push((performance.now() - before) / 2);
    rows = Math.max(rows, box.querySelectorAll("tr.row").length);
    blank += !document.elementFromPoint(left + width / 2, top + height / 2)?.closest(".row");
  }
  times.sort((a, b) => a - b);
  return { rows, blank, longest: times.at(-1), median: times[60] };
}"""

WATCH_TASKS = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ["longtask"] });
}"""

# The contrast of every text in view with what is behind it, as WCAG defines it, and the text's beginning.
CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = numbers(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text; (text = texts.nextNode()); ) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility() || node.matches("script, style, option")) continue;
    const [a, b] = [numbers(getComputedStyle(node).color), behind(node)].map(luminance).sort((a, b) => b - a);
    found.push([(a + 0.05) / (b + 0.05), text.data.slice(0, 40)]);
  }
  return found;
}"""


def main(*programs):
    stop_with_what_was_started()
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with ExitStack() as stack:
        world = World(stack, *programs)
        test.run(lambda function: function(world))
    print(test.summary())
    return test.failed


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: python console.py path/to/chromium path/to/wasmtime path/to/host-test path/to/service.wasm")
    sys.exit(1 if main(*sys.argv[1:]) else 0)
