export interface PanelPage {
  /** The editor's source for files of its own, as in `webview.cspSource`. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly styles: readonly string[];
  readonly title: string;
  /** What the page is of; a run where it is left out. */
  readonly page?: "trace";
}

/** The page: nothing but links to our own files, under a policy that allows nothing but them. */
export function panelHtml({ cspSource, nonce, script, styles, title, page }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const links = styles.map((href) => `<link rel="stylesheet" nonce="${nonce}" href="${escapeHtml(href)}">`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}" nonce="${nonce}">
<title>${escapeHtml(title)}</title>
${links.join("\n")}
</head>
<body${page === undefined ? "" : ` data-page="${page}"`}>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

/** A page with nothing but a sentence, for a file that cannot be shown. No script runs in it. */
export function messageHtml(message: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>Policy Gradient</title>
</head>
<body><p role="alert">${escapeHtml(message)}</p></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
