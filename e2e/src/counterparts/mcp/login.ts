import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  DpopSession,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  type OAuthClientInformationFull,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
} from '@modelcontextprotocol/client';

const CALLBACK = 'http://localhost:3000/callback';

/** What the suite hands to the client of a scenario, in `MCP_CONFORMANCE_CONTEXT`; empty for most. */
type Context = Readonly<Record<string, string>>;

/** The authorization of a client by OAuth, as a scenario of the suite wants it. `fetch`: its way to the servers. */
export function loginFor(
  scenario: string,
  context: Context,
  fetch: typeof globalThis.fetch,
): OAuthClientProvider {
  const { client_id: clientId = '', client_secret: clientSecret = '' } = context;
  switch (scenario) {
    case 'auth/client-credentials-jwt':
      return new PrivateKeyJwtProvider({
        clientId,
        privateKey: context['private_key_pem'] ?? '',
        algorithm: context['signing_algorithm'] ?? 'ES256',
      });
    case 'auth/client-credentials-basic':
      return new ClientCredentialsProvider({ clientId, clientSecret });
    case 'auth/enterprise-managed-authorization':
      return new CrossAppAccessProvider({
        clientId,
        clientSecret,
        fetchFn: fetch,
        assertion: async ({ authorizationServerUrl, resourceUrl }) => {
          const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
            tokenEndpoint: context['idp_token_endpoint'] ?? '',
            audience: authorizationServerUrl,
            resource: resourceUrl,
            idToken: context['idp_id_token'] ?? '',
            clientId: context['idp_client_id'] ?? '',
            fetchFn: fetch,
          });
          return jwtAuthGrant;
        },
      });
    case 'auth/wif-jwt-bearer':
      return new CrossAppAccessProvider({
        clientId,
        clientSecret: '',
        fetchFn: fetch,
        assertion: () => context['valid_jwt'] ?? '',
      });
    default:
      return new Login(scenario, context, fetch);
  }
}

/** A login with a browser. No person is asked: the authorization servers of the suite redirect at once. */
export class Login implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';
  readonly clientMetadata = { client_name: 'conformance', redirect_uris: [CALLBACK] };
  readonly dpop?: () => Promise<DpopSession>;
  readonly #fetch: typeof globalThis.fetch;
  #registered: OAuthClientInformationFull | undefined;
  #tokens: OAuthTokens | undefined;
  #discovered: OAuthDiscoveryState | undefined;
  #verifier = '';
  #callback: URLSearchParams | null = null;

  constructor(
    scenario: string,
    { client_id: id, client_secret: secret }: Context,
    fetch: typeof globalThis.fetch,
  ) {
    this.#fetch = fetch;
    if (id !== undefined)
      this.#registered = {
        client_id: id,
        redirect_uris: [CALLBACK],
        ...(secret !== undefined && { client_secret: secret }),
      };
    if (!scenario.startsWith('auth/dpop')) return;
    const session = DpopSession.create();
    this.dpop = () => session;
  }

  /** What the last redirect to the callback had, once; null if there was none since. */
  takeCallback(): URLSearchParams | null {
    const taken = this.#callback;
    this.#callback = null;
    return taken;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    const { headers } = await this.#fetch(url, { redirect: 'manual' });
    this.#callback = new URL(headers.get('location') ?? '').searchParams;
  }

  clientInformation(): OAuthClientInformationFull | undefined {
    return this.#registered;
  }

  saveClientInformation(information: OAuthClientInformationFull): void {
    this.#registered = information;
  }

  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
    // The server may name another authorization server by the next login.
    this.#discovered = undefined;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovered;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') this.#registered = undefined;
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined;
  }
}
