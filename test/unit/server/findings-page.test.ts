import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { auditCodes } from '../../../src-core/walk/audit-codes';

describe('docs/findings.md: texts and whole trees', () => {
  const page = readFileSync('docs/findings.md', 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, code]) => code!);

  it('has every code of lines, walks and audits', () => {
    const sources = ['src-core/text', 'src-core/walk', 'server/features'].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(path.join(folder, name), 'utf8')),
    );
    const made = sources.flatMap((source) =>
      [...source.matchAll(/(?:finding\(\s*|code: )'([a-z0-9-]+)'/g)].map(([, code]) => code!),
    );
    assert.ok(made.length > 10);
    const audits = Object.values(auditCodes).map(({ code }) => code);
    for (const code of [...made, ...audits]) assert.ok(listed.includes(code), code);
  });

  it('has a place for each code that a link can lead to, once', () => {
    const anchors = [...page.matchAll(/<a id="([a-z0-9-]+)"><\/a>/g)].map(([, code]) => code!);
    assert.deepEqual(anchors, listed);
    assert.equal(new Set(anchors).size, anchors.length);
  });
});
