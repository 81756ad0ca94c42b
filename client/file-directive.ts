/** A change of a file's own comment line `pagewalk: key=value …`, as text and the line it is for. */
export interface DirectiveEdit {
  /** Line to replace; `null`: insert a new first line. */
  readonly line: number | null;
  readonly text: string;
}

const directive = /^(\s*(?:(?:#|\/\/|;)\s*)?pagewalk:)(.*)$/i;

/**
 * How the comment line must be changed to say `values`: what it says already is kept, what it says
 * of the same keys is replaced, and taken out where the value is `auto`; without such a line one is
 * written at the top.
 */
export function directiveEdit(
  lines: readonly string[],
  values: Readonly<Record<string, string>>,
): DirectiveEdit {
  const words = Object.entries(values)
    .filter(([, value]) => value !== 'auto')
    .map(([key, value]) => `${key}=${value}`);
  for (const [line, text] of lines.entries()) {
    const found = directive.exec(text);
    if (!found) continue;
    const kept = found[2]!
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '' && !(word.split('=', 1)[0]!.toLowerCase() in values));
    return { line, text: [found[1]!, ...kept, ...words].join(' ') };
  }
  return { line: null, text: `# pagewalk: ${words.join(' ')}` };
}
