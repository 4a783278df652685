import type { Usage } from '../../exchange/index.ts';
import type { StreamCall, StreamText } from '../dialect.ts';
import type { BodyReader, Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { tokenTexts } from '../token-texts.ts';
import type { OutputChange } from './released-output.ts';
import { Repetitions } from './repetitions.ts';

/** The contribution of an event, apart from the texts that its reader collects. */
export class Draft {
  readonly calls: StreamCall[] = [];
  readonly ended: string[] = [];
  readonly repetitions = new Repetitions();
  /** Concatenated texts of the tokens of a delta. */
  readonly tokens: StreamText[] = [];
  readonly finishReasons: string[] = [];
  /** Key of the running text whose piece is in `delta`. */
  running: string | null = null;
  model: string | null = null;
  usage: Usage | null = null;
  /** The client's view with it. */
  created = false;
  change: OutputChange | null = null;

  close({
    calls,
    ended,
  }: {
    readonly calls: readonly StreamCall[];
    readonly ended: readonly string[];
  }): void {
    this.calls.push(...calls);
    this.ended.push(...ended);
  }

  /** The segments of the event as texts of the stream: the piece of the running text, and whole ones. */
  textsOf(reader: Pick<BodyReader, 'segments'>): readonly StreamText[] {
    return reader.segments.map((segment) => {
      const { running } = this;
      const isPiece = running !== null && segment.pointer === '/delta';
      return { ...segment, key: isPiece ? running : segment.pointer.slice(1), whole: !isPiece };
    });
  }

  /** Claims the tokens of a delta of the text at `key`: they continue like it, and may be ahead of it. Returns their keys. */
  takeTokens(event: Place, key: string): readonly string[] {
    const { running, alone } = tokenTexts(event.get('logprobs'));
    const pointer = event.at('logprobs');
    this.repetitions.mirrors.push(...mirrorsOf(event, 'logprobs'));
    const common = { pointer, origin: 'assistant', channel: 'content', mirror: true } as const;
    for (const text of alone) this.tokens.push({ ...common, key: pointer.slice(1), text, whole: true });
    return running.flatMap((text, rank) => {
      if (text === '') return [];
      const own = `${key}/logprobs/${rank}`;
      this.tokens.push({ ...common, key: own, text, whole: false });
      return [own];
    });
  }
}
