import { hostname } from 'node:os';

import type { Config } from './config.ts';
import type { ExportOptions, OtlpExport } from './otlp/export.ts';
import { VERSION } from './version.ts';

/** Null where nothing is exported: nothing of the SDK is loaded then. Variables that cannot be used are told in the log. */
export async function openOtlp(
  { otlp: settings, otlpCredentials: credentialsDir, otelGuardrails: guardrails, trust }: Config,
  env: NodeJS.ProcessEnv,
  services: Pick<ExportOptions, 'telemetry' | 'log' | 'lookup'>,
): Promise<OtlpExport | null> {
  for (const problem of settings.problems) services.log.warning(`OpenTelemetry: ${problem}`);
  if (settings.traces === null && settings.metrics === null) return null;
  const { OtlpExport } = await import('./otlp/export.ts');
  const own = { settings, env, host: hostname(), version: VERSION, credentialsDir, guardrails, trust };
  return OtlpExport.open({ ...own, ...services });
}
