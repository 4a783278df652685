/** One region of the page, which is there from the start: readers of screens miss a region that comes with its text. */
let region: HTMLElement | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

export function announceIn(element: HTMLElement | null): void {
  region = element;
}

/** Says what changed by the user's own doing, once the user stops. What arrives by itself is never announced. */
export function announce(text: string): void {
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => {
    if (region !== null) region.textContent = text;
  }, 600);
}
