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
      'arguments in pieces',
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
      'arguments of null when the item is added',
      [
        CREATED,
        added(call(null)),
        argumentsDelta('{}'),
        argumentsDone('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'arguments when the item is done',
      [CREATED, added(call('')), done(call('{}')), completed([call('{}')])].join(''),
    ],
    ['an item that is done and was not added', [CREATED, done(call('{}')), completed([call('{}')])].join('')],
    ['a call in completed alone', [CREATED, completed([call('{"a":1}')])].join('')],
    [
      'arguments as an object',
      [CREATED, added(call({})), done(call({ a: 1 })), completed([call({ a: 1 })])].join(''),
    ],
    [
      'a piece as an object',
      [
        CREATED,
        added(call('')),
        argumentsDelta({ a: 1 }),
        done(call('{"a":1}')),
        completed([call('{"a":1}')]),
      ].join(''),
    ],
    [
      'arguments that a limit cut short',
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
      'an end that writes the arguments without blanks',
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
      'the name at the end of the arguments',
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
      'two calls at index 0 with ids of their own',
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
      'another id in every event',
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
      'an id of null',
      [
        CREATED,
        added(call('', { id: null })),
        argumentsDelta('{}', { item_id: null }),
        done(call('{}', { id: null })),
        completed([call('{}', { id: null })]),
      ].join(''),
    ],
    [
      'calls in turns',
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
      'a namespace',
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
      'an empty name at first',
      [
        CREATED,
        added(call('', { name: '' })),
        argumentsDelta('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'a name of null at first',
      [
        CREATED,
        added(call('', { name: null })),
        argumentsDelta('{}'),
        done(call('{}')),
        completed([call('{}')]),
      ].join(''),
    ],
    [
      'a character in two pieces',
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
