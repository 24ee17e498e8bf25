/// <reference lib="webworker" />
// The worker of the live run: one or two arms, advanced in slices.
import { Live } from './live';
import { Arm, start } from './live-surface';
import type { Outcome, Request } from './protocol';
import { done, send, serve, unasked } from './serve';

// A message to oneself comes after the messages that wait, and is not delayed as timers are.
const nudge = new MessageChannel();
const slice = () => unasked(() => live.slice());
nudge.port1.onmessage = slice;

const live = new Live({
  clock: () => performance.now(),
  wake: (after) => {
    if (after === 0) nudge.port2.postMessage(null);
    else setTimeout(slice, after);
  },
  post: (tick, transfer) => send(tick, transfer),
});

serve(([live]) => start(live), handle);

function handle(request: Request): Outcome<unknown> {
  switch (request.do) {
    case 'open':
      return done(live.open(request.arm, new Arm(request.script), request.at));
    case 'amend':
      return done(live.amend(request.arm, request.script));
    case 'close':
      return done(live.close(request.arm));
    case 'play':
      return done(live.play(request.speed));
    case 'pause':
      return done(live.pause());
    case 'step':
      return done(live.step(request.events, request.seconds));
    case 'seek':
      return done(live.seek(request.to));
    case 'findings':
      return done(armOf(request.arm).findings());
    case 'histogram':
      return done(armOf(request.arm).histogram(request.client));
    case 'digest':
      return done(armOf(request.arm).digest());
    default:
      throw new Error(`\`${request.do}\` is for another worker`);
  }
}

function armOf(index: number) {
  const arm = live.arm(index);
  if (!arm) throw new Error(`arm ${index} is not open`);
  return arm;
}
