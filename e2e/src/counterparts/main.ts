import { tryLitellm } from './litellm.ts';
import { tryLlama } from './llama.ts';
import { tryPortkey } from './portkey.ts';
import { Steps } from './steps.ts';

// Servers and clients that nobody here wrote, with the real sidecar between them.
const steps = new Steps();
await tryLitellm(steps);
await tryPortkey(steps);
await tryLlama(steps);
process.stdout.write(`\n${steps.summary()}\n`);
process.exitCode = steps.failed === 0 ? 0 : 1;
