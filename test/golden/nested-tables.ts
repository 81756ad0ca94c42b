/** An entry as QEMU's monitor prints it. */
export const entryWord = (value: number): string => `0x${value.toString(16).padStart(16, '0')}`;
const line = (address: number, value: number): string =>
  `${address.toString(16).padStart(16, '0')}: ${entryWord(value)} 0x0000000000000000`;

/**
 * A guest with one 4 KiB page (GVA 0, GPA 0x5000) over EPT: guest tables at GPA 0x1000 to 0x4000;
 * GPA 0x1000 to 0x5000 lie at HPA 0x21000 to 0x25000. So many levels as asked for, in both.
 */
export function bothTables(levels: 4 | 5): string {
  const table = (at: number, level: number): string => line(at, at + 0x1000 + level);
  const guest = Array.from({ length: levels }, (_, at) => {
    const gpa = 0x1000 * (at + 1);
    return line(0x20000 + gpa, gpa + 0x1000 + 7);
  });
  const host = Array.from({ length: levels - 1 }, (_, at) => table(0x10000 + 0x1000 * at, 7));
  const last = 0x10000 + 0x1000 * (levels - 1);
  const leaves = Array.from({ length: levels + 2 }, (_, at) => 0x20000 + at * 0x1000 + 0x37);
  const rows = [];
  for (let at = 0; at < leaves.length; at += 2) {
    rows.push(
      `${(last + at * 8).toString(16).padStart(16, '0')}: ${entryWord(leaves[at]!)} ${entryWord(leaves[at + 1] ?? 0)}`,
    );
  }
  return [...guest, ...host, ...rows, ''].join('\n');
}
