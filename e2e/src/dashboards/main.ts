import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { builtTool } from '../counterparts/built-tool.ts';
import { Place } from '../counterparts/prometheus/place.ts';
import { chromiumPath, startBrowser } from '../page/browser.ts';
import { askAll, dashboardShape, STEP_SECONDS, type Dashboard, type Range } from './asked.ts';
import { keepTalking, modelDelayMs } from './load.ts';

/**
 * Writes the pictures of the chart's dashboards for the documentation: the dashboards' own JSON, the answers of a Prometheus server that
 * scrapes real sidecars, drawn with the components that Grafana publishes (`e2e/hack/grafana`). Run it after `npm run build`.
 * `MINUTES` of traffic (10); `PROMETHEUS` names a running server to ask instead.
 */
const ROOT = new URL('../../../', import.meta.url);
const DASHBOARDS = fileURLToPath(new URL('charts/llm-boundary/files/dashboards/', ROOT));
const RENDERER = fileURLToPath(new URL('e2e/hack/grafana/', ROOT));
const OUT = process.env['OUT'] ?? fileURLToPath(new URL('docs/pictures/', ROOT));
const MINUTES = Number(process.env['MINUTES'] ?? '10');
const SIZE = { width: 1280, height: 800 };

function dashboards(): readonly (readonly [name: string, Dashboard])[] {
  return readdirSync(DASHBOARDS).map((file) => [
    file.replace('.json', ''),
    dashboardShape.parse(JSON.parse(readFileSync(`${DASHBOARDS}${file}`, 'utf8'))),
  ]);
}

function last(minutes: number): Range {
  const to = Math.floor(Date.now() / 1_000 / STEP_SECONDS) * STEP_SECONDS;
  return { from: to - minutes * 60, to, step: STEP_SECONDS };
}

/** Runs a script of the renderer. @throws Error if it fails */
function run(script: string, ...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(RENDERER, script), ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${script} failed`);
}

/** @returns panels without an answer for which no reason is known */
async function draw(origin: string, browserPath: string): Promise<readonly string[]> {
  mkdirSync(OUT, { recursive: true });
  const browser = await startBrowser(browserPath);
  const unexplained: string[] = [];
  try {
    const page = await browser.newPage({ viewport: SIZE, timezoneId: 'UTC' });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    for (const [name, dashboard] of dashboards()) {
      const range = last(MINUTES);
      const { answers, empty } = await askAll(origin, dashboard, range);
      for (const { title, reason } of empty) {
        process.stdout.write(`${name}: ${title}: no data: ${reason ?? 'FOR NO KNOWN REASON'}\n`);
        if (reason === null) unexplained.push(`${name}: ${title}`);
      }
      await page.goto(pathToFileURL(join(RENDERER, 'dist/index.html')).href);
      await page.evaluate(`window.draw(${JSON.stringify({ dashboard, answers, range })})`);
      await page.locator('[data-drawn]').waitFor({ state: 'attached' });
      if (errors.length > 0) throw new Error(errors.join('\n'));
      const file = join(OUT, `grafana-${name}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
      run('shrink.mjs', file);
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await browser.close();
  }
  return unexplained;
}

/** Sidecars under load for some minutes, then the pictures. */
async function withTraffic<T>(body: (origin: string) => Promise<T>): Promise<T> {
  const built = builtTool('prometheus');
  if ('missing' in built) throw new Error(built.missing);
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-dashboards-'));
  const place = new Place(work, modelDelayMs);
  try {
    await place.start(built.program);
    process.stdout.write(`${MINUTES} minutes of traffic; PROMETHEUS=${place.started.server.origin}\n`);
    await keepTalking(place.started, Date.now() + MINUTES * 60_000);
    return await body(place.started.server.origin);
  } finally {
    await place.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

const browserPath = chromiumPath();
if (browserPath === null)
  throw new Error('No Chromium is installed: apt-get install chromium, or name one in CHROMIUM.');
run('build.mjs');
const running = process.env['PROMETHEUS'];
const unexplained = await (running === undefined
  ? withTraffic((origin) => draw(origin, browserPath))
  : draw(running, browserPath));
if (unexplained.length > 0) process.exitCode = 1;
