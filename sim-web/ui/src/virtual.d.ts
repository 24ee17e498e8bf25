// Modules that the build makes: see `build/opening.ts`.
declare module 'virtual:opening' {
  import type { Description } from './engine/protocol';

  /** Scenario text, and of what it compiles to the script in base64 and the description. */
  export const text: string;
  export const script: string;
  export const description: Description;
}
