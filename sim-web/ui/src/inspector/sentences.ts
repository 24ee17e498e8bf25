// The sentences that explain a node, in both languages. Which one is true is decided in `explain.ts`.
import { define } from '../language';

export const sentences = define({
  down: { en: (since: string) => `Down since ${since}.`, es: (since: string) => `Caído desde ${since}.` },
  downUnknown: { en: 'Down: no instance takes requests.', es: 'Caído: ninguna instancia acepta peticiones.' },
  booting: { en: (count: string) => `Boots: none of ${count} instances is ready yet.`, es: (count: string) => `Arrancando: ninguna de ${count} instancias está lista.` },
  someDown: {
    en: (down: string, all: string, since: string) => `${down} of ${all} instances down since ${since}.`,
    es: (down: string, all: string, since: string) => `${down} de ${all} instancias caídas desde ${since}.`,
  },
  someSlow: { en: (slow: string, all: string) => `${slow} of ${all} instances is slow.`, es: (slow: string, all: string) => `${slow} de ${all} instancias va lenta.` },
  someSlowMany: { en: (slow: string, all: string) => `${slow} of ${all} instances are slow.`, es: (slow: string, all: string) => `${slow} de ${all} instancias van lentas.` },
  someStill: { en: (still: string, all: string) => `${still} of ${all} instances is standing still.`, es: (still: string, all: string) => `${still} de ${all} instancias está parada.` },
  someStillMany: { en: (still: string, all: string) => `${still} of ${all} instances are standing still.`, es: (still: string, all: string) => `${still} de ${all} instancias están paradas.` },
  nobodyCalls: { en: 'Nobody calls it.', es: 'Nadie lo llama.' },
  idle: { en: 'Idle: nothing arrives.', es: 'Inactivo: no llega nada.' },
  growsOver: {
    en: (arrive: string, served: string) => `Queue grows: ${arrive} arrive, ${served} can be served.`,
    es: (arrive: string, served: string) => `La cola crece: llegan ${arrive}, se pueden atender ${served}.`,
  },
  grows: {
    en: (waiting: string, more: string, span: string) => `Queue grows: ${waiting} wait, ${more} more than ${span} ago.`,
    es: (waiting: string, more: string, span: string) => `La cola crece: esperan ${waiting}, ${more} más que hace ${span}.`,
  },
  shrinks: {
    en: (waiting: string, fewer: string, span: string) => `Queue shrinks: ${waiting} wait, ${fewer} fewer than ${span} ago.`,
    es: (waiting: string, fewer: string, span: string) => `La cola se reduce: esperan ${waiting}, ${fewer} menos que hace ${span}.`,
  },
  overloadedFails: {
    en: (arrive: string, served: string, failed: string) => `Overloaded: ${arrive} arrive, ${served} can be served; ${failed} fail here.`,
    es: (arrive: string, served: string, failed: string) => `Sobrecargado: llegan ${arrive}, se pueden atender ${served}; aquí falla el ${failed}.`,
  },
  overloaded: {
    en: (arrive: string, served: string) => `Overloaded: ${arrive} arrive, ${served} can be served.`,
    es: (arrive: string, served: string) => `Sobrecargado: llegan ${arrive}, se pueden atender ${served}.`,
  },
  atLimit: {
    en: (busy: string) => `At its limit: ${busy} busy.`,
    es: (busy: string) => `Al límite: ocupado al ${busy}.`,
  },
  waitsFor: {
    en: (callee: string, threads: string) => `Waits for ${callee}: its ${threads} are held by calls.`,
    es: (callee: string, threads: string) => `Espera a ${callee}: las llamadas retienen sus ${threads}.`,
  },
  waitsSomewhere: {
    en: (threads: string, busy: string) => `All its ${threads} are held by requests that wait; the cores are ${busy} busy.`,
    es: (threads: string, busy: string) => `Peticiones que esperan retienen todos sus ${threads}; los núcleos están ocupados al ${busy}.`,
  },
  threads: { en: 'threads', es: 'hilos' },
  keepsUp: { en: (busy: string) => `Busy but keeping up: ${busy} busy.`, es: (busy: string) => `Ocupado, pero da abasto: ocupado al ${busy}.` },
  easy: { en: (busy: string) => `Keeps up easily: ${busy} busy.`, es: (busy: string) => `Da abasto sin esfuerzo: ocupado al ${busy}.` },
  cacheMost: {
    en: (share: string) => `Most answers come from the cache (${share}).`,
    es: (share: string) => `La mayoría de las respuestas sale de la caché (${share}).`,
  },
  cacheSome: {
    en: (share: string) => `The cache answers ${share}; the rest is fetched.`,
    es: (share: string) => `La caché responde el ${share}; el resto se busca fuera.`,
  },
  retries: { en: (share: string) => `Retries make up ${share} of the load.`, es: (share: string) => `Los reintentos suponen el ${share} de la carga.` },
  failing: { en: (share: string) => `${share} of what arrives fails here.`, es: (share: string) => `Aquí falla el ${share} de lo que llega.` },
  passesOn: { en: (rate: string, ready: string) => `Passes on ${rate} to ${ready}.`, es: (rate: string, ready: string) => `Reparte ${rate} entre ${ready}.` },
  sendsGood: {
    en: (rate: string, p99: string) => `${rate} sent, none fails; 99 % are answered within ${p99}.`,
    es: (rate: string, p99: string) => `Se envían ${rate} y ninguna falla; el 99 % se responde en ${p99}.`,
  },
  sendsNoAnswer: { en: (rate: string) => `${rate} sent, nothing is answered yet.`, es: (rate: string) => `Se envían ${rate}; aún no se responde nada.` },
  sendsFailing: {
    en: (rate: string, share: string) => `${rate} sent; of what ends, ${share} fails.`,
    es: (rate: string, share: string) => `Se envían ${rate}; de lo que termina, falla el ${share}.`,
  },
  sendsNothing: { en: 'Sends nothing at present.', es: 'Ahora no envía nada.' },
  serves: { en: (rate: string) => `${rate} arrive.`, es: (rate: string) => `Llegan ${rate}.` },
});
