import { type Geometry, positionOfThumb, thumbAt } from "./scroller.ts";

const shortestThumb = 24;

/** The table's own scrollbar: a thumb dragged or a track clicked gives a position. */
export class Scrollbar {
  readonly #track: HTMLElement;
  readonly #thumb: HTMLElement;
  readonly #scroll: (position: number) => void;
  #geometry: Geometry = { rows: 0, rowHeight: 1, viewport: 0 };
  #start = 0;
  #length = 0;
  /** Kept, because reading it while rows are being moved would make the browser lay the page out once more. */
  #trackHeight = 0;

  constructor(track: HTMLElement, scroll: (position: number) => void) {
    this.#track = track;
    this.#thumb = track.firstElementChild as HTMLElement;
    this.#scroll = scroll;
    track.addEventListener("pointerdown", (event) => this.#grab(event));
  }

  /** Takes the track's height in again, after the page was laid out anew. */
  measure(): void {
    this.#trackHeight = this.#track.clientHeight;
  }

  draw(geometry: Geometry, position: number): void {
    this.#geometry = geometry;
    const { start, length } = thumbAt(geometry, position, this.#trackHeight, shortestThumb);
    if (length !== this.#length) {
      this.#track.toggleAttribute("data-idle", length >= this.#trackHeight);
      this.#thumb.style.height = `${length}px`;
    }
    this.#start = start;
    this.#length = length;
    this.#thumb.style.transform = `translateY(${start}px)`;
  }

  /** A press on the track brings the thumb's middle there; then it follows the pointer. */
  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const top = this.#track.getBoundingClientRect().top;
    const onThumb = event.target === this.#thumb;
    const grip = onThumb ? event.clientY - top - this.#start : this.#length / 2;
    const follow = (move: PointerEvent) => this.#moveThumb(move.clientY - top - grip);
    const release = () => {
      this.#track.removeEventListener("pointermove", follow);
      this.#track.removeAttribute("data-held");
    };
    this.#track.setPointerCapture(event.pointerId);
    this.#track.setAttribute("data-held", "");
    this.#track.addEventListener("pointermove", follow);
    this.#track.addEventListener("lostpointercapture", release, { once: true });
    if (!onThumb) follow(event);
  }

  #moveThumb(start: number): void {
    this.#scroll(positionOfThumb(this.#geometry, start, this.#trackHeight, shortestThumb));
  }
}
