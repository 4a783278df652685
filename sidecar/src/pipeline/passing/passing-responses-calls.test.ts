import {
  PATH,
  ASKED,
  event,
  response,
  CREATED,
  added,
  done,
  completed,
} from '../testing/responses-stream.ts';
import { expectPassed } from '../testing/passing.ts';

function call(args: unknown, more: object = {}): object {
  return {
    type: 'function_call',
    id: 'fc',
    call_id: 'c',
    name: 'f',
    arguments: args,
    status: 'completed',
    ...more,
  };
}

function argumentsDelta(delta: unknown, more: object = {}): string {
  return event('response.function_call_arguments.delta', { item_id: 'fc', output_index: 0, delta, ...more });
}

function argumentsDone(args: unknown, more: object = {}): string {
  return event('response.function_call_arguments.done', {
    item_id: 'fc',
    output_index: 0,
    arguments: args,
    ...more,
  });
}

describe('calls in a stream of the Responses API', () => {
  it.each<[string, string]>([
    [
      'call',
      [
        CREATED,
        added(call('')),
        argumentsDelta('{"a"'),
        argumentsDelta(':1}'),
        argumentsDone('{"a":1}'),
        done(call('{"a":1}')),
        completed([call('{"a":1}')]),
      ].join(''),
    ],
    [
      'call args null',
      [
        CREATED,
        added(call(null)),
        argumentsDelta('{}'),
        argumentsDone('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    ['call no deltas', [CREATED, added(call('')), done(call('{}')), completed([call('{}')])].join('')],
    ['call no added', [CREATED, done(call('{}')), completed([call('{}')])].join('')],
    ['call only completed', [CREATED, completed([call('{"a":1}')])].join('')],
    ['call args obj', [CREATED, added(call({})), done(call({ a: 1 })), completed([call({ a: 1 })])].join('')],
    [
      'call delta obj',
      [
        CREATED,
        added(call('')),
        argumentsDelta({ a: 1 }),
        done(call('{"a":1}')),
        completed([call('{"a":1}')]),
      ].join(''),
    ],
    [
      'call cut',
      [
        CREATED,
        added(call('')),
        argumentsDelta('{"a":"b'),
        event('response.incomplete', {
          response: response('incomplete', [call('{"a":"b', { status: 'incomplete' })]),
        }),
      ].join(''),
    ],
    [
      'call done ws differs',
      [
        CREATED,
        added(call('')),
        argumentsDelta('{"a": 1}'),
        argumentsDone('{"a":1}'),
        done(call('{"a":1}')),
        completed([call('{"a":1}')]),
      ].join(''),
    ],
    [
      'call done name',
      [
        CREATED,
        added(call('')),
        argumentsDelta('{}'),
        argumentsDone('{}', { name: 'f' }),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'call index always 0 ids differ',
      [
        CREATED,
        added(call('', { id: 'a' })),
        argumentsDelta('{}', { item_id: 'a' }),
        done(call('{}', { id: 'a' })),
        added(call('', { id: 'b' })),
        argumentsDelta('{"b":1}', { item_id: 'b' }),
        done(call('{"b":1}', { id: 'b' })),
        completed([call('{}', { id: 'a' }), call('{"b":1}', { id: 'b' })]),
      ].join(''),
    ],
    [
      'ids change every event',
      [
        CREATED,
        added(call('', { id: 'x1' })),
        argumentsDelta('{}', { item_id: 'x2' }),
        argumentsDone('{}', { item_id: 'x3' }),
        done(call('{}', { id: 'x4' })),
        completed([call('{}', { id: 'x5' })]),
      ].join(''),
    ],
    [
      'call no id',
      [
        CREATED,
        added(call('', { id: null })),
        argumentsDelta('{}', { item_id: null }),
        done(call('{}', { id: null })),
        completed([call('{}', { id: null })]),
      ].join(''),
    ],
    [
      'interleaved',
      [
        CREATED,
        added(call('', { id: 'a' }), 0),
        added(call('', { id: 'b' }), 1),
        argumentsDelta('{"x":1}', { item_id: 'b', output_index: 1 }),
        argumentsDelta('{}', { item_id: 'a', output_index: 0 }),
        done(call('{}', { id: 'a' }), 0),
        done(call('{"x":1}', { id: 'b' }), 1),
        completed([call('{}', { id: 'a' }), call('{"x":1}', { id: 'b' })]),
      ].join(''),
    ],
    [
      'namespace',
      [
        CREATED,
        added(call('', { namespace: 'ns' })),
        argumentsDelta('{}'),
        argumentsDone('{}', { name: 'f' }),
        done(call('{}', { namespace: 'ns' })),
        completed([call('{}', { namespace: 'ns' })]),
      ].join(''),
    ],
    [
      'name late',
      [
        CREATED,
        added(call('', { name: '' })),
        argumentsDelta('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'name null at first',
      [
        CREATED,
        added(call('', { name: null })),
        argumentsDelta('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'emoji args',
      [
        CREATED,
        added(call('')),
        argumentsDelta('{"a":"\ud83d'),
        argumentsDelta('\ude00"}'),
        done(call('{"a":"😀"}')),
        completed([call('{"a":"😀"}')]),
      ].join(''),
    ],
  ])('passes as it came: %s', (_name, stream) => {
    expectPassed({ path: PATH, request: ASKED, response: stream });
  });
});
