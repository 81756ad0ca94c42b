import { writeFill } from './chunk-scan';
import type { DumpRun, DumpRuns } from './dump-runs';
import { DialectFinder } from './find-dialect';
import type { FrameWriter } from './frame-writer';
import { DumpLine } from './hexdump/dialect';
import { type ChunkText, CodeUnits, lineEnd, nextLine } from './line-chunk';
import { LineHalves } from './line-halves';

/** Writes the words of a chunk's runs once more: what frames held is made again after an edit. */
export class RunWriter {
  private readonly finder = new DialectFinder();
  private readonly line = new DumpLine();
  private readonly halves = new LineHalves();
  private readonly units = new CodeUnits();

  constructor(private readonly writer: FrameWriter) {}

  /**
   * @param returns whether a carriage return may stand in the text
   * @param frames those that the writer keeps
   */
  write(text: ChunkText, returns: boolean, runs: DumpRuns, frames: ReadonlySet<number>): void {
    for (const run of runs.touching(frames)) {
      if (run.fill) {
        const { frame, offset, bytesPerLine, fill, line } = run;
        writeFill(this.writer, frame, offset, bytesPerLine, fill, line);
      } else this.writeLines(this.units.of(text, run.position, run.until), returns, run);
    }
  }

  private writeLines(units: Uint8Array, returns: boolean, run: DumpRun): void {
    const { writer, line, halves } = this;
    for (let count = 0, at = 0; count < run.lines; count++) {
      const end = lineEnd(units, at, returns);
      this.finder.find(units, at, end, run.dialect, line);
      placeInRun(line, run, count);
      // What an interrupted line gave besides its first units was no run's.
      line.count = Math.min(line.count, run.bytesPerLine / line.unitBytes);
      halves.of(line);
      writer.write(halves.frame, halves.offset, halves.halves, halves.count, run.line + count);
      at = nextLine(units, end);
    }
  }
}

/** Gives a line that was read again the address and the bytes that its run has for it. */
export function placeInRun(line: DumpLine, run: DumpRun, count: number): void {
  const offset = run.offset + count * run.bytesPerLine;
  line.frame = run.frame + Math.floor(offset / 4096);
  line.offset = offset % 4096;
  if (run.carry) line.prepend(run.carry);
}
