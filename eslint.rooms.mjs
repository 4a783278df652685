import { readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * The rooms of each workspace, and what each may import (types included). Data flows one way: a room names only rooms that stand
 * below it here, so there can be no circle. A folder of a room that is not in the table belongs to that room; one that is in no room may
 * neither import nor be imported. No folder holds more than 25 files.
 */
export const ROOMS = {
  'sidecar/src': {
    roster: [],
    exchange: [],
    telemetry: ['exchange'],
    detectors: [],
    dialects: ['exchange'],
    'http/head': [],
    'http/body': ['roster'],
    'http/sockets': ['http/head', 'roster'],
    http: ['http/body', 'http/head', 'http/sockets'],
    'policy/patterns': [],
    'policy/kinds': ['policy/patterns'],
    'policy/keys': ['detectors', 'policy/kinds', 'policy/patterns'],
    'policy/layers': ['policy/keys', 'policy/kinds'],
    'policy/compile': [
      'detectors',
      'exchange',
      'policy/keys',
      'policy/kinds',
      'policy/layers',
      'policy/patterns',
    ],
    'policy/document': [
      'detectors',
      'policy/compile',
      'policy/keys',
      'policy/kinds',
      'policy/layers',
      'policy/patterns',
    ],
    'policy/files': [
      'exchange',
      'policy/compile',
      'policy/document',
      'policy/keys',
      'policy/kinds',
      'policy/layers',
    ],
    policy: ['policy/compile', 'policy/document', 'policy/keys', 'policy/kinds', 'policy/layers'],
    callers: ['exchange', 'policy/compile'],
    conditions: ['exchange', 'policy/compile'],
    recent: ['exchange'],
    controls: ['detectors', 'exchange', 'policy/compile'],
    classifier: ['controls', 'exchange', 'policy/compile', 'telemetry'],
    state: ['controls', 'policy/compile', 'telemetry'],
    'controls/stream': ['controls', 'detectors', 'dialects', 'exchange'],
    'audit/record': ['exchange'],
    'audit/log': ['audit/record', 'exchange', 'telemetry'],
    'audit/sealed': ['audit/log', 'audit/record', 'exchange'],
    'audit/ship': ['audit/log', 'audit/record', 'telemetry'],
    'audit/verify': ['audit/log', 'audit/record', 'exchange'],
    'audit/anchor': ['exchange', 'audit/log', 'audit/record', 'audit/ship', 'telemetry'],
    'audit/fleet': ['audit/log', 'audit/record', 'audit/ship', 'audit/verify', 'telemetry'],
    'audit/export': ['audit/record', 'audit/verify', 'exchange'],
    'audit/report': ['audit/record', 'audit/verify'],
    otlp: ['audit/record', 'audit/ship', 'exchange', 'telemetry'],
    forward: ['audit/record', 'controls', 'exchange', 'http/body', 'http/head', 'http/sockets'],
    'pipeline/inspect': ['conditions', 'controls', 'dialects', 'exchange', 'policy/compile'],
    'pipeline/models': [
      'conditions',
      'controls',
      'controls/stream',
      'dialects',
      'exchange',
      'pipeline/inspect',
      'policy/compile',
    ],
    'pipeline/mcp': ['controls', 'dialects', 'exchange', 'pipeline/inspect', 'policy/compile'],
    'pipeline/context': [
      'audit/record',
      'callers',
      'conditions',
      'controls',
      'dialects',
      'exchange',
      'forward',
      'http/body',
      'pipeline/inspect',
      'policy/compile',
      'recent',
      'roster',
      'telemetry',
    ],
    'pipeline/connections': [
      'audit/log',
      'audit/record',
      'conditions',
      'controls',
      'exchange',
      'forward',
      'http/head',
      'pipeline/context',
      'policy/compile',
    ],
    'pipeline/reply': [
      'audit/record',
      'controls',
      'dialects',
      'exchange',
      'forward',
      'http/body',
      'http/head',
      'http/sockets',
      'pipeline/context',
      'pipeline/inspect',
    ],
    'pipeline/observe': [
      'controls',
      'dialects',
      'exchange',
      'forward',
      'http/body',
      'http/head',
      'http/sockets',
      'pipeline/context',
      'pipeline/inspect',
      'pipeline/reply',
      'policy/compile',
    ],
    pipeline: [
      'audit/log',
      'audit/record',
      'callers',
      'conditions',
      'controls',
      'dialects',
      'exchange',
      'forward',
      'http/body',
      'http/head',
      'http/sockets',
      'pipeline/context',
      'pipeline/inspect',
      'pipeline/mcp',
      'pipeline/models',
      'pipeline/observe',
      'pipeline/reply',
      'policy/compile',
    ],
    'pipeline/replay': [
      'controls',
      'dialects',
      'exchange',
      'pipeline',
      'pipeline/context',
      'pipeline/inspect',
      'policy/compile',
    ],
    'pipeline/shadow': [
      'audit/record',
      'controls',
      'dialects',
      'exchange',
      'pipeline',
      'pipeline/context',
      'pipeline/inspect',
      'pipeline/replay',
      'policy/compile',
      'telemetry',
    ],
    listeners: [
      'forward',
      'http',
      'http/body',
      'http/head',
      'http/sockets',
      'pipeline',
      'pipeline/connections',
      'pipeline/context',
    ],
    'commands/flags': ['policy/kinds'],
    'commands/audit': ['audit/export', 'audit/record', 'audit/report', 'audit/verify', 'commands/flags'],
    'commands/callers': ['callers', 'commands/flags'],
    'commands/policy': [
      'audit/record',
      'audit/verify',
      'commands/flags',
      'detectors',
      'dialects',
      'exchange',
      'http/head',
      'pipeline/replay',
      'policy/compile',
      'policy/document',
      'policy/files',
      'policy/keys',
      'policy/kinds',
      'policy/layers',
      'policy/patterns',
    ],
    lab: ['commands/policy', 'detectors', 'exchange', 'policy/layers'],
  },
  'webhook/src': {
    telemetry: [],
    certs: [],
    pod: [],
    capture: ['pod'],
    inject: ['capture', 'pod'],
    policies: ['inject'],
    anchor: ['certs', 'inject', 'server', 'telemetry'],
    'cloud-events': ['anchor'],
    posture: ['anchor', 'inject', 'policies'],
    check: ['inject', 'policies', 'posture'],
    console: ['inject', 'policies', 'posture'],
    admission: ['inject', 'policies', 'telemetry'],
    server: ['admission', 'certs', 'policies', 'telemetry'],
    kube: ['anchor', 'certs', 'console', 'inject', 'policies', 'posture', 'telemetry'],
    commands: [
      'admission',
      'anchor',
      'certs',
      'check',
      'cloud-events',
      'console',
      'inject',
      'kube',
      'policies',
      'posture',
      'server',
      'telemetry',
    ],
  },
  'webhook/page': {
    styles: [],
    text: [],
    data: [],
    parts: ['data', 'text'],
    views: ['data', 'parts', 'text'],
    frame: ['data', 'parts', 'text', 'views'],
  },
  'e2e/src': {
    abuse: ['process'],
    bench: ['counterparts', 'page', 'process'],
    chart: ['cluster', 'counterparts'],
    cluster: ['counterparts', 'demo', 'storm', 'workloads'],
    conditions: ['mcp', 'process'],
    counterparts: ['frameworks', 'mcp', 'process', 'sdk'],
    dashboards: ['counterparts', 'page'],
    demo: [],
    docs: [],
    images: ['process'],
    page: [],
    frameworks: ['process'],
    mcp: ['process'],
    process: [],
    reload: ['process'],
    sdk: ['process'],
    split: ['process', 'sdk'],
    storm: [],
    told: ['counterparts', 'process'],
    workloads: [],
  },
};

for (const [workspace, rooms] of Object.entries(ROOMS)) {
  const names = Object.keys(rooms);
  const circle = (room, path) => {
    if (path.includes(room)) throw new Error(`${workspace}: circle of rooms ${[...path, room].join(' -> ')}`);
    for (const next of rooms[room]) {
      if (!names.includes(next)) throw new Error(`${workspace}: ${room} names ${next}, which is no room`);
      circle(next, [...path, room]);
    }
  };
  for (const room of names) circle(room, []);
}

/** As many as a reader finds a name among. */
const MAX_FILES = 25;

function checkFolder(path) {
  const entries = readdirSync(path, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length > MAX_FILES)
    throw new Error(`${relative(import.meta.dirname, path)}: ${files.length} files, at most ${MAX_FILES}`);
  for (const entry of entries)
    if (entry.isDirectory() && entry.name !== 'testdata') checkFolder(join(path, entry.name));
}

for (const workspace of Object.keys(ROOMS)) checkFolder(resolve(import.meta.dirname, workspace));

/** The room of a file below the workspace's source folder; '' for what stands beside the rooms (main.ts); null where there is none. */
export function roomOf(rooms, path) {
  if (!path.includes('/')) return '';
  const matches = Object.keys(rooms).filter((room) => path.startsWith(`${room}/`));
  return matches.sort((a, b) => b.length - a.length)[0] ?? null;
}

const rule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { wall: '{{text}} (eslint.rooms.mjs, docs/adr/0001-layout.md).' },
  },
  create(context) {
    const file = relative(import.meta.dirname, context.filename)
      .split(sep)
      .join('/');
    const workspace = Object.keys(ROOMS).find((name) => file.startsWith(`${name}/`));
    if (workspace === undefined) return {};
    const rooms = ROOMS[workspace];
    const from = roomOf(rooms, file.slice(workspace.length + 1));
    const check = (node, source) => {
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const target = relative(
        resolve(import.meta.dirname, workspace),
        resolve(dirname(context.filename), source),
      )
        .split(sep)
        .join('/');
      const to = roomOf(rooms, target);
      if (from === '' || from === to) return;
      const text = (() => {
        if (from === null) return `${file} stands in a folder that is no room`;
        if (to === null) return `${target} stands in a folder that is no room`;
        if (to === '') return `${from}/ must not import ${target}, which stands above all rooms`;
        return rooms[from].includes(to) ? null : `${from}/ must not import ${to}/`;
      })();
      if (text !== null) context.report({ node, messageId: 'wall', data: { text } });
    };
    return {
      Program: (node) => {
        if (from === null)
          context.report({
            node,
            messageId: 'wall',
            data: { text: `${file} stands in a folder that is no room` },
          });
      },
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.value),
    };
  },
};

/** Production code keeps to the table; tests may see whatever they test with. */
export const roomsConfig = {
  files: ['sidecar/src/**/*.ts', 'webhook/src/**/*.ts', 'webhook/page/**/*.{ts,tsx}', 'e2e/src/**/*.ts'],
  ignores: ['**/*.test.ts', '**/test-kit.ts', '**/testing/**', '**/testdata/**', '**/fixtures.ts'],
  plugins: { rooms: { rules: { walls: rule } } },
  rules: { 'rooms/walls': 'error' },
};
