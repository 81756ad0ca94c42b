import type { GeometryParams, GeometryResponse } from '../../server/protocol';
import type { LanguageServer } from '../language-server';
import type { LayoutDocuments } from '../views/layout-documents';
import { askInput } from './ask-input';
import { pickStep } from './pick-step';

const title = 'Stage-2 Layout';
const granules = ['4K', '16K', '64K'];

/** Whose rules: names and meanings as on the command line. */
const forms: readonly (Pick<GeometryParams, 'form' | 'lpa2'> & {
  readonly label: string;
  readonly description: string;
})[] = [
  { label: 'Linux v5.10 and later', description: 'current', form: 'current' },
  {
    label: 'Linux v6.8 and later, host with LPA2',
    description: 'current, 52-bit addresses with 4K and 16K',
    form: 'current',
    lpa2: true,
  },
  { label: 'Linux v4.20 – v5.9', description: 'v4.20', form: 'v4.20' },
  { label: 'As posted in June 2018', description: 'seed', form: 'seed' },
];

/**
 * "Stage-2 Layout for an IPA Size…": granule, whose rules, IPA size; then the layout as a document.
 * @param given `GeometryParams` from a test or another extension: answered without questions.
 * @returns the answer; `undefined`: dismissed.
 */
export async function stage2Layout(
  server: LanguageServer,
  documents: LayoutDocuments,
  given: unknown,
): Promise<GeometryResponse | undefined> {
  const told = asParams(given);
  if (told) {
    const response = await server.geometry(told);
    if ('problem' in response) throw new Error(response.problem);
    await documents.show(told);
    return response;
  }
  const place = await askPlace();
  if (!place) return undefined;
  const params = await askSize(server, place);
  if (!params) return undefined;
  await documents.show(params);
  return server.geometry(params);
}

type Place = Omit<GeometryParams, 'ipaBits'>;

async function askPlace(): Promise<Place | undefined> {
  for (;;) {
    const granule = await pickStep({
      title,
      placeholder: 'Translation granule',
      step: 1,
      totalSteps: 3,
      items: granules.map((label) => ({ label })),
    });
    if (typeof granule !== 'object') return undefined;
    const form = await pickStep({
      title: `${title}: ${granule.label} Pages`,
      placeholder: 'Whose rules',
      step: 2,
      totalSteps: 3,
      items: forms,
    });
    if (form === undefined) return undefined;
    if (form === 'back') continue;
    return {
      granule: granule.label,
      ...(form.form !== undefined && { form: form.form }),
      ...(form.lpa2 === true && { lpa2: true }),
    };
  }
}

function askSize(server: LanguageServer, place: Place): Promise<GeometryParams | undefined> {
  const paramsOf = (text: string): GeometryParams => ({ ...place, ipaBits: Number(text) });
  return askInput<GeometryParams>({
    title: `${title}: ${place.granule} Pages`,
    prompt: 'Bits of the guest-physical address (IPA): 32 to 52.',
    placeholder: '40',
    value: '',
    check: (text) =>
      /^\s*\d{2}\s*$/.test(text)
        ? { note: '' }
        : { problem: 'A number of bits: 32 to 52; KVM’s default is 40.' },
    accept: async (text) => {
      const params = paramsOf(text);
      const response = await server.geometry(params);
      return 'problem' in response ? response : { answer: params };
    },
  });
}

function asParams(given: unknown): GeometryParams | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { granule, ipaBits, form, lpa2 } = given as Partial<GeometryParams>;
  if (typeof granule !== 'string' || typeof ipaBits !== 'number') return undefined;
  return {
    granule,
    ipaBits,
    ...(form !== undefined && { form }),
    ...(lpa2 !== undefined && { lpa2 }),
  };
}
