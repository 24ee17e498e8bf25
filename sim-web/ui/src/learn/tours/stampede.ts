// A cache stampede: one entry is gone, and everybody computes it at once.
import { define, numbers } from '../../language';
import { inForce, most, struck, within, type ArmLook, type Look } from '../look';
import text from '../scenarios/stampede.ron?raw';
import type { Tour } from './tour';

const words = define({
  title: { en: 'Cache stampede', es: 'Estampida en la caché' },
  question: {
    en: 'How many times is one page computed when it is gone from the cache?',
    es: '¿Cuántas veces se calcula una página cuando desaparece de la caché?',
  },
  flushTitle: { en: 'Empty the cache', es: 'Vacía la caché' },
  flush: {
    en: 'A thousand requests a second want the same page, and pages has it. Select pages, press F and flush it. Watch render.',
    es: 'Mil peticiones por segundo quieren la misma página, y pages la tiene. Selecciona pages, pulsa F y vacíala (Flush). Observa render.',
  },
  flushWhy: {
    en: (calls: string, slowest: string) =>
      `Until the first copy was there, 200 ms later, everybody missed: up to ${calls} computed the same page at once, on 64 cores. The slowest 1 % of that moment waited ${slowest} or more.`,
    es: (calls: string, slowest: string) =>
      `Hasta que llegó la primera copia, 200 ms después, todos fallaron: hasta ${calls} calcularon la misma página a la vez, con 64 núcleos. El 1 % más lento de ese momento esperó ${slowest} o más.`,
  },
  expireTitle: { en: 'It happens by itself', es: 'Ocurre por sí solo' },
  expire: {
    en: 'A page is kept for 10 s. Touch nothing and let time pass until the entry expires.',
    es: 'Una página se guarda 10 s. No toques nada y deja pasar el tiempo hasta que la entrada caduque.',
  },
  expireWhy: {
    en: (calls: string) => `Every expiry is a flush: ${calls} at once again. At ten times the load it is ten times as many: rate × time to compute.`,
    es: (calls: string) => `Cada caducidad es un vaciado: otra vez ${calls} a la vez. Con diez veces la carga son diez veces más: tasa × tiempo de cálculo.`,
  },
  singleTitle: { en: 'One computes, the others wait', es: 'Uno calcula, los demás esperan' },
  single: {
    en: 'Select pages and switch single_flight on.',
    es: 'Selecciona pages y activa single_flight.',
  },
  singleWhy: {
    en: 'Whoever misses first computes; whoever misses meanwhile waits for that answer instead of asking for another.',
    es: 'Quien falla primero calcula; quien falla entretanto espera esa respuesta en lugar de pedir otra.',
  },
  againTitle: { en: 'Flush it again', es: 'Vacíala otra vez' },
  again: { en: 'Flush pages once more, and look at render a second later.', es: 'Vacía pages una vez más y mira render un segundo después.' },
  againWhy: {
    en: (calls: string, slowest: string) => `${calls} at render, and nobody waited longer than ${slowest}: the load is gone, and the answer is not later for it.`,
    es: (calls: string, slowest: string) => `${calls} en render, y nadie esperó más de ${slowest}: la carga ha desaparecido y la respuesta no llega más tarde.`,
  },
  loadTitle: { en: 'Three times the users', es: 'El triple de usuarios' },
  load: {
    en: 'Raise the rate of users to 3000/s and flush pages again.',
    es: 'Sube la tasa de users a 3000/s y vacía pages otra vez.',
  },
  loadWhy: {
    en: (calls: string) => `Still ${calls} at render. The cost of a miss no longer grows with the number of those who want the page.`,
    es: (calls: string) => `Sigue habiendo ${calls} en render. El coste de un fallo ya no crece con el número de quienes quieren la página.`,
  },
  free: {
    en: 'Now play. Switch single_flight off at 3000/s. How long a ttl makes a stampede rare, and does rare help? What if there are a thousand pages?',
    es: 'Ahora juega. Desactiva single_flight con 3000/s. ¿Cuánto ttl hace rara la estampida, y ayuda que sea rara? ¿Y si hay mil páginas?',
  },
});

/** A look at an entry takes this long to be computed and told, in seconds. */
const SETTLED = 1;

function isSingle(arm: ArmLook, time: number): boolean {
  return (inForce(arm, 'nodes.pages.single_flight', time) ?? String(/single_flight:\s*true/.test(arm.text))) === 'true';
}

/** The most that were at `render` at once, and the slowest of users, from a time on. */
const calls = ({ a, time }: Look, from: number) => most(within(a, 'nodes', 'render', 'present', from, time));
const slowest = ({ a, time }: Look, from: number) => most(within(a, 'clients', 'users', 'p99', from, time));

function lastFlush({ a, since, time }: Look): number {
  return struck(a, 'Flush', since, time).at(-1)?.at ?? NaN;
}

function isTamed(look: Look): boolean {
  const at = lastFlush(look);
  return isSingle(look.a, look.time) && look.time >= at + SETTLED && calls(look, at) <= 5;
}

export const stampede: Tour = {
  id: 'stampede',
  name: 'stampede',
  text,
  nodes: ['users', 'app', 'pages', 'render'],
  speed: 1,
  words,
  steps: [
    {
      id: 'flush',
      title: () => words.flushTitle,
      ask: () => words.flush,
      isDone: (look) => calls(look, lastFlush(look)) >= 100 && look.time >= lastFlush(look) + SETTLED,
      show: (actor) => actor.strike('Flush(target: "pages")'),
      why: (look) => words.flushWhy(numbers.count(calls(look, lastFlush(look))), numbers.latency(slowest(look, lastFlush(look)))),
    },
    {
      id: 'expire',
      title: () => words.expireTitle,
      ask: () => words.expire,
      // What was struck before the step began has been over for a second.
      isDone: (look) => look.time >= look.since + SETTLED && calls(look, look.since) >= 100,
      show: async (actor) => actor.play(1),
      why: (look) => words.expireWhy(numbers.count(calls(look, look.since))),
    },
    {
      id: 'single',
      title: () => words.singleTitle,
      ask: () => words.single,
      isDone: ({ a, time }) => isSingle(a, time),
      show: (actor) => actor.set('nodes.pages.single_flight', 'true'),
      why: () => words.singleWhy,
    },
    {
      id: 'again',
      title: () => words.againTitle,
      ask: () => words.again,
      isDone: isTamed,
      show: (actor) => actor.strike('Flush(target: "pages")'),
      why: (look) => words.againWhy(numbers.count(calls(look, lastFlush(look))), numbers.latency(slowest(look, lastFlush(look)))),
    },
    {
      id: 'load',
      title: () => words.loadTitle,
      ask: () => words.load,
      isDone: (look) => isTamed(look) && most(within(look.a, 'clients', 'users', 'offered', lastFlush(look), look.time)) >= 2500,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"3000/s"');
        await actor.strike('Flush(target: "pages")');
      },
      why: (look) => words.loadWhy(numbers.count(calls(look, lastFlush(look)))),
    },
  ],
};
