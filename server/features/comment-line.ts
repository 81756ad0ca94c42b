import { directiveEdit } from '../directive-edit';
import { commentLineRequest, type CommentLineParams, type CommentLineResponse } from '../protocol';
import type { Feature } from './feature';

/** How a file's comment line has to be changed to say something; the client changes the file. */
export const commentLine: Feature = {
  capabilities: {},
  register({ connection, view, safely }) {
    connection.onRequest(
      commentLineRequest,
      safely<CommentLineParams, CommentLineResponse>(
        'commentLine',
        null,
        async ({ uri, values }) => {
          const file = await view(uri);
          const edit = file && directiveEdit(file.index, values);
          if (!edit) return null;
          const { start, end } = edit.range;
          const place = { uri, line: start.line, start: start.character, end: end.character };
          return { place, text: edit.newText };
        },
      ),
    );
  },
};
