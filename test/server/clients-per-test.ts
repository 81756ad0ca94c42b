import {
  type LanguageClient,
  type LanguageClientOptions,
  startLanguageClient,
} from './language-client';

/** Starts servers for single tests; each is ended after its test, however that ends. */
export function clientsPerTest(): (options?: LanguageClientOptions) => Promise<LanguageClient> {
  const running: LanguageClient[] = [];
  afterEach(async () => {
    for (const client of running.splice(0)) await client.stop();
  });
  return async (options) => {
    const client = await startLanguageClient(options);
    running.push(client);
    return client;
  };
}
