export { IMAGE_RULE, URL_RULE, createLinksDetector } from './links.ts';
