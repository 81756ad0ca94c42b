import { parseCpuConfig, type CpuConfig, cpuConfigKeys } from '../paging/cpu';
import type { JsonPlace } from './json-place';
import { readTableAddress } from './listed-tables-json';
import type { JsonSchema } from './machine-plan';
import type { AllocatorSetup } from './table-allocator';

/** Members of `machine` that say where its tables lie. */
export const allocatorNames = ['firstTable', 'tableAddresses', 'mostTables'] as const;

const firstTable = 0x10_0000;
/** 4 GiB of tables: enough for any VM, and an end for one that runs away. */
const mostTables = 0x10_0000;

export function readAllocator(machine: JsonPlace): AllocatorSetup {
  return {
    addresses: machine.member('tableAddresses').items().flatMap(readAddress),
    first: machine.member('firstTable').present
      ? (readTableAddress(machine.member('firstTable')) ?? firstTable)
      : firstTable,
    limit: machine.member('mostTables').count(1, mostTables, mostTables) ?? mostTables,
  };
}

function readAddress(place: JsonPlace): number[] {
  const pa = readTableAddress(place);
  return pa === undefined ? [] : [pa];
}

/** Facts of the CPU, with the keys of the command line's `--config`. */
export function readCpu(place: JsonPlace): CpuConfig {
  if (!place.present) return {};
  const given = Object.fromEntries(place.names().map((name) => [name, place.member(name).value]));
  const { config, problems } = parseCpuConfig(given);
  for (const problem of problems) place.fail(problem);
  return config;
}

/** A 64-bit word that may be left out: 0. */
export function readOptionalWord(place: JsonPlace): bigint {
  return place.present ? (place.word() ?? 0n) : 0n;
}

export const wordSchema: JsonSchema = { type: 'string', pattern: '^0[xX][0-9a-fA-F]{1,16}$' };

export const frameSchema: JsonSchema = {
  anyOf: [wordSchema, { type: 'integer', minimum: 0 }],
};

export function described(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}

export function listSchema(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export const allocatorSchema: Readonly<Record<(typeof allocatorNames)[number], JsonSchema>> = {
  firstTable: described('address of the first table', frameSchema),
  tableAddresses: described(
    'addresses of tables, in the order they are handed out',
    listSchema(frameSchema),
  ),
  mostTables: described('how many tables there may be', { type: 'integer', minimum: 1 }),
};

export const cpuSchema: JsonSchema = described('facts of the CPU', {
  type: 'object',
  properties: Object.fromEntries(Object.keys(cpuConfigKeys).map((key) => [key, {}])),
  additionalProperties: false,
});

/** Tables written `[{pa, entries: [[index, value], …]}, …]`. */
export const tablesSchema: JsonSchema = listSchema({
  type: 'object',
  required: ['pa', 'entries'],
  properties: {
    pa: described('address', frameSchema),
    entries: described('pairs of index and value', listSchema({ type: 'array' })),
  },
});
