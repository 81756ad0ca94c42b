import { access } from './access';
import { callHierarchy } from './call-hierarchy';
import { codeActions } from './code-actions';
import { codeLens } from './code-lens';
import { commentLine } from './comment-line';
import { completion } from './completion';
import { compose } from './compose';
import { decode } from './decode';
import { definition } from './definition';
import { diagnostics } from './diagnostics';
import { documentHighlight } from './document-highlight';
import { documentLinks } from './document-links';
import { documentSymbols } from './document-symbols';
import type { Feature } from './feature';
import { folding } from './folding';
import { geometry } from './geometry';
import { hover } from './hover';
import { inlayHints } from './inlay-hints';
import { references } from './references';
import { rename } from './rename';
import { roots } from './roots';
import { scenarioFrom } from './scenario-from';
import { selectionRanges } from './selection-ranges';
import { semanticTokens } from './semantic-tokens';
import { simulation } from './simulation';
import { splitCaches } from './split-caches';
import { traceTime } from './trace-time';
import { walk } from './walk';
import { word } from './word';
import { workspaceSymbols } from './workspace-symbols';

/** Everything the server can do: a new feature is its file and a line here. */
export const features: readonly Feature[] = [
  hover,
  definition,
  references,
  documentHighlight,
  callHierarchy,
  inlayHints,
  documentSymbols,
  workspaceSymbols,
  documentLinks,
  selectionRanges,
  semanticTokens,
  codeLens,
  completion,
  rename,
  folding,
  diagnostics,
  roots,
  walk,
  traceTime,
  scenarioFrom,
  simulation,
  decode,
  word,
  compose,
  geometry,
  splitCaches,
  access,
  codeActions,
  commentLine,
];
