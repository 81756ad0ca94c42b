import { fieldSpecs, noHints } from './field-specs';
import type { LogFamily } from './log-family';

/** The ring buffer ran over. Source: kernel/trace/trace.c, trace_output.c. */
export const lostEvents: LogFamily = {
  name: 'lost-events',
  events: [
    {
      name: 'lost-events',
      title: 'Events were lost: what they told is unknown',
      opening: ['CPU:% [LOST ', 'CPU:%[LOST '],
      forms: [
        {
          text: 'CPU:{cpu}[? ?][LOST {lost} EVENTS]',
          fields: { cpu: fieldSpecs.count, lost: fieldSpecs.count },
          hints: noHints(
            'the ring buffer overwrote them before they were read (kernel/trace/trace.c)',
          ),
        },
        {
          text: 'CPU:{cpu}[? ?][LOST EVENTS]',
          fields: { cpu: fieldSpecs.count },
          hints: noHints(
            'the ring buffer overwrote them before they were read (kernel/trace/trace.c)',
          ),
        },
      ],
    },
  ],
};
