import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Download, download, NetworkError } from "../../../../src/engine/runtimes/download.ts";
import { UserError } from "../../../../src/engine/userError.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const content = randomBytes(300_000);

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

function item(url: string, bytes: Uint8Array = content): Download {
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { title: "A file", url, algorithm: "sha256", digest };
}

interface Tried {
  readonly error: unknown;
  readonly file: string;
  readonly seen: [number, number | undefined][];
}

async function tryDownload(what: Download, signal = new AbortController().signal): Promise<Tried> {
  const file = join(temporaryFolder(), "file");
  const seen: [number, number | undefined][] = [];
  const onBytes = (bytes: number, size: number | undefined) => void seen.push([bytes, size]);
  const error = await download(what, file, { signal, onBytes }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, file, seen };
}

test("brings the file, and counts its bytes up to the size it was told", async () => {
  const url = await serve((_, response) => response.end(content));
  const { error, file, seen } = await tryDownload(item(url));
  expect(error).toBeUndefined();
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(seen.at(-1)).toEqual([content.length, content.length]);
});

test("goes on where a broken connection stopped, as often as something arrives", async () => {
  const ranges: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length });
    if (rest.length <= 50_000) response.end(rest);
    else response.write(rest.subarray(0, 50_000), () => response.destroy());
  });
  const { error, file } = await tryDownload(item(url));
  expect(error).toBeUndefined();
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(ranges.length).toBeGreaterThan(5);
  expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toBe(true);
});

test("begins anew where the other end does not know ranges", async () => {
  let calls = 0;
  const url = await serve((_, response) => {
    calls += 1;
    response.writeHead(200, { "content-length": content.length });
    if (calls > 1) response.end(content);
    else response.write(content.subarray(0, 100_000), () => response.destroy());
  });
  const { error, file } = await tryDownload(item(url));
  expect(error).toBeUndefined();
  expect(readFileSync(file).equals(content)).toBe(true);
});

test("gives up on a connection that always ends early, with how far it came", async () => {
  const url = await serve((request, response) => {
    if (request.headers.range !== undefined) response.destroy();
    else {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 100_000), () => response.destroy());
    }
  });
  const { error } = await tryDownload(item(url));
  expect(error).toBeInstanceOf(NetworkError);
  expect((error as NetworkError).line).toMatch(
    /^A file could not be downloaded after \d+ kB of 300 kB: the connection broke\. Check the network/,
  );
});

test("refuses other content than was asked for, and a file that is larger than it was said to be", async () => {
  const url = await serve((_, response) => response.end(Buffer.from("something else")));
  const { error } = await tryDownload(item(url));
  expect(error).toMatchObject({ code: "checksum" });
  expect((error as UserError).line).toMatch(/its sha256 is [0-9a-f]{16}…, not [0-9a-f]{16}….*try again\.$/);
});

test.for([404, 401])("says what the answer was: %i, without trying again", async (status) => {
  let calls = 0;
  const url = await serve((_, response) => {
    calls += 1;
    response.writeHead(status).end();
  });
  const { error } = await tryDownload(item(url));
  expect((error as NetworkError).message).toBe(`A file could not be downloaded: the answer was ${status}.`);
  expect(calls).toBe(1);
});

test("says that nobody answers", async () => {
  const { error } = await tryDownload(item("http://127.0.0.1:9/file"));
  expect(error).toBeInstanceOf(NetworkError);
});

test("stops at once when it is cancelled", async () => {
  const controller = new AbortController();
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000), () => controller.abort());
  });
  const { error } = await tryDownload(item(url), controller.signal);
  expect(controller.signal.aborted).toBe(true);
  expect((error as Error).name).toBe("AbortError");
});

test("copies a file of the disk with the same check", async () => {
  const path = join(temporaryFolder(), "a b.whl");
  writeFileSync(path, content);
  const url = pathToFileURL(path).href;
  expect((await tryDownload(item(url))).error).toBeUndefined();
  expect((await tryDownload(item(url, Buffer.from("other")))).error).toBeInstanceOf(UserError);
});
