import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import * as names from '../../../client/names';
import {
  controlCommands,
  eventsViewId,
  tablesViewId,
  walkerViewId,
} from '../../../client/simulation/names';
import { SettingChoices } from '../../../client/setting-choices';
import { lookOf } from '../../../client/walks/kind-looks';
import { entryKinds } from '../../../server/render/entry-kinds';
import { cpuSettings, displaySettings, namingSettings } from '../../../server/settings-schema';
import { entryFormats, layoutNames } from '../../../src-core/index';

interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly languages: readonly { id: string; firstLine: string; configuration: string }[];
    readonly grammars: readonly { language: string; scopeName: string; path: string }[];
    readonly commands: readonly { command: string; title: string; category?: string }[];
    readonly menus: Readonly<Record<string, readonly { command: string; when?: string }[]>>;
    readonly keybindings: readonly { command: string; when?: string; args?: string }[];
    readonly views: Readonly<Record<string, readonly { id: string; icon: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { icon: string }[] };
    readonly viewsWelcome: readonly { view: string; contents: string; when: string }[];
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
  };
}

interface Setting {
  readonly order?: number;
  readonly default: unknown;
  readonly scope?: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly markdownDescription?: string;
}

const top = process.cwd();
const manifest = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const settings = new Map(contributes.configuration.flatMap((c) => Object.entries(c.properties)));
const own = (name: string): string => `${names.settingsSection}.${name}`;

/** Settings the server does not read. */
const clientSettings = [names.hoverAnywhereSetting, 'trace.server'];

describe('the manifest', () => {
  it('declares the settings that the server and the client read, and no others', () => {
    const server = [...namingSettings, ...Object.keys(cpuSettings), ...displaySettings];
    const read = [...server, ...clientSettings].map(own);
    assert.deepEqual([...settings.keys()].sort(), read.sort());
  });

  it('leaves every setting that says what entries mean unset by default', () => {
    for (const [name, setting] of settings) {
      if ([...clientSettings, ...displaySettings].map(own).includes(name)) continue;
      assert.ok(setting.default === null || setting.default === 'auto', name);
      assert.equal(setting.scope, 'resource', name);
    }
  });

  it('describes every setting, every choice of one, and their order', () => {
    for (const [name, setting] of settings) {
      assert.ok(setting.markdownDescription, name);
      assert.equal(typeof setting.order, 'number', name);
      const described = setting.markdownEnumDescriptions ?? setting.enumDescriptions;
      if (setting.enum) assert.equal(described?.length, setting.enum.length, name);
    }
  });

  it('offers exactly the formats and the layouts that there are', () => {
    const choices = new SettingChoices(manifest);
    const offered = (name: string) => choices.of(name).map(({ value }) => value);
    assert.deepEqual(offered('format'), ['auto', ...entryFormats.map(({ name }) => name)]);
    assert.deepEqual(offered('layout'), ['auto', ...layoutNames]);
  });

  it('declares the commands that the client registers, each in its category', () => {
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual(declared.sort(), [...Object.values(names.commands)].sort());
    for (const { command, category, title } of contributes.commands) {
      assert.equal(category, 'Pagewalk', command);
      assert.doesNotMatch(title, /pagewalk/i, command);
    }
  });

  it('names only commands of its own in menus, keys and links, and says when', () => {
    const known = new Set<string>(Object.values(names.commands));
    for (const { command, when } of [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
    ]) {
      assert.ok(known.has(command), command);
      assert.ok(when, command);
    }
    const links = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:(pagewalk\.\w+)\)/g)].map((match) => match[1]!),
    );
    for (const link of [...links, ...names.linkableCommands]) assert.ok(known.has(link), link);
  });

  it('binds keys of the simulator to its controls', () => {
    const keys = contributes.keybindings.filter(
      ({ command }) => command === 'pagewalk.simulateKey',
    );
    for (const { args, when } of keys) {
      assert.ok(args !== undefined && args in controlCommands, args);
      assert.match(when!, /focusedView =~/);
    }
  });

  it('has the view, the languages and the files it names', () => {
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(
      views.map(({ id }) => id),
      [names.walksViewId, tablesViewId, walkerViewId, eventsViewId],
    );
    const languages = contributes.languages.map(({ id }) => id);
    assert.deepEqual(languages, names.ownLanguages);
    const files = [
      manifest.icon,
      ...views.map(({ icon }) => icon),
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map((grammar) => grammar.path),
    ];
    for (const file of files) assert.ok(existsSync(path.join(top, file)), file);
  });

  it('tells dumps and traces by their first line', () => {
    const firstLines: Readonly<Record<string, readonly string[]>> = {
      'pagewalk-dump': [
        '(qemu) xp /512gx 0x103b30000',
        '0000000103b30000: 0x0000000103b2f827 0x0000000103b23827',
        '(gdb) x/512gx 0x103b2e000',
        '0x103b2e000:\t0x0000000103b2d827\t0x0000000000000000',
        '# pagewalk: format=ept kernel=6.1',
      ],
      'pagewalk-trace': ['# tracer: nop', 'cpus=1'],
    };
    for (const { id, firstLine } of contributes.languages) {
      const pattern = new RegExp(firstLine);
      for (const [language, lines] of Object.entries(firstLines))
        for (const line of lines) assert.equal(pattern.test(line), language === id, line);
      for (const line of ['#include <linux/kvm_host.h>', '# tracer: function', 'hello', ''])
        assert.equal(pattern.test(line), false, line);
    }
  });
});

describe('the look of a row', () => {
  it('is known for every kind of entry and every end of a walk', () => {
    const ends = 'mapped not-present reserved missing non-canonical mmio cycle'.split(' ');
    for (const kind of [...Object.keys(entryKinds), ...ends]) {
      assert.notEqual(lookOf(kind).icon, lookOf('something new').icon, kind);
    }
  });

  it('names a kind that is not known yet', () => {
    assert.equal(lookOf('something new').word, 'something new');
  });
});
