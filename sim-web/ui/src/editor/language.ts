// What the engine knows of a text, as CodeMirror takes it: mistakes with their quick fixes, and completion.
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Action, Diagnostic } from '@codemirror/lint';
import type { Completion, Problem } from '../engine/protocol';
import { studio } from '../state/studio.svelte';
import { words } from './words';

/** Problems as CodeMirror marks them; one about the text as a whole stands at its first character. */
export function diagnosticsOf(problems: readonly Problem[], length: number): Diagnostic[] {
  return problems.map((problem) => {
    const from = Math.min(problem.from ?? 0, length);
    const to = Math.min(Math.max(problem.to ?? from, from), length);
    const message = problem.help ? `${problem.message}\n${problem.help}` : problem.message;
    return { from, to, severity: problem.severity, source: problem.code, message, actions: actionsOf(problem) };
  });
}

function actionsOf({ fix }: Problem): Action[] {
  if (!fix) return [];
  const name = fix.insert === '' ? words.remove : words.fix(fix.insert);
  return [
    {
      name,
      apply: (view) => {
        const { length } = view.state.doc;
        if (fix.to > length) return;
        view.dispatch({ changes: fix, selection: { anchor: fix.from + fix.insert.length }, userEvent: 'input.fix' });
        view.focus();
      },
    },
  ];
}

const ICONS: Record<Completion['kind'], string> = { field: 'property', variant: 'enum', value: 'constant', name: 'variable' };

/** Asks the engine what may stand at the cursor. */
export async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const before = context.matchBefore(/[A-Za-z0-9_./>"-]+/);
  if (!context.explicit && !before) return null;
  const proposals = await studio.engine.complete(context.state.doc.toString(), context.pos);
  if (context.aborted || proposals.length === 0) return null;
  const from = Math.min(...proposals.map((proposal) => proposal.from));
  const to = Math.max(...proposals.map((proposal) => proposal.to));
  return {
    from,
    to,
    options: proposals.map(({ label, insert, detail, doc, kind }) => ({
      label,
      detail,
      type: ICONS[kind],
      apply: insert,
      ...(doc ? { info: doc } : {}),
    })),
  };
}
