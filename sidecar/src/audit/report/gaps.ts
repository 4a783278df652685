import type { Facts } from './facts.ts';
import type { Verification } from './verification.ts';

/** The limits of this record. In plain words, without names from the record. */
export function gapsOf(facts: Facts, verification: Verification): readonly string[] {
  return [
    ...ofEvidence(verification),
    ...ofRecord(facts),
    ...ofEnforcement(facts),
    ...ofTables(facts),
    ...ofContent(verification),
    ...ALWAYS,
  ];
}

const ALWAYS = [
  'Traffic that did not pass a boundary is not in the record, nor is a workload that was never guarded.',
  'Rules and detectors say what they recognised. That nothing else was in the traffic is not shown by their silence.',
];

function ofEvidence({ against, verdict, tampered, missing }: Verification): readonly string[] {
  return [
    ...(against === 'own keys'
      ? [
          'No fleet log of an anchor was given: pods of which there is no record at all cannot be missed, and the record as a whole was checked, not the time that was asked for.',
        ]
      : []),
    ...(tampered.items.length > 0
      ? [
          'Lines were tampered with. They are counted below as they are now; the numbers can be trusted no further than the record.',
        ]
      : []),
    ...(missing.items.length > 0
      ? ['Lines or logs are missing. What was in them is in no number below: each is a lower bound.']
      : []),
    ...(verdict === 'unanchored'
      ? [
          'Nothing is wrong with what is there, and nothing outside of it confirms all of it: see the remarks.',
        ]
      : []),
  ];
}

function ofContent({ bodies }: Verification): readonly string[] {
  if (bodies === null || bodies.named === 0)
    return [
      'Content is not in the record: prompts, replies and values of arguments cannot be shown. Commitments to bodies are, where policy says so.',
    ];
  const { named, present, erased, missing } = bodies;
  return [
    `Content is not in the record itself. It names ${named} sealed bodies, of which ${present} are there and unchanged; whoever has an identity opens them.`,
    ...counted(erased, 'Sealed bodies that were erased to make room, as the record says'),
    ...counted(
      missing,
      'Sealed bodies that are not there, and the record does not say why: erased by hand, or not copied',
    ),
  ];
}

function ofRecord({ totals, events, firstTime }: Facts): readonly string[] {
  return [
    ...(firstTime === null ? ['There is no decision in this time.'] : []),
    ...counted(
      events.lost,
      'Decisions that took effect without a record (audit.required: false), counted since each log began',
    ),
    ...counted(
      events.prunedFiles,
      'Files of the record that were pruned to make room; what was in them is here only where a copy has it',
    ),
    ...counted(
      events.clockJumps,
      'Jumps of a clock by more than a second, across which times do not compare',
    ),
    ...counted(
      events.logs - events.comparedClocks,
      "Logs whose clock was not compared with an anchor's; how their times compare with those of others is not known",
    ),
    ...((events.largestOffsetMs ?? 0) > 1_000
      ? [`Clocks were up to ${events.largestOffsetMs ?? 0} ms away from the anchor's.`]
      : []),
    ...counted(
      events.recovered,
      'Processes that were killed; exchanges that were under way in them may have no end on the record',
    ),
    ...counted(events.cut, 'Decisions of which names or hits were left out or shortened for their length'),
    ...(totals.exchangesCut
      ? ['There are more exchanges than are told apart; their number is a lower bound.']
      : []),
    ...(totals.inputTokens === null && totals.outputTokens === null
      ? ['No model server said how many tokens it read or wrote.']
      : []),
  ];
}

function ofEnforcement({ totals, policies }: Facts): readonly string[] {
  return [
    ...counted(
      totals.uninspected,
      'Decisions that let traffic pass without inspection (listed routes, opaque connections)',
    ),
    ...counted(
      totals.withoutCaller,
      'Decisions on requests to models whose caller is not on the record (none was verified, or audit.callers is none)',
    ),
    ...counted(totals.withoutPolicy, 'Decisions for which no policy was loaded'),
    ...counted(
      totals.observed,
      'Decisions that let pass what a rule in mode observe would have refused or replaced',
    ),
    ...(policies.rows.length > 0
      ? [
          'Policies are named by their SHA-256. The documents are not in the record: keep each, so that it can be shown what it said.',
        ]
      : []),
  ];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${what}: ${count}.`];
}

function ofTables(facts: Facts): readonly string[] {
  const { workloads, callers, models, tools, hosts, policies, enforced, observed } = facts;
  return Object.entries({ workloads, callers, models, tools, hosts, policies, enforced, observed }).flatMap(
    ([name, { omitted, isCut }]) =>
      omitted === 0 && !isCut
        ? []
        : [
            `The table of ${TABLES[name] ?? name} leaves out ${isCut ? 'more than ' : ''}${omitted} rows with the fewest decisions.`,
          ],
  );
}

const TABLES: Readonly<Record<string, string>> = {
  enforced: 'rules that were applied',
  observed: 'rules that were only observed',
};
