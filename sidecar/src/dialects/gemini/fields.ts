import type { Place } from '../json/index.ts';

/**
 * The API reads ProtoJSON, which accepts a field under its lowerCamelCase and its snake_case name. Returns the present one, else the first.
 * @throws Malformed if both are present: the server chooses which of them counts.
 */
export function field(place: Place, name: string): string {
  const snake = snakeOf(name);
  if (!Object.hasOwn(place.value, snake) || snake === name) return name;
  if (Object.hasOwn(place.value, name)) throw place.malformed(name, `given twice, as ${snake} too`);
  return snake;
}

/** `functionDeclarations` for `function_declarations`. */
export function camelOf(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
