import { exitOnDisconnect, hello, serve } from "./wire.mjs";

serve({ hello: (/** @type {{ probe: Float64Array }} */ params) => ({ ...hello(params), version: 999 }) });
exitOnDisconnect();
