/** Bytes of WebAssembly instructions, nested as they were put together. An expression leaves its value on the stack, a statement nothing. */
export type Code = number | readonly Code[];

export type ValueType = "i32" | "f64" | "v128";

/** A parameter or variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** One function of a module: its variables are asked for while its body is written. */
export interface FunctionText {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  body(parameters: readonly Local[], local: (type: ValueType) => Local): Code;
}

const typeCodes = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
const noResult = 0x40;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128. */
function signed(value: number): number[] {
  if (value >= -64 && value < 64) return [value & 0x7f];
  return [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

function counted(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === "number") bytes.push(code);
  else for (const part of code) flatten(part, bytes);
  return bytes;
}

function text(value: string): Code {
  return counted(Array.from(value, (letter) => letter.charCodeAt(0)));
}

function doubleBytes(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

/** Instructions that take their operands from the stack. */
function operator(...opcode: number[]) {
  return (...operands: readonly Code[]): Code => [operands, opcode];
}

/** Instructions of 128 bits. */
function vector(opcode: number, ...immediates: number[]) {
  return operator(0xfd, ...unsigned(opcode), ...immediates);
}

function memoryAccess(opcode: number) {
  return (offset: number): Code => [0xfd, unsigned(opcode), 3, unsigned(offset)];
}

export const get = ({ index }: Local): Code => [0x20, unsigned(index)];
export const set = ({ index }: Local, value: Code): Code => [value, 0x21, unsigned(index)];

export const i32 = {
  constant: (value: number): Code => [0x41, signed(value)],
  isLess: operator(0x49),
  isAtLeast: operator(0x4f),
  add: operator(0x6a),
  subtract: operator(0x6b),
  multiply: operator(0x6c),
} as const;

export const f64 = {
  constant: (value: number): Code => [0x44, doubleBytes(value)],
  add: operator(0xa0),
  multiply: operator(0xa2),
  load: (address: Code, offset = 0): Code => [address, 0x2b, 3, unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x39, 3, unsigned(offset)],
} as const;

/** Two float64 side by side. Comparisons give masks: all bits of a lane, or none. */
export const f64x2 = {
  constant: (value: number): Code => [0xfd, 0x0c, doubleBytes(value), doubleBytes(value)],
  splat: vector(0x14),
  lane: (lane: 0 | 1, value: Code): Code => vector(0x21, lane)(value),
  isGreater: vector(0x4a),
  and: vector(0x4e),
  or: vector(0x50),
  /** The bits of both lanes moved up by an i32. */
  shiftUp: vector(0xcb),
  absolute: vector(0xec),
  root: vector(0xef),
  add: vector(0xf0),
  subtract: vector(0xf1),
  multiply: vector(0xf2),
  divide: vector(0xf3),
  /** b < a ? b : a, lane by lane: a where one is NaN. */
  least: vector(0xf6),
  /** a < b ? b : a, lane by lane: a where one is NaN. */
  most: vector(0xf7),
  /** The first lanes of two vectors. */
  firsts: vector(0x0d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
  /** Their second lanes. */
  seconds: vector(0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
  load: (address: Code, offset = 0): Code => [address, memoryAccess(0x00)(offset)],
  /** One number of the memory in both lanes. */
  loadSplat: (address: Code, offset = 0): Code => [address, memoryAccess(0x0a)(offset)],
  /** One number of the memory in the first lane, 0 in the second; and the first lane alone to the memory. */
  loadOne: (address: Code): Code => [address, memoryAccess(0x5d)(0)],
  storeOne: (address: Code, value: Code): Code => [address, value, memoryAccess(0x5b)(0), 0],
  store: (address: Code, offset: number, value: Code): Code => [address, value, memoryAccess(0x0b)(offset)],
} as const;

/** `body` over and over while `condition` holds after it. */
export function repeatWhile(condition: Code, body: readonly Code[]): Code {
  return [0x03, noResult, body, condition, 0x0d, 0, 0x0b];
}

/** `body` where `condition` holds. */
export function when(condition: Code, body: readonly Code[]): Code {
  return [condition, 0x04, noResult, body, 0x0b];
}

/** `body` over and over as long as `condition` holds, which may be not at all. */
export function asLongAs(condition: Code, body: readonly Code[]): Code {
  return when(condition, [repeatWhile(condition, body)]);
}

/** `variable` = `variable` + `step`, of addresses and counters. */
export function advance(variable: Local, step: Code): Code {
  return set(variable, i32.add(get(variable), step));
}

function functionCode({ parameters, body }: FunctionText): Code {
  const locals: ValueType[] = [];
  const local = (type: ValueType): Local => {
    locals.push(type);
    return { index: parameters.length + locals.length - 1, type };
  };
  const instructions = body(
    parameters.map((type, index) => ({ index, type })),
    local,
  );
  const declared = counted(locals.map((type) => [1, typeCodes[type]]));
  return sized([declared, instructions, 0x0b]);
}

/** Code with its length in bytes before it. */
function sized(code: Code): Code {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
}

/** The bytes of a module of these functions over the memory that it imports as `env.memory`. */
export function assemble(functions: readonly FunctionText[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    counted(parameters.map((type) => typeCodes[type])),
    counted(result === undefined ? [] : [typeCodes[result]]),
  ]);
  const sections: readonly [number, Code][] = [
    [1, counted(types)],
    [2, counted([[text("env"), text("memory"), 0x02, 0x00, 0x01]])],
    [3, counted(functions.map((_, index) => unsigned(index)))],
    [7, counted(functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]))],
    [10, counted(functions.map(functionCode))],
  ];
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  return Uint8Array.from(flatten([header, sections.map(([id, content]) => [id, sized(content)])]));
}
