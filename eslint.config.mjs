import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Imports point one way: client -> protocol types <- server -> src-core. */
const mayImport = (patterns) => ({
  'no-restricted-imports': ['error', { patterns }],
});
const outside = (names, message) => ({ regex: `^(\\.\\./)+(${names})(/|$)`, message });
const nodeModules = { regex: '^node:', message: 'No Node here: it must run in a browser worker.' };
/** The folders of src-core that one folder of it may not know. */
const coreRoom = (folder, strangers) => ({
  files: [`src-core/${folder}/**/*.ts`],
  rules: mayImport([
    { regex: '^[^.]', message: 'src-core imports nothing from outside its folder.' },
    outside('server|client|test', 'src-core knows only itself.'),
    outside(strangers, `src-core/${folder} may not know this folder.`),
  ]),
});

export default defineConfig(
  globalIgnores(['dist/', 'out/', 'node_modules/', '.host/', 'test/fixtures/', 'samples/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src-core/**/*.ts'],
    rules: mayImport([
      { regex: '^[^.]', message: 'src-core imports nothing from outside its folder.' },
      outside('server|client|test', 'src-core knows only itself.'),
    ]),
  },
  coreRoom('paging', 'kvm|memory|text|walk|trace|sim'),
  coreRoom('kvm', 'memory|text|walk|trace|sim'),
  coreRoom('memory', 'paging|kvm|text|walk|trace|sim'),
  coreRoom('text', 'walk|trace|sim'),
  coreRoom('walk', 'text|trace|sim'),
  coreRoom('trace', 'sim'),
  {
    files: ['server/**/*.ts'],
    rules: mayImport([
      { regex: '^vscode$', message: 'The server knows the language server protocol, not VS Code.' },
      outside('client|test', 'The server does not know its clients.'),
      {
        regex: 'src-core/(?!index$)',
        message: 'The server uses src-core through its public face, src-core/index.',
      },
    ]),
  },
  {
    files: ['server/features/**/*.ts', 'server/render/**/*.ts'],
    rules: mayImport([
      nodeModules,
      {
        regex: '^vscode-languageserver/(node|browser)$',
        message: 'Only the mains choose a runtime.',
      },
      outside('client|test', 'The server does not know its clients.'),
      {
        regex: 'src-core/(?!index$)',
        message: 'The server uses src-core through its public face, src-core/index.',
      },
    ]),
  },
  {
    files: ['server/protocol.ts', 'server/simulation-protocol.ts'],
    rules: mayImport([{ regex: '.', message: 'The protocol imports nothing.' }]),
  },
  {
    files: ['client/**/*.ts'],
    rules: mayImport([
      outside('src-core|test', 'The client shows what the server says.'),
      {
        regex: 'server/(?!(simulation-)?protocol$)',
        message: 'Of the server the client knows the protocol only.',
      },
      { regex: '^vscode-languageserver', message: 'The client uses vscode-languageclient.' },
    ]),
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', require: 'readonly', module: 'writable' } },
  },
  {
    files: ['src-core/**/*.ts'],
    rules: {
      // A word has 64 bits; these keep 53 or 32. Halves are made and joined in word.ts alone.
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='parseInt']",
          message: 'parseInt loses bit 63 of a word: use parseWord.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
