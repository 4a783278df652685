import type { Medium, Reference, Segment } from '../../exchange/index.ts';
import type { StreamCall, StreamText } from '../dialect.ts';
import type { Place } from '../json/index.ts';
import type { Block } from './blocks.ts';

/** Members of blocks and deltas with the text of the block. */
const OWN: ReadonlySet<string> = new Set(['text', 'thinking', 'content']);

/** Filled while a frame is read; becomes its `FrameContent`. */
export class Draft {
  readonly texts: StreamText[] = [];
  readonly calls: StreamCall[] = [];
  readonly ended: string[] = [];
  /** Keys of texts that the frame signs. */
  readonly signed: string[] = [];
  readonly finishReasons: string[] = [];
  readonly media: Medium[] = [];
  readonly references: Reference[] = [];
  hasUsage = false;
  /** Clients ignore the frame. */
  isDropped = false;

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

  /** The signature of the block's text. An empty one is ignored. */
  takeSignature(place: Place, block: Block): void {
    const signature = place.get('signature');
    place.seal('signature');
    if (typeof signature === 'string' && signature !== '') this.signed.push(block.key);
  }

  /** A piece of a text of the block. An empty one has no content, and its member may be absent. */
  takePiece(place: Place, member: string, block: Block, channel: 'content' | 'reasoning'): void {
    const text = place.piece(member) ?? '';
    if (text === '') return;
    const key = OWN.has(member) ? block.key : `${block.key}/${member}`;
    block.texts.add(key);
    this.texts.push({ key, pointer: place.at(member), text, origin: 'assistant', channel, whole: false });
  }

  /** Other texts of the frame. */
  addWhole(segments: readonly Segment[]): void {
    for (const segment of segments) this.texts.push({ ...segment, key: segment.pointer, whole: true });
  }
}
