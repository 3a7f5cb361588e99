// Reads redocly's JSON report and fails on a warning as well, which redocly itself can't.

import { readFileSync } from "node:fs";

const document = process.argv[2];
const report = JSON.parse(readFileSync(0, "utf8"));
for (const problem of report.problems) {
  const where = problem.location?.[0]?.pointer ?? "";
  console.error(`${document}${where}: ${problem.severity} ${problem.ruleId}: ${problem.message}`);
}
const { errors, warnings } = report.totals;
console.log(`${document}: ${errors} errors, ${warnings} warnings`);
process.exit(errors + warnings === 0 ? 0 : 1);
