import type { Segment } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { tokenTexts } from '../token-texts.ts';

/** Repetitions of a reply's texts in other forms: token log-probabilities. */
export class Repetitions {
  readonly mirrors: string[] = [];
  /** Concatenated texts of the tokens. */
  readonly segments: Segment[] = [];

  /** Claims the log-probabilities of `place`. */
  take(place: Place): void {
    const { running, alone } = tokenTexts(place.get('logprobs'));
    const pointer = place.at('logprobs');
    for (const text of [...running, ...alone])
      if (text !== '')
        this.segments.push({ pointer, text, origin: 'assistant', channel: 'content', mirror: true });
    this.mirrors.push(...mirrorsOf(place, 'logprobs'));
  }
}
