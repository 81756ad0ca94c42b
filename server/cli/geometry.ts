import { geometryForms, type GranuleName, granules, stage2Geometry } from '../../src-core/index';
import { plain } from '../render/fact-phrases';
import { tableText } from '../render/plain-text';
import { type Command, inputProblem, parseCommandLine, usageProblem, wholeNumber } from './command';
import { factsJson } from './entry-json';

const granuleNames = Object.keys(granules) as GranuleName[];

/** `pagewalk geometry`: the stage-2 layout for an IPA size, as arm64's KVM computes it. */
export const geometryCommand: Command = {
  name: 'geometry',
  usage: '--granule 4K|16K|64K --ipa BITS [--form seed|v4.20|current] [--lpa2] [--json]',
  summary: 'arm64 stage 2: levels, root and VTCR for a granule and an IPA size',
  help: `
--granule NAME  4K, 16K or 64K
--ipa BITS      width of the guest-physical address, 32 to 52
--form NAME     seed (posted 2018), v4.20 (to v5.9) or current (since v5.10; the default)
--lpa2          the host has 52-bit addresses with 4K and 16K granules
--json          one object, names as in the golden files
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      granule: { type: 'string' },
      ipa: { type: 'string' },
      form: { type: 'string', default: 'current' },
      lpa2: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    });
    if (positionals.length > 0) throw usageProblem(`'${positionals[0]!}' is not expected`);
    const granule = granuleNames.find((name) => name === values.granule?.toUpperCase());
    if (!granule) throw usageProblem(`--granule is one of ${granuleNames.join(', ')}`);
    const form = geometryForms.find((name) => name === values.form);
    if (!form) throw usageProblem(`--form is one of ${geometryForms.join(', ')}`);
    const ipaBits = wholeNumber('ipa', values.ipa);
    if (ipaBits === undefined) throw usageProblem('--ipa BITS is missing');
    const geometry = stage2Geometry({ granule, ipaBits, form, lpa2: values.lpa2 });
    if (typeof geometry.problem === 'string') throw inputProblem(geometry.problem);
    if (values.json) await io.write(`${JSON.stringify(factsJson(geometry))}\n`);
    else {
      const rows = Object.entries(geometry).map(([name, value]) => [[name], [plain(value)]]);
      await io.write(`${tableText({ head: [[], []], rows })}\n`);
    }
    return 0;
  },
};
