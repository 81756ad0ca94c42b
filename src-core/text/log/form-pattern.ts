import type { LogFieldForm, LogForm } from './log-family';

const patterns: Readonly<Record<'hex' | 'decimal' | 'token' | 'text' | 'rest', string>> = {
  hex: '(?:0[xX])?[0-9a-fA-F]{1,16}',
  decimal: '-?[0-9]{1,20}',
  token: '\\S+',
  text: '.*?',
  rest: '\\S.*?(?=\\s*$)',
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function patternOf(form: LogFieldForm): string {
  return typeof form === 'string' ? patterns[form] : form.map(escaped).join('|');
}

/** A form's text as the source of a regular expression whose groups are the fields. */
function sourceOf(text: string, form: LogForm): string {
  return text
    .split(/(\{[a-z_0-9]+\}|\[\?|\?\])/)
    .map((part) => {
      if (part === '[?') return '(?:';
      if (part === '?]') return ')?';
      const name = /^\{([a-z_0-9]+)\}$/.exec(part)?.[1];
      if (name !== undefined) return `(?<${name}>${patternOf(form.fields[name]!.form)})`;
      return escaped(part).replace(/ +/g, '\\s+');
    })
    .join('');
}

/** How far before its name a line is searched for what belongs to the event. */
export const reachBefore = 160;

/**
 * A form as a regular expression over the text behind the event's name or opening; where something
 * before it belongs to the event, over both: such a form's text begins with its opening.
 */
export function compileForm(form: LogForm): RegExp {
  // A value ends where its digits end; a text field at the line's end would be empty without this.
  const after = `${sourceOf(form.text, form)}(?![0-9A-Za-z_])`;
  const before = form.before === undefined ? '^' : sourceOf(form.before, form);
  return new RegExp(`${before}\\s*${after}`, 'd');
}
