// A PNG with at most 64 colours in place of a PNG in full colour, a quarter of its size: `node shrink.mjs FILE`, which it replaces.
import { readFileSync, writeFileSync } from 'node:fs';
import UPNG from 'upng-js';

const [, , file] = process.argv;
const picture = UPNG.decode(readFileSync(file));
writeFileSync(file, Buffer.from(UPNG.encode(UPNG.toRGBA8(picture), picture.width, picture.height, 64)));
