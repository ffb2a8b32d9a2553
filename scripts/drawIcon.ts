import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

// Draws media/icon.png: a learning curve that climbs, with one update picked out of it.
const size = 256;
const samples = 4;

const background = [18, 32, 58];
const glow = [32, 66, 112];
const curveColour = [92, 178, 255];
const noiseColour = [58, 104, 160];
const markColour = [255, 178, 72];

type Colour = readonly number[];

const mix = (a: Colour, b: Colour, t: number) => a.map((value, i) => value + (b[i]! - value) * t);
const smooth = (x: number) => 1 / (1 + Math.exp(-9 * (x - 0.48)));
const average = (x: number) => 0.78 - 0.56 * smooth(x);
const noise = (x: number) => average(x) + 0.075 * Math.sin(58 * x) * Math.sin(23 * x + 1) * (0.3 + smooth(x));

function outside(x: number, y: number): boolean {
  const radius = 0.2;
  const dx = Math.max(Math.abs(x - 0.5) - 0.5 + radius, 0);
  const dy = Math.max(Math.abs(y - 0.5) - 0.5 + radius, 0);
  return Math.hypot(dx, dy) > radius;
}

function distanceTo(curve: (x: number) => number, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = -24; i <= 24; i++) {
    const at = Math.min(0.87, Math.max(0.13, x + i / 400));
    nearest = Math.min(nearest, Math.hypot(x - at, y - curve(at)));
  }
  return nearest;
}

function colourAt(x: number, y: number): Colour {
  if (outside(x, y)) return [0, 0, 0, 0];
  const mark = { x: 0.62, y: average(0.62) };
  const toMark = Math.hypot(x - mark.x, y - mark.y);
  if (toMark < 0.066) return [...markColour, 255];
  if (toMark < 0.096) return [...background, 255];
  if (Math.abs(x - mark.x) < 0.009 && y > mark.y && y < 0.84) return [...markColour, 255];
  if (distanceTo(average, x, y) < 0.032) return [...curveColour, 255];
  if (distanceTo(noise, x, y) < 0.009) return [...noiseColour, 255];
  if (Math.abs(y - 0.84) < 0.008 && x > 0.13 && x < 0.87) return [...noiseColour, 255];
  return [...mix(background, glow, (1 - y) * 0.8), 255];
}

function pixel(column: number, row: number): number[] {
  const sum = [0, 0, 0];
  let opacity = 0;
  for (let i = 0; i < samples * samples; i++) {
    const x = (column + ((i % samples) + 0.5) / samples) / size;
    const y = (row + (Math.floor(i / samples) + 0.5) / samples) / size;
    const colour = colourAt(x, y);
    const alpha = colour[3]!;
    for (const [channel, value] of sum.entries()) sum[channel] = value + colour[channel]! * alpha;
    opacity += alpha;
  }
  const mean = sum.map((value) => value / Math.max(opacity, 1));
  return [...mean, opacity / samples ** 2].map(Math.round);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return framed;
}

function image(): Buffer {
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      rows.set(pixel(column, row), row * (1 + 4 * size) + 1 + 4 * column);
    }
  }
  return rows;
}

const header = Buffer.alloc(13);
header.writeUInt32BE(size, 0);
header.writeUInt32BE(size, 4);
header.set([8, 6, 0, 0, 0], 8);
const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const body = [
  chunk("IHDR", header),
  chunk("IDAT", deflateSync(image(), { level: 9 })),
  chunk("IEND", Buffer.alloc(0)),
];
writeFileSync(new URL("../media/icon.png", import.meta.url), Buffer.concat([signature, ...body]));
