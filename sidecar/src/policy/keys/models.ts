import { allAgree, allowList } from './allow-list.ts';
import { key, section } from './key.ts';
import { mode } from './mode.ts';
import { glob } from './scalars.ts';

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
