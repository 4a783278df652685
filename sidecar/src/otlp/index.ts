export { otlpSettingsFrom } from './settings.ts';
