// A retry storm that does not end: the trigger is gone, the outage stays.
import { define, numbers } from '../../language';
import { endOf, inForce, instances, lately, node, struck, type Look } from '../look';
import text from '../scenarios/retry-storm.ron?raw';
import type { Tour } from './tour';

const words = define({
  title: { en: 'A retry storm', es: 'Una tormenta de reintentos' },
  question: {
    en: 'Why does a database stay down when its outage is over?',
    es: '¿Por qué una base de datos sigue caída cuando su avería ha terminado?',
  },
  hangTitle: { en: 'Ten bad seconds', es: 'Diez segundos malos' },
  hang: {
    en: 'The database can do 300 queries a second and gets 250. Select db, press F and let it hang for 10 s.',
    es: 'La base de datos puede con 300 consultas por segundo y recibe 250. Selecciona db, pulsa F y haz que se cuelgue (Hang) 10 s.',
  },
  hangWhy: {
    en: 'Nothing is answered. Every user gives up after 1 s and asks again: two queries for one.',
    es: 'Nada recibe respuesta. Cada usuario se rinde tras 1 s y vuelve a preguntar: dos consultas por una.',
  },
  stayTitle: { en: 'It is over, and it is not', es: 'Ha terminado, y no' },
  stay: {
    en: 'Let time pass until the database has been well again for 15 s. Do users get answers?',
    es: 'Deja pasar el tiempo hasta que la base de datos lleve 15 s bien. ¿Reciben respuesta los usuarios?',
  },
  stayWhy: {
    en: (attempts: string, failed: string, waiting: string) =>
      `The database works at full speed, and ${failed} fail. ${waiting} wait before it, so each answer comes after its user has left; each of them asked twice, which makes ${attempts} for 250. The storm feeds itself.`,
    es: (attempts: string, failed: string, waiting: string) =>
      `La base de datos trabaja a plena velocidad y fallan ${failed}. Ante ella esperan ${waiting}, así que cada respuesta llega cuando su usuario ya se fue; cada uno preguntó dos veces, lo que hace ${attempts} en lugar de 250. La tormenta se alimenta sola.`,
  },
  lessTitle: { en: 'Send people away', es: 'Quita carga' },
  less: {
    en: 'Lower the rate of users to 100/s, and wait until all is well.',
    es: 'Baja la tasa de users a 100/s y espera a que todo vaya bien.',
  },
  lessWhy: {
    en: 'Twice 100 is below 300: the line could drain, answers come in time again, and nobody asks twice.',
    es: 'El doble de 100 es menos de 300: la cola pudo vaciarse, las respuestas vuelven a tiempo y nadie pregunta dos veces.',
  },
  sameTitle: { en: 'The same load again', es: 'Otra vez la misma carga' },
  same: {
    en: 'Raise the rate back to 250/s and let ten seconds pass.',
    es: 'Devuelve la tasa a 250/s y deja pasar diez segundos.',
  },
  sameWhy: {
    en: (failed: string) =>
      `250/s, as in the storm, and ${failed} fail. The same system at the same load has two states; the ten seconds only pushed it from one to the other.`,
    es: (failed: string) =>
      `250/s, como en la tormenta, y fallan ${failed}. El mismo sistema con la misma carga tiene dos estados; los diez segundos solo lo empujaron de uno a otro.`,
  },
  budgetTitle: { en: 'A budget for retries', es: 'Un presupuesto de reintentos' },
  budget: {
    en: 'Give users a retry budget of 2 %: select users, retry, budget.',
    es: 'Da a users un presupuesto de reintentos del 2 %: selecciona users, retry, budget.',
  },
  budgetWhy: {
    en: 'Retries may now be 2 % of the requests. That suffices for a lost packet, and not for doubling the load.',
    es: 'Ahora los reintentos pueden ser el 2 % de las peticiones. Basta para un paquete perdido, y no para doblar la carga.',
  },
  surviveTitle: { en: 'The same ten seconds', es: 'Los mismos diez segundos' },
  survive: {
    en: 'Let db hang for 10 s once more, and wait until it is well again.',
    es: 'Cuelga db 10 s una vez más y espera a que se recupere.',
  },
  surviveWhy: {
    en: (seconds: string) => `${seconds} after the outage users get their answers again, by themselves. Nobody had to be sent away.`,
    es: (seconds: string) => `${seconds} después de la avería los usuarios vuelven a recibir respuestas, por sí solos. No hubo que echar a nadie.`,
  },
  free: {
    en: 'Now play. Take the budget away and give db patience instead, so that it drops what nobody waits for. Does a backoff help? How short must a hang be to do no harm?',
    es: 'Ahora juega. Quita el presupuesto y da a db paciencia (patience), para que descarte lo que nadie espera. ¿Ayuda un backoff? ¿Cuán corto debe ser un cuelgue para no hacer daño?',
  },
});

const client = ({ a, time }: Look, field: string, seconds: number) => lately(a, time, 'clients', 'users', field, seconds);
const failedShare = (look: Look, seconds: number) => client(look, 'failed', seconds) / client(look, 'offered', seconds);
const lastHang = ({ a, time }: Look, from: number) => struck(a, 'Hang', from, time).at(-1);

/** Whether the last hang from a time on ended so many seconds ago. */
function isOver(look: Look, from: number, seconds: number): boolean {
  const hang = lastHang(look, from);
  return hang !== undefined && look.time >= endOf(hang) + seconds;
}

export const retryStorm: Tour = {
  id: 'retry-storm',
  name: 'retry-storm',
  text,
  nodes: ['users', 'db'],
  speed: 1,
  words,
  steps: [
    {
      id: 'hang',
      title: () => words.hangTitle,
      ask: () => words.hang,
      isDone: ({ a }) => instances(a, 'db', 'trouble').some((trouble) => (trouble & 1) !== 0),
      show: (actor) => actor.strike('Hang(target: "db", for: "10s")'),
      why: () => words.hangWhy,
    },
    {
      id: 'stay',
      title: () => words.stayTitle,
      ask: () => words.stay,
      isDone: (look) => isOver(look, 0, 15) && failedShare(look, 5) >= 0.5,
      show: async (actor) => actor.play(10),
      why: (look) =>
        words.stayWhy(
          numbers.rate(lately(look.a, look.time, 'nodes', 'db', 'rate', 5)),
          numbers.share(Math.min(1, failedShare(look, 5))),
          numbers.count(node(look.a, 'db', 'waiting')),
        ),
    },
    {
      id: 'less',
      title: () => words.lessTitle,
      ask: () => words.less,
      isDone: (look) => client(look, 'offered', 5) <= 200 && failedShare(look, 5) <= 0.01,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"100/s"');
        actor.play(10);
      },
      why: () => words.lessWhy,
    },
    {
      id: 'same',
      title: () => words.sameTitle,
      ask: () => words.same,
      isDone: (look) => client(look, 'offered', 10) >= 245 && failedShare(look, 10) <= 0.01,
      show: async (actor) => {
        await actor.set('nodes.users.load.rate', '"250/s"');
        actor.play(10);
      },
      why: (look) => words.sameWhy(numbers.share(failedShare(look, 10))),
    },
    {
      id: 'budget',
      title: () => words.budgetTitle,
      ask: () => words.budget,
      isDone: ({ a, time }) => /\d/.test(inForce(a, 'nodes.users.retry.budget', time) ?? /budget:\s*"?([\d.]+)/.exec(a.text)?.[1] ?? ''),
      show: (actor) => actor.set('nodes.users.retry.budget', '"2%"'),
      why: () => words.budgetWhy,
    },
    {
      id: 'survive',
      title: () => words.surviveTitle,
      ask: () => words.survive,
      isDone: (look) => isOver(look, look.since, 5) && client(look, 'offered', 5) >= 200 && failedShare(look, 5) <= 0.02,
      show: async (actor) => {
        await actor.strike('Hang(target: "db", for: "10s")');
        actor.play(10);
      },
      why: (look) => {
        const hang = lastHang(look, look.since);
        return words.surviveWhy(numbers.span(hang ? Math.round(look.time - endOf(hang)) : NaN));
      },
    },
  ],
};
