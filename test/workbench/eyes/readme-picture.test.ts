import { openWorkbench } from './open-workbench';
import { wearTheme } from './wear-theme';
import type { Workbench } from './workbench';

/**
 * Makes the picture of the README: media/walk.png is a copy of out/screenshots/readme-walk.png, reduced
 * to a palette of 256 colours: the package has to stay small.
 */
describe("the README's picture", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      size: { width: 1280, height: 680 },
      settings: {
        'editor.minimap.enabled': false,
        'editor.hover.above': false,
      },
    });
    await wearTheme(workbench, 'dark');
  });
  after(() => workbench.close());

  it('shows a walk beside the dump, its path marked, and what the leaf says', async () => {
    await workbench.openFileAt('npt-6.1.xp', '0x0000000105003e67');
    for (const address of ['94faa77', 'cd800000', '19b9929cd', 'b8030c9']) {
      await workbench.runCommand('Pagewalk: Walk an Address');
      await workbench.answer(address);
      await workbench.page
        .getByRole('treeitem', { name: `0x${address}` })
        .first()
        .waitFor();
    }
    await workbench.page.getByRole('treeitem').filter({ hasText: 'L1 [3]' }).click();
    const spot = await workbench.find('0x0000000105003e67');
    await workbench.page.mouse.move(spot.x, spot.y + 60);
    await workbench.page.mouse.wheel(0, 150);
    const hover = await workbench.hover('0x0000000105003e67');
    await hover.getByText('MMU-writable').first().waitFor();
    // It fades in.
    await hover.evaluate((element) =>
      Promise.all(element.getAnimations({ subtree: true }).map(({ finished }) => finished)),
    );
    await workbench.screenshot('readme-walk');
  });
});
