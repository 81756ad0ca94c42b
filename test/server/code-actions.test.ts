import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type CodeAction,
  type CodeActionContext,
  CodeActionRequest,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

import { rootsRequest, type RootsResult } from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from './language-client';

const sample = readFileSync('samples/npt-6.1.xp', 'utf8');
const entry = '0000000000001000: 0x0000000000002027 0x0000000105003e67\n';

describe('code actions on the comment line of a file', () => {
  let client: LanguageClient;
  before(async () => {
    client = await startLanguageClient();
  });
  after(() => client.stop());

  let opened = 0;
  const actionsIn = async (text: string, line = 0, only?: CodeActionContext['only']) => {
    const uri = await client.open(`actions-${String(++opened)}.xp`, text);
    const at = { line, character: 0 };
    const given = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: { start: at, end: at },
      context: { diagnostics: [], ...(only && { only }) },
    });
    return { uri, actions: (given ?? []) as CodeAction[] };
  };
  const editOf = ({ edit }: CodeAction): TextEdit[] => Object.values(edit!.changes!)[0]!;
  const applied = (text: string, action: CodeAction): string =>
    TextDocument.applyEdits(TextDocument.create('file:///x', 'x', 1, text), editOf(action));

  it('write down what is assumed of a dump, and then it is given', async () => {
    const { actions } = await actionsIn(sample, 20, ['source']);
    assert.equal(actions.length, 1);
    const text = applied(sample, actions[0]!);
    assert.match(text, /^# pagewalk: format=npt64 root=0x103b30000 level=4[^\n]*\n/);
    const again = await actionsIn(text, 20, ['source']);
    assert.deepEqual(again.actions, []);
    const { assumptions } = await client.connection.sendRequest<RootsResult>(rootsRequest, {
      uri: again.uri,
    });
    assert.deepEqual(
      [assumptions.formatBasis, assumptions.rootBasis, assumptions.root],
      ['given', 'given', '0x103b30000'],
    );
  });

  it('leave the rest of a file alone: elsewhere there is nothing to rewrite', async () => {
    const { actions } = await actionsIn(sample, 20, ['refactor']);
    assert.deepEqual(actions, []);
    const first = await actionsIn(sample, 0, ['refactor']);
    assert.ok(first.actions.some(({ title }) => title.startsWith('Kernel v5.13')));
  });

  it('change what the line says, and keep what else it says', async () => {
    const head = '  // pagewalk: format=npt64 maxphyaddr=46 kernel=6.1 root=0x1000 level=1\r\n';
    const { actions } = await actionsIn(head + entry);
    const ept = actions.find(({ title }) => title === 'Find the kernel from the bits')!;
    assert.equal(
      applied(head + entry, ept),
      `  // pagewalk: format=npt64 maxphyaddr=46 root=0x1000 level=1\r\n${entry}`,
    );
  });

  it('keep the end of a comment at its end', async () => {
    const head = '/* pagewalk: kernel=6.1 */\n';
    const { actions } = await actionsIn(head + entry);
    const letGo = actions.find(({ title }) => title === 'Find the kernel from the bits')!;
    assert.match(applied(head + entry, letGo), /^\/\* pagewalk: \*\/\n/);
  });

  it('have nothing to say of an empty file', async () => {
    assert.deepEqual((await actionsIn('')).actions, []);
  });
});
