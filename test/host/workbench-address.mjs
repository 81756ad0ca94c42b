import { pathToFileURL, URLSearchParams } from 'node:url';

/**
 * The address of a web workbench that opens a folder with our extension loaded as by F5.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.folder absolute
 * @param {string} [options.extension] absolute; left out: only installed extensions
 * @param {string} [options.tests] absolute path of a script that exports `run()`, run in the
 *   extension host
 * @param {'web'} [options.kind] `web`: the extension runs in the browser, as on vscode.dev
 */
export function workbenchAddress({ port, folder, extension, tests, kind }) {
  const authority = `127.0.0.1:${port}`;
  const remote = (/** @type {string} */ file) =>
    `vscode-remote://${authority}${pathToFileURL(file).pathname}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(kind ? [['extensionDevelopmentKind', kind]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({
    folder: pathToFileURL(folder).pathname,
    payload: JSON.stringify(payload),
  });
  // The rest of what a query may hold as it is, for people who read it.
  const readable = query
    .toString()
    .replaceAll('+', '%20')
    .replaceAll('%2F', '/')
    .replaceAll('%3A', ':');
  return `http://${authority}/?${readable}`;
}
