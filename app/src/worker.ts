// The worker's script: the C++ core in it, and nothing of the screens.
import createCore from "core";
import { serve } from "insieme/worker.mjs";

declare const WASM_URL: string;
declare const REST_URL: string;

serve(createCore, WASM_URL, REST_URL);
