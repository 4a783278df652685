import { UsageError } from '@llm-boundary/sidecar/flags';

import { consoleCommand } from './console-command.ts';

it.each([
  ['--prometheus', 'prometheus:9090'],
  ['--prometheus', 'ftp://prometheus'],
  ['--prometheus', 'http://'],
  ['--prometheus', 'http://user@prometheus'],
  ['--prometheus', 'http://:password@prometheus'],
  ['--prometheus', 'http://prometheus/?tenant=1'],
  ['--prometheus', 'http://prometheus/#graph'],
  ['--listen', 'nowhere'],
])('%s %s is a mistake of usage', async (flag, value) => {
  const io = { out: () => undefined, version: () => '0' };
  await expect(consoleCommand([flag, value], {}, io)).rejects.toThrow(UsageError);
  await expect(consoleCommand([flag, value], {}, io)).rejects.toThrow(`${flag} ${JSON.stringify(value)}`);
});
