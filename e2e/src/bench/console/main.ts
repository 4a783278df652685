import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { chromiumPath, startBrowser } from '../../page/browser.ts';
import { EVERYTHING, FleetApi, namespaceOf, ONE_NAMESPACE, SIZE } from './fleet-api.ts';
import { startSidecars } from './sidecars.ts';

/**
 * The console in front of a fleet on paper, in Chromium, over a slow network and on a slow CPU: when something is painted, when the table can be
 * used, what is sent, and what the server needs. Run it after `npm run build`. It prints figures and asserts none.
 */
const WEBHOOK = fileURLToPath(new URL('../../../../webhook/bin/llm-boundary-webhook.js', import.meta.url));
const SLOW = { offline: false, latency: 150, downloadThroughput: 187_500, uploadThroughput: 187_500 };
const SLOWER_CPU = 4;
const PORT = 18_080;
const ORIGIN = `http://127.0.0.1:${PORT}`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resident memory of a process in MiB, by Linux. */
function memoryOf(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024).toFixed(0);
}

async function answer(
  path: string,
  token: string,
  coding: string,
): Promise<{ readonly bytes: number; readonly ms: number; readonly status: number; readonly body: string }> {
  const began = performance.now();
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'accept-encoding': coding };
    request(`${ORIGIN}${path}`, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const ms = performance.now() - began;
        resolve({ bytes: whole.length, ms, status: response.statusCode ?? 0, body: whole.toString() });
      });
    })
      .on('error', reject)
      .end();
  });
}

const PAINTS = `new Promise((resolve) => {
  const found = performance.getEntriesByName('first-contentful-paint')[0];
  if (found) resolve(found.startTime);
  else new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') resolve(entry.startTime);
  }).observe({ type: 'paint', buffered: true });
})`;

async function slow(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', SLOW);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_CPU });
}

async function measure(page: Page, name: string): Promise<void> {
  const sent: number[] = [];
  page.on('requestfinished', (request) => {
    void request.sizes().then(
      ({ responseBodySize, responseHeadersSize }) => sent.push(responseBodySize + responseHeadersSize),
      () => undefined,
    );
  });
  await page.goto(`${ORIGIN}/`, { waitUntil: 'commit' });
  await page.locator('tbody tr').first().waitFor();
  const usable = await page.evaluate<number>('performance.now()');
  const paint = await page.evaluate<number>(PAINTS);
  say(
    `${name}: first contentful paint ${paint.toFixed(0)} ms, fleet table ${usable.toFixed(0)} ms, rows ${await page.locator('tbody tr').count()}, ${sent.length} answers of ${(sent.reduce((a, b) => a + b, 0) / 1_000).toFixed(0)} kB`,
  );
}

/** From the last key of a word in the filter until the rows are those of the word. */
async function filter(page: Page): Promise<void> {
  await page.getByRole('searchbox').fill('team-7 agent-99');
  const ms = await page.evaluate<number>(`new Promise((resolve) => {
    const box = document.querySelector('input[type=search]');
    const began = performance.now();
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    set.call(box, 'team-7 ');
    box.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  })`);
  say(`filter: ${ms.toFixed(0)} ms from the key to the next frame`);
}

const path = chromiumPath();
if (path === null) {
  say('skipped: no Chromium is installed (apt-get install chromium, or CHROMIUM=PATH)');
  process.exit(0);
}
const dir = mkdtempSync(join(tmpdir(), 'llm-boundary-bench-console-'));
const api = await FleetApi.start(dir);
const sidecars = await startSidecars();
const child = spawn(process.execPath, [WEBHOOK, 'console', '--listen', `127.0.0.1:${PORT}`], {
  env: { ...process.env, KUBECONFIG: api.kubeconfig },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const browser = await startBrowser(path);
try {
  await until('the console lists the cluster', async () =>
    fetch(`${ORIGIN}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  say(`${SIZE.workloads} workloads, ${SIZE.workloads * SIZE.replicas} pods, ${SIZE.namespaces} namespaces`);
  say(`server: ${memoryOf(child.pid)} MiB when all is listed`);
  await until('conditions are known', async () => {
    const { body } = await answer('/api/fleet', EVERYTHING, 'identity');
    return (JSON.parse(body) as { readonly pending: number }).pending === 0;
  });
  say(`server: ${memoryOf(child.pid)} MiB when all conditions are known`);
  const now = Date.now();
  for (const [what, at] of [
    ['fleet', '/api/fleet'],
    ['workload', `/api/workloads/${namespaceOf(1)}/Deployment/agent-1`],
    ['decisions', `/api/workloads/${namespaceOf(1)}/Deployment/agent-1/decisions?limit=200`],
    ['search over the fleet', `/api/decisions?show=changed&from=${now - 180_000}&to=${now - 120_000}`],
    ['script', '/main.js'],
  ] as const) {
    const parts: string[] = [];
    for (const coding of ['identity', 'gzip', 'br']) {
      const { bytes, ms } = await answer(at, EVERYTHING, coding);
      parts.push(`${coding} ${(bytes / 1_000).toFixed(0)} kB in ${ms.toFixed(0)} ms`);
    }
    say(`${what}: ${parts.join(', ')}`);
  }
  const before = api.reviews.access;
  const one = await answer('/api/fleet', ONE_NAMESPACE, 'identity');
  const asked = api.reviews.access - before;
  await answer('/api/fleet', ONE_NAMESPACE, 'identity');
  say(
    `a user of one namespace: ${asked} SubjectAccessReviews in ${one.ms.toFixed(0)} ms, then ${api.reviews.access - before - asked}`,
  );
  const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${EVERYTHING}` } });
  const page = await context.newPage();
  await slow(page);
  await measure(page, 'first visit');
  await filter(page);
  await measure(page, 'second visit');
  await page.goto(`${ORIGIN}/#/workload/${namespaceOf(1)}/Deployment/agent-1`);
  const began = performance.now();
  await page.getByRole('heading', { name: 'Decisions' }).waitFor();
  await page.locator('#decisions ~ .scroll tbody tr').first().waitFor();
  say(`workload: decisions after ${(performance.now() - began).toFixed(0)} ms`);
  say(`server: ${memoryOf(child.pid)} MiB at the end`);
} finally {
  await browser.close();
  child.kill();
  sidecars.close();
  sidecars.closeAllConnections();
  api.stop();
  rmSync(dir, { recursive: true });
}
