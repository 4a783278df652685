const STRICT = { additionalProperties: false };
export const TOOLS = [
  {
    type: 'function',
    name: 'shell_command',
    description: 'Runs a shell command and returns its output.',
    strict: false,
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string' },
        workdir: { type: 'string' },
        timeout_ms: { type: 'number' },
      },
      required: ['command'],
      ...STRICT,
    },
  },
  { type: 'local_shell' },
  {
    type: 'custom',
    name: 'apply_patch',
    description: 'Use the `apply_patch` tool to edit files. This is a FREEFORM tool.',
    format: {
      type: 'grammar',
      syntax: 'lark',
      definition: 'start: begin_patch hunk+ end_patch\nhunk: add_hunk',
    },
  },
  {
    type: 'namespace',
    name: 'mcp__github__',
    description: 'Tools of the server github.',
    tools: [
      {
        type: 'function',
        name: 'list_issues',
        description: 'Lists issues.',
        parameters: { type: 'object', properties: {} },
        defer_loading: true,
      },
    ],
  },
  { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: { type: 'object' } },
  { type: 'web_search', external_web_access: true, search_content_types: ['text', 'image'] },
  { type: 'image_generation', output_format: 'png' },
];

export const CONTEXT = [
  {
    type: 'message',
    role: 'developer',
    content: [
      {
        type: 'input_text',
        text: '<permissions instructions>Sandbox: workspace-write.</permissions instructions>',
      },
    ],
  },
  {
    type: 'message',
    role: 'user',
    content: [
      {
        type: 'input_text',
        text: '# AGENTS.md instructions for /src\n\n<INSTRUCTIONS>\nRun the tests before you commit.\n</INSTRUCTIONS>',
      },
    ],
  },
  {
    type: 'message',
    role: 'user',
    content: [
      {
        type: 'input_text',
        text: '<environment_context>\n  <cwd>/src</cwd>\n  <shell>bash</shell>\n</environment_context>',
      },
    ],
  },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix the failing test.' }] },
];

export function request(input: readonly object[], more: object = {}): object {
  return {
    model: 'gpt-5.4-codex',
    instructions: 'You are a coding agent running in the Codex CLI.\n\n# Tools\n…',
    input,
    tools: TOOLS,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b',
    service_tier: 'priority',
    text: { verbosity: 'low' },
    client_metadata: { 'x-codex-installation-id': '0b3c6f5e-6df5-4c1f-9d0d-7a3d1e1f2a3b' },
    ...more,
  };
}
