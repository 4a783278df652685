import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { Shares } from './shares.ts';

const ORIGIN = 'http://a';

/** A response, as far as shares look at it. */
class Response extends EventEmitter {
  destroyed = false;

  close(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('shares of connections that are not inspected', () => {
  function set(): {
    readonly ask: (caller: string, name: string) => Response;
    readonly started: string[];
    readonly refused: string[];
  } {
    const shares = new Shares({ maxConnections: 3, maxOfCaller: 2 });
    const [started, refused] = [[] as string[], [] as string[]];
    const ask = (caller: string, name: string): Response => {
      const response = new Response();
      const isPlaced = shares.enter({ origin: ORIGIN, caller }, response as unknown as ServerResponse, () =>
        started.push(name),
      );
      if (!isPlaced) refused.push(name);
      return response;
    };
    return { ask, started, refused };
  }

  it('one caller waits for its own, and others go past it', () => {
    const { ask, started } = set();
    const first = ask('a', 'a1');
    ask('a', 'a2');
    ask('a', 'a3');
    ask('b', 'b1');
    expect(started).toEqual(['a1', 'a2', 'b1']);
    first.close();
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('a disconnected waiter takes no place', () => {
    const { ask, started } = set();
    const first = ask('a', 'a1');
    ask('a', 'a2');
    ask('a', 'a3').close();
    ask('a', 'a4');
    first.close();
    expect(started).toEqual(['a1', 'a2', 'a4']);
  });

  it('refuses where too many wait', () => {
    const { ask, refused } = set();
    for (let i = 0; i < 6; i += 1) ask('a', `a${i}`);
    expect(refused).toEqual(['a5']);
  });
});
