import type { Direction } from '../exchange/index.ts';
import { BoundedNames } from './bounded-names.ts';
import type { Telemetry } from './telemetry.ts';

/** Tools and servers that are warned of by name. */
const MAX_NAMED = 64;

/** Who offers a tool. `host`: the MCP server or API that the workload calls; null: a client, or the workload itself. */
export interface OpenlyOffered {
  readonly tool: string;
  readonly host: string | null;
  readonly direction: Direction;
  readonly isCall: boolean;
}

/** Tells of tools with `schema: offered` whose offered schema lets any arguments pass: a warning once for each, and a count of their calls. */
export class OpenSchemas {
  readonly #log: { warning(text: string): void };
  readonly #telemetry: Pick<Telemetry, 'openlyCalled'>;
  readonly #names = new BoundedNames(MAX_NAMED);
  readonly #warned = new Set<string>();
  #isFull = false;

  constructor(log: { warning(text: string): void }, telemetry: Pick<Telemetry, 'openlyCalled'>) {
    this.#log = log;
    this.#telemetry = telemetry;
  }

  seen({ tool, host, direction, isCall }: OpenlyOffered): void {
    if (isCall) this.#telemetry.openlyCalled(direction);
    const name = this.#names.of(tool);
    const place = host === null ? '' : ` (${this.#names.of(host)})`;
    const key = `${name}${place}`;
    if (this.#warned.has(key) || this.#isFull) return;
    if (this.#warned.size >= MAX_NAMED) {
      this.#isFull = true;
      this.#log.warning(
        `schema: offered holds nothing for more than ${MAX_NAMED} tools; no further one is named, and their calls count in llm_boundary_open_schema_calls_total`,
      );
      return;
    }
    this.#warned.add(key);
    this.#log.warning(
      `tool ${key}: policy says schema: offered, and the schema with which it is offered lets any arguments pass, so its calls are not held to anything; write a schema beside it in the policy: schema: [offered, {…}]`,
    );
  }
}
