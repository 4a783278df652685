import { text } from 'node:stream/consumers';

import { answerAttempts } from './caller.ts';

// As the first argument where standard input cannot be written, as in an init container.
await answerAttempts(process.argv[2] ?? (await text(process.stdin)));
