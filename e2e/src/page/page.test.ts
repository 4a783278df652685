import type { ApiProblem } from '@llm-boundary/webhook/console/api';
import type { ExchangeRow } from '@llm-boundary/webhook/console/api-decisions';

import { TOKEN } from './fixture-server.ts';
import { fleet, largeFleet } from './fixture/fleet.ts';
import { POLICY } from './fixture/policies.ts';
import { BLOCKED, DECISION, DECISIONS, WORKLOAD } from './fixture/workload.ts';
import { describePage, usingBrowser, type Opened } from './testing/open.ts';

function problem(error: ApiProblem['error'], message: string): ApiProblem {
  return { v: 1, error, message };
}

describePage('the page', () => {
  const open = usingBrowser();
  const main = ({ page }: Opened): Promise<string> => page.locator('main').innerText();

  describe('where something is missing, it says so with the fix', () => {
    it.each([
      [
        'no workload',
        '#/fleet',
        'api/fleet',
        { status: 200, body: fleet([]) },
        /No LLM workload is here\.[\s\S]*kubectl label namespace/,
      ],
      [
        'no policy',
        '#/policies',
        'api/policies',
        { status: 200, body: { v: 1, policies: [] } },
        /recipe of the cookbook/,
      ],
      [
        'a decision that is no longer in memory',
        `#/decision/${BLOCKED}`,
        `api/decisions/${BLOCKED}`,
        { status: 404, body: problem('not_found', 'No sidecar has it.') },
        /llm-boundary-audit why 0199f3a2/,
      ],
      [
        'an anchor that does not answer',
        '#/audit',
        'api/audit',
        {
          status: 200,
          body: {
            v: 1,
            nowMs: 0,
            anchor: 'unavailable',
            problem: 'It timed out.',
            anchored: 0,
            silent: [],
            missing: [],
          },
        },
        /nothing is known of records[\s\S]*It timed out/,
      ],
      [
        'no anchor',
        '#/audit',
        'api/audit',
        {
          status: 200,
          body: { v: 1, nowMs: 0, anchor: 'absent', problem: null, anchored: 0, silent: [], missing: [] },
        },
        /There is no anchor[\s\S]*helm upgrade/,
      ],
      [
        'a server that fails',
        '#/fleet',
        'api/fleet',
        { status: 503, body: problem('unavailable', 'The API server does not answer.') },
        /The API server does not answer/,
      ],
    ])('%s', async (_, hash, path, answer, said) => {
      const opened = await open(hash, {
        prepare: ({ fixture }) => fixture.instead.set(path, answer),
      });
      await opened.page.waitForLoadState('networkidle');
      expect(await main(opened)).toMatch(said);
    });

    it('a console that went away: the last data stay, marked as not current', async () => {
      const opened = await open('#/policies');
      await opened.page.getByRole('link', { name: 'support-agent' }).waitFor();
      await opened.server.stop();
      await opened.page.evaluate("location.hash = '#/audit'");
      await opened.page.getByRole('alert').waitFor();
      expect(await main(opened)).toMatch(/does not answer/);
    });
  });

  it('asks for a token, refuses a wrong one and opens with a right one', async () => {
    const { page, complaints } = await open('#/audit', {
      prepare: ({ fixture }) => {
        fixture.isSignedIn = false;
      },
    });
    const token = page.getByLabel('Token');
    await token.fill('wrong');
    await token.press('Enter');
    expect(await page.getByRole('alert').innerText()).toMatch(/does not accept this token/);
    await token.fill(TOKEN);
    await token.press('Enter');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('says that a session ended', async () => {
    const { page, server } = await open('#/fleet');
    server.fixture.isSignedIn = false;
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('Your session has ended').waitFor();
  });

  it('filters and sorts a thousand workloads, and announces how many are left', async () => {
    const { page } = await open('#/fleet', {
      prepare: ({ fixture }) => {
        fixture.fleet = largeFleet(1_000);
      },
    });
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(100);
    await page.getByRole('button', { name: 'Workload', exact: true }).click();
    expect(await page.getByRole('columnheader', { name: 'Workload' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect(await rows.first().innerText()).toMatch(/team-0/);
    await page.getByRole('searchbox').fill('team-7 mcp-agent');
    const left = await rows.count();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(30);
    await page
      .getByRole('status')
      .filter({ hasText: `${left} workloads of 1,000` })
      .waitFor({ state: 'attached' });
    await page.getByRole('searchbox').fill('nothing is called so');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await rows.count()).toBe(100);
  });

  it('leads from the fleet to the reason of a refusal', async () => {
    const opened = await open('');
    const { page, complaints } = opened;
    await page.getByRole('link', { name: 'support-agent', exact: true }).first().click();
    await page.getByRole('heading', { name: 'The four conditions' }).waitFor();
    const decisions = page
      .getByRole('region', { name: 'The last exchanges', exact: true })
      .locator('tbody tr');
    await page.getByLabel('At (UTC)').fill('14:02');
    await page.getByLabel('Show').selectOption('refused or changed');
    await page.getByText(/^1 of 512/).waitFor();
    expect(await decisions.count()).toBe(1);
    await page.getByRole('link', { name: '14:02:01' }).click();
    await page.getByRole('heading', { name: `Decision ${BLOCKED}` }).waitFor();
    await page.getByText('Step by step').waitFor();
    expect(await main(opened)).toMatch(
      /Refused by tool\.when of action[\s\S]*line 40,214 of[\s\S]*List the tool in action\.tools/,
    );
    await page.goBack();
    await page.getByRole('heading', { name: 'The four conditions' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('sorts decisions by verdict, and has none of a minute without any', async () => {
    const opened = await open('#/workload/support/Deployment/support-agent');
    const { page } = opened;
    const decisions = page
      .getByRole('region', { name: 'The last exchanges', exact: true })
      .locator('tbody tr');
    await decisions.first().waitFor();
    await page.getByRole('button', { name: 'Verdict', exact: true }).click();
    await page.getByRole('button', { name: 'Verdict', exact: true }).click();
    expect(await decisions.first().innerText()).not.toMatch(/block/);
    await page.getByRole('button', { name: 'Verdict', exact: true }).click();
    expect(await decisions.first().innerText()).toMatch(/block/);
    await page.getByLabel('At (UTC)').fill('14:03');
    await page.getByText('No exchange to show.').waitFor();
    expect(await main(opened)).toMatch(/The sidecars remember exchanges since[\s\S]*llm-boundary-audit show/);
  });

  describe('a search over the fleet', () => {
    it('leads from a minute to the reason of a refusal, and says what it did not reach', async () => {
      const { page, complaints } = await open('#/decisions');
      await page.getByRole('link', { name: 'Decisions', exact: true }).waitFor();
      await page.getByLabel('At (UTC)').fill('14:02');
      await page.getByLabel('At (UTC)').press('Enter');
      const rows = page.locator('tbody tr');
      await rows.first().waitFor();
      const said = await page.locator('main').innerText();
      expect(said).toMatch(
        /38 of 41 sidecars answered\.\s+1 could not be asked[^]*2 did not answer\.\s+1 no longer have/,
      );
      expect(said).toContain('batch/nightly-0: its sidecar did not answer: timed out');
      expect(await rows.first().innerText()).toMatch(/14:02:59[^]*support-agent[^]*support · /);
      await rows.first().getByRole('link').first().click();
      await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Decisions' }).waitFor();
      expect(complaints).toEqual([]);
    });

    it('asks for what is to be shown', async () => {
      const asked: string[] = [];
      const { page } = await open('#/decisions');
      page.on('request', (request) => asked.push(new URL(request.url()).search));
      await page.getByLabel('Show').selectOption('all');
      await page.getByLabel('At (UTC)').fill('03:07');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.locator('tbody tr').first().waitFor();
      const { show, from, to } = Object.fromEntries(new URLSearchParams(asked.at(-1)));
      expect([show, new Date(Number(from)).getUTCMinutes(), Number(to) - Number(from)]).toEqual([
        'all',
        7,
        59_999,
      ]);
    });
  });

  it('names the time zone of what it shows and asks for, beside the time that records have', async () => {
    const timezone = 'America/New_York';
    const list = await open('#/decisions', { timezone });
    expect(await list.page.getByLabel('At (America/New_York)').count()).toBe(1);
    const opened = await open(`#/decision/${BLOCKED}`, { timezone });
    await opened.page.getByText('Step by step').waitFor();
    expect(await main(opened)).toMatch(
      /\d{4}-\d\d-\d\d 0?9:02:01 America\/New_York \(\d{4}-\d\d-\d\dT14:02:01\.\d+Z\)/,
    );
  });

  it.each<[string, Partial<ExchangeRow>, RegExp]>([
    ['that is under way', { endMs: null, outcome: null, status: 200 }, /Answer\s+200, not ended/],
    ['whose last line is that of its reply', { outcome: null, status: 200 }, /Answer\s+200\s+Time/],
    ['that the client left', { outcome: 'client_aborted', status: 499 }, /Answer\s+499, client aborted/],
  ])('says how an exchange ended %s', async (_what, exchange, said) => {
    const opened = await open(`#/decision/${BLOCKED}`, {
      prepare: ({ fixture }) => {
        const body = { ...DECISION, exchange: { ...DECISION.exchange, ...exchange } };
        fixture.instead.set(`api/decisions/${BLOCKED}`, { status: 200, body });
      },
    });
    await opened.page.getByText('Step by step').waitFor();
    expect(await main(opened)).toMatch(said);
  });

  it('leads from a decision to the policy that its pod asked for, and says that it has changed', async () => {
    const opened = await open(`#/decision/${BLOCKED}`, {
      prepare: ({ fixture }) => {
        const body = { ...DECISION, asked: 'observe', isPolicyNow: false };
        fixture.instead.set(`api/decisions/${BLOCKED}`, { status: 200, body });
      },
    });
    const link = opened.page.getByRole('link', { name: 'support-agent' }).last();
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('#/policy/support/support-agent?asked=observe');
    expect(await main(opened)).toContain('it has changed since');
  });

  it('says of a workload without a sidecar that nothing is known, and not that nothing happened', async () => {
    const api = 'api/workloads/support/Deployment/support-agent';
    const opened = await open('#/workload/support/Deployment/support-agent', {
      prepare: ({ fixture }) => {
        const row = { ...WORKLOAD.row, boundary: 'missing', pods: { all: 2, guarded: 0 }, policy: null };
        fixture.instead.set(api, { status: 200, body: { ...WORKLOAD, row, conditions: null } });
      },
    });
    await opened.page.getByText('none of its pods has a sidecar').waitFor();
    const said = await main(opened);
    expect(said).toContain('kubectl rollout restart deployment/support-agent -n support');
    expect(said).not.toMatch(/Send a request|No rule of mode observe|No exchange/);
  });

  it('says how many sidecars of a workload are not asked', async () => {
    const api = 'api/workloads/support/Deployment/support-agent';
    const opened = await open('#/workload/support/Deployment/support-agent', {
      prepare: ({ fixture }) => {
        const window = { ...WORKLOAD.window, notAsked: 10 };
        fixture.instead.set(api, { status: 200, body: { ...WORKLOAD, window } });
        fixture.instead.set(`${api}/decisions`, { status: 200, body: { ...DECISIONS, window } });
      },
    });
    await opened.page.getByText('10 sidecars of this workload are not asked').nth(1).waitFor();
  });

  it('says of a policy that nobody wrote that it is the built-in one, and shows its values', async () => {
    const opened = await open('#/policy/support/support-agent', {
      prepare: ({ fixture }) => {
        const values = [{ path: 'egress.pii.action', value: '"redact"', from: ['default'] }];
        const body = { ...POLICY, layers: [], values };
        fixture.instead.set('api/policies/support-agent', { status: 200, body });
      },
    });
    await opened.page.getByText('egress.pii.action').waitFor();
    expect(await main(opened)).toContain('the built-in defaults hold');
  });

  it('says in the lab that a check is of what stood there before', async () => {
    const opened = await open('#/lab');
    await opened.page.getByRole('button', { name: 'Check and replay' }).click();
    await opened.page.getByRole('heading', { name: 'Who set what' }).waitFor();
    expect(await main(opened)).not.toContain('has changed since this check');
    await opened.page.getByLabel('Policy (YAML)').press('End');
    await opened.page.getByLabel('Policy (YAML)').pressSequentially(' # x');
    await opened.page.getByText('has changed since this check').waitFor();
  });

  it('has the fleet in the demo too', async () => {
    const { page } = await open('', {
      prepare: ({ fixture }) => {
        fixture.source = 'demo';
      },
    });
    const names = (): Promise<readonly string[]> =>
      page.getByRole('navigation').getByRole('link').allInnerTexts();
    const current = page.locator('nav a[aria-current]');
    expect(await names()).toEqual(['Before and after', 'Fleet', 'Decisions', 'Policies', 'Policy lab']);
    expect(await current.allInnerTexts()).toEqual(['Before and after']);
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(await current.allInnerTexts()).toEqual(['Fleet']);
  });

  it('says which right is missing', async () => {
    const opened = await open('#/workload/hidden/Deployment/bot', {
      prepare: ({ fixture }) => {
        const body = problem('not_allowed', 'ann may not list pods in the namespace hidden');
        fixture.instead.set('api/workloads/hidden/Deployment/bot', { status: 403, body });
      },
    });
    await opened.page.getByRole('alert').waitFor();
    expect(await main(opened)).toMatch(/Ann may not list pods in the namespace hidden/);
  });

  it('draws outcomes and times', async () => {
    const { page } = await open('#/workload/support/Deployment/support-agent');
    const charts = page.getByRole('img');
    await charts.first().waitFor();
    await page.getByRole('heading', { name: 'The last 24 hours' }).waitFor();
    expect(await charts.count()).toBe(3);
    expect(await charts.nth(2).getAttribute('aria-label')).toMatch(/\d+ completed, \d+ refused/);
    expect(await charts.first().getAttribute('aria-label')).toMatch(/\d+ allowed, \d+ redacted, \d+ blocked/);
    expect(await page.locator('canvas').count()).toBe(3);
  });

  it.each([
    ['absent', null, null],
    ['unavailable', 'it answered 401', /Prometheus does not answer\.\s+It answered 401\./],
    ['answered', null, /Prometheus has no exchange of this workload/],
  ])('says what a Prometheus server that is %s means', async (prometheus, why, said) => {
    const opened = await open('#/workload/support/Deployment/support-agent', {
      prepare: ({ fixture }) =>
        fixture.instead.set('api/workloads/support/Deployment/support-agent/history', {
          ...{ status: 200, body: { v: 1, prometheus, problem: why, points: [] } },
        }),
    });
    await opened.page.waitForLoadState('networkidle');
    if (said === null) expect(await main(opened)).not.toMatch(/24 hours|Prometheus/);
    else expect(await main(opened)).toMatch(said);
  });

  it('leads from a problem in the lab to its line and column', async () => {
    const { page } = await open('#/lab');
    const editor = page.getByLabel('Policy (YAML)');
    await editor.fill('version: 1\nmode: enforce\n  bad: true\n');
    await page.getByRole('button', { name: 'Check and replay' }).click();
    await page.getByRole('button', { name: '3:3' }).click();
    expect(
      await editor.evaluate((area) => (area as unknown as { selectionStart: number }).selectionStart),
    ).toBe(27);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
  });

  it('begins with an exchange of a protocol, and leads from its problem to its line and column', async () => {
    const { page } = await open('#/lab');
    const pasted = page.getByLabel('Replay pasted exchanges');
    await page.getByLabel('Begin with an exchange of').selectOption('openai-chat');
    expect(await pasted.inputValue()).toMatch(/"dialect": "openai-chat"/);
    await pasted.fill('{\n  "dialect": "bad"\n}');
    await page.getByRole('button', { name: 'Check and replay' }).click();
    await page.getByRole('button', { name: '2:3' }).click();
    expect(
      await pasted.evaluate((area) => (area as unknown as { selectionStart: number }).selectionStart),
    ).toBe(4);
  });

  it('sends a prompt to both sides of the demo', async () => {
    const opened = await open('', {
      prepare: ({ fixture }) => {
        fixture.source = 'demo';
      },
    });
    await opened.page.getByRole('button', { name: 'Send to both' }).click();
    await opened.page.getByText('Tools that ran').first().waitFor();
    expect(await main(opened)).toMatch(
      /HTTP 200[\s\S]*drop@collector[\s\S]*HTTP 400[\s\S]*injection_detected/,
    );
  });

  it('shows markup of outsiders as text', async () => {
    const { page, complaints } = await open('#/fleet', {
      prepare: ({ fixture }) => {
        const [row] = fixture.fleet.workloads;
        if (row !== undefined) fixture.fleet = fleet([{ ...row, name: '<img src=x onerror=alert(1)>' }]);
      },
    });
    await page.getByRole('link', { name: '<img src=x' }).waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
