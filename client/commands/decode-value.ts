import { window } from 'vscode';

import type { DecodeParams } from '../../server/protocol';
import { readHex } from '../hex-digits';
import { isOwn } from '../languages';
import type { DecodedValues } from '../views/decoded-values';
import { wordAtCursor } from '../word-at-cursor';
import { askInput, type Checked } from './ask-input';

/** Asks for a value (unless given one) and shows what it says, in a Markdown preview. */
export async function decodeValue(decoded: DecodedValues, given: unknown): Promise<void> {
  const editor = window.activeTextEditor;
  const uri = editor && isOwn(editor.document) ? editor.document.uri.toString() : null;
  const question = (value: string): DecodeParams => ({ value: value.trim(), uri });
  if (typeof given === 'string') {
    await decoded.show(question(given));
    return;
  }
  const asked = await askInput({
    title: 'Decode a Value',
    prompt: 'An entry, as hexadecimal; or a register or a code behind its name.',
    placeholder: '0x600000067890b77, or esr 0x92000047',
    value: wordAtCursor(editor),
    check: checkValue,
    accept: async (value) => {
      const problem = await decoded.problem(question(value));
      return problem === undefined ? { answer: value } : { problem };
    },
  });
  if (asked !== undefined) await decoded.show(question(asked));
}

/** A name and a value, as `cr3=0x1000`: which names there are, the server knows. */
const namedValue = /^\s*[a-z][\w -]*[\s:=]\s*(?:0x)?[0-9a-f_`]+\s*$/i;

function checkValue(text: string): Checked {
  if (namedValue.test(text)) return { note: '' };
  const typed = readHex(text);
  return 'problem' in typed ? typed : { note: '' };
}
