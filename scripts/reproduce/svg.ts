/** Colours that suit a light and a dark page; curves differ in their dashes too. */
const style = `
  svg { --text: #24292f; --quiet: #57606a; --faint: #d0d7de; --a: #0969da; --b: #bc4c00; --c: #1a7f37; --d: #8250df }
  @media (prefers-color-scheme: dark) {
    svg { --text: #e6edf3; --quiet: #8b949e; --faint: #30363d; --a: #58a6ff; --b: #f0883e; --c: #3fb950; --d: #bc8cff }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--quiet) }
  .title { font-size: 14px; fill: var(--text) } .panel { font-size: 12.5px; fill: var(--text) }
  .end { text-anchor: end } .middle { text-anchor: middle }
  .grid { stroke: var(--faint) } .mark { stroke: var(--quiet); stroke-dasharray: 2 4 }
  .curve { fill: none; stroke-width: 1.5; stroke-linejoin: round }
  .curve.a { stroke: var(--a) } .curve.b { stroke: var(--b); stroke-dasharray: 7 2 }
  .curve.c { stroke: var(--c); stroke-dasharray: 2 2 } .curve.d { stroke: var(--d); stroke-dasharray: 9 3 2 3 }
  .band { fill-opacity: .18 } .band.a { fill: var(--a) } .band.b { fill: var(--b) } .band.c { fill: var(--c) } .band.d { fill: var(--d) }
  .name.a { fill: var(--a) } .name.b { fill: var(--b) } .name.c { fill: var(--c) } .name.d { fill: var(--d) }
  .dot { fill: var(--a); fill-opacity: .75 } .mean { stroke: var(--text); stroke-width: 2 }`;

/** The classes that a figure's curves take in turn. */
export const curveClasses = ["a", "b", "c", "d"] as const;

/** A whole picture with its text alternative: a short name, and what is to be seen in it with its numbers. */
export function picture(width: number, height: number, name: string, words: string, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="name words">
<title id="name">${escaped(name)}</title><desc id="words">${escaped(words)}</desc><style>${style}</style>
${body}
</svg>
`;
}

export function label(text: string, x: number, y: number, classes = ""): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}"${classes === "" ? "" : ` class="${classes}"`}>${escaped(text)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" class="${classes}"/>`;
}

/** To a tenth of a pixel. */
export const rounded = (value: number) => Math.round(value * 10) / 10;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
