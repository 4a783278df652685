/** Parts of a report, by the ID of their heading. */
export const SECTIONS = {
  evidence: 'Is the record whole',
  guarded: 'What was guarded',
  policies: 'Under which policies',
  refused: 'What was refused or replaced',
  observed: 'What was only observed',
  gaps: 'What this report cannot show',
} as const;

export type SectionId = keyof typeof SECTIONS;

/** A requirement or a risk of a framework, and the parts of this report that support it. */
export interface Control {
  readonly framework: string;
  readonly id: string;
  readonly title: string;
  /** Empty: the record does not cover it. */
  readonly sections: readonly SectionId[];
  /** Codes of the refusals that belong to it. */
  readonly codes: readonly string[];
  /** Aspects that the record does not show. */
  readonly gap: string;
}

const AI_ACT = 'EU AI Act, Article 12 (Regulation 2024/1689)';
const LLM = 'OWASP Top 10 for LLM Applications 2025';
const AGENTIC = 'OWASP Top 10 for Agentic Applications 2026';
const ISO = 'ISO/IEC 42001:2023, Annex A';
const SOC2 = 'SOC 2, Trust Services Criteria CC7';

type Row = readonly [
  id: string,
  title: string,
  sections: readonly SectionId[],
  codes: readonly string[],
  gap: string,
];

function rows(framework: string, all: readonly Row[]): readonly Control[] {
  return all.map(([id, title, sections, codes, gap]) => ({ framework, id, title, sections, codes, gap }));
}

/** Titles are the short ones of each framework; the assignments are our reading, not a certification. */
export const CONTROLS: readonly Control[] = [
  ...rows(AI_ACT, [
    [
      '12(1)',
      'Events are recorded automatically over the lifetime of the system',
      ['evidence', 'guarded'],
      [],
      'The record covers traffic through the boundary alone, and no training, deployment or decision outside of it. How long logs are kept (Articles 19 and 26(6): six months at least) is not in the record.',
    ],
    [
      '12(2)(a)',
      'Events that show a risk or a substantial modification',
      ['policies', 'refused', 'observed'],
      [],
      'A change of a model behind the same name shows only where its server says so. What is a substantial modification is for people to judge.',
    ],
    [
      '12(2)(b)',
      'Events that post-market monitoring needs',
      ['guarded', 'refused', 'observed'],
      [],
      'The quality of answers and complaints of users are not in the record.',
    ],
    [
      '12(2)(c)',
      'Events that monitoring of operation by deployers needs',
      ['evidence', 'guarded', 'refused', 'observed'],
      [],
      'Oversight by people outside of the traffic is not in the record.',
    ],
    [
      '12(3)',
      'Remote biometric identification: time of each use, reference database, matches, persons who verified',
      [],
      [],
      'The record does not cover this: databases, matches and persons are not recorded.',
    ],
  ]),
  ...rows(LLM, [
    [
      'LLM01',
      'Prompt Injection',
      ['refused', 'observed'],
      ['injection_detected', 'content_refused'],
      'Injection that no detector recognised is not in the record. The threat model says how often that is.',
    ],
    [
      'LLM02',
      'Sensitive Information Disclosure',
      ['refused', 'observed'],
      ['sensitive_output', 'secret_detected', 'document_leak', 'exfiltration_link'],
      'Only what detectors and fingerprints know was looked for. Uninspected traffic is counted and was not searched.',
    ],
    [
      'LLM03',
      'Supply Chain',
      ['guarded', 'refused'],
      ['model_not_allowed', 'tool_changed'],
      'Names of models are names: weights, images and packages are not checked by the boundary.',
    ],
    ['LLM04', 'Data and Model Poisoning', [], [], 'The record does not cover this: training is outside.'],
    [
      'LLM05',
      'Improper Output Handling',
      ['refused', 'observed'],
      ['exfiltration_link', 'sensitive_output'],
      'What an application does with a reply after it left the boundary is not in the record.',
    ],
    [
      'LLM06',
      'Excessive Agency',
      ['guarded', 'policies', 'refused', 'observed'],
      ['tool_not_allowed', 'host_not_allowed'],
      'What an allowed tool did is in the record of that tool, if it has one.',
    ],
    [
      'LLM07',
      'System Prompt Leakage',
      ['refused', 'observed'],
      ['prompt_leak'],
      'A paraphrase of the prompt is not recognised.',
    ],
    [
      'LLM08',
      'Vector and Embedding Weaknesses',
      ['guarded'],
      [],
      'Embedding routes are listed where they were used; indexes and who may read them are outside.',
    ],
    ['LLM09', 'Misinformation', [], [], 'The record does not cover this: answers are not judged for truth.'],
    [
      'LLM10',
      'Unbounded Consumption',
      ['guarded', 'refused'],
      ['limit_exceeded', 'body_too_large'],
      'Tokens are as model servers count them, and absent where they do not.',
    ],
  ]),
  ...rows(AGENTIC, [
    [
      'ASI01',
      'Agent Goal Hijack',
      ['refused', 'observed'],
      ['injection_detected'],
      'A goal that was changed without a sign in the text is not in the record.',
    ],
    [
      'ASI02',
      'Tool Misuse and Exploitation',
      ['guarded', 'refused', 'observed'],
      ['tool_not_allowed', 'tool_changed'],
      'Values of arguments are not kept, so misuse of an allowed tool shows only where a condition of the policy caught it.',
    ],
    [
      'ASI03',
      'Identity and Privilege Abuse',
      ['guarded', 'policies', 'refused'],
      ['caller_not_verified'],
      'Workloads are identified by pod and service account, callers by digest where policy verifies them; a credential that was stolen is not recognised as such.',
    ],
    [
      'ASI04',
      'Agentic Supply Chain Vulnerabilities',
      ['guarded', 'refused'],
      ['tool_changed', 'model_not_allowed'],
      'Changed definitions of pinned tools are refused; the code behind them is outside.',
    ],
    [
      'ASI05',
      'Unexpected Code Execution',
      ['refused'],
      ['tool_not_allowed'],
      'Only whether a tool was called is in the record; what ran in a container is not.',
    ],
    [
      'ASI06',
      'Memory and Context Poisoning',
      ['guarded', 'refused', 'observed'],
      ['injection_detected'],
      'Requests with untrusted text are counted. Memory of agents outside of the traffic is not seen.',
    ],
    [
      'ASI07',
      'Insecure Inter-Agent Communication',
      ['guarded', 'refused'],
      ['host_not_allowed'],
      'Hosts are listed. Whether two agents authenticated each other is not in the record.',
    ],
    [
      'ASI08',
      'Cascading Failures',
      ['guarded', 'refused'],
      ['limit_exceeded', 'upstream_unavailable', 'detector_unavailable'],
      'Failures are counted for each workload; how one led to another is not in the record.',
    ],
    [
      'ASI09',
      'Human-Agent Trust Exploitation',
      [],
      [],
      'The record does not cover this: what people believed is outside.',
    ],
    [
      'ASI10',
      'Rogue Agents',
      ['evidence', 'guarded', 'refused', 'observed'],
      ['tool_not_allowed', 'host_not_allowed'],
      'An agent that was never put behind the boundary has no record; `llm-boundary-webhook posture` lists workloads without one.',
    ],
  ]),
  ...rows(ISO, [
    [
      'A.6.2.8',
      'AI system recording of event logs',
      ['evidence', 'guarded', 'policies', 'refused', 'observed'],
      [],
      'Use of the system is recorded. Other phases of its life cycle, and how long logs are kept, are for the organisation to show.',
    ],
  ]),
  ...rows(SOC2, [
    [
      'CC7.1',
      'Changes of configuration and new weaknesses are detected',
      ['policies'],
      [],
      'Changes of policies are on the record; changes of images, clusters and models are not.',
    ],
    [
      'CC7.2',
      'Components are monitored for anomalies',
      ['evidence', 'refused', 'observed'],
      [],
      'Reviews of alerts are not in the record.',
    ],
    [
      'CC7.3',
      'Security events are evaluated',
      ['refused', 'observed'],
      [],
      'Each decision is there with its rule; the evaluation by people is outside.',
    ],
    [
      'CC7.4',
      'Incidents are responded to',
      ['refused'],
      [],
      'Refusals are the automatic response; everything that people did is outside.',
    ],
    ['CC7.5', 'Recovery from incidents', [], [], 'The record does not cover this.'],
  ]),
];
