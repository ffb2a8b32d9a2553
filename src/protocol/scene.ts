/** What a shape stands for; whoever draws it chooses the colour. */
export type ShapeRole = "ground" | "body" | "agent" | "start" | "goal" | "danger";

/** One shape of a scene. Points are x, y, x, y …, y downwards. */
export type ShapeView =
  | {
      readonly kind: "line";
      readonly points: readonly number[];
      readonly role: ShapeRole;
      readonly width?: number;
    }
  | { readonly kind: "area"; readonly points: readonly number[]; readonly role: ShapeRole }
  | {
      readonly kind: "circle";
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly role: ShapeRole;
    }
  /** A way with a head at its end, in the colour of the policy's output `output`. */
  | { readonly kind: "arrow"; readonly points: readonly number[]; readonly output: number }
  | { readonly kind: "text"; readonly x: number; readonly y: number; readonly text: string };

/** A picture of an environment's state and of the action taken there, without colours, and the same in words. */
export interface SceneView {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly ShapeView[];
  readonly words: string;
}
