import { sampleDecision } from '../audit/record/sample.ts';
import { createLog, LOG_LEVELS, type Log, type LogLevel } from './log.ts';

/** A log and the lines that it has written. */
function logged(level: LogLevel): { readonly log: Log; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLog(level, { write }), lines };
}

const refused = sampleDecision({
  verdict: 'block',
  code: 'tool_not_allowed',
  model: 'SECRET-model',
  path: '/SECRET',
  tools: ['SECRET'],
  hits: [
    {
      control: 'action',
      rule: 'action.tool',
      action: 'block',
      code: 'tool_not_allowed',
      mode: 'enforce',
      pointer: '/SECRET',
    },
    {
      control: 'ingress',
      rule: 'mine',
      action: 'block',
      code: 'content_refused',
      mode: 'observe',
      pointer: null,
    },
  ],
});

describe('createLog', () => {
  it.each<[LogLevel, number]>([
    ['silent', 0],
    ['warn', 0],
    ['info', 1],
    ['debug', 2],
  ])('at %s writes %i of a decision to allow and one to refuse', (level, count) => {
    const { log, lines } = logged(level);
    log.decision(sampleDecision());
    log.decision(refused);
    expect(lines).toHaveLength(count);
  });

  it.each<[boolean, string]>([
    [true, 'policy rejected; the last good one stays in force'],
    [false, 'policy rejected; there is no other one, so everything is refused'],
  ])('says of a rejected policy beside an earlier one (%s) %j', (holds, said) => {
    const { log, lines } = logged('info');
    log.policyRejected('p', ['p:1:1: x'], holds);
    expect(lines).toMatchObject([{ level: 'error', source: 'p', problems: ['p:1:1: x'], msg: said }]);
  });

  it('logs a decision with references to its record, and nothing that a caller wrote', () => {
    const { log, lines } = logged('info');
    log.decision(refused);
    expect(lines[0]).toMatchObject({
      level: 'info',
      exchange: refused.exchange,
      code: 'tool_not_allowed',
      rules: ['action.tool', 'mine (observed)'],
    });
    expect(JSON.stringify(lines)).not.toContain('SECRET');
  });

  it('reports a fault with its code and cause, and other values as unknown', () => {
    const { log, lines } = logged('info');
    const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    log.auditBroken(new Error('the audit log broke', { cause }));
    log.fatal('cannot start', { not: 'an error' });
    expect(lines).toMatchObject([
      { level: 'error', text: 'the audit log broke', cause: 'disk full' },
      { level: 'fatal', fault: 'unknown', msg: 'cannot start' },
    ]);
  });

  it('knows the levels of its flag', () => {
    for (const level of LOG_LEVELS) expect(() => createLog(level, { write: () => undefined })).not.toThrow();
  });
});
