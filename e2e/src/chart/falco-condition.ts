/** Types of Falco's published fields (source syscall): those of the rules and some others. */
const FIELDS: Readonly<Record<string, 'text' | 'number' | 'address' | 'port' | 'truth'>> = {
  'evt.type': 'text',
  'evt.dir': 'text',
  'evt.failed': 'truth',
  'container.id': 'text',
  'container.name': 'text',
  'container.image.repository': 'text',
  'k8s.ns.name': 'text',
  'k8s.pod.name': 'text',
  'k8s.pod.label': 'text',
  'user.uid': 'number',
  'user.name': 'text',
  'proc.name': 'text',
  'proc.pname': 'text',
  'proc.cmdline': 'text',
  'proc.exepath': 'text',
  'proc.tty': 'number',
  'fd.typechar': 'text',
  'fd.name': 'text',
  'fd.sip': 'address',
  'fd.sport': 'port',
  'fd.snet': 'address',
};

const ORDER = new Set(['<', '<=', '>', '>=']);
const TEXT = new Set(['=', '==', '!=', 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob']);
const LIST = new Set(['in', 'intersects', 'pmatch']);

export interface Known {
  readonly macros: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
}

class Fault extends Error {}

interface Token {
  readonly kind: 'word' | 'quoted' | 'sign';
  readonly text: string;
}

function tokens(condition: string): readonly Token[] {
  return [...condition.matchAll(/"([^"]*)"|'([^']*)'|(<=|>=|==|!=|[()=<>,])|([^\s()=<>!,"']+)|(\S)/g)].map(
    ([, double, single, sign, word, other]): Token => {
      if (other !== undefined) throw new Fault(`unexpected ${other}`);
      if (sign !== undefined) return { kind: 'sign', text: sign };
      if (word !== undefined) return { kind: 'word', text: word };
      return { kind: 'quoted', text: double ?? single ?? '' };
    },
  );
}

function isAddress(text: string): boolean {
  return /^[0-9a-f:.]+(\/\d+)?$/i.test(text) && /[:.]/.test(text);
}

/** A recursive descent parser of conditions: `or` over `and` over `not` over a comparison, a macro or brackets. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #known: Known;
  #at = 0;

  constructor(condition: string, known: Known) {
    this.#tokens = tokens(condition);
    this.#known = known;
  }

  read(): void {
    this.#any();
    if (this.#at < this.#tokens.length) throw new Fault(`expected and, or at ${this.#peek()?.text ?? ''}`);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #next(what: string): Token {
    const token = this.#peek();
    if (token === undefined) throw new Fault(`expected ${what} at the end`);
    this.#at += 1;
    return token;
  }

  #takes(text: string): boolean {
    const token = this.#peek();
    if (token === undefined || token.kind === 'quoted' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #any(): void {
    do {
      do this.#one();
      while (this.#takes('and'));
    } while (this.#takes('or'));
  }

  #one(): void {
    while (this.#takes('not'));
    if (this.#takes('(')) {
      this.#any();
      if (!this.#takes(')')) throw new Fault('a bracket is not closed');
      return;
    }
    const { kind, text } = this.#next('a field or a macro');
    if (kind !== 'word' || text === 'and' || text === 'or')
      throw new Fault(`expected a field or a macro, found ${text}`);
    if (!text.includes('.')) {
      if (!this.#known.macros.has(text)) throw new Fault(`no macro ${text} above`);
      return;
    }
    this.#comparison(text);
  }

  #comparison(field: string): void {
    const type = FIELDS[field.replace(/\[.*\]$/, '')];
    if (type === undefined) throw new Fault(`unknown field ${field}`);
    if (this.#takes('exists')) return;
    const { text: operator } = this.#next('an operator');
    if (LIST.has(operator)) {
      this.#list(field, type);
      return;
    }
    if (ORDER.has(operator) && type !== 'number' && type !== 'port') throw new Fault(`${field} has no order`);
    if (!ORDER.has(operator) && !TEXT.has(operator)) throw new Fault(`unknown operator ${operator}`);
    this.#value(field, type);
  }

  #value(field: string, type: string): void {
    const { kind, text } = this.#next('a value');
    if (kind === 'sign') throw new Fault(`expected a value for ${field}, found ${text}`);
    this.#judge(field, type, text);
  }

  #judge(field: string, type: string, text: string): void {
    if ((type === 'number' || type === 'port') && !/^-?\d+$/.test(text))
      throw new Fault(`${field} is a number, not ${text}`);
    if (type === 'truth' && text !== 'true' && text !== 'false') throw new Fault(`${field} is true or false`);
    if (type === 'address' && !isAddress(text)) throw new Fault(`${field} is an address, not ${text}`);
  }

  #list(field: string, type: string): void {
    if (!this.#takes('(')) {
      const { text } = this.#next('a list');
      if (!this.#known.lists.has(text)) throw new Fault(`no list ${text} above`);
      return;
    }
    while (!this.#takes(')')) {
      const { kind, text } = this.#next('a value or )');
      if (kind === 'sign') throw new Fault(`expected a value, found ${text}`);
      if (kind === 'quoted' || !this.#known.lists.has(text)) this.#judge(field, type, text);
      if (!this.#takes(',') && this.#peek()?.text !== ')') throw new Fault('expected , or ) in a list');
    }
  }
}

/** Faults of a condition by Falco's grammar, operators and types. */
export function conditionFaults(condition: string, known: Known): readonly string[] {
  try {
    new Reader(condition, known).read();
    return [];
  } catch (error) {
    if (error instanceof Fault) return [error.message];
    throw error;
  }
}
