import { ANNOTATIONS } from '../../pod/names.ts';
import { refuse } from '../../pod/refusals.ts';

/** How to set the listen address of a server without an adapter. */
export interface CustomListen {
  readonly by: 'args' | 'env';
  /** Option or variable with the address; null: there is none. Then the server listens on all addresses, unless `port` has `host:port`. */
  readonly host: string | null;
  /** Option or variable with the port, or with `host:port`. */
  readonly port: string;
}

/** Null: no annotation. @throws InjectionRefused for an invalid value */
export function customListen(value: string | undefined): CustomListen | null {
  if (value === undefined) return null;
  const [, by, first = '', second] = /^(args|env)=([^,\s]+)(?:,([^,\s]+))?$/.exec(value.trim()) ?? [];
  const host = second === undefined ? null : first;
  const port = second ?? first;
  const shape = by === 'args' ? /^--?[A-Za-z][\w.-]*$/ : /^[A-Za-z_]\w*$/;
  const named = shape.test(port) && (host === null || (shape.test(host) && host !== port));
  if ((by !== 'args' && by !== 'env') || !named) {
    return refuse(
      'annotation_invalid',
      `metadata.annotations[${ANNOTATIONS.listen}]`,
      'Accepted: "args=--HOST-OPTION,--PORT-OPTION" or "env=HOST_VARIABLE,PORT_VARIABLE", or the port alone: "args=--PORT-OPTION", "env=PORT_VARIABLE".',
    );
  }
  return { by, host, port };
}
