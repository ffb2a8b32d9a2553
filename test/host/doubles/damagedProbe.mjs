import { exitOnDisconnect, hello, serve } from "./wire.mjs";

// What a JSON round trip makes of a typed array.
serve({
  hello: (/** @type {{ probe: Float64Array }} */ params) => ({
    ...hello(params),
    probe: JSON.parse(JSON.stringify(params.probe)),
  }),
});
exitOnDisconnect();
