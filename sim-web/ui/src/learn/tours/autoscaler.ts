// An autoscaler that chases a spike: it can only answer what has been, and it takes a while.
import { define, numbers } from '../../language';
import { endOf, lately, mean, most, node, struck, within, type Look } from '../look';
import text from '../scenarios/autoscaler.ron?raw';
import type { Tour } from './tour';

const words = define({
  title: { en: 'Chasing a spike', es: 'Persiguiendo un pico' },
  question: {
    en: 'How fast does an autoscaler follow a jump, and what is lost until it has?',
    es: '¿Con qué rapidez sigue un autoescalador un salto, y qué se pierde hasta entonces?',
  },
  jumpTitle: { en: 'Ten times the load', es: 'Diez veces la carga' },
  jump: {
    en: 'Two pods, 100 requests a second each at most, half busy. Select users and raise its rate to 990/s.',
    es: 'Dos pods, como mucho 100 peticiones por segundo cada uno, medio ocupados. Selecciona users y sube su tasa a 990/s.',
  },
  jumpWhy: {
    en: (failed: string) => `Two pods can do 200/s. What they cannot take they refuse: ${failed} fail.`,
    es: (failed: string) => `Dos pods pueden con 200/s. Lo que no pueden lo rechazan: fallan ${failed}.`,
  },
  chaseTitle: { en: 'It doubles, and doubles', es: 'Se dobla y se dobla' },
  chase: {
    en: 'Let time pass until 16 pods are ready. ] makes it faster.',
    es: 'Deja pasar el tiempo hasta que haya 16 pods listos. ] lo acelera.',
  },
  chaseWhy: {
    en: (took: string, ready: string, lost: string) =>
      `${ready} pods after ${took}, and ${lost} requests lost. A pod that is overwhelmed reports 100 % and no more, which is twice what it should: so each look at most doubles, and each time pods take 20 s to boot.`,
    es: (took: string, ready: string, lost: string) =>
      `${ready} pods al cabo de ${took}, y ${lost} peticiones perdidas. Un pod desbordado indica 100 % y no más, el doble de lo debido: así que cada vistazo dobla como mucho, y cada vez los pods tardan 20 s en arrancar.`,
  },
  dropTitle: { en: 'The rush is over', es: 'Pasó el aluvión' },
  drop: { en: 'Lower the rate to 150/s.', es: 'Baja la tasa a 150/s.' },
  dropWhy: {
    en: (use: string) => `The pods are ${use} busy now. The autoscaler knows at its next look.`,
    es: (use: string) => `Los pods están ahora ocupados un ${use}. El autoescalador lo sabrá en su próximo vistazo.`,
  },
  keepTitle: { en: 'It does not let go', es: 'No los suelta' },
  keep: {
    en: 'Let a minute pass. How many pods are there?',
    es: 'Deja pasar un minuto. ¿Cuántos pods hay?',
  },
  keepWhy: {
    en: (ready: string, use: string) =>
      `${ready} pods, ${use} busy. The highest recommendation of the last 5 min counts, so that the next spike finds them ready. That is the price: pods that idle.`,
    es: (ready: string, use: string) =>
      `${ready} pods, ocupados un ${use}. Cuenta la recomendación más alta de los últimos 5 min, para que el próximo pico los encuentre listos. Ese es el precio: pods ociosos.`,
  },
  hastyTitle: { en: 'Let go sooner', es: 'Suéltalos antes' },
  hasty: {
    en: 'Select nothing to see the scenario, and set stabilization of the autoscaler (scale) to 30s. Wait until 6 pods or fewer are left.',
    es: 'No selecciones nada para ver el escenario y pon stabilization del autoescalador (scale) en 30s. Espera a que queden 6 pods o menos.',
  },
  hastyWhy: {
    en: (ready: string) => `${ready} pods are left: cheap again. What does that mean for the next spike?`,
    es: (ready: string) => `Quedan ${ready} pods: otra vez barato. ¿Qué significa eso para el próximo pico?`,
  },
  spikeTitle: { en: 'A spike that is faster', es: 'Un pico más rápido' },
  spike: {
    en: 'Select users, press F and strike a Spike with factor 8 for 20s. Wait until it is over and new pods come.',
    es: 'Selecciona users, pulsa F y provoca un Spike con factor 8 durante 20s. Espera a que pase y lleguen pods nuevos.',
  },
  spikeWhy: {
    en: (failed: string, ready: string) =>
      `During the spike ${failed} failed. The pods it called for came when it was over: ${ready} of them, with nothing to do. What is shorter than look and boot together, an autoscaler cannot catch.`,
    es: (failed: string, ready: string) =>
      `Durante el pico falló el ${failed}. Los pods que pidió llegaron cuando ya había pasado: ${ready}, sin nada que hacer. Lo que dura menos que vistazo y arranque juntos, un autoescalador no lo alcanza.`,
  },
  free: {
    en: 'Now play. What do min: 10, cpu: 30 % or a boot time of 2 s change, in requests lost and in pods that idle? Clone into B and measure it.',
    es: 'Ahora juega. ¿Qué cambian min: 10, cpu: 30 % o un arranque de 2 s, en peticiones perdidas y en pods ociosos? Clona en B y mídelo.',
  },
});

const client = ({ a, time }: Look, field: string, seconds: number) => lately(a, time, 'clients', 'users', field, seconds);
const ready = ({ a }: Look) => node(a, 'app', 'ready');
const use = ({ a, time }: Look, seconds: number) => lately(a, time, 'nodes', 'app', 'utilization', seconds);
/** Of those that came in a span, the share that failed. */
const failedShare = ({ a }: Look, from: number, to: number) =>
  mean(within(a, 'clients', 'users', 'failed', from, to)) / mean(within(a, 'clients', 'users', 'offered', from, to));
const lastSpike = ({ a, since, time }: Look) => struck(a, 'Spike', since, time).at(-1);

function missed(look: Look): boolean {
  const spike = lastSpike(look);
  if (!spike || look.time < endOf(spike) + 1) return false;
  const before = within(look.a, 'nodes', 'app', 'ready', spike.at - 2, spike.at).at(-1) ?? NaN;
  const during = most(within(look.a, 'clients', 'users', 'failed', spike.at, endOf(spike)));
  return during >= 50 && ready(look) > before;
}

export const autoscaler: Tour = {
  id: 'autoscaler',
  name: 'autoscaler',
  text,
  nodes: ['users', 'lb', 'app'],
  speed: 1,
  words,
  steps: [
    {
      id: 'jump',
      title: () => words.jumpTitle,
      ask: () => words.jump,
      isDone: (look) => client(look, 'offered', 2) >= 700,
      show: (actor) => actor.set('nodes.users.load.rate', '"990/s"'),
      why: (look) => words.jumpWhy(numbers.share(client(look, 'failed', 2) / client(look, 'offered', 2))),
    },
    {
      id: 'chase',
      title: () => words.chaseTitle,
      ask: () => words.chase,
      isDone: (look) => ready(look) >= 16,
      show: async (actor) => actor.play(10),
      why: (look) => {
        const lost = within(look.a, 'clients', 'users', 'failed', look.since, look.time).reduce((sum, rate) => sum + rate, 0);
        return words.chaseWhy(numbers.span(Math.round(look.time - look.since)), numbers.count(ready(look)), numbers.count(Math.round(lost)));
      },
    },
    {
      id: 'drop',
      title: () => words.dropTitle,
      ask: () => words.drop,
      isDone: (look) => client(look, 'offered', 2) <= 250,
      show: (actor) => actor.set('nodes.users.load.rate', '"150/s"'),
      why: (look) => words.dropWhy(numbers.share(use(look, 2))),
    },
    {
      id: 'keep',
      title: () => words.keepTitle,
      ask: () => words.keep,
      isDone: (look) => look.time >= look.since + 60 && use(look, 10) <= 0.3 && ready(look) >= 12,
      show: async (actor) => actor.play(10),
      why: (look) => words.keepWhy(numbers.count(ready(look)), numbers.share(use(look, 10))),
    },
    {
      id: 'hasty',
      title: () => words.hastyTitle,
      ask: () => words.hasty,
      isDone: (look) => ready(look) <= 6,
      show: async (actor) => {
        await actor.set('scale.0.stabilization', '"30s"');
        actor.play(10);
      },
      why: (look) => words.hastyWhy(numbers.count(ready(look))),
    },
    {
      id: 'spike',
      title: () => words.spikeTitle,
      ask: () => words.spike,
      isDone: missed,
      show: async (actor) => {
        await actor.strike('Spike(target: "users", factor: 8, for: "20s")');
        actor.play(10);
      },
      why: (look) => {
        const spike = lastSpike(look);
        const share = spike ? failedShare(look, spike.at, endOf(spike)) : NaN;
        return words.spikeWhy(numbers.share(share), numbers.count(ready(look)));
      },
    },
  ],
};
