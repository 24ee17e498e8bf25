// The knee of a queue: the last few percent of a server cost more than all the others together.
import { define, numbers } from '../../language';
import { lately, most, node, within, type Look } from '../look';
import text from '../scenarios/knee.ron?raw';
import type { Tour } from './tour';

const words = define({
  title: { en: 'The knee of a queue', es: 'El codo de una cola' },
  question: {
    en: 'How busy can a server be before its users notice?',
    es: '¿Cuánto puede ocuparse un servidor antes de que lo noten sus usuarios?',
  },
  moreTitle: { en: 'From half busy to 80 %', es: 'De medio ocupado al 80 %' },
  more: {
    en: 'The server does 100 requests a second and gets 50. Select users and raise its rate to about 80/s.',
    es: 'El servidor atiende 100 peticiones por segundo y recibe 50. Selecciona users y sube su tasa a unas 80/s.',
  },
  moreWhy: {
    en: (use: string, p99: string) => `${use} busy, p99 ${p99}. In the long run p99 is 92 ms at 50/s and 230 ms at 80/s: not yet frightening.`,
    es: (use: string, p99: string) => `${use} ocupado, p99 de ${p99}. A la larga el p99 es de 92 ms con 50/s y de 230 ms con 80/s: aún no asusta.`,
  },
  kneeTitle: { en: 'Around the knee', es: 'Pasado el codo' },
  knee: {
    en: 'Only a little more: raise the rate to 95/s, and wait until p99 has reached 400 ms.',
    es: 'Solo un poco más: sube la tasa a 95/s y espera a que el p99 llegue a 400 ms.',
  },
  kneeWhy: {
    en: (p99: string) =>
      `p99 reached ${p99}. Waiting goes with 1 / (100 − rate): with 20 a second to spare it is short, with 5 it is four times as long, and it swings for minutes.`,
    es: (p99: string) =>
      `El p99 llegó a ${p99}. La espera va con 1 / (100 − tasa): con 20 por segundo de margen es corta, con 5 es cuatro veces mayor y oscila durante minutos.`,
  },
  overTitle: { en: 'Over the edge', es: 'Más allá del límite' },
  over: {
    en: 'Ask for more than the server can do: 110/s, until 100 requests wait.',
    es: 'Pide más de lo que puede hacer: 110/s, hasta que esperen 100 peticiones.',
  },
  overWhy: {
    en: (waiting: string) => `${waiting} wait, and ten more every second. No queue is long enough: above 100 % there is no balance, only time.`,
    es: (waiting: string) => `Esperan ${waiting}, y diez más cada segundo. Ninguna cola basta: por encima del 100 % no hay equilibrio, solo tiempo.`,
  },
  backTitle: { en: 'Back to half', es: 'De vuelta a la mitad' },
  back: {
    en: 'Lower the rate to 50/s, and watch how long the line takes to go.',
    es: 'Baja la tasa a 50/s y observa cuánto tarda la cola en irse.',
  },
  backWhy: {
    en: 'A line shrinks by what is spare: 100 − 50 a second. At 95/s the same line would have taken ten times as long.',
    es: 'Una cola se reduce con lo que sobra: 100 − 50 por segundo. Con 95/s la misma cola habría tardado diez veces más.',
  },
  fastTitle: { en: 'Buy headroom', es: 'Compra margen' },
  fast: {
    en: 'Set the speed of server to 2, and the rate to 110/s: what was too much is now a little more than half.',
    es: 'Pon la velocidad (speed) de server en 2 y la tasa en 110/s: lo que era demasiado es ahora poco más de la mitad.',
  },
  fastWhy: {
    en: (use: string, p99: string) => `${use} busy, p99 ${p99}: less than at 50/s before. Twice the speed halves the work, and takes the queue away too.`,
    es: (use: string, p99: string) => `${use} ocupado, p99 de ${p99}: menos que antes con 50/s. El doble de velocidad parte el trabajo por dos y además quita la cola.`,
  },
  free: {
    en: 'Now play. Let A/B, Sweep draw the knee: p99(users) by nodes.users.load.rate. What does steadier work (Constant instead of Exp) change?',
    es: 'Ahora juega. Que A/B, Barrido dibuje el codo: p99(users) según nodes.users.load.rate. ¿Qué cambia un trabajo más regular (Constant en vez de Exp)?',
  },
});

const offered = ({ a, time }: Look, seconds: number) => lately(a, time, 'clients', 'users', 'offered', seconds);
const use = ({ a, time }: Look) => lately(a, time, 'nodes', 'server', 'utilization', 10);
const p99 = ({ a, time }: Look) => lately(a, time, 'clients', 'users', 'p99', 10);
const waiting = ({ a }: Look) => node(a, 'server', 'waiting');
/** The worst five seconds of the step. */
const worst = ({ a, since, time }: Look) => most(within(a, 'clients', 'users', 'p99', since, time));

export const knee: Tour = {
  id: 'knee',
  name: 'knee',
  text,
  nodes: ['users', 'server'],
  speed: 10,
  words,
  steps: [
    {
      id: 'more',
      title: () => words.moreTitle,
      ask: () => words.more,
      isDone: (look) => offered(look, 10) >= 70 && use(look) >= 0.66,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"80/s"');
        actor.play(10);
      },
      why: (look) => words.moreWhy(numbers.share(use(look)), numbers.latency(p99(look))),
    },
    {
      id: 'knee',
      title: () => words.kneeTitle,
      ask: () => words.knee,
      isDone: (look) => offered(look, 10) >= 88 && worst(look) >= 400,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"95/s"');
        actor.play(10);
      },
      why: (look) => words.kneeWhy(numbers.latency(worst(look))),
    },
    {
      id: 'over',
      title: () => words.overTitle,
      ask: () => words.over,
      isDone: (look) => offered(look, 5) >= 102 && waiting(look) >= 100,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"110/s"');
        actor.play(10);
      },
      why: (look) => words.overWhy(numbers.count(waiting(look))),
    },
    {
      id: 'back',
      title: () => words.backTitle,
      ask: () => words.back,
      isDone: (look) => offered(look, 3) <= 75 && waiting(look) <= 5,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"50/s"');
        actor.play(10);
      },
      why: () => words.backWhy,
    },
    {
      id: 'fast',
      title: () => words.fastTitle,
      ask: () => words.fast,
      isDone: (look) => offered(look, 10) >= 98 && use(look) <= 0.75 && p99(look) <= 150,
      show: async (actor) => {
        await actor.set('nodes.server.speed', '2');
        await actor.set('nodes.users.load.rate', '"110/s"');
        actor.play(10);
      },
      why: (look) => words.fastWhy(numbers.share(use(look)), numbers.latency(p99(look))),
    },
  ],
};
