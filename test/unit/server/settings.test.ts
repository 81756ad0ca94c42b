import assert from 'node:assert/strict';

import { readSettings } from '../../../server/settings-schema';

describe('settings', () => {
  it('are unset when the client answers null, nothing or nonsense', () => {
    for (const answer of [null, undefined, [], 7, 'x', {}]) {
      assert.deepEqual(readSettings(answer), { cpu: {}, problems: [] });
    }
  });

  it('are unset when auto or null', () => {
    const answer = { format: 'auto', kernel: null, physBits: null, cpu: { vendor: 'auto' } };
    assert.deepEqual(readSettings(answer), { cpu: {}, problems: [] });
  });

  it('name format, kernel and layout, by alias too', () => {
    const { format, kernel, layout } = readSettings({
      format: 'ept-ad',
      kernel: '6.1',
      layout: 'v5.12',
    });
    assert.deepEqual({ format, kernel, layout }, { format: 'ept', kernel: '6.1', layout: 'v5.12' });
  });

  it('state facts of the CPU, nested or with dotted names', () => {
    assert.deepEqual(
      readSettings({ physBits: 46, cpu: { vendor: 'intel', l1tfBug: 'on', mair: '0xff' } }).cpu,
      { maxPhysBits: 46, paBits: 46, vendor: 'intel', l1tfBug: true, mair: 0xffn },
    );
    assert.deepEqual(readSettings({ 'cpu.smeCBit': 47 }).cpu, { smeCBit: 47 });
  });

  it('say what was not understood and use the rest', () => {
    const { format, cpu, problems } = readSettings({
      format: 'epd',
      physBits: 'many',
      kernel: 6.1,
      cpu: { vendor: 'amd', mbec: {} },
    });
    assert.equal(format, undefined);
    assert.deepEqual(cpu, { vendor: 'amd' });
    assert.deepEqual(problems, [
      'pagewalk.kernel: 6.1 is no text',
      "pagewalk.format: 'epd' is no format",
      'pagewalk.physBits: "many" is no value for it',
      'pagewalk.cpu.mbec: {} is no value for it',
    ]);
  });
});
