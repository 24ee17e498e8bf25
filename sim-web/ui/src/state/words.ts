// Words of the store: names of changes in the history, and notices.
import { define, numbers } from '../language';

export const words = define({
  typing: { en: 'typing', es: 'texto escrito' },
  opened: { en: 'scenario opened', es: 'escenario abierto' },
  notOpened: {
    en: (file: string, message: string) => `${file} could not be opened: ${message}`,
    es: (file: string, message: string) => `No se pudo abrir ${file}: ${message}`,
  },
  armOpened: { en: 'arm B opened', es: 'brazo B abierto' },
  notOpenedB: {
    en: (message: string) => `Arm B cannot run: ${message}`,
    es: (message: string) => `El brazo B no puede ejecutarse: ${message}`,
  },
  armClosed: { en: 'arm B closed', es: 'brazo B cerrado' },
  changed: { en: (path: string) => `${path} changed`, es: (path: string) => `${path} cambiado` },
  struck: { en: (fault: string) => `fault: ${fault}`, es: (fault: string) => `fallo: ${fault}` },
  undone: { en: (label: string) => `Undone: ${label}.`, es: (label: string) => `Deshecho: ${label}.` },
  redone: { en: (label: string) => `Done again: ${label}.`, es: (label: string) => `Rehecho: ${label}.` },
  locked: {
    en: 'This is a view of a shared scenario. Edit a copy to change it.',
    es: 'Esta es la vista de un escenario compartido. Edita una copia para cambiarlo.',
  },
  editCopy: { en: 'Edit a copy', es: 'Editar una copia' },
  restarted: {
    en: (at: number, message: string) =>
      `The engine stopped at ${numbers.clock(at)} (${message}). It was started again and has gone back to that time; your text is as it was.`,
    es: (at: number, message: string) =>
      `El motor se detuvo en ${numbers.clock(at)} (${message}). Se ha reiniciado y ha vuelto a ese instante; el texto sigue igual.`,
  },
  gaveUp: {
    en: (at: number, message: string) =>
      `The engine stopped twice at ${numbers.clock(at)} (${message}), so the run stays paused. Your text is kept: change it, or go back to an earlier time.`,
    es: (at: number, message: string) =>
      `El motor se ha detenido dos veces en ${numbers.clock(at)} (${message}) y la simulación queda en pausa. El texto se conserva: cámbialo o vuelve a un instante anterior.`,
  },
  fromStart: {
    en: (path: string) => `${path} cannot change in the middle of a run: it is changed from the start, and the run catches up.`,
    es: (path: string) =>
      `${path} no puede cambiar a mitad de una simulación: se cambia desde el inicio y la simulación se pone al día.`,
  },
  notEdited: { en: (message: string) => `Not changed: ${message}`, es: (message: string) => `Sin cambios: ${message}` },
  tooLarge: {
    en: (size: string) => `The scenario has ${size} and is not kept across reloads. Save it as a file.`,
    es: (size: string) => `El escenario ocupa ${size} y no se conserva al recargar. Guárdalo como archivo.`,
  },
  longLink: {
    en: (size: string) => `The link has ${size}. Some programs cut links this long; a file is safer.`,
    es: (size: string) => `El enlace ocupa ${size}. Algunos programas cortan enlaces tan largos; un archivo es más seguro.`,
  },
  linkEncoding: {
    en: 'The link holds characters that a link to a scenario cannot hold. It was probably changed on its way.',
    es: 'El enlace contiene caracteres que no pueden estar en un enlace a un escenario. Probablemente se alteró al enviarlo.',
  },
  linkCut: { en: 'The link is cut off or damaged.', es: 'El enlace está cortado o dañado.' },
  linkContent: {
    en: 'The link holds something, but not a scenario.',
    es: 'El enlace contiene algo, pero no un escenario.',
  },
  linkPart: {
    en: 'What could be read of its text is in the editor.',
    es: 'Lo que se pudo leer del texto está en el editor.',
  },
  linkNothing: { en: 'Your own scenario is open instead.', es: 'En su lugar está abierto tu escenario.' },
});
