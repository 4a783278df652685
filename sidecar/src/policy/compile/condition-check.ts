import { isCelType, type CelEnv, type CelFunc, type parse } from '@bufbuild/cel';
import { reasonOf } from '../kinds/problem.ts';
import { CALLS_FUNCTIONS, isOfCalls, queryIn } from './call-counts.ts';
import type { AbsentNames } from './condition-names.ts';

type Parsed = ReturnType<typeof parse>;
type Expr = NonNullable<Parsed['expr']>;
type Kind = Expr['exprKind'];
type CallExpr = Extract<Kind, { case: 'callExpr' }>['value'];
type SelectExpr = Extract<Kind, { case: 'selectExpr' }>['value'];
type ComprehensionExpr = Extract<Kind, { case: 'comprehensionExpr' }>['value'];

/** Static type of a value: a CEL type name, `dyn`, or one of `FIELDS`. */
type Known = string;

/** A condition that can never be evaluated to a boolean. `offset` is in UTF-16 code units of the expression. */
export class ConditionFault extends Error {
  override readonly name = 'ConditionFault';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Fixed sets of fields. They stand only before the name of a field: what could look for a name in one, such as `in` or a loop, would hold
 * for a name without a value. `args` comes from the model and may have any field.
 */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Known>>>> = {
  tool: { name: 'string' },
  exchange: { tainted: 'bool', private: 'bool', direction: 'string', dialect: 'string', model: 'string' },
  caller: {
    address: 'string',
    subject: 'string',
    groups: 'list',
    claims: 'map',
    issuer: 'string',
    actor: 'actor',
  },
  workload: { namespace: 'string', name: 'string', serviceAccount: 'string', labels: 'map' },
  actor: { subject: 'string', issuer: 'string', actor: 'actor' },
  /** Only functions. */
  calls: {},
};

/** Built-in operators of the evaluator, with their result types. */
const OPERATORS: Readonly<Record<string, Known>> = {
  '_&&_': 'bool',
  '_||_': 'bool',
  '@not_strictly_false': 'bool',
};

/**
 * The library evaluates but does not type-check: this finds unknown names, fields and functions, arguments without an overload, and results
 * other than booleans, as far as they are statically known; and it bounds the work of a condition.
 */
export class ConditionChecker {
  readonly #env: CelEnv;
  readonly #variables: ReadonlySet<string>;
  readonly #positions: Readonly<Record<string, number>>;
  readonly #compiles: (pattern: string) => void;
  readonly #withoutValue: ReadonlyMap<string, string>;

  /** `compiles` throws for an invalid regular expression. `absent`: names that never have a value. */
  constructor(
    env: CelEnv,
    variables: readonly string[],
    parsed: Parsed,
    { compiles, absent }: { readonly compiles: (pattern: string) => void; readonly absent: AbsentNames },
  ) {
    this.#env = env;
    this.#variables = new Set(variables);
    this.#positions = parsed.sourceInfo?.positions ?? {};
    this.#compiles = compiles;
    this.#withoutValue = new Map(Object.entries(absent));
  }

  /** @throws ConditionFault */
  check(expr: Expr): void {
    const known = this.#visit(expr, new Map(), 0);
    if (known !== 'bool' && known !== 'dyn')
      throw this.#fault(expr, `a condition must be true or false; this is a ${known}`);
  }

  #fault(expr: Expr, message: string): ConditionFault {
    return new ConditionFault(message, this.#positions[expr.id.toString()] ?? 0);
  }

  #visit(expr: Expr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    const known = this.#typeOf(expr, scope, loops);
    if (Object.hasOwn(FIELDS, known)) throw this.#notNamed(expr, known);
    return known;
  }

  #notNamed(expr: Expr, set: string): ConditionFault {
    return this.#fault(expr, `${set} is a fixed set of fields; write ${set}.NAME`);
  }

  #typeOf(expr: Expr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'constExpr':
        return (kind.value.constantKind.case ?? 'dyn').replace(/(64)?Value$/, '');
      case 'identExpr':
        return this.#ident(expr, kind.value.name, scope);
      case 'selectExpr':
        return this.#select(expr, kind.value, scope, loops);
      case 'callExpr':
        return this.#call(expr, kind.value, scope, loops);
      case 'listExpr':
        for (const element of kind.value.elements) this.#visit(element, scope, loops);
        return 'list';
      case 'structExpr':
        if (kind.value.messageName !== '') throw this.#fault(expr, `unknown type ${kind.value.messageName}`);
        for (const entry of kind.value.entries) {
          if (entry.keyKind.case === 'mapKey') this.#visit(entry.keyKind.value, scope, loops);
          if (entry.value !== undefined) this.#visit(entry.value, scope, loops);
        }
        return 'map';
      case 'comprehensionExpr':
        return this.#comprehension(kind.value, scope, loops);
      case undefined:
        throw this.#fault(expr, 'not an expression');
    }
  }

  #ident(expr: Expr, name: string, scope: ReadonlyMap<string, Known>): Known {
    const known = scope.get(name);
    if (known !== undefined) return known;
    if (this.#variables.has(name)) return Object.hasOwn(FIELDS, name) ? name : 'map';
    if (TYPE_NAMES.has(name)) return 'type';
    throw this.#fault(expr, `unknown name ${name}; known here: ${[...this.#variables].join(', ')}`);
  }

  #select(expr: Expr, select: SelectExpr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    const operand = select.operand;
    if (operand === undefined) throw this.#fault(expr, 'not an expression');
    const of = this.#typeOf(operand, scope, loops);
    const fields = Object.hasOwn(FIELDS, of) ? FIELDS[of] : undefined;
    if (fields === undefined && of !== 'map' && of !== 'dyn')
      throw this.#fault(expr, `.${select.field}: a ${of} has no fields`);
    const known = fields === undefined ? 'dyn' : this.#field(expr, of, fields, select.field);
    return select.testOnly ? 'bool' : known;
  }

  /** The type of a field that has a value under the policy. */
  #field(expr: Expr, set: string, fields: Readonly<Record<string, Known>>, name: string): Known {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined)
      throw this.#fault(expr, `${set} has no field ${name}; it has ${Object.keys(fields).join(', ')}`);
    const reason = this.#withoutValue.get(`${set}.${name}`);
    if (reason !== undefined) throw this.#fault(expr, `${set}.${name} has no value: ${reason}`);
    return known;
  }

  /** `caller['groups']` is `caller.groups`; a name that is only known later could be any. */
  #index(expr: Expr, { args }: CallExpr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    const [operand, index] = args;
    if (operand === undefined || index === undefined) throw this.#fault(expr, 'not an expression');
    const of = this.#typeOf(operand, scope, loops);
    this.#visit(index, scope, loops);
    const fields = Object.hasOwn(FIELDS, of) ? FIELDS[of] : undefined;
    if (fields === undefined) return 'dyn';
    const kind = index.exprKind;
    if (kind.case !== 'constExpr' || kind.value.constantKind.case !== 'stringValue')
      throw this.#notNamed(expr, of);
    return this.#field(expr, of, fields, kind.value.constantKind.value);
  }

  #call(expr: Expr, call: CallExpr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    if (isOfCalls(call) && !scope.has('calls')) return this.#ofCalls(expr, call);
    if (call.function === '_[_]') return this.#index(expr, call, scope, loops);
    const args = call.args.map((arg) => this.#visit(arg, scope, loops));
    const target = call.target === undefined ? null : this.#visit(call.target, scope, loops);
    if (call.function === '_?_:_') return args[1] === args[2] ? (args[1] ?? 'dyn') : 'dyn';
    const operator = OPERATORS[call.function];
    if (operator !== undefined) {
      const wrong = operator === 'bool' ? args.find((arg) => arg !== 'bool' && arg !== 'dyn') : undefined;
      if (wrong !== undefined) throw this.#fault(expr, `&& and || join conditions, not a ${wrong}`);
      return operator;
    }
    if (call.function === 'matches') this.#pattern(expr, call);
    return this.#overload(expr, call.function, args, target);
  }

  /** Literal arguments alone: what is counted is known before the first call. */
  #ofCalls(expr: Expr, call: CallExpr): Known {
    const usage = CALLS_FUNCTIONS[call.function];
    const reason = this.#withoutValue.get('calls.after');
    if (usage === undefined)
      throw this.#fault(
        expr,
        `calls has no ${call.function}; write ${Object.values(CALLS_FUNCTIONS).join(' or ')}`,
      );
    const query = queryIn(call);
    if (query === null)
      throw this.#fault(
        expr,
        `write ${usage} with literal texts and a time from 1s to 24h${call.function === 'after' ? '' : "; 'workload' as the last one counts all callers, 'conversation' one conversation"}`,
      );
    const noConversation = this.#withoutValue.get('calls.conversation');
    if (typeof query !== 'string' && query.of === 'conversation' && noConversation !== undefined)
      throw this.#fault(expr, `'conversation' has no value: ${noConversation}`);
    if (call.function === 'after' && reason !== undefined)
      throw this.#fault(expr, `calls.after has no value: ${reason}`);
    return { count: 'int', sum: 'double' }[call.function] ?? 'bool';
  }

  #overload(expr: Expr, name: string, args: readonly Known[], target: Known | null): Known {
    const group = this.#env.funcs.find(name);
    if (group === undefined) throw this.#fault(expr, `unknown function ${name}`);
    const fitting = [...group].filter((func) => fits(func, args, target));
    if (fitting.length === 0) {
      const given = `${target === null ? '' : `${target}.`}(${args.join(', ')})`;
      throw this.#fault(
        expr,
        `${name} does not take ${given}${args.includes('double') || args.includes('int') ? '; numbers do not mix, write 1.0 for a double' : ''}`,
      );
    }
    const results = new Set(fitting.map((func) => typeName(func.result)));
    return results.size === 1 ? ([...results][0] ?? 'dyn') : 'dyn';
  }

  /** The pattern must be a literal, so that it is checked now and never comes from the model. */
  #pattern(expr: Expr, call: CallExpr): void {
    const pattern = call.args.at(-1)?.exprKind;
    if (pattern?.case !== 'constExpr' || pattern.value.constantKind.case !== 'stringValue') {
      throw this.#fault(expr, 'matches needs a literal pattern');
    }
    try {
      this.#compiles(pattern.value.constantKind.value);
    } catch (error) {
      throw this.#fault(expr, `matches: ${reasonOf(error)}`);
    }
  }

  #comprehension(loop: ComprehensionExpr, scope: ReadonlyMap<string, Known>, loops: number): Known {
    const { iterRange, accuInit, loopCondition, loopStep, result } = loop;
    if (
      iterRange === undefined ||
      accuInit === undefined ||
      loopCondition === undefined ||
      loopStep === undefined ||
      result === undefined
    )
      return 'dyn';
    const range = this.#visit(iterRange, scope, loops);
    if (range !== 'list' && range !== 'map' && range !== 'dyn')
      throw this.#fault(iterRange, `a ${range} has no elements`);
    const depth = isBounded(iterRange, scope) ? loops : loops + 1;
    if (depth > 1)
      throw this.#fault(iterRange, 'nested loops over arguments take too long on long lists; use one loop');
    const inner = new Map([
      ...scope,
      [loop.iterVar, 'dyn'],
      [loop.accuVar, this.#visit(accuInit, scope, depth)],
    ]);
    if (loop.iterVar2 !== '') inner.set(loop.iterVar2, 'dyn');
    this.#visit(loopCondition, inner, depth);
    this.#visit(loopStep, inner, depth);
    return this.#visit(result, inner, depth);
  }
}

/** Lists in the policy or made by the sidecar are short; those of the model are not. */
function isBounded(range: Expr, scope: ReadonlyMap<string, Known>): boolean {
  if (range.exprKind.case === 'listExpr') return true;
  const operand = range.exprKind.case === 'selectExpr' ? range.exprKind.value.operand?.exprKind : undefined;
  return operand?.case === 'identExpr' && operand.value.name === 'caller' && !scope.has('caller');
}

const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]);

function typeName(type: unknown): Known {
  return isCelType(type) ? type.name : 'dyn';
}

function fits(func: CelFunc, args: readonly Known[], target: Known | null): boolean {
  if ((func.target === undefined) !== (target === null) || func.arguments.length !== args.length)
    return false;
  if (func.target !== undefined && !agrees(typeName(func.target), target ?? 'dyn')) return false;
  return func.arguments.every((type, index) => agrees(typeName(type), args[index] ?? 'dyn'));
}

function agrees(wanted: Known, known: Known): boolean {
  return wanted === known || wanted === 'dyn' || known === 'dyn';
}
