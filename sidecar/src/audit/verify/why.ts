import type { DecisionLine, Line } from '../record/schema.ts';
import { callSentences } from './call-text.ts';
import { offsetText, plain } from './show.ts';

type Genesis = Extract<Line, { kind: 'genesis' }>;
type Opened = Extract<Line, { kind: 'opened' }>;
type ShadowLine = Extract<Line, { kind: 'shadow' }>;

/** What is known of the log that an exchange is in; null if the line is not among those that were read. */
export interface LogFacts {
  /** Its first line. */
  readonly genesis: Genesis | null;
  /** The anchor's line about it. */
  readonly opened: Opened | null;
  /** The comparison of its clock with the anchor's. */
  readonly offset: Extract<Line, { kind: 'offset' }> | null;
}
type Hit = DecisionLine['hits'][number];

/**
 * One exchange in sentences: the request, its destination, the policy, the rules, and what was delivered. `lines`: all lines of the
 * exchange, in order. Contains no content, like the record.
 */
export function explainExchange(
  lines: readonly DecisionLine[],
  facts: LogFacts,
  shadows: readonly ShadowLine[] = [],
): readonly string[] {
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    `Exchange ${first.exchange}`,
    `  recorded by ${first.origin}, lines ${lines.map(({ seq }) => seq).join(', ')}`,
    ...workload(facts.genesis?.identity ?? null),
    ...content(facts),
    ...asked(first, lines),
    ...(facts.offset === null ? [] : [`  ${offsetText(facts.offset)}`]),
    ...from(lines),
    ...under(lines),
    ...judges(facts.genesis),
    ...lines.flatMap(judged),
    ...shadows.flatMap(shadowed),
    ...reached(first, last, lines),
    ...keptOf(lines),
  ].map(plain);
}

function asked(first: DecisionLine, lines: readonly DecisionLine[]): readonly string[] {
  const to =
    first.direction === 'inbound' ? 'the model container of this pod' : (nameOf(first) ?? 'no known host');
  const model = lines.find((line) => line.model !== null)?.model ?? null;
  const tools = [...new Set(lines.flatMap((line) => line.tools))];
  const { connection } = first;
  return [
    connection === undefined
      ? `Requested at ${first.time}: ${first.method} ${first.path} (${first.dialect}), ${first.direction}, to ${to}`
      : `Requested at ${first.time}: a ${connection.protocol} connection, ${first.direction}, to ${to}; nothing in it is inspected`,
    ...calledBy(lines),
    ...(model === null ? [] : [`  model ${model}`]),
    ...(tools.length === 0 ? [] : [`  tools ${tools.join(', ')}`]),
  ];
}

/** Where the content is, if policy keeps it. */
function keptOf(lines: readonly DecisionLine[]): readonly string[] {
  const bodies = lines.flatMap((line) => line.bodies ?? []);
  if (bodies.length === 0) return [];
  const each = bodies.map(({ part, bytes, cut }) => `${part} (${cut ? 'the first ' : ''}${bytes} bytes)`);
  return [
    `Bodies sealed at the time: ${each.join(', ')}; llm-boundary-audit open ID FOLDER --identity FILE prints one`,
  ];
}

/** Controller, labels and images of the pod: what the anchor had from the API server, else what the sidecar was told at admission. */
function content({ genesis, opened }: LogFacts): readonly string[] {
  const told = opened?.containers === undefined ? genesis?.workload : opened;
  const source = told === opened ? 'by the anchor' : 'as admitted';
  const { owner = null, containers = [], labels = [] } = told ?? {};
  const image = opened?.image ?? null;
  return [
    ...(owner === null ? [] : [`  of ${owner.kind} ${owner.name}, ${source}`]),
    ...(labels.length === 0
      ? []
      : [`  labels ${labels.map(({ name, value }) => `${name}=${value}`).join(', ')}, ${source}`]),
    ...containers.map(
      ({ name, image: each }) => `  container ${name}: image ${each === '' ? 'not known' : each}`,
    ),
    ...(image === null ? [] : [`  sidecar: image ${image}`]),
  ];
}

function judges(genesis: Genesis | null): readonly string[] {
  if (genesis === null) return [];
  const { detectors, version } = genesis;
  if (detectors === undefined) return [`Judged by sidecar ${version}`];
  return [
    `Judged by sidecar ${version}, detectors SHA-256 ${detectors.modules}, injection model SHA-256 ${detectors.model}`,
  ];
}

function workload(identity: Genesis['identity'] | null): readonly string[] {
  if (identity === null) return [];
  const { namespace, pod, pod_uid: uid, service_account: account, node, host } = identity;
  const parts = [
    pod === null ? `host ${host}` : `pod ${namespace ?? '?'}/${pod}`,
    uid === null ? null : `UID ${uid}`,
    account === null ? null : `service account ${account}`,
    node === null ? null : `node ${node}`,
  ];
  return [`  of ${parts.filter((part) => part !== null).join(', ')}`];
}

/** Silent where policy does not verify callers, or keeps nothing of them. */
function calledBy(lines: readonly DecisionLine[]): readonly string[] {
  const caller = lines.find((line) => line.caller !== undefined)?.caller;
  if (caller === undefined) return [];
  if (caller === null) return ['  by an anonymous caller'];
  const { subject, digest, issuer } = caller;
  const who = [
    subject === null ? 'a caller' : `caller ${subject}`,
    digest === null ? null : `whose digest is ${digest}`,
  ];
  return [`  by ${who.filter((part) => part !== null).join(', ')}, verified by a token of ${issuer}`];
}

/** Origins of the texts in the request. */
function from(lines: readonly DecisionLine[]): readonly string[] {
  const origins = [...new Set(lines.flatMap((line) => line.origins ?? []))];
  const tainted = lines.some((line) => line.tainted === true);
  if (origins.length === 0) return [];
  return [`  with text of ${origins.join(', ')}${tainted ? '; tainted: it contains untrusted text' : ''}`];
}

function under(lines: readonly DecisionLine[]): readonly string[] {
  const policy = lines.find((line) => line.policy !== null)?.policy ?? null;
  if (policy === null) return ['Under no policy, because none was loaded'];
  return [`Under policy ${policy.name}, generation ${policy.generation}, SHA-256 ${policy.sha256}`];
}

const verdicts: Readonly<Record<DecisionLine['verdict'], string>> = {
  allow: 'let it pass',
  pass: 'let it pass without inspecting it',
  redact: 'let it pass with parts replaced',
  block: 'refused it',
};

const subjects: Readonly<Record<DecisionLine['kind'], string>> = {
  ingress: 'Control ingress',
  egress: 'Control egress',
  action: 'Control action',
  retry: 'The request was sent again; the boundary',
  close: 'At the end the boundary',
};

function subjectOf({ kind, verdict }: DecisionLine): string {
  return kind === 'retry' && verdict === 'block'
    ? 'The request was to be sent again; the boundary'
    : subjects[kind];
}

function judged(line: DecisionLine): readonly string[] {
  const code = line.code === null ? '' : ` (${line.code})`;
  const status = line.status === null ? '' : `, status ${line.status}`;
  const subject = line.kind === 'close' && line.verdict !== 'block' ? null : subjectOf(line);
  const said = subject === null ? 'The exchange ended' : `${subject} ${verdicts[line.verdict]}`;
  return [`At ${line.time}: ${said}${code}${status}`, ...callSentences(line), ...line.hits.map(rule)];
}

/** What a policy without effect made of the exchange. No line: it agreed, or was not asked. */
function shadowed({ time, verdict, code, hits, live, policy }: ShadowLine): readonly string[] {
  const of = (one: string, why: string | null): string => (why === null ? one : `${one} (${why})`);
  return [
    `At ${time}: the shadow policy, SHA-256 ${policy.sha256}, would have said ${of(verdict, code)} where the policy in force said ${of(live.verdict, live.code)}; it had no effect`,
    ...hits.map(rule),
  ];
}

function rule({ rule, action, mode, code, pointer, score = null, decoded = null }: Hit): string {
  const where = pointer ?? 'the exchange as a whole';
  const effect = mode === 'observe' ? `would ${action} (observed only)` : action;
  const sure = score === null ? '' : `, score ${(score / 1_000).toFixed(3)}`;
  const hidden = decoded === null ? '' : `, found by decoding: ${decoded}`;
  return `  rule ${rule}: ${effect}, ${code}, at ${where}${sure}${hidden}`;
}

/** The delivered parts, according to the record. */
function reached(first: DecisionLine, last: DecisionLine, lines: readonly DecisionLine[]): readonly string[] {
  const isRefusedFirst = first.verdict === 'block';
  return [
    toServer(first, last, lines),
    `Reached the caller: ${toCaller(last, isRefusedFirst)}`,
    ...lines.flatMap(counted),
  ];
}

function toServer(first: DecisionLine, last: DecisionLine, lines: readonly DecisionLine[]): string {
  const request = lines.find(({ kind, verdict }) => kind !== 'close' && verdict !== 'block');
  const peer = lines.find((line) => line.peer !== undefined)?.peer;
  const server = first.direction === 'inbound' ? 'the model container' : (nameOf(first) ?? 'the server');
  if (first.verdict === 'block' || request === undefined) return `Reached ${server}: nothing`;
  const at = peer === undefined ? '' : ` at ${peer.address}:${peer.port ?? '?'}`;
  const how = request.verdict === 'redact' ? `, with parts replaced${pseudonymsIn(request)}` : '';
  const far = last.outcome === 'upstream_failed' ? ', until the server failed' : '';
  return `Reached ${server}${at}: the request${how}${far}`;
}

function counted({ connection, usage, served }: DecisionLine): readonly string[] {
  const sent = connection?.bytes_sent ?? null;
  return [
    ...(sent === null
      ? []
      : [`  ${sent} bytes went to the server, ${connection?.bytes_received ?? 0} came back`]),
    ...(served === undefined
      ? []
      : [`The server says that it was model ${served.model ?? '?'}, reply ${served.id ?? '?'}`]),
    ...(usage === null || (usage.input_tokens === null && usage.output_tokens === null)
      ? []
      : [`Tokens, as the server counts: ${usage.input_tokens ?? '?'} in, ${usage.output_tokens ?? '?'} out`]),
  ];
}

function toCaller(last: DecisionLine, isRefusedFirst: boolean): string {
  if (isRefusedFirst || (last.verdict === 'block' && last.outcome === 'refused'))
    return `a refusal${last.code === null ? '' : `, ${last.code}`}`;
  if (last.outcome === 'client_aborted') return 'at most a part of the reply: it disconnected before the end';
  if (last.outcome === 'upstream_failed') return 'an error: the server failed';
  if (last.kind === 'egress' || (last.kind === 'action' && last.status !== null)) {
    if (last.verdict === 'block')
      return `a refusal in place of the reply${last.code === null ? '' : `, ${last.code}`}`;
    return `the reply${last.verdict === 'redact' ? ', with parts replaced' : ''}${valuesIn(last)}`;
  }
  if (last.outcome === 'completed') return 'the reply';
  return 'unknown: there is no line about the reply';
}

function pseudonymsIn({ tokenised }: DecisionLine): string {
  return tokenised === undefined ? '' : `; under pseudonyms: ${countsOf(tokenised)}`;
}

function valuesIn({ tokenised }: DecisionLine): string {
  return tokenised === undefined ? '' : `, with values for pseudonyms: ${countsOf(tokenised)}`;
}

function countsOf(tokenised: NonNullable<DecisionLine['tokenised']>): string {
  return Object.entries(tokenised)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

function nameOf({ host, connection }: DecisionLine): string | null {
  if (host !== undefined) return host;
  if (connection === undefined) return null;
  const name = connection.host ?? connection.address;
  return name === null ? null : connection.port === null ? name : `${name}:${connection.port}`;
}
