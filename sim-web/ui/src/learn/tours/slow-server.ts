// Round robin against least connections, when one server of four turns slow.
import { define, numbers } from '../../language';
import { inForce, instances, lately, most, type ArmLook, type Look } from '../look';
import text from '../scenarios/slow-server.ron?raw';
import type { Tour } from './tour';

const words = define({
  title: { en: 'A slow server', es: 'Un servidor lento' },
  question: {
    en: 'One server in four turns slow. Round robin or least connections?',
    es: 'Un servidor de cada cuatro se vuelve lento. ¿Turnos o menos conexiones?',
  },
  lookTitle: { en: 'Four servers, one queue each', es: 'Cuatro servidores, una cola cada uno' },
  look: {
    en: 'Requests come from users, pass the balancer lb and go to the four servers of app in turn. Select app to see what it is doing.',
    es: 'Las peticiones llegan de users, pasan por el balanceador lb y van por turnos a los cuatro servidores de app. Selecciona app para ver qué hace.',
  },
  lookWhy: {
    en: (use: string) => `Each server gets a quarter of 260/s and can do 100/s. They are ${use} busy, and nobody waits for long.`,
    es: (use: string) => `Cada servidor recibe un cuarto de 260/s y puede con 100/s. Están ocupados un ${use} y nadie espera mucho.`,
  },
  slowTitle: { en: 'Slow one down', es: 'Ralentiza uno' },
  slow: {
    en: 'Break something: with app selected press F (or its fault button), choose Slow for app/3, three times or more, for 30 minutes.',
    es: 'Rompe algo: con app seleccionado pulsa F (o su botón de fallos), elige Slow para app/3, tres veces o más, durante 30 minutos.',
  },
  slowWhy: {
    en: 'The slow server can do 33/s now. It still gets every fourth request, 65/s: round robin counts turns and looks at nothing else.',
    es: 'El servidor lento puede ahora con 33/s. Sigue recibiendo una de cada cuatro peticiones, 65/s: los turnos no miran nada más.',
  },
  growTitle: { en: 'Watch its line', es: 'Observa su cola' },
  grow: {
    en: 'Let time pass until 200 requests wait at the slow server. ] makes it faster.',
    es: 'Deja pasar el tiempo hasta que 200 peticiones esperen en el servidor lento. ] lo acelera.',
  },
  growWhy: {
    en: (line: string, p99: string) => `${line} requests are at that one server, while the other three are idle a third of the time. One user in four waits: p99 is ${p99}.`,
    es: (line: string, p99: string) => `Hay ${line} peticiones en ese servidor, mientras los otros tres están libres un tercio del tiempo. Uno de cada cuatro usuarios espera: el p99 es ${p99}.`,
  },
  policyTitle: { en: 'Let the balancer look', es: 'Que el balanceador mire' },
  policy: {
    en: 'Select lb and set its policy to LeastConnections, from now on.',
    es: 'Selecciona lb y pon su política en LeastConnections, desde ahora.',
  },
  policyWhy: {
    en: 'Each request now goes where the fewest are. The long line gets nothing more until it is as short as the others.',
    es: 'Cada petición va ahora donde hay menos. La cola larga no recibe nada hasta ser tan corta como las demás.',
  },
  drainTitle: { en: 'The line drains', es: 'La cola se vacía' },
  drain: {
    en: 'Let time pass until the line is gone and p99 is below 300 ms.',
    es: 'Deja pasar el tiempo hasta que la cola desaparezca y el p99 baje de 300 ms.',
  },
  drainWhy: {
    en: (p99: string) => `The server is as slow as before, but p99 is ${p99}: it gets only what it can do, and the other three have room for the rest.`,
    es: (p99: string) => `El servidor sigue igual de lento, pero el p99 es ${p99}: solo recibe lo que puede hacer y los otros tres tienen sitio para el resto.`,
  },
  armsTitle: { en: 'Side by side', es: 'Lado a lado' },
  arms: {
    en: 'Press A/B to clone this into arm B. With lb selected set its policy in B back to RoundRobin (tab Inspector). Both get the same requests. Wait until p99 in B is three times that in A.',
    es: 'Pulsa A/B para clonar esto en el brazo B. Con lb seleccionado devuelve su política en B a RoundRobin (pestaña Inspector). Ambos reciben las mismas peticiones. Espera a que el p99 de B triplique el de A.',
  },
  armsWhy: {
    en: (a: string, b: string) => `Same requests, same slow server: p99 ${a} in A, ${b} in B. Only the policy differs. Measure tells how sure that is.`,
    es: (a: string, b: string) => `Las mismas peticiones, el mismo servidor lento: p99 de ${a} en A y ${b} en B. Solo cambia la política. Medir dice cuánto hay de seguro en ello.`,
  },
  free: {
    en: 'Now play. What does PowerOf do, which looks at two servers only? At which load do three servers no longer suffice? What if the slow one crashes?',
    es: 'Ahora juega. ¿Qué hace PowerOf, que solo mira dos servidores? ¿Con qué carga ya no bastan tres? ¿Y si el lento se cae?',
  },
});

function longest(arm: ArmLook): number {
  return most(instances(arm, 'app', 'present'));
}

function p99(arm: ArmLook, time: number): number {
  return lately(arm, time, 'clients', 'users', 'p99', 3);
}

/** Whether the policy looks at the load, by the timeline or by the text. */
function looksAtLoad(arm: ArmLook, time: number): boolean {
  const written = /policy:\s*(\w+)/.exec(arm.text)?.[1] ?? '';
  return /^(LeastConnections|PowerOf)/.test(inForce(arm, 'nodes.lb.policy', time) ?? written);
}

function isApart({ a, b, time }: Look): boolean {
  if (!b || !looksAtLoad(a, time) || looksAtLoad(b, time)) return false;
  return p99(b, time) >= 3 * p99(a, time);
}

export const slowServer: Tour = {
  id: 'slow-server',
  name: 'slow-server',
  text,
  nodes: ['users', 'lb', 'app'],
  speed: 1,
  words,
  steps: [
    {
      id: 'look',
      title: () => words.lookTitle,
      ask: () => words.look,
      isDone: ({ selected }) => selected === 'app',
      show: async (actor) => actor.select('app'),
      why: ({ a, time }) => words.lookWhy(numbers.share(lately(a, time, 'nodes', 'app', 'utilization', Math.min(time, 10)))),
    },
    {
      id: 'slow',
      title: () => words.slowTitle,
      ask: () => words.slow,
      isDone: ({ a }) => instances(a, 'app', 'trouble').some((trouble) => (trouble & 2) !== 0),
      show: (actor) => actor.strike('Slow(target: "app/3", factor: 3, for: "30min")'),
      why: () => words.slowWhy,
    },
    {
      id: 'grow',
      title: () => words.growTitle,
      ask: () => words.grow,
      isDone: ({ a }) => longest(a) >= 200,
      show: async (actor) => actor.play(10),
      why: ({ a, time }) => words.growWhy(numbers.count(longest(a)), numbers.latency(p99(a, time))),
    },
    {
      id: 'policy',
      title: () => words.policyTitle,
      ask: () => words.policy,
      isDone: ({ a, time }) => looksAtLoad(a, time),
      show: (actor) => actor.set('nodes.lb.policy', 'LeastConnections(ties: Random)'),
      why: () => words.policyWhy,
    },
    {
      id: 'drain',
      title: () => words.drainTitle,
      ask: () => words.drain,
      isDone: ({ a, time }) => longest(a) <= 25 && p99(a, time) < 300,
      show: async (actor) => actor.play(10),
      why: ({ a, time }) => words.drainWhy(numbers.latency(p99(a, time))),
    },
    {
      id: 'arms',
      title: () => words.armsTitle,
      ask: () => words.arms,
      isDone: isApart,
      show: async (actor) => {
        await actor.openB();
        await actor.set('nodes.lb.policy', 'RoundRobin', 1);
        actor.play(10);
      },
      why: ({ a, b, time }) => words.armsWhy(numbers.latency(p99(a, time)), numbers.latency(b ? p99(b, time) : NaN)),
    },
  ],
};
