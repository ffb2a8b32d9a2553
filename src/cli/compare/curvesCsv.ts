import type { RunsComparisonView } from "../../protocol/comparisonViews.ts";
import { metricNames } from "./comparisonObject.ts";

/** The groups' curves as CSV: a row for each place at which a group has a value. */
export function curvesCsv({ groups, axis, metric }: RunsComparisonView): string {
  const head = `group,environment,${axis},runs,mean_${metricNames[metric].column},least,greatest\n`;
  const rows = groups.flatMap(({ name, environment, curve }) =>
    Array.from(curve.x, (x, place) => {
      const values = [x, curve.runs[place], curve.mean[place], curve.least[place], curve.greatest[place]];
      return `${quoted(name)},${quoted(environment)},${values.join(",")}\n`;
    }),
  );
  return head + rows.join("");
}

/** A field that a comma, a quotation mark or an end of line would part. */
export function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
