import { decode } from './decode';
import { definition } from './definition';
import { documentSymbols } from './document-symbols';
import type { Feature } from './feature';
import { folding } from './folding';
import { hover } from './hover';
import { roots } from './roots';
import { walk } from './walk';

/** Everything the server can do: a new feature is its file and a line here. */
export const features: readonly Feature[] = [
  hover,
  definition,
  documentSymbols,
  folding,
  roots,
  walk,
  decode,
];
