'use strict';
// Sending a video with its progress, following the job, and moving through the trajectory in time. Without this script
// the form still works, the page of a running job renews itself, and the trajectory is on the plan.
document.addEventListener('DOMContentLoaded', () => {
  const element = id => document.getElementById(id);

  function say(sentence) {
    element('refused').textContent = sentence;
    element('refused').hidden = false;
  }

  function send(form) {
    const video = element('video').files[0], most = Number(form.dataset.maxBytes), button = form.querySelector('button');
    if (!video) return;
    if (video.size > most) return say(`The video has ${Math.round(video.size / 1e6)} MB, more than the limit of ${Math.round(most / 1e6)} MB: send a shorter one.`);
    const request = new XMLHttpRequest(), lost = 'The server did not answer: check the connection, then send the video again.';
    request.upload.onprogress = event => { element('sent').value = event.loaded / event.total; };
    request.onload = () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { told = {error: lost}; }
      if (told.id) return location.assign(`track?job=${encodeURIComponent(told.id)}`);
      failed(told.error || lost);
    };
    request.onerror = () => failed(lost);
    function failed(sentence) { say(sentence); button.disabled = false; element('sent').hidden = true; }
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'application/json');
    element('refused').hidden = true;
    element('sent').hidden = false;
    button.disabled = true;
    request.send(new FormData(form));
  }

  function follow(job) {
    const source = new EventSource(`api/v1/track/${job}/events`);
    source.onmessage = event => {
      const {state, stage, progress} = JSON.parse(event.data);
      element('stage').textContent = stage;
      element('done').max = progress.total || 1;
      element('done').value = progress.done;
      if (state === 'waiting' || state === 'running') return;
      source.close();
      location.reload();
    };
  }

  async function show(job) {
    const answer = await fetch(`api/v1/track/${job}`), {poses, units} = await answer.json();
    const unit = units === 'metres' ? 'm' : 'units', slider = element('time'), at = element('at');
    function move() {
      const i = Number(slider.value), pose = poses[i], clock = `${pose.timestamp.toFixed(1)} s`;
      element('frame').src = `api/v1/track/${job}/frames/${i}`;
      at.setAttribute('visibility', pose.pixel ? 'visible' : 'hidden');
      slider.setAttribute('aria-valuetext', clock);
      if (!pose.pixel) { element('now').textContent = `${clock}: not located`; return; }
      at.setAttribute('transform', `translate(${pose.pixel.x} ${pose.pixel.y}) rotate(${pose.pixel.angle_deg ?? 0})`);
      const [x, y, z] = pose.position_m.map(v => v.toFixed(2)), rough = pose.status === 'coarse' ? ' (roughly)' : '';
      element('now').textContent = `${clock}: x ${x}, y ${y}, z ${z} ${unit}${rough}`;
    }
    slider.addEventListener('input', move);
    move();
  }

  const form = element('send-video'), job = element('job'), track = element('track');
  if (form) form.addEventListener('submit', event => { event.preventDefault(); send(form); });
  if (job) follow(job.dataset.job);
  if (track) show(track.dataset.job);
  for (const button of document.querySelectorAll('[data-delete]'))
    button.addEventListener('click', async () => {
      await fetch(`api/v1/track/${button.dataset.delete}`, {method: 'DELETE'});
      location.assign('track');
    });
});
