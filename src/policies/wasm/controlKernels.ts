/** The loops of a control network, two units at a time. Places and strides are in bytes; see the text of each. */
export interface ControlKernels {
  controlForward(
    packed: number,
    units: number,
    head: number,
    headStride: number,
    hidden: number,
    hiddenStride: number,
    rows: number,
  ): void;
  controlBackward(
    packed: number,
    units: number,
    head: number,
    headStride: number,
    hidden: number,
    hiddenStride: number,
    steps: number,
    sums: number,
  ): void;
  controlProject(
    packed: number,
    gradient: number,
    units: number,
    head: number,
    headStride: number,
    hidden: number,
    hiddenStride: number,
    steps: number,
  ): void;
  packColumn: CopyColumn;
  unpackColumn: CopyColumn;
}

type CopyColumn = (flat: number, step: number, packed: number, pairs: number) => void;
