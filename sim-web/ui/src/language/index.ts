// What other features use of the language: words, numbers, and which language it is.
export { define } from './words';
export { language, LANGUAGES, type Language } from './language.svelte';
export * as numbers from './numbers';
