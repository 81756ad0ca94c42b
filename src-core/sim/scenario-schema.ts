import { cpuConfigKeys } from '../paging/cpu';
import { tdpFormats } from './machine-setup';
import { maxHugeLevel } from './memslot';
import type { Operation } from './operations/operation';
import type { Parameter, ParameterShape } from './operations/parameter';
import { operations } from './operations/registry';
import { hostPageSizes } from './scenario-slots';

/** A JSON schema, as far as editors use it for completion, hovers and marks. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const word: JsonSchema = { type: 'string', pattern: '^0[xX][0-9a-fA-F]{1,16}$' };
const frame: JsonSchema = { anyOf: [word, { type: 'integer', minimum: 0 }] };

const shapes: Readonly<Record<ParameterShape['kind'], (shape: ParameterShape) => JsonSchema>> = {
  frame: () => frame,
  address: () => frame,
  word: () => word,
  count: ({ min, max }) => ({ type: 'integer', minimum: min, maximum: max }),
  flag: () => ({ type: 'boolean' }),
  choice: ({ choices }) => ({ enum: choices }),
};

function described(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}

function parameterSchema({ shape, meaning }: Parameter<unknown>): JsonSchema {
  return described(meaning, shapes[shape.kind](shape));
}

/** What goes with an operation's name. */
function operationRule({ name, parameters }: Operation): JsonSchema {
  const entries = Object.entries(parameters);
  return {
    if: { properties: { do: { const: name } }, required: ['do'] },
    then: {
      properties: Object.fromEntries(
        entries.map(([key, parameter]) => [key, parameterSchema(parameter)]),
      ),
      required: entries.filter(([, { optional }]) => !optional).map(([key]) => key),
    },
  };
}

const moment: JsonSchema = {
  after: described('after so many of the operation’s moves', { type: 'integer', minimum: 1 }),
  visit: described('when its walk first looks at this guest frame', frame),
  level: described('… at this level', { type: 'integer', minimum: 1, maximum: 5 }),
};

function operationSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['do'],
    properties: {
      do: {
        enum: operations.map(({ name }) => name),
        enumDescriptions: operations.map(({ title, summary }) => `${title}: ${summary}`),
      },
      note: described('for the reader', { type: 'string' }),
    },
    allOf: operations.map(operationRule),
  };
}

function stepSchema(): JsonSchema {
  return {
    allOf: [{ $ref: '#/definitions/operation' }],
    properties: {
      yields: described('when somebody wants the CPU: the walk yields where KVM lets it', {
        type: 'array',
        items: { type: 'object', properties: moment, additionalProperties: false },
      }),
      inject: described('what other CPUs do meanwhile', {
        type: 'array',
        items: { allOf: [{ $ref: '#/definitions/operation' }], properties: moment },
      }),
    },
  };
}

function machineSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['kernel'],
    additionalProperties: false,
    properties: {
      kernel: described('version, 5.10 or later, such as 6.1', { type: 'string' }),
      format: described('format of the tables', { enum: tdpFormats, default: 'ept' }),
      levels: described('levels of the tables', { enum: [4, 5], default: 4 }),
      cpu: described('facts of the CPU', {
        type: 'object',
        properties: Object.fromEntries(Object.keys(cpuConfigKeys).map((key) => [key, {}])),
        additionalProperties: false,
      }),
      firstTable: described('address of the first table', frame),
      tableAddresses: described('addresses of tables, in the order they are handed out', {
        type: 'array',
        items: frame,
      }),
      mostTables: described('how many tables there may be', { type: 'integer', minimum: 1 }),
      nxHugePages: described('huge pages are not executable (iTLB multihit)', { type: 'boolean' }),
      eagerSplit: described('huge pages are split when dirty logging begins', { type: 'boolean' }),
      dirtyBy: described('how writes are logged', { enum: ['dirty-bit', 'write-protection'] }),
      generation: described('generation of the memory slots', word),
    },
  };
}

function slotSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['id', 'gfn', 'pages', 'pfn'],
    additionalProperties: false,
    properties: {
      id: { type: 'integer', minimum: 0, maximum: 32_767 },
      asId: described('0 normal, 1 system management mode', { enum: [0, 1], default: 0 }),
      gfn: described('first guest frame', frame),
      pages: described('how many 4 KiB pages', frame),
      pfn: described('host frame behind the first page', frame),
      hostPage: described(`the host’s own pages, up to level ${maxHugeLevel}`, {
        enum: hostPageSizes,
        default: '4K',
      }),
      readOnly: { type: 'boolean' },
      dirtyLog: described('writes are logged from the start', { type: 'boolean' }),
    },
  };
}

/** The schema of `*.pagewalk.json`, from the same data that read it. */
export function scenarioSchema(): JsonSchema {
  const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pagewalk scenario',
    type: 'object',
    required: ['machine'],
    additionalProperties: false,
    definitions: { operation: operationSchema() },
    properties: {
      $schema: { type: 'string' },
      title: { type: 'string' },
      about: described('what there is to see', { type: 'string' }),
      machine: machineSchema(),
      slots: described('memory slots', list(slotSchema())),
      tables: described(
        'tables that are there from the start',
        list({
          type: 'object',
          required: ['pa', 'entries'],
          properties: {
            pa: described('address', frame),
            entries: described('pairs of index and value', list({ type: 'array' })),
          },
        }),
      ),
      roots: described(
        'roots among the tables',
        list({
          type: 'object',
          required: ['pa'],
          properties: { pa: frame, asId: { enum: [0, 1] } },
        }),
      ),
      run: described('what happens, in order', list(stepSchema())),
      at: described('moves made when the session was kept', { type: 'integer', minimum: 0 }),
    },
  };
}
