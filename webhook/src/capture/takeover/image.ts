import { baseName } from './server-call.ts';

/** The last path segment of an image reference, without tag and digest: `vllm-openai`. */
export const imageName = (image: string): string => baseName(image.split('@')[0] ?? '').split(':')[0] ?? '';

/** Empty: there is none. */
export const imageTag = (image: string): string => baseName(image.split('@')[0] ?? '').split(':')[1] ?? '';
