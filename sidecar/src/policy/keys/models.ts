import { allAgree, allowList } from '../kinds/allow-list.ts';
import { key, section } from '../kinds/key.ts';
import { mode } from '../kinds/mode.ts';
import { glob } from '../kinds/scalars.ts';

export const models = section({
  mode,
  allow: key(
    allowList(
      glob,
      'Models that may be asked for. A request that names no model passes only where a list holds `*`. Default: every model.',
    ).optional(),
    allAgree(),
    { default: ['*'] },
  ),
});
