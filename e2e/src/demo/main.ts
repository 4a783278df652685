import { demoOptions, USAGE, type DemoOptions } from './arguments.ts';
import { runDemo } from './demo.ts';

function options(): DemoOptions {
  try {
    const parsed = demoOptions(process.argv.slice(2));
    if (parsed !== 'help') return parsed;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

process.exitCode = await runDemo(options());
