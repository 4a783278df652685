/** What the name of a tool that the client runs says about it. A hint; `unknown` where it says nothing. */
export type ToolKind = 'acts' | 'reads' | 'unknown';

/** A tool leaves the reach of the workload, whatever else its name says. */
const OUTSIDE = setOf(`
  http https url urls uri web website webpage webhook internet curl wget browse browser crawl crawler scrape scraper tavily serper
  shell bash terminal powershell ssh exec execute kubectl computer console smtp sms slack teams discord telegram whatsapp twitter tweet
  payment payments funds money wire
`);

/** The first of these words decides. */
const ACTS = setOf(`
  send reply publish notify broadcast share create make add update upsert delete remove insert write edit modify change save store upload
  put patch set submit book reserve buy purchase place pay charge refund cancel approve reject assign close reopen resolve merge commit
  push deploy run start stop restart kill launch trigger invoke invite grant revoke install uninstall enable disable move copy rename
  replace click press type drag apply register subscribe unsubscribe transfer sign
`);
const READS = setOf(`
  get list read find lookup look search query select show describe explain view count check verify validate inspect calculate calculator
  calc compute convert translate summarize summarise classify extract parse format sort filter compare estimate predict think plan
  retrieve load fetch recall weather forecast time date clock today
`);

/** They act unless another word says that the tool reads: `send` is not in the name of every tool for mail. */
const MAIL = setOf('mail email post message call');

/** Words for long-term memory, and the tools of the reference server for it. */
const MEMORY =
  /memor(?:y|ies)|^(?:remember|recall|forget)(?:_|$)|^(?:create_entities|create_relations|add_observations|read_graph)$/i;

/** Tools that bring stored documents into the context. */
const DOCUMENTS = setOf(`
  retrieval retriever retrieve rag knowledge kb docs documents document documentation vector vectors embedding embeddings semantic corpus
  passages wiki notes
`);

/** Tools of providers that bring text into the context. */
const RETRIEVING = /search|retriev|fetch|url_?context|ground|maps/i;
/** Searches the definitions of tools. */
const OF_TOOLS = /^tool_?search/i;

/** What a tool does outside, by its name. */
export function kindOfTool(name: string): ToolKind {
  const words = wordsOf(name);
  if (words.some((word) => OUTSIDE.has(word)) || words.join(' ') === 'fetch') return 'acts';
  const verb = words.find((word) => ACTS.has(word) || READS.has(word));
  if (verb !== undefined) return ACTS.has(verb) ? 'acts' : 'reads';
  return words.some((word) => MAIL.has(word)) ? 'acts' : 'unknown';
}

/** Whether it is for long-term memory. */
export function isForMemory(name: string): boolean {
  return MEMORY.test(name);
}

/** Whether a tool of the client, or one that the provider runs, brings documents into the context. */
export function bringsDocuments(name: string, isOfProvider: boolean): boolean {
  if (isOfProvider) return RETRIEVING.test(name) && !OF_TOOLS.test(name);
  const words = wordsOf(name);
  return words.some((word) => DOCUMENTS.has(word)) && kindOfTool(name) !== 'acts';
}

/** `sendMail`, `gmail.send-mail` and `SEND_MAIL` have the same words. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
