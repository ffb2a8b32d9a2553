import { html, nothing, type TemplateResult } from "lit";
import type {
  CounterExampleView,
  ProofResult,
  ProofStatus,
  ProofView,
} from "../../src/protocol/proofViews.ts";
import { Part } from "../part.ts";
import { shownProof } from "../selectors.ts";
import type { PanelState } from "../state.ts";

const signs: Readonly<Record<ProofStatus, { icon: string; word: string }>> = {
  passed: { icon: "pass-filled", word: "agree" },
  failed: { icon: "error", word: "differ" },
  undecided: { icon: "question", word: "undecided" },
};

/** What the proof of the editor's loss found: its sentence, every pair of ways with its worst error, and the rest folded. */
export class ProofCard extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [shownProof(state)];
  }

  protected override render(): TemplateResult | typeof nothing {
    const proof = shownProof(this.state);
    if (proof === null) return nothing;
    if (proof.result === null) return html`<p class="proof-line quiet" role="status">Proving…</p>`;
    return this.#card(proof.result, proof.rule);
  }

  #card(result: ProofResult, rule: string): TemplateResult {
    if (!result.ok) {
      return html`<p class="proof-line" role="status">This loss cannot be proved: ${result.diagnostics[0]?.message}. ${this.#close()}</p>`;
    }
    const { icon, word } = signs[result.status];
    return html`
      <section class="proof" data-status=${result.status} aria-label="Proof">
        <span class="codicon codicon-${icon}" role="img" aria-label=${word}></span>
        <div>
          <p class="proof-sentence" role="status">${result.sentence}${this.#close()}</p>
          ${checksTable(result)}
          ${this.#ruleForm(rule)}
          ${this.#counterExample(result.counterExample)}
          ${more(result)}
        </div>
      </section>
    `;
  }

  #close(): TemplateResult {
    return html`<button class="icon-button" title="Close the proof" aria-label="Close the proof"
      @click=${() => this.dispatch({ kind: "proof", proof: null })}><span class="codicon codicon-close" aria-hidden="true"></span></button>`;
  }

  /** Asks for the rule that the loss is to be held against; those of the verdicts are offered. */
  #ruleForm(rule: string): TemplateResult {
    const { update, evaluation } = this.state;
    const rules = [update?.loss.verdict, evaluation?.loss.verdict].flatMap((verdict) => verdict?.rule ?? []);
    const ask = (event: SubmitEvent) => {
      event.preventDefault();
      const stated = new FormData(event.target as HTMLFormElement).get("rule");
      void this.panel.session.prove(String(stated));
    };
    return html`
      <form class="proof-rule" @submit=${ask}>
        <label for="proof-rule">Is it the rule</label>
        <input id="proof-rule" name="rule" list="proof-rules" maxlength="4096" spellcheck="false" autocomplete="off"
          .value=${rule} placeholder="reinforce, or θ ← θ + αγᵗG∇ln π">
        <datalist id="proof-rules">${[...new Set(["reinforce", ...rules])].map((each) => html`<option value=${each}></option>`)}</datalist>
        <button class="link-button">Prove</button>
      </form>
    `;
  }

  #counterExample(example: CounterExampleView | null): TemplateResult | typeof nothing {
    if (example === null) return nothing;
    const { scalars, data } = example;
    const copy = () => void this.panel.session.copy(JSON.stringify({ scalars, data }));
    return html`
      <p class="proof-example">Smallest counter-example found: ${example.sentence}.
        <button class="link-button" @click=${copy}>Copy its data</button></p>
      ${Object.entries(example.numbers).map(([name, values]) => html`<p class="quiet">${name}: <span class="number">${values.slice(0, 6).map(short).join(", ")}</span>${values.length > 6 ? " …" : ""}</p>`)}
    `;
  }
}

function checksTable({ checks }: ProofView): TemplateResult {
  return html`
    <table class="proof-checks">
      <thead><tr><th scope="col">two ways</th><th scope="col">result</th><th scope="col">worst relative</th><th scope="col">at</th></tr></thead>
      <tbody>${checks.map(
        ({ title, status, worst, tolerance, where, detail }) => html`
          <tr data-status=${status} title=${detail}>
            <td>${title}</td><td>${signs[status].word}</td>
            <td class="number" title="tolerance ${tolerance.toExponential(0)}">${worst.toExponential(1)}</td><td>${where}</td>
          </tr>
        `,
      )}</tbody>
    </table>
  `;
}

/** What a reader looks up once: how the differences were taken, and what none of this is about. */
function more({ on, kinks, detached, notCovered, seed, milliseconds }: ProofView): TemplateResult {
  const notes = [...kinks, ...(detached === null ? [] : [detached])];
  return html`
    <details class="proof-more">
      <summary>Kinks, detach, and what is not covered</summary>
      <p class="quiet">${on}; seed ${seed}, ${Math.round(milliseconds)} ms</p>
      ${notes.map((note) => html`<p>${note}.</p>`)}
      <p>Not covered:</p>
      <ul>${notCovered.map((line) => html`<li>${line}</li>`)}</ul>
    </details>
  `;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
