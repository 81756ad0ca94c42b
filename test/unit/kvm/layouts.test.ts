import assert from 'node:assert/strict';
import {
  compareKernelVersions,
  formatKernelVersion,
  parseKernelVersion,
} from '../../../src-core/kvm/kernel-version';
import {
  eras,
  eraSpan,
  findLayout,
  layoutForKernel,
  layoutNames,
} from '../../../src-core/kvm/layouts';

describe('kernel versions', () => {
  it('reads what people and kernels write', () => {
    const cases: [string, string][] = [
      ['6.1', '6.1'],
      ['v5.13-rc2', '5.13-rc2'],
      ['6.1.0-56-cloud-amd64', '6.1.0'],
      ['7.1-rc3', '7.1-rc3'],
      ['7.3.0-rc7+', '7.3.0-rc7'],
      ['Linux 5.4.32', '5.4.32'],
      [' 5.10.198 ', '5.10.198'],
    ];
    for (const [text, expected] of cases) {
      assert.equal(formatKernelVersion(parseKernelVersion(text)!), expected, text);
    }
    for (const text of ['', '6', 'six', '6.1.2.3', '0x6.1', '.5']) {
      assert.equal(parseKernelVersion(text), undefined, text);
    }
  });

  it('orders candidates before their release', () => {
    const inOrder = [
      '4.4',
      '5.4',
      '5.4.19',
      '5.10-rc1',
      '5.10-rc7',
      '5.10',
      '5.10.1',
      '6.1',
      '6.10',
    ];
    const versions = inOrder.map((text) => parseKernelVersion(text)!);
    versions.forEach((version, index) => {
      assert.equal(compareKernelVersions(version, version), 0);
      const next = versions[index + 1];
      if (next) assert.ok(compareKernelVersions(version, next) < 0, inOrder[index]);
    });
  });
});

describe('layouts of kernels', () => {
  // Versions and names as the table of eras in the facts (section 2) gives them.
  const cases: [string, string][] = [
    ['4.4', 'v4.4'],
    ['4.9', 'v4.7-v4.10'],
    ['4.11-rc1', 'v4.11-v4.18'],
    ['4.14.302', 'v4.11-v4.18'],
    ['4.19.0-26-amd64', 'v4.19-v5.0'],
    ['5.0', 'v4.19-v5.0'],
    ['5.2', 'v5.1-v5.3'],
    ['5.3', 'v5.1-v5.3'],
    ['5.4', 'v5.4.0-v5.5.2'],
    ['5.4.18', 'v5.4.0-v5.5.2'],
    ['5.4.19', 'v5.6-v5.7'],
    ['5.4.119', 'v5.6-v5.7'],
    ['5.5.2', 'v5.4.0-v5.5.2'],
    ['5.5.3', 'v5.6-v5.7'],
    ['5.6', 'v5.6-v5.7'],
    ['5.8', 'v5.6-v5.9'],
    ['5.10-rc7', 'v5.6-v5.9'],
    ['5.10', 'v5.10-v5.11'],
    ['5.12-rc1', 'v5.12'],
    ['5.12.12', 'v5.12'],
    ['5.13-rc2', 'v5.13-v5.18'],
    ['5.18', 'v5.13-v5.18'],
    ['5.19', 'v5.19-v6.9'],
    ['6.9.12', 'v5.19-v6.9'],
    ['6.10', 'v6.10'],
    ['6.12.107+deb13-cloud-amd64', 'v6.11-v6.12'],
    ['6.13-rc1', 'v6.13-v7.1'],
    ['7.1-rc3', 'v6.13-v7.1'],
    ['7.2.13+deb14-cloud-amd64', 'v7.2-mbec'],
    ['9.0', 'v7.2-mbec'],
  ];
  for (const [kernel, layout] of cases) {
    it(`${kernel} has ${layout}`, () => {
      assert.equal(layoutForKernel(kernel)?.era.name, layout);
    });
  }

  it('older than all that is known: the oldest, and said so', () => {
    const choice = layoutForKernel('3.16')!;
    assert.equal(choice.era.name, 'v4.4');
    assert.match(choice.note!, /older than every layout/);
    assert.equal(layoutForKernel('latest'), undefined);
  });

  it('a layout can be named outright, the unmerged one only so', () => {
    for (const name of layoutNames) assert.equal(findLayout(name)?.name, name);
    assert.equal(findLayout('5.13-V5.18')?.name, 'v5.13-v5.18');
    assert.equal(findLayout('rfc-2019')?.unmerged, true);
    assert.ok(!eras.some(({ unmerged }) => unmerged === true));
  });

  it('neighbouring eras get one label', () => {
    assert.equal(eraSpan(eras.slice(10, 12)), 'v5.13 – v6.9');
    assert.equal(eraSpan([eras[0]!, eras[2]!]), 'v4.4 – v4.6, v4.11 – v4.18');
    assert.equal(eraSpan(eras.slice(-2)), 'v6.13 and later');
  });
});
