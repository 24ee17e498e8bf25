// Scenarios from files: chosen, or dropped anywhere on the page.
import { studio } from '../state/studio.svelte';
import { words } from './words';

export async function openFile(file: File): Promise<void> {
  if (!/\.(ron|txt)$/i.test(file.name)) {
    studio.notices.say('warning', words.notRon(file.name));
    return;
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    studio.notices.say('error', words.unreadable(file.name));
    return;
  }
  await studio.open(text, { name: file.name.replace(/\.\w+$/, '') });
  studio.notices.say('info', words.openedFile(file.name));
}

/** Takes files that are dropped on the page; `hovering` tells whether one is held over it. */
export function acceptDrops(hovering: (isOver: boolean) => void): () => void {
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const over = (event: DragEvent) => {
    if (!isFile(event)) return;
    event.preventDefault();
    hovering(true);
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) hovering(false);
  };
  const drop = (event: DragEvent) => {
    if (!isFile(event)) return;
    event.preventDefault();
    hovering(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void openFile(file);
  };
  addEventListener('dragover', over);
  addEventListener('dragleave', leave);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('dragleave', leave);
    removeEventListener('drop', drop);
  };
}
