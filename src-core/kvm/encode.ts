import type { FieldSpec } from '../paging/format';
import { bitMask } from '../word';
import type { DecodeProblem } from './decode-request';
import { decoders } from './decoders';
import type { EntryPlace, FieldShape } from './field-shape';

/** Fields by name, and where they are to stand. */
export interface EncodeRequest extends EntryPlace {
  /** Values by the names of a decode's `fields`; letters in any case. A field left out keeps the shape's own value, mostly 0. */
  readonly fields: Readonly<Record<string, bigint>>;
  /** Name of a shape; left out: the first that has all the fields named. */
  readonly shape?: string;
}

export interface EncodedEntry {
  readonly value: bigint;
  /** Name of the shape that was used. */
  readonly shape: string;
}

function named(shape: FieldShape, name: string): FieldSpec | undefined {
  return shape.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

/**
 * The shapes an entry of this format, level and kernel can have.
 * @returns a problem where the request makes no sense.
 */
export function fieldShapes(place: EntryPlace): readonly FieldShape[] | DecodeProblem {
  const { format, level } = place;
  const decoder = decoders[format];
  if (!decoder.shapes) return { problem: `entries of ${format} cannot be composed` };
  if (!decoder.levels.includes(level)) {
    return {
      problem: `${format} has no level ${level}; its levels are ${decoder.levels.join(', ')}`,
    };
  }
  return decoder.shapes(place);
}

function chooseShape(
  shapes: readonly FieldShape[],
  { shape: wanted, fields }: EncodeRequest,
): FieldShape | DecodeProblem {
  const allowed = wanted === undefined ? shapes : shapes.filter(({ name }) => name === wanted);
  const first = allowed[0];
  if (!first) {
    const names = shapes.map(({ name }) => name).join(', ');
    return { problem: `no shape '${wanted ?? ''}' at this level; there are ${names}` };
  }
  const names = Object.keys(fields);
  const fitting = allowed.find((shape) => names.every((name) => named(shape, name)));
  if (fitting) return fitting;
  const unknown = names.find((name) => !allowed.some((shape) => named(shape, name)));
  if (unknown === undefined)
    return { problem: 'no kind of entry has all of these fields together' };
  const known = first.fields.map(({ name }) => name).join(', ');
  return { problem: `no field '${unknown}'; a ${first.name} has ${known}` };
}

/**
 * The value that has these fields: the way back from a decode.
 * @returns the value, or one sentence that says which field does not fit.
 */
export function encodeEntry(request: EncodeRequest): EncodedEntry | DecodeProblem {
  const shapes = fieldShapes(request);
  if ('problem' in shapes) return shapes;
  const shape = chooseShape(shapes, request);
  if ('problem' in shape) return shape;
  let value = shape.base;
  for (const [name, given] of Object.entries(request.fields)) {
    const field = named(shape, name)!;
    const width = field.high - field.low + 1;
    if (given < 0n || given >> BigInt(width) !== 0n) {
      return {
        problem: `${field.name} has ${width} ${width === 1 ? 'bit' : 'bits'}: 0x${given.toString(16)} does not fit`,
      };
    }
    value = (value & ~bitMask(field.high, field.low)) | (given << BigInt(field.low));
  }
  return { value, shape: shape.name };
}
