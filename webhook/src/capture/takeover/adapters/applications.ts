import {
  any,
  byOptions,
  byVariables,
  named,
  noImage,
  noProgram,
  program,
  pythonModule,
  withoutArgs,
  type Adapter,
} from './adapter.ts';

function application(adapter: Omit<Adapter, 'serves' | 'forbidden' | 'forbiddenEnv'>): Adapter {
  return { serves: 'application', forbidden: [], forbiddenEnv: [], ...adapter };
}

/** (open-webui: backend/open_webui/__init__.py) */
const OPEN_WEBUI = application({
  name: 'open-webui',
  recognise: program(/^open-webui$/, 'serve'),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 8080)],
});

/** The image starts a script that reads variables only (open-webui: backend/start.sh). */
const OPEN_WEBUI_IMAGE = application({
  name: 'open-webui',
  recognise: noProgram,
  image: named('open-webui'),
  imageArgs: withoutArgs,
  listeners: [byVariables('HOST', ['PORT'], 8080)],
});

/** (langflow: `langflow run`, options and variables) */
const LANGFLOW = application({
  name: 'langflow',
  recognise: any(program(/^langflow$/, 'run'), pythonModule('langflow run')),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 7860, 'LANGFLOW_PORT')],
});

/** Its entry point is `langflow run` without options (langflow: docker/build_and_push.Dockerfile). */
const LANGFLOW_IMAGE = application({
  name: 'langflow',
  recognise: noProgram,
  image: named('langflow'),
  imageArgs: withoutArgs,
  listeners: [byVariables('LANGFLOW_HOST', ['LANGFLOW_PORT'], 7860)],
});

/** HOST is newer than PORT, and an older version listens everywhere (Flowise: packages/server/src/index.ts). */
const FLOWISE = application({
  name: 'flowise',
  recognise: program(/^flowise$/, 'start'),
  image: named('flowise'),
  imageArgs: withoutArgs,
  listeners: [{ ...byVariables('HOST', ['PORT'], 3000), loopback: false }],
});

/** A worker of n8n serves nothing (n8n: packages/@n8n/config). */
const N8N: Adapter = {
  ...application({
    name: 'n8n',
    recognise: program(/^n8n$/, 'start'),
    image: named('n8n'),
    imageArgs: ([word]) => (word === undefined || word === 'start' ? 0 : null),
    listeners: [byVariables('N8N_LISTEN_ADDRESS', ['N8N_PORT'], 5678)],
    advice: { unless: 'WEBHOOK_URL', text: 'n8n puts its own port into the URLs of webhooks' },
  }),
  forbiddenEnv: ['N8N_SSL_KEY', 'N8N_SSL_CERT'],
};

/** (dify: api/docker/entrypoint.sh) */
const DIFY_API = application({
  name: 'dify-api',
  recognise: noProgram,
  image: named('dify-api'),
  imageArgs: withoutArgs,
  listeners: [byVariables('DIFY_BIND_ADDRESS', ['DIFY_PORT'], 5001)],
});

/** (langgraph: libs/cli) */
const LANGGRAPH = application({
  name: 'langgraph',
  recognise: program(/^langgraph$/, 'dev'),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 2024)],
});

/** Versions before 4.2 ignore `--host` and listen everywhere (supergateway: src/cli.ts). */
const SUPERGATEWAY = application({
  name: 'supergateway',
  recognise: program(/^supergateway$/),
  image: named('supergateway'),
  listeners: [{ ...byOptions(['--host'], ['--port'], 8000), loopback: false }],
});

/** (fastmcp: docs/cli/running) */
const FASTMCP = application({
  name: 'fastmcp',
  recognise: program(/^fastmcp$/, 'run'),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port', '-p'], 8000, 'FASTMCP_PORT')],
});

export const APPLICATIONS: readonly Adapter[] = [
  OPEN_WEBUI,
  OPEN_WEBUI_IMAGE,
  LANGFLOW,
  LANGFLOW_IMAGE,
  FLOWISE,
  N8N,
  DIFY_API,
  LANGGRAPH,
  SUPERGATEWAY,
  FASTMCP,
];
