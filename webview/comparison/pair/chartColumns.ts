/** The charts of "same batch, two losses": what each shows of A and of B. */
export const pairCharts: readonly {
  readonly title: string;
  readonly columns: readonly [a: string, b: string];
  readonly percent?: true;
}[] = [
  { title: "weight c", columns: ["a.weight", "b.weight"] },
  { title: "share of the update", columns: ["a.share", "b.share"], percent: true },
  { title: "‖g_t‖", columns: ["a.size", "b.size"] },
];
