declare module "insieme/index.mjs" {
  export { Insieme, keepStorage, PRACTICE, requestId } from "insieme";
}
declare module "insieme/worker.mjs" {
  export function serve(createCore: unknown, wasmUrl: string, restUrl: string): void;
}
declare module "core" {
  const createCore: (module: Record<string, unknown>) => Promise<unknown>;
  export default createCore;
}
