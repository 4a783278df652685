/** Models that search by themselves: of OpenAI, Perplexity and Groq, and the suffix of OpenRouter. */
const SEARCHING = /(?:^|[/-])(?:sonar|compound)(?:-|$)|-search(?:-|$)|deep-research|:online$/i;

/** Whether a model is known to search by itself, by its name alone. */
export function searchesByItself(model: string | null): boolean {
  return model !== null && SEARCHING.test(model);
}
