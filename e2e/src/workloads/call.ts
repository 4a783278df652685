import { answerAttempts } from './caller.ts';

await answerAttempts();
