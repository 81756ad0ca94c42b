import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogForm } from './log-family';

const { gfn, level, count, token } = fieldSpecs;

const page = {
  generation: { role: 'generation', form: 'hex' },
  gfn,
  level,
  entry_bytes: count,
  pae: { role: 'flag', form: ['pae'] },
  quadrant: count,
  direct: { role: 'flag', form: ['direct'] },
  access: { role: 'access', form: 'token' },
  invalid: { role: 'flag', form: ['invalid'] },
  nxe: { role: 'flag', form: ['nxe', '!nxe'] },
  ad: { role: 'flag', form: ['ad', '!ad'] },
  root_count: count,
  sync: { role: 'flag', form: ['sync', 'unsync'] },
  created: { role: 'text', form: ['new', 'existing'] },
} as const;

const end = '[? {direct}?] {access}[? {invalid}?] {nxe}';
const tail = 'root {root_count} {sync}[?\u0000?][? {created}?]';

/** `KVM_MMU_PAGE_PRINTK`, newest first; the decimal gen of new kernels has hexadecimal's digits too. */
const printed: readonly LogForm[] = [
  {
    text: `sp gen {generation} gfn {gfn} l{level} {entry_bytes}-byte q{quadrant}${end} {ad} ${tail}`,
    fields: { ...page, generation: { role: 'generation', form: 'decimal' } },
    hints: kernels(
      '5.1',
      null,
      'the size of guest entries ("8-byte") is printed since 5.1 (mmutrace.h)',
    ),
  },
  {
    text: `sp gen {generation} gfn {gfn} l{level}[? {pae}?] q{quadrant}${end} {ad} ${tail}`,
    fields: page,
    hints: kernels(
      '4.13',
      '5.0',
      '"l1 pae" and "ad" were printed together from 4.13 to 5.0 (mmutrace.h)',
    ),
  },
  {
    text: `sp gen {generation} gfn {gfn} {level}[? {pae}?] q{quadrant}${end} ${tail}`,
    fields: page,
    hints: kernels(
      '4.4',
      '4.12',
      'a level without "l" and no "ad" were printed up to 4.12 (mmutrace.h)',
    ),
  },
];

const rolePart = {
  level,
  quadrant: count,
  direct: page.direct,
  access: page.access,
  invalid: page.invalid,
  pae: { role: 'flag', form: ['pae', '!pae'] },
  nxe: page.nxe,
  wp: { role: 'flag', form: ['wp', '!wp'] },
  smep: { role: 'flag', form: ['smep'] },
  smap: { role: 'flag', form: ['smap'] },
  smm: { role: 'flag', form: ['smm'] },
  root_count: count,
  sync: page.sync,
} as const;
const pluginRole =
  '{level} q{quadrant}[? {direct}?] {access}[? {invalid}?] {pae} {nxe} {wp}[? {smep}?][? {smap}?][? {smm}?] root {root_count} {sync}[?\u0000?]';
const plugin =
  'trace-cmd prints the role by the layout of 4.x kernels, whichever kernel it was (libtraceevent plugin_kvm.c)';

/** trace-cmd's KVM plugin; source: libtraceevent plugins/plugin_kvm.c. */
const pluginWithGfn: LogForm = {
  text: `{created} sp gfn {gfn} ${pluginRole}`,
  fields: { created: page.created, gfn, ...rolePart },
  hints: noHints(plugin),
};
const pluginAlone: LogForm = { text: pluginRole, fields: rolePart, hints: noHints(plugin) };

/** Tools that cannot read the event's format print its raw fields in decimal: perf, `trace-cmd report -R`. */
const raw: LogForm = {
  text: '[?[FAILED TO PARSE] ?]mmu_valid_gen={generation} gfn={gfn} role={role} root_count={root_count} unsync={unsync}[? created={created}?]',
  fields: {
    generation: { role: 'generation', form: 'decimal' },
    gfn: { role: 'gfn', form: 'decimal' },
    role: { role: 'role', form: 'decimal' },
    root_count: count,
    unsync: { role: 'flag', form: 'decimal' },
    created: token,
  },
  hints: noHints('raw fields of the event in decimal (libtraceevent)'),
};

const event = (name: string, title: string, ...more: readonly LogForm[]): LogEventSpec => ({
  name,
  title,
  forms: [...printed, ...more, raw],
});

/** Shadow pages: KVM's tables come and go. Source: arch/x86/kvm/mmu/mmutrace.h, v4.4 – v7.2. */
export const shadowPage: LogFamily = {
  name: 'kvm-shadow-page',
  events: [
    event('kvm_mmu_get_page', 'KVM took a table into use', pluginWithGfn),
    event('kvm_mmu_sync_page', "KVM brought a table up to the guest's", pluginAlone),
    event('kvm_mmu_unsync_page', "KVM lets a table differ from the guest's", pluginAlone),
    event('kvm_mmu_prepare_zap_page', 'KVM takes a table out of use', pluginAlone),
    event('kvm_mmu_zap_page', 'KVM takes a table out of use', pluginAlone),
  ],
};
