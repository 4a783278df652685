/** Built-in LLM APIs of the outbound listener, by name. Each is usable only if its host is in `action.hosts`. */
export const BUILTIN_PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: 'https://api.anthropic.com',
  cerebras: 'https://api.cerebras.ai',
  deepseek: 'https://api.deepseek.com',
  fireworks: 'https://api.fireworks.ai/inference',
  gemini: 'https://generativelanguage.googleapis.com',
  groq: 'https://api.groq.com/openai',
  mistral: 'https://api.mistral.ai',
  openai: 'https://api.openai.com',
  openrouter: 'https://openrouter.ai/api',
  together: 'https://api.together.xyz',
  xai: 'https://api.x.ai',
};
