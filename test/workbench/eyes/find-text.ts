/** A rectangle in CSS pixels of the page. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Sought {
  readonly editor: Element | SVGElement | null;
  readonly text: string;
  readonly occurrence: number;
}

/**
 * Runs in the page. An editor cuts a line into spans and writes its blanks as no-break spaces; this
 * finds a text across spans, in the order of the lines on the screen.
 *
 * @returns null while it is not there (yet)
 */
export function findText({ editor, text, occurrence }: Sought): Spot | null {
  const top = (line: Element): number => line.getBoundingClientRect().top;
  const lines = [...(editor?.querySelectorAll('.view-line') ?? [])].sort((a, b) => top(a) - top(b));
  let left = occurrence;
  for (const line of lines) {
    const nodes: Text[] = [];
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    const content = nodes.map((node) => node.data.replaceAll('\u00a0', ' ')).join('');
    for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
      if (left-- > 0) continue;
      const range = document.createRange();
      let start = 0;
      for (const node of nodes) {
        const end = start + node.length;
        if (at >= start && at < end) range.setStart(node, at - start);
        if (at + text.length > start && at + text.length <= end)
          range.setEnd(node, at + text.length - start);
        start = end;
      }
      const { x, y, width, height } = range.getBoundingClientRect();
      return width > 0 ? { x, y, width, height } : null;
    }
  }
  return null;
}
