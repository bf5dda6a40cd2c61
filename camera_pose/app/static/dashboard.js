'use strict';
// The page works without this script (a plain form); with it a photo is sent as soon as it is chosen, dropped or
// pasted, and only the answer is replaced.
const root = document.documentElement, dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
follow();
dark.addEventListener('change', follow);
root.classList.add('scripted');

document.addEventListener('DOMContentLoaded', () => {
  const form = document.getElementById('upload');
  if (!form) return; // another page

  function say(sentence) {
    const alert = document.createElement('div');
    alert.className = 'alert alert-danger';
    alert.role = 'alert';
    alert.textContent = sentence;
    document.getElementById('result').replaceChildren(alert);
  }

  async function send(photo) {
    const limit = Number(form.dataset.maxBytes), megabytes = bytes => (bytes / 1e6).toFixed(1) + ' MB';
    if (!photo || form.classList.contains('sending')) return;
    if (photo.size > limit) return say(`The photo has ${megabytes(photo.size)}, more than the limit of ${megabytes(limit)}: send a smaller one.`);
    const body = new FormData();
    body.append('image', photo, photo.name || 'photo');
    form.classList.add('sending');
    try {
      const answer = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'text/html'}});
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('result');
      if (!fresh) throw new Error(answer.status);
      document.getElementById('result').replaceChildren(...fresh.childNodes);
    } catch {
      say('The server did not answer: check that it is running and that this device is still connected, then send the photo again.');
    }
    form.classList.remove('sending');
  }

  for (const input of form.querySelectorAll('input[type=file]'))
    input.addEventListener('change', () => { send(input.files[0]); input.value = ''; });
  document.addEventListener('paste', event => send(event.clipboardData.files[0]));
  document.addEventListener('dragover', event => { event.preventDefault(); form.classList.add('over'); });
  document.addEventListener('dragleave', event => { if (!event.relatedTarget) form.classList.remove('over'); });
  document.addEventListener('drop', event => {
    event.preventDefault();
    form.classList.remove('over');
    send(event.dataTransfer.files[0]);
  });
});
