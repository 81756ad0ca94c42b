import { fieldSpecs, noHints } from './field-specs';
import type { LogEventSpec, LogFamily } from './log-family';

const { gva, hpa, root, entryAddress, rest, count } = fieldSpecs;
const source = 'crash: x86_64.c';
const formats = ['guest64'] as const;

/** `   PMD: ADDRESS => ENTRY`, of arm64 with the same names. */
const step = (name: string, level: number): LogEventSpec => ({
  name: `vtop-${name.toLowerCase()}`,
  title: `The entry of level ${level} on the way to an address (vtop)`,
  opening: `${name}: % => %`,
  partOf: ['vtop-directory', 'vtop-page-directory'],
  forms: [
    {
      text: `${name}: {at} => {entry}`,
      fields: { at: entryAddress, entry: { role: 'pte', form: 'hex', level } },
      hints: noHints(source),
    },
  ],
});

/** `vtop` of crash. Numbers have neither 0x nor padding. */
export const crashVtop: LogFamily = {
  name: 'crash-vtop',
  events: [
    {
      name: 'vtop-directory',
      title: 'Where the root table is in virtual memory (vtop)',
      opening: ['PGD DIRECTORY: %', 'PAGE DIRECTORY: %'],
      forms: [
        { text: 'PGD DIRECTORY: {address}', fields: { address: gva }, hints: noHints(source) },
        {
          text: 'PAGE DIRECTORY: {address}',
          fields: { address: root },
          hints: noHints(source),
        },
      ],
    },
    step('PGD', 5),
    step('P4D', 4),
    step('PUD', 3),
    step('PMD', 2),
    step('PTE', 1),
    {
      name: 'vtop-page',
      title: 'The page an address is in (vtop)',
      opening: 'PAGE: %',
      partOf: ['vtop-directory'],
      forms: [
        {
          text: 'PAGE: {physical}[? ({size}{unit})?]',
          fields: { physical: hpa, size: count, unit: { role: 'text', form: ['MB', 'GB', 'KB'] } },
          hints: noHints(source),
        },
      ],
    },
    {
      name: 'vtop-entry',
      title: 'The last entry on the way, with its flags (vtop)',
      opening: '% % (PRESENT',
      partOf: ['vtop-directory'],
      forms: [
        {
          text: '{entry} {physical} ({flags})',
          fields: { entry: { role: 'pte', form: 'hex' }, physical: hpa, flags: fieldSpecs.text },
          hints: { ...noHints(source), formats },
        },
      ],
    },
    {
      name: 'vtop-header',
      title: 'A virtual and a physical address (vtop)',
      opening: 'VIRTUAL PHYSICAL',
      forms: [{ text: '[?{more}?]', fields: { more: rest }, hints: noHints(source) }],
    },
  ],
};
