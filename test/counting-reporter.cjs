/**
 * Mocha's `spec`, which also notes how many tests passed and failed: one JSON line appended to the
 * file that PAGEWALK_TEST_REPORT names. A test that did not run counts as failed.
 */
const { appendFileSync } = require('node:fs');
const Mocha = require('mocha');

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const report = process.env.PAGEWALK_TEST_REPORT;
    if (!report) return;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(report, `${JSON.stringify({ passed: passes, failed: failures + pending })}\n`);
    });
  }
};
