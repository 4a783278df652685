/** Where an uninspected exchange or a connection goes, as far as it is known. */
export interface Place {
  /** Without the query; empty for a connection. */
  readonly path: string;
  /** `host[:port]`, or the address; null inbound. */
  readonly host: string | null;
}

/** What a provider keeps of requests, replies and files, by the routes of its API. */
const KEPT =
  /\/(?:threads|assistants|conversations|agents|interactions|vector_stores|files|uploads|containers|batches|skills|memory_stores|cachedContents|fileSearchStores|ragStores|ragCorpora|corpora|reasoningEngines|sessions)(?:[/:]|$)/;
/** The version of an API stands before them: other servers have files and sessions of their own. */
const VERSIONED = /^\/(?:[\w.-]+\/){0,6}v\d+(?:alpha|beta)?\d*\//;

/** Routes that bring texts into the context. */
const RETRIEVING =
  /\/(?:re-?rank|retrieve|search)$|:(?:retrieveContexts|search)$|\/points\/(?:search|query)$|\/_search$/;

/** Names of databases, caches and vector stores in the name of a host. */
const STORES =
  /(?:^|[.-])(?:qdrant|weaviate|milvus|chroma(?:db)?|pinecone|pgvector|postgres(?:ql)?|pgbouncer|redis|valkey|memcached|mongo(?:db)?|mysql|mariadb|elasticsearch|opensearch|neo4j|cassandra|clickhouse|mem0|letta|zep|supabase|turbopuffer)(?:[.:-]|\d|$)/i;

/** Their ports: Qdrant, Milvus, PostgreSQL, Redis, Memcached, MongoDB, MySQL, Elasticsearch, Neo4j, Cassandra. */
const PORTS: ReadonlySet<string> = new Set([
  ...['6333', '6334', '19530', '5432', '6432', '6379', '6380', '11211', '27017', '3306'],
  ...['9200', '7687', '9042'],
]);

/** Whether the provider of an API keeps what is sent to a route. */
export function isKeptAt({ path }: Place): boolean {
  return VERSIONED.test(path) && KEPT.test(path);
}

/** Whether a route answers with texts for the context. */
export function isRetrievalAt({ path }: Place): boolean {
  return RETRIEVING.test(path);
}

/** Whether a host is a database, a cache or a vector store, by its name or its port. */
export function isStore({ host }: Place): boolean {
  if (host === null) return false;
  const [, port = ''] = /:(\d+)$/.exec(host) ?? [];
  return PORTS.has(port) || STORES.test(host);
}
