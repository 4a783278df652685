import type { Exchange, Flow, ToolOffer } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import type { Definitions } from './definitions.ts';
import type { Counting } from './earlier-calls.ts';
import type { Account } from './tool-account.ts';

/** What an MCP server said of a tool in its lists. */
export interface Listing {
  /** `removed`: it was in an earlier list, and is not in the last one. `too large`: the schemas of the server exceed what is kept. */
  readonly state: 'listed' | 'not seen' | 'removed' | 'too large';
  /** Each definition of it in the last list; empty unless `listed`. */
  readonly offers: readonly ToolOffer[];
}

/** Inputs of the action control besides the exchange. */
export interface ActionContext extends Flow {
  readonly exchange: Exchange;
  readonly policy: CompiledPolicy;
  /** Absent: earlier calls are not known. */
  readonly counting?: Counting;
  /** Of the tools that the request offers. Absent: none are known. */
  readonly definitions?: Definitions;
  /** A tool as its MCP server listed it last. Absent: requests offer tools themselves. */
  readonly listed?: (tool: string) => Listing;
  /** Is told how each tool was judged. Absent: judging costs nothing more. */
  readonly account?: Account;
  /** Is told of a tool that is allowed by `schema: offered` alone, where any arguments fit that schema. Absent: nothing asks. */
  readonly openSchema?: OpenSchema;
  /** What the model sees under pseudonyms. Absent: nothing. */
  readonly pseudonyms?: Pseudonyms;
}

/** `isCall`: it is called; else it is offered. */
export type OpenSchema = (tool: string, isCall: boolean) => void;

/** Arguments of an offer are not known yet, or never if the provider runs the tool; those of a call may not be an object. */
export type Arguments = Readonly<Record<string, unknown>> | 'not known yet' | 'never known' | 'unreadable';

/** An offered or called tool. */
export interface Wanted {
  readonly name: string;
  readonly pointer: string;
  readonly args: Arguments;
  /** The provider makes this call itself: its offer was judged, and has the name of a type. */
  readonly atProvider?: boolean | undefined;
  /** The model must call it, and it is the client's to run: `tool_choice`. */
  readonly isForced?: boolean;
  /** The arguments as they were written. Absent in an offer. */
  readonly text?: string;
}
