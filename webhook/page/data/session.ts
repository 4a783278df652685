const ENDED = 'llm-boundary-session-ended';
const events = new EventTarget();

/** Whoever is told that a request has no session calls it; the page then asks for a token. */
export function sessionEnded(): void {
  events.dispatchEvent(new Event(ENDED));
}

/** @returns how to stop listening */
export function onSessionEnded(listener: () => void): () => void {
  events.addEventListener(ENDED, listener);
  return () => events.removeEventListener(ENDED, listener);
}
