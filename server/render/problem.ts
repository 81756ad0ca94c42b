import { type Answer, strong } from './answer';

/** A question that makes no sense, said in one sentence. */
export function problemAnswer(problem: string): Answer {
  const sentence = `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`;
  return {
    headline: [strong(/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)],
    meaning: [],
    warnings: [],
    table: null,
    everyBit: null,
    notes: [],
    basis: '',
    links: [],
  };
}
