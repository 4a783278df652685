import type { Medium } from '../../exchange/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { promptOf } from '../testing/openai-chat.ts';

describe('openaiChat.prompt', () => {
  it.each<[string, JsonValue, readonly string[], readonly string[]]>([
    [
      'an image',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ['image /image_url/url'],
      [],
    ],
    [
      'an image elsewhere',
      { type: 'image_url', image_url: { url: 'https://x/y.png' } },
      ['image /image_url/url'],
      ['https://x/y.png'],
    ],
    [
      'an image as a string',
      { type: 'image_url', image_url: 'https://x/y.png' },
      ['image /image_url'],
      ['https://x/y.png'],
    ],
    [
      'speech',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ['audio /input_audio/data'],
      [],
    ],
    [
      'a file',
      { type: 'file', file: { filename: 'a b.pdf', file_data: 'AAAA' } },
      ['file /file/file_data'],
      ['a b.pdf'],
    ],
    ['an image without a URL', { type: 'image_url' }, ['file '], []],
    [
      'an image in a part that says to be text',
      { type: 'text', image_url: 'https://x/y.png' },
      ['image /image_url'],
      ['https://x/y.png'],
    ],
    [
      'frames of a video',
      { type: 'video', video: ['https://x/1.jpg'] },
      ['video /video'],
      ['https://x/1.jpg'],
    ],
    ['embeddings', { type: 'prompt_embeds', data: 'QUJD' }, ['opaque /data'], []],
    ['an unknown member', { type: 'hologram' }, ['file '], []],
    ['a file at the provider', { type: 'file', file: { file_id: 'file-1' } }, ['opaque /file/file_id'], []],
  ])('lists media: %s', (_name, part, media, texts) => {
    const prompt = promptOf({ messages: [{ role: 'user', content: [part] }] });
    expect(
      prompt.media.map(({ kind, pointer }) => `${kind} ${pointer.replace('/messages/0/content/0', '')}`),
    ).toEqual(media);
    expect(prompt.segments.map((segment) => segment.text)).toEqual(texts);
  });

  const tokens = Array.from({ length: 20 }, (_, index) => index);

  it.each<[string, JsonObject, readonly Medium[]]>([
    ['tokens in place of the messages', { input_ids: [1, 2] }, [{ pointer: '/input_ids', kind: 'opaque' }]],
    ['tokens in a member that no API has', { ids_of: tokens }, [{ pointer: '/ids_of', kind: 'opaque' }]],
    ['tokens by prompt', { ids_of: [tokens, tokens] }, [{ pointer: '/ids_of', kind: 'opaque' }]],
    [
      'the session of an earlier prompt',
      { session_params: { id: 's', offset: 3 } },
      [{ pointer: '/session_params', kind: 'opaque' }],
    ],
    [
      'the cache of another server',
      { kv_transfer_params: { remote_host: 'h', remote_port: 1 } },
      [{ pointer: '/kv_transfer_params', kind: 'opaque' }],
    ],
    [
      'a prompt that a gateway keeps',
      { prompt_id: 'p', prompt_variables: { a: 'b' } },
      [{ pointer: '/prompt_id', kind: 'opaque', references: ['p'] }],
    ],
    [
      'a processor of logits, which is code',
      { custom_logit_processor: 'x' },
      [{ pointer: '/custom_logit_processor', kind: 'opaque', references: ['x'] }],
    ],
    [
      'what is nested',
      { extra_body: { prompt_embeds: 'x' } },
      [{ pointer: '/extra_body/prompt_embeds', kind: 'opaque', references: ['x'] }],
    ],
    ['settings of tokens', { stop_token_ids: tokens, allowed_token_ids: tokens, logit_bias: { 1: 5 } }, []],
    [
      'settings of other servers',
      { suppress_tokens: tokens, bad_words_ids: [tokens], top_logprobs_num: tokens },
      [],
    ],
    ['fractions', { penalties: tokens.map((each) => each + 0.5) }, []],
    [
      'tokens in a list of settings',
      { sampling_params: [{ input_ids: [1] }] },
      [{ pointer: '/sampling_params/0/input_ids', kind: 'opaque' }],
    ],
    ['a few numbers', { shape: [1, 2, 3] }, []],
    ['what is empty', { input_ids: [], session_params: {}, kv_transfer_params: null }, []],
  ])('lists what becomes part of the prompt unread: %s', (_name, body, media) => {
    expect(promptOf(body).media).toEqual(media);
  });

  it('lists speech that the provider keeps, and speech that is asked for', () => {
    const messages = [{ role: 'assistant', audio: { id: 'audio_1' } }];
    expect(
      promptOf({ messages, modalities: ['text', 'audio'], audio: { voice: 'v', format: 'wav' } }).media,
    ).toEqual([
      { pointer: '/messages/0/audio', kind: 'opaque', references: ['audio_1'] },
      { pointer: '/audio', kind: 'audio' },
    ]);
  });
});
