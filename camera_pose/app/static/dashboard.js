'use strict';
// The page works without this script (a plain form with one photo). With it photos are sent as soon as they are chosen,
// dropped or pasted, several one after the other; their answers are kept in this tab until it is closed, and a live
// camera is asked about once a second.
const root = document.documentElement, dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
follow();
dark.addEventListener('change', follow);
root.classList.add('scripted');

document.addEventListener('DOMContentLoaded', () => {
  const form = document.getElementById('upload');
  if (!form) return; // another page
  const result = document.getElementById('result'), list = document.getElementById('answers');
  const KEY = `answers 2 ${location.pathname}`, MOST = 12, empty = [...result.childNodes].map(node => node.cloneNode(true));
  const read = html => new DOMParser().parseFromString(html, 'text/html').body.childNodes;
  let answers = [];
  try { answers = JSON.parse(sessionStorage.getItem(KEY)) || []; } catch { }

  // the answers of this tab, each with a link
  function keep() {
    while (true) { // the memory of a tab is bounded
      try { return sessionStorage.setItem(KEY, JSON.stringify(answers)); } catch { if (!answers.shift()) return; }
    }
  }

  function brief(page) {
    const answer = page.querySelector('.answer');
    return answer ? answer.dataset.brief : 'no answer';
  }

  function show() {
    const chosen = answers.find(o => `#photo-${o.number}` === location.hash);
    if (chosen) result.replaceChildren(...read(chosen.html));
    else result.replaceChildren(...empty.map(node => node.cloneNode(true)));
    list.replaceChildren(...answers.map(o => {
      const link = document.createElement('a');
      link.href = `#photo-${o.number}`;
      link.textContent = `${o.name}: ${o.brief}`;
      link.className = 'btn btn-sm ' + (o === chosen ? 'btn-secondary' : 'btn-outline-secondary');
      if (o === chosen) link.setAttribute('aria-current', 'true');
      return link;
    }));
    list.hidden = answers.length < (chosen ? 2 : 1);
  }

  function add(name, fresh) {
    const number = 1 + Math.max(0, ...answers.map(o => o.number));
    answers = [...answers, {number, name, brief: brief(fresh), html: fresh.innerHTML}].slice(-MOST);
    keep();
    history.replaceState(null, '', `#photo-${number}`);
    show();
  }

  function say(sentence) {
    const alert = document.createElement('div');
    alert.className = 'alert alert-danger';
    alert.role = 'alert';
    alert.textContent = sentence;
    result.replaceChildren(alert);
  }

  // one photo to the server; `#result` of its page
  async function ask(photo) {
    const body = new FormData();
    body.append('image', photo, photo.name || 'photo');
    const answer = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'text/html'}});
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('result');
    if (!page) throw new Error(answer.status);
    return page;
  }

  async function send(photos) {
    const limit = Number(form.dataset.maxBytes), megabytes = bytes => (bytes / 1e6).toFixed(1) + ' MB';
    if (!photos.length || form.classList.contains('sending')) return;
    form.classList.add('sending');
    for (const photo of photos) {
      if (photo.size > limit) {
        say(`The photo has ${megabytes(photo.size)}, more than the limit of ${megabytes(limit)}: send a smaller one.`);
        continue;
      }
      try {
        const page = await ask(photo);
        if (photos.length === 1 && !page.querySelector('.answer')) result.replaceChildren(...page.childNodes);
        else add(photo.name || 'photo', page);
      } catch {
        say('The server did not answer: check that it is running and that this device is still connected, then send the photo again.');
        break;
      }
    }
    form.classList.remove('sending');
  }

  for (const input of form.querySelectorAll('input[type=file]'))
    input.addEventListener('change', async () => { const photos = [...input.files]; input.value = ''; await send(photos); });
  document.getElementById('choose').multiple = true; // the plain form sends one
  document.addEventListener('paste', event => send([...event.clipboardData.files]));
  document.addEventListener('dragover', event => { event.preventDefault(); form.classList.add('over'); });
  document.addEventListener('dragleave', event => { if (!event.relatedTarget) form.classList.remove('over'); });
  document.addEventListener('drop', event => {
    event.preventDefault();
    form.classList.remove('over');
    send([...event.dataTransfer.files]);
  });
  addEventListener('hashchange', show);
  if (answers.length && !result.querySelector('.answer')) show();

  // the live camera: browsers allow it on localhost and https only
  const live = document.getElementById('live'), view = document.getElementById('view');
  let stream = null;
  async function watch() {
    const canvas = document.createElement('canvas'), turn = stream;
    while (stream === turn) {
      const next = Date.now() + 1000;
      if (view.videoWidth) {
        canvas.width = view.videoWidth;
        canvas.height = view.videoHeight;
        canvas.getContext('2d').drawImage(view, 0, 0);
        const photo = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .9));
        try {
          const page = await ask(photo);
          if (stream === turn) result.replaceChildren(...page.childNodes);
        } catch { if (stream === turn) say('The server did not answer: the live camera tries again.'); }
      }
      await new Promise(done => setTimeout(done, Math.max(0, next - Date.now())));
    }
  }
  async function toggle() {
    if (stream) {
      for (const track of stream.getTracks()) track.stop();
      stream = null;
    } else {
      try { stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment', width: {ideal: 1280}}}); }
      catch { return say('The camera cannot be used: allow it for this page, or send photos.'); }
      view.srcObject = stream;
      await view.play();
      watch();
    }
    view.hidden = !stream;
    live.textContent = stream ? 'Stop the camera' : 'Live camera';
  }
  if (navigator.mediaDevices?.getUserMedia) { live.hidden = false; live.addEventListener('click', toggle); }
});
