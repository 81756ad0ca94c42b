import { described, frameSchema, listSchema, wordSchema } from './machine-json';
import type { JsonSchema, MmuModel, OperationInfo } from './machine-plan';
import { mmuModels, mmuNames } from './mmu-models';
import type { Parameter, ParameterShape } from './operations/parameter';

const shapes: Readonly<Record<ParameterShape['kind'], (shape: ParameterShape) => JsonSchema>> = {
  frame: () => frameSchema,
  address: () => frameSchema,
  word: () => wordSchema,
  count: ({ min, max }) => ({ type: 'integer', minimum: min, maximum: max }),
  flag: () => ({ type: 'boolean' }),
  choice: ({ choices }) => ({ enum: choices }),
};

function parameterSchema({ shape, meaning }: Parameter<unknown>): JsonSchema {
  return described(meaning, shapes[shape.kind](shape));
}

/** What goes with an operation's name. */
function operationRule({ name, parameters }: OperationInfo): JsonSchema {
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
  visit: described('when its walk first looks at this guest frame', frameSchema),
  level: described('… at this level', { type: 'integer', minimum: -1, maximum: 5 }),
};

function operationSchema({ operations }: MmuModel): JsonSchema {
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

const operationRef = (model: MmuModel): JsonSchema => ({
  $ref: `#/definitions/${model.mmu}-operation`,
});

function stepSchema(model: MmuModel): JsonSchema {
  return {
    allOf: [operationRef(model)],
    properties: {
      yields: described('when somebody wants the CPU: the walk yields where the kernel lets it', {
        type: 'array',
        items: { type: 'object', properties: moment, additionalProperties: false },
      }),
      inject: described('what other CPUs do meanwhile', {
        type: 'array',
        items: { allOf: [operationRef(model)], properties: moment },
      }),
    },
  };
}

/** A scenario whose machine is of that kind. */
function modelSchema(model: MmuModel): JsonSchema {
  return {
    type: 'object',
    required: ['machine'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      title: { type: 'string' },
      about: described('what there is to see', { type: 'string' }),
      machine: {
        type: 'object',
        required: ['kernel'],
        additionalProperties: false,
        properties: {
          mmu: {
            description: 'what is simulated',
            enum: mmuNames,
            enumDescriptions: mmuModels.map(({ title }) => title),
            default: mmuModels[0].mmu,
          },
          ...model.machineSchema,
        },
      },
      ...model.topSchema,
      run: described('what happens, in order', listSchema(stepSchema(model))),
      at: described('moves made when the session was kept', { type: 'integer', minimum: 0 }),
    },
  };
}

/** The schema of a model's scenarios where the file says that it is one; else that of the others. */
function choose(model: MmuModel, others: JsonSchema): JsonSchema {
  return {
    if: {
      required: ['machine'],
      properties: { machine: { required: ['mmu'], properties: { mmu: { const: model.mmu } } } },
    },
    then: modelSchema(model),
    else: others,
  };
}

/** The schema of `*.pagewalk.json`, from the same data that read it. */
export function scenarioSchema(): JsonSchema {
  const [first, ...others] = mmuModels;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pagewalk scenario',
    definitions: Object.fromEntries(
      mmuModels.map((model) => [`${model.mmu}-operation`, operationSchema(model)]),
    ),
    ...others.reduce((rest, model) => choose(model, rest), modelSchema(first)),
  };
}
