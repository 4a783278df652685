/** Far above what a busy machine takes: for a framework that waits for ever. */
const DEADLINE_MS = 50_000;

/** The result of a framework's call, in a few words for the table of the guide. */
export async function endingOf(call: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('has not ended'), DEADLINE_MS);
  });
  try {
    return await Promise.race([call.then(wordsOf), late]);
  } catch (error) {
    // The SDK `ai` passes on the parsed data if it expects no error.
    return error instanceof Error
      ? `raises \`${error.constructor.name}\``
      : 'raises the object `error` of the stream';
  } finally {
    clearTimeout(timer);
  }
}

/** The result of a framework that raises nothing. */
function wordsOf(given: unknown): string {
  if (given === null || given === undefined || given === '') return 'returns nothing';
  return typeof given === 'string' ? `returns ${given}` : `returns ${JSON.stringify(given)}`;
}
