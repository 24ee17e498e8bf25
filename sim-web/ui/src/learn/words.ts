// Words of the gallery and of the frame around tours; those of the tours themselves are with them.
import { define } from '../language';

export const words = define({
  tours: { en: 'Guided tours', es: 'Visitas guiadas' },
  toursAbout: {
    en: 'Each runs live. A step is done when you have caused what it asks for.',
    es: 'Todas funcionan en vivo. Un paso está hecho cuando has provocado lo que pide.',
  },
  steps: { en: (count: number) => `${count} steps`, es: (count: number) => `${count} pasos` },
  scenarios: { en: 'Scenarios', es: 'Escenarios' },
  search: { en: 'Search scenarios', es: 'Buscar escenarios' },
  found: {
    en: (count: number) => (count === 1 ? '1 scenario' : `${count} scenarios`),
    es: (count: number) => (count === 1 ? '1 escenario' : `${count} escenarios`),
  },
  nothingFound: { en: 'No scenario has all of these words.', es: 'Ningún escenario tiene todas esas palabras.' },
  open: { en: (name: string) => `Open ${name}`, es: (name: string) => `Abrir ${name}` },
  inEnglish: {
    en: '',
    es: 'Los escenarios plantean su pregunta en inglés, como en sus archivos.',
  },
  more: { en: 'More', es: 'Más' },

  basics: { en: 'Basics', es: 'Fundamentos' },
  balancing: { en: 'Balancing load', es: 'Balanceo de carga' },
  data: { en: 'Caches and data', es: 'Cachés y datos' },
  failure: { en: 'Failures', es: 'Fallos' },
  scaling: { en: 'Scaling', es: 'Escalado' },

  replaced: {
    en: (name: string) => `${name} is open instead of your scenario.`,
    es: (name: string) => `${name} está abierto en lugar de tu escenario.`,
  },
  goBack: { en: 'Back to mine', es: 'Volver al mío' },

  step: { en: (at: number, of: number) => `Step ${at} of ${of}`, es: (at: number, of: number) => `Paso ${at} de ${of}` },
  progress: { en: 'Progress of the tour', es: 'Progreso de la visita' },
  showMe: { en: 'Show me', es: 'Muéstramelo' },
  waiting: { en: 'Done for you: now watch until it shows.', es: 'Hecho: ahora observa hasta que se vea.' },
  done: { en: 'Done', es: 'Hecho' },
  next: { en: 'Next', es: 'Siguiente' },
  back: { en: 'Back', es: 'Atrás' },
  restart: { en: 'Start over', es: 'Empezar de nuevo' },
  finish: { en: 'Finish', es: 'Terminar' },
  close: { en: 'Close the tour', es: 'Cerrar la visita' },
  why: { en: 'Why', es: 'Por qué' },
  freePlay: { en: 'Free play', es: 'Juego libre' },
  otherTours: { en: 'Other tours', es: 'Otras visitas' },
  notOpened: {
    en: 'Another scenario is open. Start over to go on with the tour.',
    es: 'Hay otro escenario abierto. Empieza de nuevo para seguir con la visita.',
  },
});
