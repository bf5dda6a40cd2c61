// The page: loads the network once, and shows its answers to photos and to a live camera. Nothing is sent.
import {PhotoError} from './photo.js';

const at = id => document.getElementById(id), show = (id, seen = true) => { if (at(id)) at(id).hidden = !seen; };
const say = (id, sentence) => { at(id).textContent = sentence; show(id, Boolean(sentence)); };
let network = null, unit = 'm';
export let answered = null; // the last answer, as of runner.py

// --- words ---

function length(v) { // as one says it
  if (unit !== 'm') return `${v.toPrecision(2)} ${unit}`;
  if (v < .995) return `${Math.max(1, Math.round(100*v))} cm`;
  return v < 9.95 ? `${v.toFixed(1)} m` : `${Math.round(v)} m`;
}
const angle = v => `${v.toFixed(v < 9.95 ? 1 : 0)}°`;
const position = row => row.position.map((v, i) => `${'xyz'[i]} ${v.toFixed(2)}`).join(', ') + ` ${unit}`;

function expected(row) { // error in the length of the world and in degrees, and what it means
  const test = row.errors_on_test_frames;
  if (row.sd_m !== undefined) return {m: row.sd_m, deg: row.sd_deg, name: 'expected error'};
  return test ? {m: test.median_m, deg: test.median_deg, name: 'typical error', more: ' (half are smaller)'} : null;
}

const typical = test => `half of the network's answers were within ${length(test.median_m)} and ${angle(test.median_deg)}, `
  + `nine tenths within ${length(test.p90_m)} and ${angle(test.p90_deg)}`;

function list(element, rows) {
  element.replaceChildren(...rows.filter(([, value]) => value).flatMap(([name, value]) => {
    const pair = [document.createElement('dt'), document.createElement('dd')];
    pair[0].textContent = name; pair[1].textContent = value;
    return pair;
  }));
}

// --- an answer ---

function mark(row) { // on the plan; without a row nothing
  const plan = row && network.info.plan, svg = at('plan'), error = plan && expected(row);
  let ring = false;
  if (plan && svg) {
    const [[a, b], [d, e]] = plan.plan_from_world, picture = svg.querySelector('image');
    const w = picture.width.baseVal.value, h = picture.height.baseVal.value, u = Math.max(w, h)/100;
    const [x, y] = row.plan_px, outside = x < 0 || y < 0 || x > w || y > h;
    const inside = (v, most) => Math.min(Math.max(v, 2*u), most - 2*u);
    const [px, py] = outside ? [inside(x, w), inside(y, h)] : [x, y];
    at('place').setAttribute('transform', `translate(${px} ${py})`);
    svg.querySelector('.marker').classList.toggle('outside', outside);
    const [cx, cy] = [Math.cos, Math.sin].map(f => f(row.heading_deg*Math.PI/180)), wedge = svg.querySelector('.wedge');
    wedge.setAttribute('transform', `rotate(${Math.atan2(d*cx + e*cy, a*cx + b*cy)*180/Math.PI})`);
    wedge.toggleAttribute('hidden', row.heading_deg === null);
    const radius = error && error.m*Math.sqrt(Math.abs(a*e - b*d));
    ring = Boolean(error) && !outside && radius > 1.8*u && radius < 2*Math.hypot(w, h);
    if (ring) at('ring').setAttribute('transform', `matrix(${a} ${d} ${b} ${e} ${px} ${py})`);
    if (ring) at('ring').setAttribute('r', error.m);
    if (error) at('ring-words').textContent = error.name + (error.more || '');
    row = {...row, outside};
  }
  for (const id of ['place', 'key-place', 'key-wedge']) at(id)?.toggleAttribute('hidden', !plan);
  for (const id of ['ring', 'key-ring']) at(id)?.toggleAttribute('hidden', !ring);
  return row;
}

const FOREIGN = 'It looks less like the training images than 99 of 100 photos of the place do, so it has no position. '
  + 'Take another photo where the video went, sharp and not too dark.';
function sentence(row) {
  if (row.known_place === false) return FOREIGN;
  if (row.outside) return 'The position lies outside of the plan: the hollow marker shows on which side.';
  return `The network's answer${row.known_place === null ? '. Whether the photo is from this place cannot be told here.' : ', an estimate.'}`;
}

function details(row) { // names and values
  const test = row.errors_on_test_frames, near = row.place_distance?.toFixed(3), limit = network.info.novelty?.limit.toFixed(3);
  const direction = row.heading_deg === null ? 'straight up or down' : `${Math.round(row.heading_deg)}° from x towards y`;
  return [['looks towards', direction], ['quaternion w x y z', row.quaternion_wxyz.map(v => v.toFixed(3)).join('  ')],
    ['distance to the training images', near && `${near}, accepted up to ${limit}`], ['on test frames', test && typical(test)]];
}

function tell(row, ms) {
  const error = expected(row), foreign = row.known_place === false;
  row = mark(foreign ? null : row) || row;
  const size = error && `${length(error.m)}, ${angle(error.deg)}${error.more || ''}`, time = ['time', `${Math.round(ms)} ms on this device`];
  const numbers = [['position', position(row)], [error?.name, size]];
  if (foreign !== at('numbers').classList.contains('danger')) at('more').open = false; // a guess is not shown unasked
  at('numbers').classList.toggle('danger', foreign);
  const here = row.sd_m === undefined ? 'Roughly here' : `Roughly here, within about ${length(error.m)}`;
  at('headline').textContent = foreign ? 'Probably not from this place' : here;
  say('sentence', sentence(row));
  list(at('facts'), foreign ? [time] : [...numbers, time]);
  at('more').querySelector('summary').textContent = foreign ? "Show the network's guess, which is probably wrong" : 'Direction and more numbers';
  list(at('more').querySelector('dl'), foreign ? [...numbers, ...details(row)] : details(row));
  show('numbers');
  document.querySelector('.answer').classList.add('asked');
}

function refuse(sentence) { // instead of an answer
  answered = null;
  say('error', sentence);
  show('numbers', false);
  mark(null);
}

let last = Promise.resolve(); // the network answers one picture at a time
function answer(source, name) { return last = last.then(() => answerNow(source, name)); }

async function answerNow(source, name) {
  const start = performance.now();
  try {
    const row = answered = await network.localize(source);
    say('error', '');
    tell(row, performance.now() - start);
  } catch (e) {
    if (e instanceof PhotoError) refuse(`${name} cannot be used as a photo (${e.message}): choose another one, or save it as JPEG.`);
    else refuse(`The network failed on this photo (${e.message}): reload the page and try again.`);
  }
}

// --- photos ---

let busy = false, preview = null;
async function ask(files) {
  const photo = files[0];
  if (!network || busy) return;
  if (!photo) return refuse('There is no photo in what was given: drop or paste a picture.');
  busy = true;
  if (stream) stop();
  if (preview) URL.revokeObjectURL(preview);
  at('photo').src = preview = URL.createObjectURL(photo);
  at('photo').onerror = () => show('photo', false);
  show('photo');
  say('status', 'Looking for the place ...');
  await new Promise(done => setTimeout(done, 30)); // the sentence is drawn before the processor is busy
  await answer(photo, photo.name || 'The photo');
  say('status', files.length > 1 ? `One photo at a time: this is the first of ${files.length}.` : '');
  busy = false;
}

for (const id of ['camera', 'choose'])
  at(id).addEventListener('change', event => { const files = [...event.target.files]; event.target.value = ''; ask(files); });
document.addEventListener('paste', event => ask([...event.clipboardData.files]));
document.addEventListener('dragover', event => { event.preventDefault(); at('ask').classList.add('over'); });
document.addEventListener('dragleave', event => { if (!event.relatedTarget) at('ask').classList.remove('over'); });
document.addEventListener('drop', event => {
  event.preventDefault();
  at('ask').classList.remove('over');
  ask([...event.dataTransfer.files]);
});
at('ask').addEventListener('submit', event => event.preventDefault());

// --- the live camera: browsers allow it at https and localhost only ---

let stream = null;
function stop() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  show('view', false);
  document.querySelector('.answer').classList.remove('live');
  at('live').textContent = 'Live camera';
}

async function watch(turn) { // about one answer a second
  while (stream === turn) {
    const next = performance.now() + 1000;
    if (at('view').videoWidth && !document.hidden) await answer(at('view'), 'The picture of the camera');
    await new Promise(done => setTimeout(done, Math.max(50, next - performance.now())));
  }
}

async function live() {
  if (stream) return stop();
  const video = {facingMode: 'environment', width: {ideal: 1280}, height: {ideal: 720}};
  try { stream = await navigator.mediaDevices.getUserMedia({video}); }
  catch { return refuse('The camera cannot be used: allow it for this page, or take photos.'); }
  at('view').srcObject = stream;
  show('view'); show('photo', false);
  document.querySelector('.answer').classList.add('live');
  at('live').textContent = 'Stop the camera';
  await at('view').play();
  watch(stream);
}
at('live').addEventListener('click', live);
addEventListener('pagehide', () => stream && stop());

// --- loading ---

let got = 0, all = 0;
async function fetched(file) { // its bytes, counted
  const answered = await fetch(file), parts = [];
  if (!answered.ok) throw new Error(`${file} is missing`);
  for (const reader = answered.body.getReader(); ;) {
    const {done, value} = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
    at('loaded').value = all ? got/all : 0;
    if (all) say('status', `Loading the network, once: ${(got/1e6).toFixed(0)} of ${(all/1e6).toFixed(0)} MB`);
  }
  const bytes = await new Blob(parts).arrayBuffer();
  if (file === 'page.json') {
    const info = JSON.parse(new TextDecoder().decode(bytes));
    all = info.bytes; unit = info.units === 'metres' ? 'm' : 'units';
  }
  return bytes;
}

async function keep() { // all files for the time without a connection
  if (!('serviceWorker' in navigator)) return show('plain', !isSecureContext);
  const kept = await navigator.serviceWorker.register('sw.js');
  const told = event => show('renewed', event.target.state === 'installed' && Boolean(kept.active));
  const fresh = () => kept.installing?.addEventListener('statechange', told);
  fresh();
  kept.addEventListener('updatefound', fresh);
  show('renewed', Boolean(kept.waiting));
  await navigator.serviceWorker.ready;
  show('offline');
}

async function load() {
  if (!globalThis.WebAssembly || !globalThis.OffscreenCanvas)
    return say('status', 'This browser is too old for this page: update it, or use another one.');
  say('status', 'Loading ...');
  show('loaded');
  try {
    const {Network} = await import('./pose.js');
    network = await Network.open(fetched);
    if (network.info.errors) at('typical').textContent = `. On test frames of the video, ${typical(network.info.errors)}`;
    say('status', '');
  } catch (e) { say('status', `The page could not be loaded (${e.message}): check the connection and reload it.`); }
  show('loaded', false);
  if (!network) return;
  at('camera').disabled = at('choose').disabled = at('live').disabled = false;
  show('live', Boolean(navigator.mediaDevices?.getUserMedia));
  await keep().catch(() => {}); // without it the page works while it is connected
}
load();
