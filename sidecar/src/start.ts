import { parseFlags } from './commands/flags/flags.ts';
import { COMMAND } from './command.ts';
import { configFrom } from './config.ts';
import { LISTENER_DEFAULTS } from './http/limits.ts';
import { startAdmin, type AdminPages } from './listeners/admin.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

/**
 * Binds the admin listener, then loads and runs everything else: loading takes most of a start, and a startup probe meanwhile waits instead of
 * failing. Returns the exit code, as `runSidecar` does. @throws UsageError, or the fault that prevented startup
 */
export async function startSidecar(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const parsed = parseFlags(COMMAND, argv, env);
  if (parsed.kind === 'help') {
    process.stdout.write(parsed.text);
    return 0;
  }
  const config = configFrom(parsed.flags, env);
  keepYoungGenerationSmall();
  let serve: (pages: AdminPages) => void = () => undefined;
  const pages = new Promise<AdminPages>((resolve) => {
    serve = resolve;
  });
  const listener = await startAdmin({ listen: config.admin, limits: LISTENER_DEFAULTS, pages });
  try {
    const { runSidecar } = await import('./sidecar.ts');
    return await runSidecar(config, env, { listener, serve });
  } catch (error) {
    await listener.close();
    throw error;
  }
}
