// Texts as the workers use them: edited first, and compiled for as long as something is asked of them.
import { parsed } from './serve';
import type { Edit, Outcome } from './protocol';
import { engine, type Scenario } from './surface';

/** Does something with the text after edits; what is wrong with these is the outcome if anything is. */
export function edited({ text, edits }: { text: string; edits: Edit[] }, use: (text: string) => Outcome<unknown>): Outcome<unknown> {
  if (edits.length === 0) return use(text);
  const outcome = parsed(engine.edit(text, JSON.stringify(edits))) as Outcome<{ text: string }>;
  return outcome.ok ? use(outcome.value.text) : outcome;
}

/** Throws what is wrong with the text. */
export function using<T>(text: string, use: (scenario: Scenario) => T): T {
  const scenario = new engine.Scenario(text);
  try {
    return use(scenario);
  } finally {
    scenario.free();
  }
}
