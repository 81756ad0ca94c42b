import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  CodeLensRequest,
  CodeLensResolveRequest,
  type CompletionItem,
  CompletionRequest,
  DefinitionRequest,
  DocumentLinkRequest,
  DocumentLinkResolveRequest,
  HoverRequest,
  type LocationLink,
  MarkupContent,
  type Position,
  PrepareRenameRequest,
  type SelectionRange,
  SelectionRangeRequest,
  type SemanticTokens,
  SemanticTokensDeltaRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  WorkspaceSymbolRequest,
} from 'vscode-languageserver-protocol/node';

import { entryTokenTypes } from '../../server/entry-tokens';
import { type LanguageClient, startLanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const trace = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');
const lines = dump.split('\n');

/** The capture's first two tables alone: short enough to be coloured as a whole. */
const short = lines.slice(0, 514).join('\n');

describe('gestures in a dump', () => {
  let client: LanguageClient;
  before(
    async () =>
      (client = await startLanguageClient({ initializationOptions: { commandLinks: true } })),
  );
  after(() => client.stop());

  it('a table is found by its address in all open files', async () => {
    await client.open('symbols.xp', dump);
    const found = await client.connection.sendRequest(WorkspaceSymbolRequest.type, {
      query: '103b2f0',
    });
    assert.deepEqual(
      found?.map(({ name }) => name),
      ['level 3 (PDPT) 0x103b2f000'],
    );
  });

  it('addresses that lead to a table in the file are links', async () => {
    const uri = await client.open('links.xp', `# pagewalk: root=0x103b30000\n${dump}`);
    const links = await client.connection.sendRequest(DocumentLinkRequest.type, {
      textDocument: { uri },
    });
    // The capture has 28 tables: 27 entries point at one, and the comment line names the root.
    assert.equal(links?.length, 28);
    const targets = await Promise.all(
      links
        .slice(0, 2)
        .map((link) => client.connection.sendRequest(DocumentLinkResolveRequest.type, link)),
    );
    const first = lines.findIndex((line) => line.startsWith('0000000103b30000:'));
    const second = lines.findIndex((line) => line.startsWith('0000000103b2f000:'));
    // One line further down than in the sample, and lines of links count from 1.
    assert.deepEqual(
      targets.map(({ target }) => target),
      [`${uri}#L${first + 2},19`, `${uri}#L${second + 2},19`],
    );
  });

  it('a selection grows from digits to word, line and table', async () => {
    const uri = await client.open('select.xp', dump);
    const position = positionOf(dump, '0x0000000105003e67');
    const [selected] = (await client.connection.sendRequest(SelectionRangeRequest.type, {
      textDocument: { uri },
      positions: [position],
    }))!;
    const texts: string[] = [];
    for (let at: SelectionRange | undefined = selected; at; at = at.parent) {
      const { start, end } = at.range;
      texts.push(
        start.line === end.line
          ? lines[start.line]!.slice(start.character, end.character)
          : `${lines[start.line]!.slice(0, 17)} – ${end.line - start.line + 1} lines`,
      );
    }
    assert.deepEqual(texts, [
      '0000000105003e67',
      '0x0000000105003e67',
      lines[position.line],
      '0000000103ae7000: – 256 lines',
    ]);
  });

  it('each table has a lens that says what it covers, and one to walk from', async () => {
    const uri = await client.open('lens.xp', dump);
    const lenses = await client.connection.sendRequest(CodeLensRequest.type, {
      textDocument: { uri },
    });
    assert.equal(lenses?.length, 28 * 2);
    assert.ok(lenses.every(({ command }) => command === undefined));
    const [summary, walk] = await Promise.all(
      lenses
        .slice(0, 2)
        .map((lens) => client.connection.sendRequest(CodeLensResolveRequest.type, lens)),
    );
    assert.equal(
      summary!.command!.title,
      'level 4 (PML4) 0x103b30000 · covers GPA 0x0 – 0xffffffffffff · 2 tables, 510 empty',
    );
    assert.equal(walk!.command!.command, 'pagewalk.walkAddress');
    assert.deepEqual(walk!.command!.arguments, [
      { uri, root: '0x103b30000', format: 'npt64', levels: 4 },
    ]);
  });

  it('rename is refused with a sentence', async () => {
    const uri = await client.open('rename.xp', dump);
    await assert.rejects(
      client.connection.sendRequest(PrepareRenameRequest.type, {
        textDocument: { uri },
        position: positionOf(dump, '0x0000000105003e67'),
      }),
      /an address is no name/,
    );
  });

  it('a line of a trace leads to where its entry was set before', async () => {
    const uri = await client.open('before.kvmtrace', trace, 'pagewalk-trace');
    const links = (await client.connection.sendRequest(DefinitionRequest.type, {
      textDocument: { uri },
      position: positionOf(trace, 'old_spte 103fb6e67 new_spte 0', 12),
    })) as LocationLink[];
    const { start, end } = links[0]!.targetSelectionRange;
    const line = trace.split('\n')[start.line]!;
    assert.match(line, /gfn 9201 /);
    assert.equal(line.slice(start.character, end.character), '103fb6e67');
  });
});

describe('semantic tokens', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  /** Tokens as `line:text type`. */
  const read = ({ data }: SemanticTokens, text: string): string[] => {
    const all = text.split('\n');
    const tokens: string[] = [];
    let line = 0;
    let column = 0;
    for (let at = 0; at < data.length; at += 5) {
      column = data[at] === 0 ? column + data[at + 1]! : data[at + 1]!;
      line += data[at]!;
      const words = all[line]!.slice(column, column + data[at + 2]!);
      tokens.push(`${line}:${words} ${entryTokenTypes[data[at + 3]!]}`);
    }
    return tokens;
  };

  it('tell tables, leaves and empty entries apart in a range', async () => {
    const uri = await client.open('range.xp', dump);
    const { line } = positionOf(dump, '0x0000000105003e67', 0);
    const tokens = await client.connection.sendRequest(SemanticTokensRangeRequest.type, {
      textDocument: { uri },
      range: { start: { line, character: 0 }, end: { line, character: 1 } },
    });
    assert.deepEqual(
      read(tokens!, dump).map((token) => token.slice(token.indexOf(':') + 1)),
      [
        '0000000103ae7010 tableAddress',
        `${/0x\S+/.exec(lines[line]!)![0]} leafEntry`,
        '0x0000000105003e67 leafEntry',
      ],
    );
  });

  it('are given for a whole file only where it is short', async () => {
    const long = await client.open('long.xp', dump);
    const none = await client.connection.sendRequest(SemanticTokensRequest.type, {
      textDocument: { uri: long },
    });
    assert.deepEqual(none?.data, []);
    const text = `# pagewalk: format=npt64 root=0x103b30000\n${short}`;
    const uri = await client.open('short.xp', text);
    const tokens = read(
      (await client.connection.sendRequest(SemanticTokensRequest.type, { textDocument: { uri } }))!,
      text,
    );
    assert.ok(tokens.includes('2:0x0000000103b2f827 tableEntry'), tokens.slice(0, 6).join('\n'));
    assert.ok(tokens.some((token) => token.endsWith('0x0000000000000000 emptyEntry')));
  });

  it('are sent as the difference after an edit', async () => {
    const text = `# pagewalk: format=npt64 root=0x103b30000\n${short}`;
    const uri = await client.open('delta.xp', text);
    const before = await client.connection.sendRequest(SemanticTokensRequest.type, {
      textDocument: { uri },
    });
    await client.change(uri, text.replace('0x0000000103b23827', '0x0000000000000000'));
    const after = await client.connection.sendRequest(SemanticTokensDeltaRequest.type, {
      textDocument: { uri },
      previousResultId: before!.resultId!,
    });
    assert.ok(after && 'edits' in after);
    assert.equal(after.edits.length, 1);
    assert.ok(after.edits[0]!.data!.length <= 5, JSON.stringify(after.edits));
  });
});

describe('the comment line', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  let opened = 0;
  const complete = async (text: string, position: Position): Promise<CompletionItem[]> => {
    const uri = await client.open(`complete-${++opened}.xp`, text);
    const items = await client.connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position,
    });
    return items as CompletionItem[];
  };

  it('offers its keys, those that are not there yet', async () => {
    const text = `# pagewalk: format=npt64 \n${dump}`;
    const items = await complete(text, { line: 0, character: 25 });
    const labels = items.map(({ label }) => label);
    assert.ok(labels.includes('kernel') && labels.includes('maxphyaddr'));
    assert.ok(!labels.includes('format'));
    assert.deepEqual(items.find(({ label }) => label === 'kernel')!.textEdit, {
      range: { start: { line: 0, character: 25 }, end: { line: 0, character: 25 } },
      newText: 'kernel=',
    });
  });

  it('offers values: formats, roots of the file, what a fact of the CPU may be', async () => {
    const values = async (words: string): Promise<string[]> => {
      const head = `# pagewalk: ${words}`;
      const items = await complete(`${head}\n${dump}`, { line: 0, character: head.length });
      return items.map(({ label }) => label);
    };
    assert.ok((await values('format=')).includes('ept-noad'));
    assert.equal((await values('root='))[0], '0x103b30000');
    assert.deepEqual(await values('vendor='), ['intel', 'amd']);
    assert.deepEqual(await values('nothing='), []);
  });

  it('offers nothing anywhere else', async () => {
    assert.deepEqual(await complete(dump, { line: 3, character: 5 }), []);
  });

  it('says what a key means and takes', async () => {
    const uri = await client.open('said.xp', `# pagewalk: format=npt64 kernel=x\n${dump}`);
    const hovers = await Promise.all(
      [14, 28].map((character) =>
        client.connection.sendRequest(HoverRequest.type, {
          textDocument: { uri },
          position: { line: 0, character },
        }),
      ),
    );
    const [format, kernel] = hovers.map((hover) =>
      MarkupContent.is(hover?.contents) ? hover.contents.value : '',
    );
    assert.match(format!, /^`format=npt64`[^]*Format of the entries[^]*NPT[^]*`ept`/);
    assert.match(kernel!, /'x' is no kernel version/);
  });
});
