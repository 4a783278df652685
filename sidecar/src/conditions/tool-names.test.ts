import { bringsDocuments, isForMemory, kindOfTool, type ToolKind } from './tool-names.ts';

describe('what the name of a tool says', () => {
  it.each<[ToolKind, readonly string[]]>([
    [
      'acts',
      [
        ...[
          'send_email',
          'gmail.send',
          'GMAIL_SEND_EMAIL',
          'sendMail',
          'email_customer',
          'mail',
          'post_message',
          'slack_post',
        ],
        ...[
          'http_request',
          'fetch_url',
          'fetch',
          'web_search',
          'browse',
          'tavily_search_results_json',
          'get_webpage',
        ],
        ...[
          'bash',
          'local_shell',
          'computer_use_preview',
          'computerUse',
          'apply_patch',
          'str_replace_based_edit_tool',
        ],
        ...[
          'create_issue',
          'update_order',
          'delete_file',
          'write_file',
          'run_sql',
          'execute_query',
          'cancel_order',
        ],
        ...['transfer_funds', 'kubectl_get', 'exec'],
      ],
    ],
    [
      'reads',
      [
        ...[
          'get_weather',
          'weather',
          'list_orders',
          'read_file',
          'find_customer',
          'search_flights',
          'query_database',
        ],
        ...[
          'calculator',
          'get_email',
          'list_messages',
          'customer_lookup',
          'currentTime',
          'convert_currency',
          'fetch_order',
        ],
      ],
    ],
    ['unknown', ['zap', 'order_status', 'tool_1', '', 'données', '天気']],
  ])('%s', (kind, names) => {
    expect(names.filter((name) => kindOfTool(name) !== kind)).toEqual([]);
  });

  it.each([
    'memory',
    'save_memory',
    'archival_memory_search',
    'searchMemories',
    'create_entities',
    'remember',
  ])('memory: %s', (name) => expect(isForMemory(name)).toBe(true));
  it.each(['memo', 'get_weather', 'recalled_products'])('no memory: %s', (name) => {
    expect(isForMemory(name)).toBe(false);
  });

  it.each<[string, boolean, boolean]>([
    ['search_docs', false, true],
    ['retriever', false, true],
    ['query_knowledge_base', false, true],
    ['create_document', false, false],
    ['search_flights', false, false],
    ['web_search', true, true],
    ['file_search', true, true],
    ['googleMaps', true, true],
    ['tool_search_tool_regex_20251119', true, false],
    ['code_interpreter', true, false],
  ])('documents: %s, of the provider: %j', (name, isOfProvider, brings) => {
    expect(bringsDocuments(name, isOfProvider)).toBe(brings);
  });
});
