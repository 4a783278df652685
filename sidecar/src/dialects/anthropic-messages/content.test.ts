import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '../json/index.ts';
import { part, promptOf, said } from '../testing/anthropic-messages.ts';

describe('every part speaks for its author', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['user text', { messages: [{ role: 'user', content: 'hi' }] }, ['/messages/0/content user/content: hi']],
    [
      'assistant text',
      { messages: [{ role: 'assistant', content: 'hi' }] },
      ['/messages/0/content assistant/content: hi'],
    ],
    [
      'system as a message',
      { messages: [{ role: 'system', content: 'hi' }] },
      ['/messages/0/content system/content: hi'],
    ],
    ['system as text', { system: 'be kind', messages: [] }, ['/system system/content: be kind']],
    [
      'system as blocks',
      { system: [{ type: 'text', text: 'be kind' }], messages: [] },
      ['/system/0/text system/content: be kind'],
    ],
    [
      'citations',
      part('assistant', {
        type: 'text',
        text: 'a',
        citations: [{ type: 'char_location', cited_text: 'quote', document_title: 'title' }],
      }),
      [
        '/messages/0/content/0/text assistant/content: a',
        '/messages/0/content/0/citations/0/cited_text document/citation: quote',
        '/messages/0/content/0/citations/0/document_title document/citation: title',
      ],
    ],
    [
      'thinking',
      part('assistant', { type: 'thinking', thinking: 'hm', signature: 'c2ln' }),
      ['/messages/0/content/0/thinking assistant/reasoning: hm'],
    ],
    [
      'a text document',
      part('user', {
        type: 'document',
        title: 't',
        context: 'c',
        source: { type: 'text', media_type: 'text/plain', data: 'd' },
      }),
      [
        '/messages/0/content/0/title document/content: t',
        '/messages/0/content/0/context document/content: c',
        '/messages/0/content/0/source/data document/content: d',
        '/messages/0/content/0/source/media_type user/metadata: text/plain',
      ],
    ],
    [
      'a document of blocks',
      part('user', { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'd' }] } }),
      ['/messages/0/content/0/source/content/0/text document/content: d'],
    ],
    [
      'a search result',
      part('user', {
        type: 'search_result',
        title: 't',
        source: 'https://a',
        content: [{ type: 'text', text: 'd' }],
      }),
      [
        '/messages/0/content/0/title document/content: t',
        '/messages/0/content/0/source document/content: https://a',
        '/messages/0/content/0/content/0/text document/content: d',
      ],
    ],
    [
      'a tool result',
      part('user', { type: 'tool_result', tool_use_id: 'a', content: 'r' }),
      ['/messages/0/content/0/content tool/tool_result: r'],
    ],
    [
      'a nested tool result',
      part('user', {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [
          { type: 'text', text: 'r' },
          { type: 'document', source: { type: 'text', data: 'd' } },
        ],
      }),
      [
        '/messages/0/content/0/content/0/text tool/tool_result: r',
        '/messages/0/content/0/content/1/source/data document/content: d',
      ],
    ],
    [
      'an MCP result',
      part('assistant', {
        type: 'mcp_tool_result',
        tool_use_id: 'a',
        content: [{ type: 'text', text: 'r' }],
      }),
      ['/messages/0/content/0/content/0/text tool/tool_result: r'],
    ],
    [
      'a web search',
      part('assistant', {
        type: 'web_search_tool_result',
        tool_use_id: 'a',
        content: [
          {
            type: 'web_search_result',
            title: 't',
            url: 'https://u',
            page_age: '1 day',
            encrypted_content: 'eA==',
          },
        ],
      }),
      [
        '/messages/0/content/0/content/0/title document/tool_result: t',
        '/messages/0/content/0/content/0/url document/tool_result: https://u',
        '/messages/0/content/0/content/0/page_age document/tool_result: 1 day',
      ],
    ],
    [
      'a web page',
      part('assistant', {
        type: 'web_fetch_tool_result',
        tool_use_id: 'a',
        content: {
          type: 'web_fetch_result',
          url: 'https://u',
          content: { type: 'document', source: { type: 'text', data: 'page' } },
        },
      }),
      [
        '/messages/0/content/0/content/url document/tool_result: https://u',
        '/messages/0/content/0/content/content/source/data document/content: page',
      ],
    ],
    [
      'code execution',
      part('assistant', {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'a',
        content: {
          type: 'bash_code_execution_result',
          stdout: 'o',
          stderr: 'e',
          return_code: 0,
          content: [],
        },
      }),
      [
        '/messages/0/content/0/content/stdout tool/tool_result: o',
        '/messages/0/content/0/content/stderr tool/tool_result: e',
      ],
    ],
    [
      'a tool that failed',
      part('assistant', {
        type: 'web_search_tool_result',
        tool_use_id: 'a',
        content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
      }),
      ['/messages/0/content/0/content/error_code user/metadata: unavailable'],
    ],
    [
      'members that the dialect does not read',
      { metadata: { user_id: 'alice@example.com' }, messages: [] },
      ['/metadata/user_id user/metadata: alice@example.com'],
    ],
  ])('%s', (_, change, segments) => {
    expect(said(change)).toEqual(segments);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'an image',
      part('user', { type: 'image', source: { type: 'base64', data: 'aaaa' } }),
      ['image /messages/0/content/0/source'],
    ],
    [
      'a document as a link',
      part('user', { type: 'document', source: { type: 'url', url: 'https://a/b.pdf' } }),
      ['file /messages/0/content/0/source/url'],
    ],
    [
      'redacted thinking',
      part('assistant', { type: 'redacted_thinking', data: 'eA==' }),
      ['opaque /messages/0/content/0/data'],
    ],
    [
      'an upload',
      part('user', { type: 'container_upload', file_id: 'file_1' }),
      ['opaque /messages/0/content/0/file_id'],
    ],
    [
      'an encrypted search hit',
      part('assistant', {
        type: 'web_search_tool_result',
        content: [{ type: 'web_search_result', encrypted_content: 'eA==' }],
      }),
      ['opaque /messages/0/content/0/content/0/encrypted_content'],
    ],
    ['a container', { container: { id: 'c', skills: [] } }, ['opaque /container']],
    [
      'an image in a tool result',
      part('user', {
        type: 'tool_result',
        content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }],
      }),
      ['opaque /messages/0/content/0/content/0/source'],
    ],
  ])('%s is listed as media', (_, change, media) => {
    expect(promptOf(change).media.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(media);
  });
});
