import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { ApiProblem } from '@llm-boundary/webhook/console/api';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

import { fleet } from './fixture/fleet.ts';
import { BLOCKED, WORKLOAD } from './fixture/workload.ts';
import { describePage, usingBrowser } from './testing/open.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const VIEWS = [
  ['fleet', '#/fleet'],
  ['workload', '#/workload/support/Deployment/support-agent'],
  ['decision', `#/decision/${BLOCKED}?namespace=support&pod=support-agent-7d9f4b6c5-2xk8p`],
  ['a search', '#/decisions'],
  ['policies', '#/policies'],
  ['policy', '#/policy/support/support-agent'],
  ['lab', '#/lab'],
  ['audit', '#/audit'],
  ['an address that leads nowhere', '#/nowhere'],
] as const;

/** Rule and place of each violation, in light and in dark: colours alone differ between them. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const light = await page.evaluate<AxeResults>('axe.run()');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
  const dark = await page.evaluate<AxeResults>("axe.run({ runOnly: ['color-contrast'] })");
  return [light, dark].flatMap((results) =>
    results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)),
  );
}

const NOT_FOUND: ApiProblem = { v: 1, error: 'not_found', message: 'it does not exist' };
const NOT_ALLOWED: ApiProblem = { v: 1, error: 'not_allowed', message: 'ann may not list pods' };
const UNAVAILABLE: ApiProblem = { v: 1, error: 'unavailable', message: 'the API server does not answer' };
const TOO_OFTEN: ApiProblem = { v: 1, error: 'too_often', message: 'two searches are under way' };
const AUDIT = { v: 1, nowMs: 0, problem: null, anchored: 0, silent: [], missing: [] };
const AGENT = 'api/workloads/support/Deployment/support-agent';

/** Views in which something is missing. */
const EMPTY: readonly (readonly [name: string, hash: string, path: string, status: number, body: object])[] =
  [
    ['no workload', '#/fleet', 'api/fleet', 200, fleet([])],
    ['a server that fails', '#/fleet', 'api/fleet', 503, UNAVAILABLE],
    ['no policy', '#/policies', 'api/policies', 200, { v: 1, policies: [] }],
    ['a policy that is gone', '#/policy/support/x', 'api/policies/x', 404, NOT_FOUND],
    ['a namespace that may not be seen', '#/workload/x/Pod/y', 'api/workloads/x/Pod/y', 403, NOT_ALLOWED],
    [
      'no exchange',
      '#/workload/support/Deployment/support-agent',
      AGENT,
      200,
      {
        ...WORKLOAD,
        ...{
          conditions: null,
          sinceMs: null,
          exchanges: null,
          outcomes: [],
          tools: [],
          hosts: [],
          models: [],
        },
        observed: [],
      },
    ],
    ['a decision that is gone', `#/decision/${BLOCKED}`, `api/decisions/${BLOCKED}`, 404, NOT_FOUND],
    ['no anchor', '#/audit', 'api/audit', 200, { ...AUDIT, anchor: 'absent' }],
    [
      'an anchor that does not answer',
      '#/audit',
      'api/audit',
      200,
      { ...AUDIT, anchor: 'unavailable', problem: 'why' },
    ],
    ['records without a fault', '#/audit', 'api/audit', 200, { ...AUDIT, anchor: 'answered' }],
  ];

describePage('axe finds nothing', () => {
  const open = usingBrowser();

  it.each(VIEWS)('%s', async (name, hash) => {
    const { page, complaints } = await open(hash);
    await page.waitForLoadState('networkidle');
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    if (name === 'lab') {
      await page.getByRole('button', { name: 'Check and replay' }).click();
      await page.getByRole('heading', { name: 'Who set what' }).waitFor();
    }
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each(EMPTY)('%s', async (_, hash, path, status, body) => {
    const { page, complaints } = await open(hash, {
      prepare: ({ fixture }) => fixture.instead.set(path, { status, body }),
    });
    await page.waitForLoadState('networkidle');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('a search with results, and one that is refused', async () => {
    const {
      page,
      server: { fixture },
    } = await open('#/decisions');
    await page.getByLabel('At (UTC)').fill('00:00');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.locator('tbody tr').first().waitFor();
    expect(await violations(page)).toEqual([]);
    fixture.instead.set('api/decisions', { status: 429, body: TOO_OFTEN });
    await page.getByLabel('Show').selectOption('all');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText(TOO_OFTEN.message).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('filters that leave nothing, and a lab with problems', async () => {
    const { page } = await open('#/fleet');
    await page.getByRole('searchbox').fill('nothing is called so');
    await page.getByText('No workload matches.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(page.url().replace(/#.*/, '#/lab'));
    await page.getByLabel('Policy (YAML)').fill('bad');
    await page.getByLabel('Replay pasted exchanges').fill('bad');
    await page.getByRole('button', { name: 'Check and replay' }).click();
    await page.getByText('Problems of the pasted exchanges').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('sign in, with a refused token', async () => {
    const { page, complaints } = await open('', {
      prepare: ({ fixture }) => {
        fixture.isSignedIn = false;
      },
    });
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('before and after', async () => {
    const { page, complaints } = await open('#/demo', {
      prepare: ({ fixture }) => {
        fixture.source = 'demo';
      },
    });
    await page.getByRole('button', { name: 'Send to both' }).click();
    await page.getByRole('region', { name: 'With the boundary', exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
