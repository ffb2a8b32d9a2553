import { runEngine } from "./runEngine.ts";

runEngine();
