import { exitOnDisconnect, hello, serve } from "./wire.mjs";

serve({ hello: (params) => ({ ...hello(params), version: 999 }) });
exitOnDisconnect();
