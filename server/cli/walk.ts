import { createReadStream } from 'node:fs';

import {
  type Access,
  accessFacts,
  checkAccess,
  checkNestedAccess,
  cpuForAccess,
  type Dimension,
  formatWord,
  nestedAccessFacts,
  type NestedWalk,
  parseWord,
  translate,
  translateNested,
  type WalkResult,
} from '../../src-core/index';
import { plain } from '../render/fact-phrases';
import { type CliIo, type Command, inputProblem, parseCommandLine, usageProblem } from './command';
import { factsJson, type Json } from './entry-json';
import { entryContext } from './entry-options';
import { addressBase } from './source-options';
import { readSources } from './sources';
import { walkJson } from './walk-json';
import {
  accessOf,
  addressesFrom,
  parsedWalkOptions,
  sortPositionals,
  walkHelp,
} from './walk-options';
import { type WalkSetup, walkSetup } from './walk-setup';
import { setupText, walkText } from './walk-text';

/** `pagewalk walk`: where addresses go through the tables of dumps and images. */
export const walkCommand: Command = {
  name: 'walk',
  usage: 'SOURCE… --address A… [options]',
  summary: 'where an address goes, level by level, and with which rights',
  help: walkHelp,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, parsedWalkOptions);
    const access = accessOf(values);
    const { sources, addresses: loose } = sortPositionals(positionals);
    if (sources.length === 0) throw usageProblem('no SOURCE is given');
    const file = values['addresses-from'];
    const addresses = [...(values.address ?? []).flatMap((list) => list.split(',')), ...loose];
    if (addresses.length === 0 && file === undefined) throw usageProblem('no --address is given');
    if (file === '-' && sources.includes('-')) {
      throw usageProblem('standard input (-) can be read only once');
    }
    const context = entryContext(values);
    const nested = values.second !== undefined;
    const source = await readSources(sources, io, nested ? 'hpa' : 'gpa', addressBase(values));
    for (const note of source.notes) io.complain(`pagewalk walk: ${note}`);
    const setup = forAccess(walkSetup(source, values, context), access);
    const asker: Asker = { io, setup, access, json: values.json === true };
    if (!asker.json) await io.write(`${setupText(setup)}\n`);
    for (const text of addresses) {
      const address = parseWord(text);
      if (address === undefined) throw inputProblem(`'${text}' is no address`);
      await answer(asker, address);
    }
    if (file === undefined) return 0;
    for await (const text of addressesFrom(file, io, createReadStream)) {
      const address = parseWord(text);
      if (address !== undefined) await answer(asker, address);
      else await io.write(`${JSON.stringify({ error: `'${text}' is no address` })}\n`);
    }
    return 0;
  },
};

interface Asker {
  readonly io: CliIo;
  readonly setup: WalkSetup;
  readonly access: Access | undefined;
  readonly json: boolean;
}

async function answer({ io, setup, access, json }: Asker, address: bigint): Promise<void> {
  const walk = walkAddress(setup, address);
  const facts = access && accessAnswer(setup, walk, access);
  if (json) {
    const line = { ...walkLine(setup, walk), ...(facts && { access: facts }) };
    await io.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const verdict = facts ? `  ${accessText(facts)}\n` : '';
  await io.write(`${walkText(setup, walk)}${verdict}\n`);
}

function walkAddress({ tables, first, second }: WalkSetup, address: bigint): WalkResult {
  const { memory } = tables;
  if (second) return translateNested(memory, first, second, address);
  return translate(memory, first.compiled, first.root, address, first.options);
}

function walkLine({ tables, format }: WalkSetup, walk: WalkResult): Record<string, Json> {
  const { formatGround, rootGround, hints, era, levels, root, why } = tables;
  const kernelGround = hints.kernelGround ?? era?.ground;
  const kernelGiven = hints.kernel !== undefined || hints.layout !== undefined;
  return {
    ...walkJson(walk, format.name),
    ...('intermediate' in walk ? { intermediate: intermediateOf(walk as NestedWalk) } : {}),
    root: formatWord(root),
    format: format.name,
    levels,
    basis: {
      root: rootGround.basis,
      format: formatGround.basis,
      kernel: kernelGiven ? 'given' : (kernelGround?.basis ?? 'assumed'),
      why,
    },
  };
}

function intermediateOf({ intermediate }: NestedWalk): string | null {
  return intermediate === null ? null : formatWord(intermediate);
}

function accessAnswer(
  { first, second }: WalkSetup,
  walk: WalkResult,
  access: Access,
): Record<string, Json> {
  return factsJson(
    second && 'first' in walk
      ? nestedAccessFacts(
          checkNestedAccess(walk as NestedWalk, first.compiled, second.compiled, access),
        )
      : accessFacts(checkAccess(walk, first.compiled, access)),
  );
}

/** The tables read under the access's own rules: EFER.NXE, mode-based execute. */
function forAccess(setup: WalkSetup, access: Access | undefined): WalkSetup {
  if (!access) return setup;
  const recompiled = (dimension: Dimension): Dimension => {
    const { format, shape } = dimension.compiled;
    return {
      ...dimension,
      compiled: format.compile({ ...shape, cpu: cpuForAccess(shape.cpu, access) }),
    };
  };
  return {
    ...setup,
    first: recompiled(setup.first),
    ...(setup.second && { second: recompiled(setup.second) }),
  };
}

function accessText(facts: Readonly<Record<string, Json>>): string {
  const { allowed, exception, why } = facts;
  const verdict =
    allowed === null
      ? 'cannot be told'
      : allowed === true
        ? 'allowed'
        : `faults: ${plainJson(exception)}`;
  const code = ['error_code', 'exit_qualification', 'exit_info_1', 'esr']
    .flatMap((name) => (facts[name] === undefined ? [] : [` ${name} ${plainJson(facts[name])}`]))
    .join('');
  return `${verdict}${code}: ${plainJson(why)}`;
}

function plainJson(value: Json | undefined): string {
  return plain(value);
}
