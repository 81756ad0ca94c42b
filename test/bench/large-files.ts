import { performance } from 'node:perf_hooks';
import {
  DefinitionRequest,
  DidChangeTextDocumentNotification,
  HoverRequest,
} from 'vscode-languageserver-protocol/node';

import {
  traceTablesRequest,
  type TraceTablesResponse,
  walkRequest,
  type WalkResponse,
} from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from '../server/language-client';
import { denseImage } from './image';
import { Random } from './random';
import { traceText } from './trace-text';
import { xpText } from './xp-text';

const dumpBytes = 45_000_000;
/** Enough tables to fill the dump. */
const leaves = 1_640_000;
const traceEvents = 1_000_000;
/** Of an `xp` line: where its two words stand. */
const wordColumns = [20, 39];
const asks = 1000;
const edits = 30;

/** What is measured: a name, milliseconds each time, and what is wanted of which of them. */
interface Row {
  readonly name: string;
  readonly times: readonly number[];
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function say({ name, times }: Row): void {
  const [median, high, most] = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
  process.stdout.write(
    `${name.padEnd(44)} ${String(times.length).padStart(5)} times  median ${median} ms  p99 ${high} ms  max ${most} ms\n`,
  );
}

async function timed(times: number, ask: (time: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    await ask(time);
    taken.push(performance.now() - begun);
  }
  return taken;
}

/** A language server asked about one large file. */
class Asked {
  private version = 1;

  constructor(
    private readonly client: LanguageClient,
    readonly uri: string,
  ) {}

  private get textDocument() {
    return { uri: this.uri };
  }

  hover(line: number, character: number): Promise<unknown> {
    const { textDocument } = this;
    return this.client.connection.sendRequest(HoverRequest.type, {
      textDocument,
      position: { line, character },
    });
  }

  definition(line: number, character: number): Promise<unknown> {
    const { textDocument } = this;
    return this.client.connection.sendRequest(DefinitionRequest.type, {
      textDocument,
      position: { line, character },
    });
  }

  walk(address: bigint, line?: number): Promise<WalkResponse> {
    const params = { uri: this.uri, address: `0x${address.toString(16)}`, line };
    return this.client.connection.sendRequest(walkRequest, params);
  }

  tables(line: number): Promise<TraceTablesResponse> {
    return this.client.connection.sendRequest(traceTablesRequest, { uri: this.uri, line });
  }

  /** Types a digit over the one that stands there. */
  type(line: number, character: number, digit: string): Promise<void> {
    const range = { start: { line, character }, end: { line, character: character + 1 } };
    return this.client.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri, version: ++this.version },
      contentChanges: [{ range, text: digit }],
    });
  }
}

async function measureDump(client: LanguageClient): Promise<void> {
  const { tables } = denseImage(leaves, 1);
  const text = new TextDecoder('latin1').decode(xpText(tables, dumpBytes));
  const lines = Math.floor(text.length / 56);
  const random = new Random(5);
  const place = (): [number, number] => [
    random.below(lines),
    wordColumns[random.below(2)]! + random.below(16),
  ];
  const begun = performance.now();
  const asked = new Asked(client, await client.open('large.xp', text));
  await asked.hover(...place());
  say({ name: 'dump of 45 MB: open to the first hover', times: [performance.now() - begun] });
  // The first questions are answered by code that is not compiled yet.
  await timed(50, () => asked.hover(...place()));
  say({ name: 'dump: hover', times: await timed(asks, () => asked.hover(...place())) });
  const address = (): bigint => 0x7f00_0000_0000n + BigInt(random.below(leaves)) * 4096n;
  await timed(50, () => asked.walk(address()));
  say({ name: 'dump: walk', times: await timed(asks, () => asked.walk(address())) });
  await timed(50, () => asked.definition(...place()));
  say({ name: 'dump: definition', times: await timed(asks, () => asked.definition(...place())) });
  const afterEdit: number[] = [];
  const typed: number[] = [];
  for (let edit = 0; edit < edits; edit++) {
    const [line] = place();
    typed.push(
      ...(await timed(1, async () => {
        await asked.type(line, 34, String(edit % 10));
        // No word of a table is asked for: an answer shows that the edit was taken in.
        await asked.hover(line, 17);
      })),
    );
    afterEdit.push(...(await timed(1, () => asked.hover(...place()))));
  }
  say({ name: 'dump: edit', times: typed });
  say({ name: 'dump: first hover after an edit', times: afterEdit });
}

async function measureTrace(client: LanguageClient): Promise<void> {
  const text = traceText(traceEvents);
  const random = new Random(6);
  const line = (): number => random.below(traceEvents);
  const address = (): bigint => BigInt(random.below(1 << 19)) * 4096n;
  const begun = performance.now();
  const asked = new Asked(client, await client.open('large.kvmtrace', text, 'pagewalk-trace'));
  await asked.hover(0, 0);
  say({ name: 'trace of 1,000,000 events: open', times: [performance.now() - begun] });
  let stalled = 0;
  let answered = false;
  const first = asked.walk(address(), line()).then(() => (answered = true));
  const waited = await timed(1, async () => {
    for (let last = performance.now(); !answered; last = performance.now()) {
      await asked.hover(0, 0);
      stalled = Math.max(stalled, performance.now() - last);
    }
    await first;
  });
  say({ name: 'trace: first walk as of a line', times: waited });
  say({ name: 'trace: longest wait of others meanwhile', times: [stalled] });
  say({
    name: 'trace: walk as of any line',
    times: await timed(40, () => asked.walk(address(), line())),
  });
  say({ name: 'trace: hover', times: await timed(200, () => asked.hover(line(), 90)) });
  say({
    name: 'trace: tables as of its middle',
    times: await timed(1, () => asked.tables(500_000)),
  });
}

/** How long a large dump and a large trace keep an editor waiting; request to answer, over stdio. */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  for (const [name, measure] of [
    ['dump', measureDump],
    ['trace', measureTrace],
  ] as const) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const client = await startLanguageClient();
    await measure(client);
    await client.stop();
  }
}

void main();
