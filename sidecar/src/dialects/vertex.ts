import type { Route, RouteMatch } from './dialect.ts';

/** Models of other publishers on Vertex AI, each with the publisher's own API. The model is one segment of the path. */
const PATH =
  /^\/v1(?:beta1)?\/projects\/[\w.-]+\/locations\/[\w-]+\/publishers\/([\w-]+)\/models\/([\w.@-]+):(?:rawPredict|streamRawPredict)$/;

/** The route of a model of `publisher`. The request also says whether the reply is streamed. */
export function matchVertex({ method, path }: Route, publisher: string): RouteMatch | null {
  const [, found, model] = PATH.exec(path) ?? [];
  if (method !== 'POST' || found !== publisher || model === undefined) return null;
  return { model, stream: null, framing: 'sse' };
}
