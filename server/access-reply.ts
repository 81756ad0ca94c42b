import {
  type Access,
  type AccessAnswer,
  accessOptions,
  checkAccess,
  checkNestedAccess,
  cpuForAccess,
  type EntryFormat,
  findEntryFormat,
  formatWord,
  parseAccess,
  parseWord,
  translate,
} from '../src-core/index';
import { askedTables } from './asked-walk';
import { wordAnswer } from './explain/word-answer';
import type { FileView } from './file-view';
import { dimensionsAsked, nestedReplyOf } from './nested-reply';
import type {
  AccessChoices,
  AccessChoicesParams,
  AccessParams,
  AccessReply,
  AccessResponse,
} from './protocol';
import { accessQuestion, accessSummary, faultWords, updateText } from './render/access';
import { answerMarkdown } from './render/markdown';
import { dimensionName } from './render/nested-walk';
import { TableChoice } from './table-choice';
import { type TwoDimensions, walkBoth } from './two-dimensions';

/** What may be said about an access through a file's tables. */
export function accessChoices(view: FileView, params: AccessChoicesParams): AccessChoices {
  const formats = formatsAsked(view, params);
  return {
    format: formats[0]?.name ?? null,
    options: accessOptions
      .filter((option) => formats.some(({ hardware }) => option.formats.includes(hardware)))
      .map(({ name: option, kind, help, usuallyOn }) => ({ name: option, kind, help, usuallyOn })),
  };
}

/** Formats of the tables on the way, the guest's own first; empty where there are none. */
function formatsAsked(view: FileView, params: AccessChoicesParams): EntryFormat[] {
  const both = dimensionsAsked(view, params);
  if (both) return 'problem' in both ? [] : [both.first.format, both.second.format];
  const found = askedTables(view, params);
  return 'problem' in found ? [] : [found.tables.format];
}

/** Walks an address and says whether the access would fault, or what is wrong with the question. */
export function accessFile(view: FileView, params: AccessParams): AccessResponse {
  const address = parseWord(params.address);
  if (address === undefined) {
    return {
      problem: `'${params.address}' is no address: up to 16 hexadecimal digits are expected.`,
    };
  }
  const asked = parseAccess(params.access, params.options);
  if ('problems' in asked) return { problem: `${asked.problems.join('; ')}.` };
  const both = dimensionsAsked(view, params);
  if (both) return 'problem' in both ? both : nestedAccess(view, both, address, asked.access);
  const found = askedTables(view, params);
  if ('problem' in found) return found;
  const tables = underAccess(found.tables, asked.access);
  const { mmio, memory, compiled, root } = tables;
  const walk = translate(memory, compiled, root, address, { ...(mmio && { mmio }) });
  const answer = checkAccess(walk, compiled, asked.access);
  return {
    walk: found.reply(tables, walk),
    access: replyOfAnswer(view, tables, asked.access, answer),
  };
}

/** The same through two dimensions, in the CPU's order. */
function nestedAccess(
  view: FileView,
  given: TwoDimensions,
  address: bigint,
  access: Access,
): AccessResponse {
  const first = underAccess(given.first, access);
  const second = underAccess(given.second, access);
  const both = { first, second };
  const walk = walkBoth(both, address);
  const answer = checkNestedAccess(walk, first.compiled, second.compiled, access);
  const { dimension } = answer;
  const reply = replyOfAnswer(view, dimension === 2 ? second : first, access, answer);
  const where = dimension === null ? '' : `${dimensionName(both, dimension)}: `;
  const under = replyOfAnswer(view, second, access, { ...answer, sets: answer.secondSets });
  return {
    walk: nestedReplyOf(view, both, walk),
    access: { ...reply, why: `${where}${reply.why}`, sets: [...reply.sets, ...under.sets] },
  };
}

/** The tables as the access's own CPU reads them: EFER.NXE, mode-based execute control. */
function underAccess(tables: TableChoice, access: Access): TableChoice {
  const { memory, format, compiled, root, hints, formatGround, rootGround } = tables;
  const { shape } = compiled;
  const own = compiled.format.compile({ ...shape, cpu: cpuForAccess(shape.cpu, access) });
  return new TableChoice(memory, format, own, root, hints, formatGround, rootGround);
}

function replyOfAnswer(
  view: FileView,
  { format }: TableChoice,
  access: Access,
  answer: AccessAnswer,
): AccessReply {
  const { allowed, fault, why, decidedBy, sets } = answer;
  return {
    question: accessQuestion(access),
    allowed,
    summary: accessSummary(answer),
    why,
    fault: fault && {
      name: faultWords[fault.name].title,
      value: formatWord(fault.value),
      markdown: answerMarkdown(
        wordAnswer(faultWords[fault.name].word, fault.value, { cpu: view.cpu }),
      ),
    },
    decidedBy: decidedBy && {
      entryAddress: formatWord(decidedBy.entryAddress),
      bits: decidedBy.bits,
      why: decidedBy.why,
    },
    sets: sets.map((update) => ({
      entryAddress: formatWord(update.entryAddress),
      before: formatWord(update.before),
      after: formatWord(update.after),
      summary: updateText(update, findEntryFormat(format.name)!),
    })),
  };
}
