import { plain } from '../verify/show.ts';

/** HTML built here: the only values that `markup` does not escape. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Part = Markup | string | number | null | readonly Part[];

/** HTML with every value escaped, for text and for quoted attributes. Outsiders choose the names in a record. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    texts.map((text, at) => (at === 0 ? '' : rendered(parts[at - 1] ?? null)) + text).join(''),
  );
}

function rendered(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  return part.map(rendered).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters and those that change the direction of writing are removed too. */
function escape(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
