import { window } from 'vscode';

import type { ComposeChoices, Composed, ComposeFormat, ComposeParams } from '../../server/protocol';
import { isOwn } from '../languages';
import type { LanguageServer } from '../language-server';
import type { ComposedEntry } from '../views/composed-entry';
import { wordAtCursor } from '../word-at-cursor';
import { FieldChooser } from './choose-fields';
import { pickStep } from './pick-step';

const title = 'Compose an Entry';

/** What was chosen so far, a question after the other. */
interface Place {
  readonly format?: ComposeFormat;
  readonly level?: ComposeFormat['levels'][number];
  readonly kernel?: ComposeFormat['kernels'][number];
}

/** A question: what was chosen with its answer in it. */
type Step = (place: Place) => Promise<Place | 'back' | undefined>;

/** "Compose an Entry…": format, level and kernel, then field by field; the decode stands beside. */
export class Composer {
  constructor(
    private readonly server: LanguageServer,
    private readonly view: ComposedEntry,
  ) {}

  /**
   * @param given `ComposeParams` from a test or another extension: composed without questions.
   * @returns the entry; `undefined`: dismissed.
   */
  async compose(given: unknown): Promise<Composed | undefined> {
    const editor = window.activeTextEditor;
    const uri = editor && isOwn(editor.document) ? editor.document.uri.toString() : null;
    const told = asParams(given, uri);
    if (told) {
      const response = await this.server.compose(told);
      if ('problem' in response) throw new Error(response.problem);
      return response.composed;
    }
    const choices = await this.server.composeChoices({ uri });
    const start = wordAtCursor(editor).replace(/^gfn .*/, '');
    let shown = false;
    const show = ({ markdown }: Composed): void => {
      this.view.set(markdown);
      if (!shown) void this.view.show();
      shown = true;
    };
    return this.ask(stepsFor(choices), { uri, start, show });
  }

  /** Asks one question after the other; back goes to the last one that was asked. */
  private async ask(
    steps: readonly Step[],
    { uri, start, show }: { uri: string | null; start: string; show: (made: Composed) => void },
  ): Promise<Composed | undefined> {
    const places: Place[] = [{}];
    for (;;) {
      const place = places.at(-1)!;
      const next = await (steps[places.length - 1]?.(place) ??
        this.askFields(place, { uri, start, show }));
      if (next === undefined) return undefined;
      if (next === 'back') {
        places.pop();
        // A format without kernels was not asked for one.
        while (places.length > 1 && isSkipped(places)) places.pop();
        if (places.length === 0) return undefined;
      } else if ('value' in next) return next;
      else places.push(next);
    }
  }

  private askFields(
    { format, level, kernel }: Place,
    { uri, start, show }: { uri: string | null; start: string; show: (made: Composed) => void },
  ): Promise<Composed | 'back' | undefined> {
    const names = [format!.title, level!.title, ...(kernel ? [kernel.title] : [])];
    return new FieldChooser({
      place: names.join(', '),
      totalSteps: 4,
      params: {
        uri,
        format: format!.name,
        level: level!.level,
        ...(kernel && { layout: kernel.layout }),
        fields: {},
      },
      start,
      compose: (params) => this.server.compose(params),
      show,
    }).choose();
  }
}

/** The place after a question that had nothing to ask is the same as before it. */
function isSkipped(places: readonly Place[]): boolean {
  return places.at(-1) === places.at(-2);
}

function stepsFor(choices: ComposeChoices): readonly Step[] {
  return [
    async () => {
      const items = choices.formats.map((format) => ({
        label: format.name,
        description: format.title,
        format,
      }));
      const chosen = await pickStep({
        title,
        placeholder: 'Format of the entry',
        step: 1,
        totalSteps: 4,
        items,
        active: items.find(({ format }) => format.name === choices.format),
      });
      return typeof chosen === 'object' ? { format: chosen.format } : chosen;
    },
    async ({ format }) => {
      const items = format!.levels.map((level) => ({ label: level.title, level }));
      const chosen = await pickStep({
        title: `${title}: ${format!.title}`,
        placeholder: 'Level of the table it stands in',
        step: 2,
        totalSteps: 4,
        items,
        active: items.at(-1),
      });
      return typeof chosen === 'object' ? { format: format!, level: chosen.level } : chosen;
    },
    async (place) => {
      const { format, level } = place;
      if (format!.kernels.length === 0) return place;
      const items = format!.kernels.map((kernel) => ({
        label: `Linux ${kernel.title}`,
        description: kernel.layout,
        kernel,
      }));
      const chosen = await pickStep({
        title: `${title}: ${format!.title}, ${level!.title}`,
        placeholder: 'Kernel whose software bits it has',
        step: 3,
        totalSteps: 4,
        items,
        active: items.find(({ kernel }) => kernel.layout === choices.kernel),
      });
      return typeof chosen === 'object' ? { ...place, kernel: chosen.kernel } : chosen;
    },
  ];
}

function asParams(given: unknown, uri: string | null): ComposeParams | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const params = given as Partial<ComposeParams>;
  const { format, level } = params;
  if (typeof format !== 'string' || typeof level !== 'number') return undefined;
  return { uri, ...params, format, level, fields: params.fields ?? {} };
}
