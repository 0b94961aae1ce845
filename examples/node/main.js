// Lists incidents, hunts, starts playbooks, and shows what errors look like, through typed calls.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

import { connector } from './connector.js';

const config = configuration();
const { actions, trigger } = await connector(config);

const query = { filter: "severity eq 'high'", maxResults: 5, count: true };
const { incidents, total } = actions.listIncidents(config, query);
assert.equal(incidents.length, Math.min(Number(total), 5));
console.log(`Incidents of high severity: ${incidents.length} of ${total}`);
for (const { id, status, displayName } of incidents) {
  console.log(`  ${id}  ${(status ?? 'unknown').padEnd(11)} ${displayName}`);
}

// Only the id is certain to be present, whatever the service sends.
const incident = actions.getIncident(config, incidents[0].id);
const comments = incident.comments.map(({ comment }) => comment ?? 'no text').join('; ') || 'none';
console.log(
  `Incident ${incident.id}: severity ${incident.severity ?? 'not rated'}, ` +
    `priority ${incident.priorityScore ?? 'none'}, comments: ${comments}`,
);

const found = actions.runHuntingQuery(config, 'AlertInfo | summarize Alerts = count() by Severity');
const rows = JSON.parse(found.rowsJson);
assert.deepEqual(found.columns.map((column) => column.name), ['Severity', 'Alerts']);
assert.equal(rows.length, found.rowCount);
console.log(`Alerts by severity: ${rows.map((row) => `${row.Severity} ${row.Alerts}`).join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'playbooks-'));
for (const when of ['this year', 'since then']) {
  const started = [];
  playbooks(join(folder, 'state'), (incident) => started.push(incident));
  assert.equal(started.length > 0, when === 'this year');
  console.log(`Playbooks started for changes ${when}: ${started.length}`);
}
rmSync(folder, { recursive: true });

console.log('A column that does not exist');
showError('rejected', () => actions.runHuntingQuery(config, "AlertInfo | where Severityy == 'High'"));
console.log('A wrong secret');
showError('unauthenticated', () => actions.listIncidents({ ...config, credential: clientSecret('wrong') }, query));
console.log('A host that is not allowed');
const elsewhere = { login: 'https://elsewhere.example', graph: 'https://elsewhere.example' };
showError('denied', () => actions.listIncidents({ ...config, endpoints: elsewhere }, query));

/** Starts a playbook for each change since the state that is kept: run it every 30 seconds. A crash starts some again. */
function playbooks(kept, start) {
  for (let more = true; more; ) {
    const state = existsSync(kept) ? readFileSync(kept, 'utf8') : undefined;
    const found = trigger.pollIncidents(config, state, { since: '2026-01-01T00:00:00Z' });
    found.incidents.forEach(start);
    writeFileSync(`${kept}.new`, found.state);
    renameSync(`${kept}.new`, kept);
    ({ more } = found);
  }
}

/** The configuration, with the secret from the environment, where a secret manager puts it: not an argument, not a file. */
function configuration() {
  const required = (name) => env[name] ?? assert.fail(`${name} is not set`);
  const [login, graph] = [env.DEFENDER_LOGIN_ENDPOINT, env.DEFENDER_GRAPH_ENDPOINT];
  return {
    tenantId: required('DEFENDER_TENANT_ID'),
    clientId: required('DEFENDER_CLIENT_ID'),
    credential: clientSecret(required('DEFENDER_CLIENT_SECRET')),
    endpoints: { login, graph },
  };
}

/** One of several kinds of credentials. */
function clientSecret(val) {
  return { tag: 'client-secret', val };
}

/** Shows the error that is expected; anything else is a failure. */
function showError(expected, call) {
  let error;
  try {
    call();
  } catch (thrown) {
    // The payload is the error of the action; without one, the component crashed.
    error = thrown.payload ?? assert.fail(thrown);
  }
  assert.equal(error?.kind, expected);
  console.log(`  ${error.kind}: ${error.message}`);
  if (error.remedy) {
    console.log(`  What to do: ${error.remedy}`);
  }
}
