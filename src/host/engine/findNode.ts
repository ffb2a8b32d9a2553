import { type NodeCandidate, type NodeOrigin, type NodePlaces, nodeCandidates } from "./nodeCandidates.ts";
import { isNewEnough, oldestNode, parseNodeVersion } from "./nodeVersion.ts";

/** Asks a program for its version: what it printed, or undefined where there is no such file. */
export type VersionProbe = (candidate: NodeCandidate) => Promise<ProbeAnswer>;

export type ProbeAnswer =
  | { readonly kind: "printed"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly reason: string };

export interface TriedNode {
  readonly origin: NodeOrigin;
  readonly path: string;
  readonly reason: string;
}

export type NodeSearch =
  | { readonly found: NodeCandidate & { readonly version: string }; readonly tried: readonly TriedNode[] }
  | { readonly found: undefined; readonly tried: readonly TriedNode[]; readonly message: string };

/** Takes the first candidate that is new enough. A setting that names no such Node is an answer, not skipped over. */
export async function findNode(places: NodePlaces, probe: VersionProbe): Promise<NodeSearch> {
  const tried: TriedNode[] = [];
  for (const candidate of nodeCandidates(places)) {
    const verdict = judge(await probe(candidate));
    if ("version" in verdict) return { found: { ...candidate, version: verdict.version }, tried };
    if (verdict.reason !== "not there" || candidate.origin !== "path") {
      tried.push({ origin: candidate.origin, path: candidate.path, reason: verdict.reason });
    }
    if (candidate.origin === "setting") break;
  }
  return { found: undefined, tried, message: describeFailure(tried) };
}

function judge(answer: ProbeAnswer): { version: string } | { reason: string } {
  if (answer.kind === "absent") return { reason: "not there" };
  if (answer.kind === "failed") return { reason: answer.reason };
  const version = parseNodeVersion(answer.text);
  if (version === undefined) return { reason: "does not say that it is Node" };
  return isNewEnough(version) ? { version: version.text } : { reason: `is Node ${version.text}, too old` };
}

const originWords: Record<NodeOrigin, string> = {
  setting: "the setting policyGradient.engine.nodePath",
  extension: "beside the extension",
  path: "on the PATH",
  editor: "the editor's own",
};

function describeFailure(tried: readonly TriedNode[]): string {
  const lines = tried.map(({ origin, path, reason }) => `${originWords[origin]}: ${path} ${reason}`);
  const wanted = `No Node ${oldestNode.major}.${oldestNode.minor} or newer was found to run the engine.`;
  return `${wanted} Tried ${lines.join("; ")}. Install Node from nodejs.org or set policyGradient.engine.nodePath.`;
}
