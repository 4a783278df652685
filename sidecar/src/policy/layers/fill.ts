import { present, type Answered } from '../kinds/key.ts';
import { SECTIONS, type PolicyDocument } from '../keys/schema.ts';

type Sections = typeof SECTIONS;
export type SectionName = keyof Sections;
type SectionOf<S extends SectionName> = NonNullable<PolicyDocument[S]>;

type CompleteSection<S extends SectionName> = Readonly<SectionOf<S>> & {
  readonly [K in Answered<Sections[S]['keys']> & keyof SectionOf<S>]: Exclude<SectionOf<S>[K], undefined>;
};

/** A policy with all keys set; an absent limit is unlimited. */
export interface CompletePolicy extends Readonly<{ [S in SectionName]: CompleteSection<S> }> {
  readonly version: 1;
  readonly mode: PolicyDocument['mode'];
}

/** The layers' values, and those of `base` for the other keys. Key by key; settings are never mixed. */
export function fillComplete(document: PolicyDocument, base: CompletePolicy): CompletePolicy {
  return {
    version: 1,
    mode: document.mode,
    ...eachSection<CompletePolicy>((name) => ({
      ...base[name],
      ...present(Object.entries(document[name] ?? {})),
    })),
  };
}

/** Maps each section of a complete policy or of a document. */
export function eachSection<T extends Partial<Record<SectionName, object | undefined>>>(
  value: (name: SectionName) => object | undefined,
): Pick<T, SectionName> {
  return Object.fromEntries(SECTION_NAMES.map((name) => [name, value(name)]));
}

const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];
