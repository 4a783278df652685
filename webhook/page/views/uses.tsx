import type { Use, Workload } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { Prose } from '../parts/prose.tsx';
import { Section } from '../parts/section.tsx';
import { Empty } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { number, short } from '../text/count.ts';
import { ago } from '../text/time.ts';

/** Who used which tool, host and model, after what text; and what observing rules would have done. */
export function Uses({ workload }: { readonly workload: Workload }): JSX.Element {
  const { tools, hosts, models, observed, nowMs } = workload;
  return (
    <>
      <Section
        id="tools"
        title="Tools"
        note="Who called them, and whether the context held text that neither the workload nor the caller wrote."
      >
        <UseTable what="tool" uses={tools} nowMs={nowMs} />
      </Section>
      <Section id="hosts" title="Hosts">
        <UseTable what="host" uses={hosts} nowMs={nowMs} />
      </Section>
      <Section id="models" title="Models">
        <UseTable what="model" uses={models} nowMs={nowMs} />
      </Section>
      <Section id="observed" title="What observe would have done">
        {observed.length === 0 ? (
          <Empty title="Nothing.">
            No rule of mode observe would have changed an exchange in the window.
          </Empty>
        ) : (
          <Table
            caption="Rules of mode observe that would have changed exchanges"
            rows={observed}
            keyOf={({ control, rule, action }) => `${control}/${rule}/${action}`}
            columns={[
              {
                head: 'Rule',
                cell: ({ rule, meaning }) => (
                  <>
                    <span class="code">{rule}</span>
                    {meaning === null ? null : (
                      <span class="below">
                        <Prose text={meaning} />
                      </span>
                    )}
                  </>
                ),
              },
              { head: 'Control', cell: ({ control }) => control },
              { head: 'It would have', cell: ({ action }) => (action === 'block' ? 'blocked' : 'redacted') },
              { head: 'Exchanges', isNumber: true, cell: ({ exchanges }) => number(exchanges) },
              { head: 'Last', isNumber: true, cell: ({ lastMs }) => ago(lastMs, nowMs) },
            ]}
          />
        )}
      </Section>
    </>
  );
}

function callersText({ callers, moreCallers, anonymous }: Use): string {
  const named = callers.map(short).join(', ');
  const more = moreCallers === 0 ? '' : ` and ${number(moreCallers)} more`;
  const without = anonymous === 0 ? '' : `${named === '' ? '' : '; '}${number(anonymous)} not verified`;
  return `${named}${more}${without}` || '–';
}

function UseTable({
  what,
  uses,
  nowMs,
}: {
  readonly what: string;
  readonly uses: readonly Use[];
  readonly nowMs: number;
}): JSX.Element {
  if (uses.length === 0) return <p class="note">No {what} in the window.</p>;
  return (
    <Table
      caption={`Each ${what} of the last exchanges`}
      rows={uses}
      keyOf={({ name }) => name}
      columns={[
        {
          head: `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`,
          cell: ({ name }) => <span class="code">{name}</span>,
        },
        { head: 'Exchanges', isNumber: true, cell: ({ exchanges }) => number(exchanges) },
        { head: 'Blocked', isNumber: true, cell: ({ blocked }) => number(blocked) },
        { head: 'After untrusted text', isNumber: true, cell: ({ tainted }) => number(tainted) },
        { head: 'Callers', cell: (use) => <span class="code">{callersText(use)}</span> },
        { head: 'Last', isNumber: true, cell: ({ lastMs }) => ago(lastMs, nowMs) },
      ]}
    />
  );
}
