/** What each rule of the action control in `hits` of the record refuses; `docs/reference/refusals.md` is generated from this table. */
export const ACTION_RULES: Readonly<Record<string, string>> = {
  'tool.not-listed': 'No entry of `action.tools` names the tool.',
  'tool.look-alike':
    'The name of the tool is written like one that an entry names, which agents may take for it.',
  'tool.none-left':
    'Every offered tool was stripped (`action.offers: strip`), and the request needs one: a tool must be called, or the history has calls.',
  'tool.models': 'The entry does not list the model of the request (`models`).',
  'tool.changed':
    'The tool is offered with another definition than the entry pins (`pin`, `pins`), or called or forced and not offered.',
  'tool.when': 'The condition `when` of the entry does not hold.',
  'tool.repeats': 'The same call was made before, as often in a row as `repeats` of the entry allows.',
  'tool.acts-outside':
    'The conversation has untrusted text and private data, and the tool acts outside (`acts: outside`).',
  'tool.schema':
    'The arguments do not fit `schema` of the entry, or the schema of the offer is missing or cannot be used.',
  'tool.arguments': 'The condition `arguments` of the entry does not hold, or the arguments cannot be read.',
  'tool.sources': 'A value of an argument does not stand where `sources` of the entry wants it.',
  'mcp.tool-not-listed': 'The entry of the server in `action.mcp` does not list the tool.',
  'mcp.resource-not-listed': 'It does not list the resource.',
  'mcp.prompt-not-listed': 'It does not list the prompt.',
  'mcp.feature-not-listed':
    'It does not list the feature of the client that the server asks for (`clientFeatures`).',
  'mcp.tool-changed': 'The server has changed the definition of the tool since it was pinned.',
  'mcp.tool-withheld':
    'The tool was removed from a list for what its definition says, and may not be called.',
};
