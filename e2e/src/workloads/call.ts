import { text } from 'node:stream/consumers';

import { answerAttempts } from './caller.ts';

// As the first argument if standard input is not available, as in an init container.
await answerAttempts(process.argv[2] ?? (await text(process.stdin)));
