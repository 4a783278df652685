import { ANNOTATIONS } from '../../pod/names.ts';
import { refuse } from '../../pod/refusals.ts';

/** How to set the listen address of a server without an adapter. */
export interface CustomListen {
  readonly by: 'args' | 'env';
  /** Option or variable with the address. */
  readonly host: string;
  /** Option or variable with the port. */
  readonly port: string;
}

/** Null: no annotation. @throws InjectionRefused for an invalid value */
export function customListen(value: string | undefined): CustomListen | null {
  if (value === undefined) return null;
  const match = /^(args|env)=([^,\s]+),([^,\s]+)$/.exec(value.trim());
  const [, by, host = '', port = ''] = match ?? [];
  const shape = by === 'args' ? /^--?[A-Za-z][\w.-]*$/ : /^[A-Za-z_]\w*$/;
  if ((by !== 'args' && by !== 'env') || !shape.test(host) || !shape.test(port) || host === port) {
    return refuse(
      'annotation_invalid',
      `metadata.annotations[${ANNOTATIONS.listen}]`,
      'Accepted: "args=--HOST-OPTION,--PORT-OPTION" or "env=HOST_VARIABLE,PORT_VARIABLE".',
    );
  }
  return { by, host, port };
}
