import { type CodeAction, CodeActionKind } from 'vscode-languageserver';

import { entryFormats, findLayout, formatWord } from '../src-core/index';
import { directiveEdit, type DirectiveValues } from './directive-edit';
import type { FileView } from './file-view';
import { formatOf } from './render/entry';

/** One thing that a file's comment line may be made to say. */
interface Choice {
  readonly title: string;
  readonly kind: string;
  readonly values: DirectiveValues;
}

/** Of all a file's code actions, this says down what is assumed; it asks for no place in the file. */
export const writeAssumptionsKind = `${CodeActionKind.Source}.pagewalk`;

/**
 * What can be done about a file's comment line `pagewalk: …`: write down what is assumed, wherever
 * the cursor is; and on that line, or on the first where there is none, read the file otherwise.
 */
export function commentLineActions(
  view: FileView,
  firstLine: number,
  lastLine: number,
): CodeAction[] {
  const lines = view.index.directives().map(({ line }) => line);
  const own = lines.length === 0 ? [0] : lines;
  const onLine = own.some((line) => firstLine <= line && line <= lastLine);
  const choices = [
    ...assumed(view),
    ...(onLine ? [...otherFormats(view), ...otherRoots(view), ...kernels(view)] : []),
  ];
  return choices.flatMap(({ title, kind, values }) => {
    const edit = directiveEdit(view.index, values);
    return edit ? [{ title, kind, edit: { changes: { [view.uri]: [edit] } } }] : [];
  });
}

/** Format, root and depth as they are taken now; the kernel too, where it is certain. */
function assumed(view: FileView): Choice[] {
  const { tables, hints, trace } = view;
  const kernel = kernelValues(view);
  const values: DirectiveValues | undefined =
    'problem' in tables
      ? formatValues(hints.format?.name ?? trace.format, kernel)
      : {
          format: tables.format.name,
          root: formatWord(tables.root),
          level: String(tables.levels),
          ...kernel,
        };
  if (!values) return [];
  const said = Object.entries(values).map(([key, value]) => `${key}=${value ?? ''}`);
  const title = `Write down what is assumed of this file: ${said.join(' ')}`;
  return [{ title, kind: writeAssumptionsKind, values }];
}

function formatValues(
  format: string | undefined,
  kernel: DirectiveValues,
): DirectiveValues | undefined {
  return format === undefined ? undefined : { format, ...kernel };
}

function kernelValues({ hints, tables, trace }: FileView): DirectiveValues {
  if (hints.layout !== undefined) return { layout: hints.layout };
  if (hints.kernel !== undefined) return { kernel: hints.kernel };
  const era = 'problem' in tables ? trace.era : tables.era;
  return era?.candidates.length === 1 ? { layout: era.layout } : {};
}

/** Other formats that the tables or the events fit; a root is named anew with its format. */
function otherFormats(view: FileView): Choice[] {
  const { tables, hints, trace } = view;
  const now = 'problem' in tables ? (hints.format?.name ?? trace.format) : tables.format.name;
  const found = new Set(view.detection.roots.map(({ format }) => format));
  const names = found.size > 0 ? [...found] : now === undefined ? [] : kvmFormats;
  return names
    .filter((name) => name !== now)
    .map((format) => ({
      title: `Read this file as ${formatOf(format).title}`,
      kind: CodeActionKind.RefactorRewrite,
      values: { format },
    }));
}

/** What a trace or a log may be of: the formats that KVM writes. */
const kvmFormats = entryFormats.filter(({ kvm }) => kvm).map(({ name }) => name);

/** Roots offered: more than these are chosen by their command. */
const mostRoots = 4;

function otherRoots({ detection, tables }: FileView): Choice[] {
  const now = 'problem' in tables ? undefined : tables.root;
  return detection.roots
    .filter(({ address }) => address !== now)
    .slice(0, mostRoots)
    .map(({ address, format, levels }) => ({
      title: `Take ${formatWord(address)} as the root (${formatOf(format).title}, ${levels} levels)`,
      kind: CodeActionKind.RefactorRewrite,
      values: { format, root: formatWord(address), level: String(levels) },
    }));
}

/** The kernels that the file's entries fit, where there are several; a named one can be let go. */
function kernels({ hints, tables, trace }: FileView): Choice[] {
  const kind = CodeActionKind.RefactorRewrite;
  if (hints.kernel !== undefined || hints.layout !== undefined) {
    return [
      { title: 'Find the kernel from the bits', kind, values: { kernel: null, layout: null } },
    ];
  }
  const candidates = ('problem' in tables ? trace.era : tables.era)?.candidates ?? [];
  if (candidates.length < 2) return [];
  return candidates.flatMap((name) => {
    const era = findLayout(name);
    return era ? [{ title: `Kernel ${era.span}`, kind, values: { layout: name } }] : [];
  });
}
