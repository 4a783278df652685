export { OtlpSettingError, otlpSettingsFrom } from './settings.ts';
