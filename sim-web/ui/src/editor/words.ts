// The words of the text editor.
import { define } from '../language';

export const words = define({
  label: { en: 'Scenario text', es: 'Texto del escenario' },
  arm: { en: (arm: string) => `Scenario ${arm}`, es: (arm: string) => `Escenario ${arm}` },
  close: { en: 'Close the text', es: 'Cerrar el texto' },
  format: { en: 'Format', es: 'Formatear' },
  formatted: { en: 'text formatted', es: 'texto formateado' },
  formatAbout: { en: 'Lay the text out as `escala fmt` does', es: 'Ordenar el texto como `escala fmt`' },
  right: { en: 'No mistakes', es: 'Sin errores' },
  errors: {
    en: (count: number) => (count === 1 ? '1 mistake' : `${count} mistakes`),
    es: (count: number) => (count === 1 ? '1 error' : `${count} errores`),
  },
  warnings: {
    en: (count: number) => (count === 1 ? '1 warning' : `${count} warnings`),
    es: (count: number) => (count === 1 ? '1 aviso' : `${count} avisos`),
  },
  next: { en: 'Next', es: 'Siguiente' },
  nextAbout: { en: 'Go to the next mistake (F8)', es: 'Ir al siguiente error (F8)' },
  fix: { en: (insert: string) => `Put ${insert}`, es: (insert: string) => `Poner ${insert}` },
  remove: { en: 'Take it away', es: 'Quitarlo' },
  fixed: { en: 'mistake mended', es: 'error corregido' },
  locked: { en: 'Only to be read: edit a copy to change it.', es: 'Solo lectura: edite una copia para cambiarlo.' },
  keys: {
    en: 'Ctrl+Space proposes words. Escape, then Tab leaves the text.',
    es: 'Ctrl+Espacio propone palabras. Escape y luego Tab sale del texto.',
  },
});
