// The page itself, on top of the engine that `main.ts` has begun.
import { mount } from 'svelte';
import { keepOffline } from './offline';
import './style/palette.css';
import './style/base.css';
import App from './shell/App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has an element `app`');
mount(App, { target });
keepOffline();
