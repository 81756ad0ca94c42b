import assert from 'node:assert/strict';
import { jsonFiles, sharedPlace } from '../golden/places';
import { goldenConfig, goldenSpteFiles, type GoldenSpteFile } from '../golden/spte';
import { runCli } from './run-cli';

type Json = Readonly<Record<string, unknown>>;

/** Format names of the machines golden/spte was set up for. */
function formatOf(file: GoldenSpteFile): string {
  const { tdp_enabled: tdp, ept_ad_bits: hasAd } = file.host;
  if (!tdp) return 'shadow64';
  return hasAd === null ? 'npt64' : hasAd ? 'ept' : 'ept-noad';
}

describe('pagewalk decode: predicates of the kernels, by file', () => {
  for (const { name, read } of goldenSpteFiles()) {
    it(name, async () => {
      const file = read();
      const config = goldenConfig(file.host);
      const format = formatOf(file);
      const lines = file.rows.map((row) =>
        JSON.stringify({ value: row[0], format, level: 1, kernel: file.version, config }),
      );
      const run = await runCli(['decode', '--stdin', '--json'], lines.join('\n'));
      const answers = run.json() as { predicates: Json }[];
      assert.equal(answers.length, file.rows.length);
      file.rows.forEach((row, index) => {
        file.fields.slice(1).forEach((field, column) => {
          const { predicates } = answers[index]!;
          // Recorded from v6.1 on only (golden/README.md), though older kernels have the test too.
          if (field === 'volatile_or_needs_atomic' && row[column + 1] === null) return;
          assert.deepEqual(predicates[field], row[column + 1], `${String(row[0])} ${field}`);
        });
      });
    });
  }
});

interface RoleFile {
  readonly version: string;
  readonly vectors: readonly { readonly word: string; readonly fields: Json }[];
}

const roles = sharedPlace('golden', 'role');
if (roles !== undefined) {
  describe('pagewalk role: words of the kernels, by file', () => {
    for (const { name, read } of jsonFiles(roles).filter(({ name }) => name.startsWith('role-'))) {
      it(name, async () => {
        const { version, vectors } = read() as RoleFile;
        const words = vectors.map(({ word }) => word);
        const run = await runCli(['role', ...words, '--kernel', version, '--json']);
        const answers = run.json() as Json[];
        assert.equal(answers.length, vectors.length);
        vectors.forEach(({ fields, word }, index) => {
          for (const [field, value] of Object.entries(fields)) {
            assert.deepEqual(answers[index]![field], value, `${word} ${field}`);
          }
        });
      });
    }
  });
}

interface GeometryFile {
  readonly version: string;
  readonly granule_kib: number;
  readonly lpa2?: boolean;
  readonly geometry: readonly (Json & { readonly ipa_bits: number })[];
}

/** The forms of the command line, by the version a file was computed with. */
const forms: Readonly<Record<string, string>> = { seed: 'seed', 'v5.4': 'v4.20' };

const geometries = sharedPlace('golden', 'arm64-geometry');
if (geometries !== undefined) {
  describe('pagewalk geometry: layouts of the kernels, by file', () => {
    for (const { name, read } of jsonFiles(geometries)) {
      it(name, async () => {
        const { version, granule_kib: granule, lpa2, geometry } = read() as GeometryFile;
        for (const expected of geometry) {
          const args = ['--granule', `${granule}K`, '--ipa', String(expected.ipa_bits)];
          const form = [
            '--form',
            forms[version] ?? 'current',
            ...(lpa2 === true ? ['--lpa2'] : []),
          ];
          const run = await runCli(['geometry', ...args, ...form, '--json']);
          const answer = run.json()[0] as Json;
          for (const [field, value] of Object.entries(expected)) {
            assert.deepEqual(answer[field], value, `${expected.ipa_bits} ${field}`);
          }
        }
      }).timeout(60_000);
    }
  });
}
