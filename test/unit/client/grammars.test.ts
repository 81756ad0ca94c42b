import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as oniguruma from 'vscode-oniguruma';
import * as textmate from 'vscode-textmate';
import type { IGrammar, IRawGrammar } from 'vscode-textmate';

import { parseDumpLine } from '../../../src-core/text/words';
import { groupedPrinters, printers } from '../text/dump-printers';
import { messageLines, traceLines, tracePrefixes } from '../text/log-formats';
import { Dice, printLine } from '../text/log-printer';

interface Manifest {
  readonly contributes: {
    readonly languages: readonly {
      id: string;
      extensions?: readonly string[];
      filenames?: readonly string[];
      filenamePatterns?: readonly string[];
      firstLine: string;
    }[];
    readonly grammars: readonly {
      language?: string;
      scopeName: string;
      path: string;
      injectTo?: readonly string[];
    }[];
  };
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** A grammar of logs as other extensions have them: it colours numbers and words of its own. */
const logGrammar = {
  scopeName: 'text.log',
  patterns: [
    { match: '\\b[0-9]+\\b', name: 'constant.numeric.log' },
    { match: '\\b(?:error|ERROR)\\b', name: 'string.error.log' },
  ],
} as unknown as IRawGrammar;

async function loadRegistry(): Promise<textmate.Registry> {
  const wasm = readFileSync(path.join('node_modules', 'vscode-oniguruma', 'release', 'onig.wasm'));
  await oniguruma.loadWASM(Uint8Array.from(wasm).buffer);
  return new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: (scopeName) => {
      const found = contributes.grammars.find((grammar) => grammar.scopeName === scopeName);
      if (!found) return Promise.resolve(scopeName === 'text.log' ? logGrammar : null);
      return Promise.resolve(
        textmate.parseRawGrammar(readFileSync(found.path, 'utf8'), found.path),
      );
    },
    getInjections: (scopeName) =>
      contributes.grammars
        .filter(({ injectTo }) => injectTo?.includes(scopeName))
        .map((grammar) => grammar.scopeName),
  });
}

interface Token {
  readonly text: string;
  readonly scope: string;
}

/** The tokens of a line that begins no longer stretch. */
function tokens(grammar: IGrammar, line: string): Token[] {
  return grammar.tokenizeLine(line, textmate.INITIAL).tokens.map((token) => ({
    text: line.slice(token.startIndex, token.endIndex),
    scope: token.scopes.at(-1)!,
  }));
}

/** The innermost scope of the character in the middle of a stretch. */
function scopeAt(grammar: IGrammar, line: string, start: number, end: number): string {
  const at = Math.floor((start + end - 1) / 2);
  const found = grammar
    .tokenizeLine(line, textmate.INITIAL)
    .tokens.find(({ startIndex, endIndex }) => at >= startIndex && at < endIndex);
  return found?.scopes.at(-1) ?? '';
}

const address = /^entity\.name\.tag\.address\./;
const word = /^(?:constant\.numeric\.hex|comment\.line\.empty-entry)\./;
const words = [0x103b2f827n, 0n, 0x8000000000000000n, 0x600000067890b77n, 0x1122334455667788n, 7n];

describe('grammars, by the tokenizer of VS Code', () => {
  const grammars = new Map<string, IGrammar>();
  before(async () => {
    const registry = await loadRegistry();
    for (const scope of ['source.pagewalk-dump', 'source.pagewalk-trace', 'text.log', 'text.plain'])
      grammars.set(scope, (await registry.loadGrammar(scope))!);
  });
  const grammar = (scope: string): IGrammar => grammars.get(scope)!;

  it('the note behind an entry of a trace’s moment is a comment', () => {
    const note = '# L1 gfn 0x100, line 25';
    const line = `0000000103b2d800: 0x0000000103cb5e67  ${note}`;
    const at = line.indexOf(note);
    const scope = scopeAt(grammar('source.pagewalk-dump'), line, at, line.length);
    assert.match(scope, /^comment\.line\.note\./);
  });

  for (const { name, print, dialects } of [...printers, ...groupedPrinters]) {
    // Behind a driver's own prefix a row is a message of the kernel's log.
    if (dialects.includes('print-hex-dump')) continue;
    for (const scope of ['source.pagewalk-dump', 'text.log', 'text.plain']) {
      it(`${scope} colours ${name}: the address and every word`, () => {
        for (const line of print(words, 0x13b0n).split('\n')) {
          const read = parseDumpLine(line);
          if (!read || read.words.length === 0) continue;
          const { addressStart, addressEnd } = read;
          assert.match(scopeAt(grammar(scope), line, addressStart, addressEnd), address, line);
          for (const { start } of read.words) {
            assert.match(scopeAt(grammar(scope), line, start, start + 2), word, line);
          }
        }
      });
    }
  }

  for (const scope of ['source.pagewalk-trace', 'text.log', 'text.plain']) {
    it(`${scope} colours every event of a trace behind every prefix, and its numbers`, () => {
      const dice = new Dice(5);
      for (const documented of traceLines) {
        for (const prefix of tracePrefixes) {
          const { text, fields } = printLine(documented.format, dice);
          const line = prefix + text;
          const at = prefix.length;
          const end = at + documented.event.length;
          assert.match(
            scopeAt(grammar(scope), line, at, end),
            /^entity\.name\.function\.event/,
            line,
          );
          for (const { value, start, text: shown } of fields) {
            if (value === null || !/[0-9]/.test(shown)) continue;
            const from = at + start;
            const scopes = scopeAt(grammar(scope), line, from, from + shown.trimEnd().length);
            assert.match(scopes, /^constant\.numeric\./, `${line} ${shown}`);
          }
        }
      }
    });

    it(`${scope} colours what kernels say of page tables`, () => {
      const dice = new Dice(6);
      const named = ['pgd-line', 'spte-hierarchy', 'spte-path', 'arm64-pgd-line', 'ept-pointer'];
      for (const documented of messageLines.filter(({ event }) => named.includes(event))) {
        const prefix = '[ 1234.567890] ';
        const { text, fields } = printLine(documented.format, dice);
        const entries = fields.filter(({ name }) =>
          /^(?:p[g4um]d|pud|pte|spte.*|eptp)$/.test(name),
        );
        for (const { start, text: shown } of entries) {
          const from = prefix.length + start;
          const found = scopeAt(grammar(scope), prefix + text, from, from + shown.length);
          assert.match(found, /^constant\.numeric\.hex\.pagewalk-trace/, `${text} ${shown}`);
        }
      }
    });
  }

  for (const scope of ['text.log', 'text.plain']) {
    it(`${scope} keeps its own look everywhere else`, () => {
      for (const line of [
        '2024-03-05 12:00:00 error 500 in 12345678 ms',
        'commit 0123456789abcdef0123456789abcdef01234567',
        '12345678 lines read',
        '# a comment',
        'Dear all, see 0x600000067890b77.',
        'deadbeef cafe',
        '00:11:22:33:44:55 is at 10.0.0.1',
        'kvm_example: this is no event of the MMU',
      ]) {
        const foreign = tokens(grammar(scope), line).filter(({ scope: one }) =>
          one.includes('pagewalk'),
        );
        assert.deepEqual(foreign, [], line);
      }
    });
  }

  it('a comment line stands out in each of them', () => {
    for (const scope of grammars.keys()) {
      const [, , directive] = tokens(grammar(scope), '# pagewalk: format=ept virtual=0x1000');
      assert.ok(
        tokens(grammar(scope), '# pagewalk: format=ept').some(
          ({ text, scope: one }) =>
            text === 'pagewalk:' && one.startsWith('keyword.other.directive'),
        ),
        `${scope} ${JSON.stringify(directive)}`,
      );
    }
  });

  it('nothing of everybody’s is claimed: no .log, .txt or .c', () => {
    for (const {
      extensions = [],
      filenames = [],
      filenamePatterns = [],
    } of contributes.languages) {
      for (const claimed of [...extensions, ...filenames, ...filenamePatterns]) {
        assert.doesNotMatch(claimed, /^\*?\.(?:log|txt|c|h|S|out|dump)$/, claimed);
      }
    }
  });

  it('first lines are known for what they are, and others are nobody’s', () => {
    const language = (line: string): string | undefined =>
      contributes.languages.find(({ firstLine }) => new RegExp(firstLine).test(line))?.id;
    for (const [line, id] of [
      ['(qemu) xp /512gx 0x103b30000', 'pagewalk-dump'],
      ['0000000103b30000: 0x0000000103b2f827 0x0000000103b23827', 'pagewalk-dump'],
      ['(gdb) x/512gx 0x103b2e000', 'pagewalk-dump'],
      ['0x103b2e000:\t0x0000000103b2d827\t0x0000000000000000', 'pagewalk-dump'],
      ['0x4040 <spt>:\t0x0600000067890b77\t0x0000000000000000', 'pagewalk-dump'],
      ['crash> rd -p 10a3b5000 512', 'pagewalk-dump'],
      ['0: kd> !dq 10a3b5000', 'pagewalk-dump'],
      ['=> md.q 41400000 200', 'pagewalk-dump'],
      ['# pagewalk: format=ept', 'pagewalk-dump'],
      ['# tracer: nop', 'pagewalk-trace'],
      ['cpus=8', 'pagewalk-trace'],
      ['# Page tables', undefined],
      ['#include <stdio.h>', undefined],
      ['{ "pagewalk": 1 }', undefined],
      ['', undefined],
    ] as const) {
      assert.equal(language(line), id, line);
    }
  });
});
