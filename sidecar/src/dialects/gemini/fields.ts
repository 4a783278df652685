import type { Place } from '../json/index.ts';

/**
 * The API reads ProtoJSON, which takes a field under its lowerCamelCase name and under its snake_case name. Returns the one that is
 * there, else the first.
 *
 * @throws Malformed when both are there: which of them counts is the server's choice.
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
