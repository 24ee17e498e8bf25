// Opens a scenario in place of the one that is open, and offers the way back to what somebody has worked on.
import { studio } from '../state/studio.svelte';
import { words } from './words';

export async function openInstead(text: string, name: string, playing = true): Promise<void> {
  const before = { text: studio.arms[0].text, name: studio.name, at: studio.time };
  const isWork = !studio.locked && studio.history.entries.length > 1;
  await studio.open(text, { name, playing });
  if (!isWork) return;
  const action = { label: words.goBack, run: () => void studio.open(before.text, { name: before.name, at: before.at }) };
  studio.notices.say('info', words.replaced(name), { topic: 'opened', action });
}
