import type { PteListForm } from './pte-list-form';
import { descsOf, headWord, type PteListDesc, type PteListHead } from './pte-list';
import { formatWord } from '../../word';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** A descriptor's members as its kernel lays them out: name, offset, value. */
export function descMembers(
  form: PteListForm,
  desc: PteListDesc,
): { readonly name: string; readonly offset: number; readonly value: string }[] {
  const values: Readonly<Record<string, string>> = {
    more: desc.more === null ? '0x0' : hex(desc.more.address),
    spte_count: String(desc.sptes.length),
    tail_count: String(desc.tailCount),
  };
  return form.members.map(({ name, offset }) => ({
    name,
    offset,
    value: values[name] ?? desc.sptes.map(hex).join(' '),
  }));
}

/** A list in one line: the head's word, and how full each descriptor is. */
export function describeHead(form: PteListForm, head: PteListHead): string {
  const word = formatWord(headWord(head));
  if (head.chain === null) return `${word}: nothing`;
  if (typeof head.chain === 'number') return `${word}: the only entry`;
  const full = descsOf(head).map(({ sptes }) => `${sptes.length}/${form.capacity}`);
  return `${word}: descriptors of ${form.descBytes} bytes, ${full.join(' → ')} used`;
}
