'use strict';
// The page Align. A click in a frame and on the plan belongs to the current point; after each click the server judges
// all points. The panes are SVG pictures in their own pixels, and also listen to the arrow keys and Enter.
document.addEventListener('DOMContentLoaded', () => {
  const element = id => document.getElementById(id), SVG = 'http://www.w3.org/2000/svg', query = location.search;
  const address = path => `api/v1/align${path}${path.includes('?') ? query.replace('?', '&') : query}`;
  const panes = {frame: element('frame-pane'), plan: element('plan-pane')}, cursor = {}, size = {};
  let info = {frames: [], plan: null, unit: 'm'}, points = [], current = 0, answer = null, asked = 0, mode = 'points', stood = [], place = null;
  let floor = null, areas = [], ring = [], changed = false; // of the areas over the plan

  // the server
  function say(sentence) {
    element('refused').textContent = sentence;
    element('refused').hidden = !sentence;
    if (sentence) element('done').hidden = true;
  }

  async function ask(path, body) {
    const form = body instanceof FormData, headers = form ? {} : {'Content-Type': 'application/json'};
    let reply, told;
    try {
      reply = await fetch(address(path), body ? {method: 'POST', headers, body: form ? body : JSON.stringify(body)} : {});
      told = await reply.json();
    } catch { throw new Error('The server did not answer: check the connection, then try again.'); }
    if (!reply.ok) throw new Error(told.error || 'The server refused this: its log has the details.');
    return told;
  }

  async function work(words, job) { // with all buttons off, and one sentence when it is refused
    const line = document.querySelector('.busy-line'), buttons = [...document.querySelectorAll('button')];
    const off = buttons.filter(o => !o.disabled);
    element('busy').textContent = words;
    line.hidden = false;
    for (const o of off) o.disabled = true;
    say('');
    try { return await job(); } catch (error) { say(error.message); return null; } finally {
      line.hidden = true;
      for (const o of off) o.disabled = false;
      show();
    }
  }

  // drawing: a pane is an SVG picture with marks in its own pixels
  function draw(tag, attributes, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const unit = pane => 1 / (panes[pane].getScreenCTM()?.a || 1); // a pixel of the screen

  function fill(pane, href, width, height, marks) {
    const svg = panes[pane];
    size[pane] = [width, height];
    cursor[pane] ||= [width / 2, height / 2];
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const old = svg.querySelector('image'), image = old && old.getAttribute('href') === href ? old : draw('image', {href, width, height});
    svg.replaceChildren(image, ...marks());
    const [x, y] = cursor[pane], r = 12 * unit(pane);
    svg.append(draw('path', {class: 'cross', d: `M${x - r} ${y}h${2 * r}M${x} ${y - r}v${2 * r}`}));
  }

  function mark(pane, at, name, now, more = []) {
    const u = unit(pane), group = draw('g', {class: now ? 'current' : ''}), [x, y] = at, r = 7 * u;
    const d = `M${x - r} ${y}h${2 * r}M${x} ${y - r}v${2 * r}`;
    group.append(...more, draw('path', {class: 'point', d}), draw('path', {class: 'point', d}),
      draw('text', {x: x + 8 * u, y: y - 6 * u, 'font-size': 15 * u}, name));
    return group;
  }

  const frameName = () => info.frames[Number(element('slider').value)];

  function frameMarks() {
    if (mode !== 'points') return [];
    const name = frameName();
    return points.flatMap((p, k) => p.views.filter(v => v.image === name).map(v => mark('frame', [v.u, v.v], p.name, k === current)));
  }

  function way(path) { // of the camera, with the frame that is shown
    const here = path[Number(element('slider').value)];
    if (!here) return [];
    return [draw('path', {class: 'way', d: 'M' + path.map(p => p.join(' ')).join('L')}),
      draw('circle', {class: 'here', cx: here[0], cy: here[1], r: 6 * unit('plan')})];
  }

  function placeMarks() {
    const walls = place ? [draw('path', {class: 'walls', d: place.walls.map(p => `M${p.join(' ')}h0`).join('')})] : [];
    return [...walls, ...way(place?.path || []), ...stood.map((o, k) => mark('plan', o.plan, `${k + 1}`, o.image === frameName()))];
  }

  function areaMarks() {
    const line = r => 'M' + r.map(p => p.join(' ')).join('L'), r = 5 * unit('plan');
    const out = areas.map(a => draw('path', {class: `area ${a.kind}`, 'fill-rule': 'evenodd', d: a.rings.map(o => line(o) + 'Z').join('')}));
    if (ring.length) out.push(draw('path', {class: `area open ${element('kind').value}`, d: line(ring)}));
    return [...out, ...ring.map(p => draw('circle', {class: 'corner', cx: p[0], cy: p[1], r}))];
  }

  function planMarks() {
    if (mode === 'areas') return areaMarks();
    if (mode === 'place') return placeMarks();
    const out = way(answer?.path || []);
    points.forEach((p, k) => {
      const found = answer?.points[k]?.pixel, line = p.plan && found ? [draw('path', {class: 'off', d: `M${p.plan}L${found}`})] : [];
      if (p.plan) out.push(mark('plan', p.plan, p.name, k === current, line));
    });
    return out;
  }

  function drawFrame() {
    const n = Number(element('slider').value), image = new Image(), href = address(`/frames/${n}`);
    if (!info.frames.length) return;
    element('frame-name').textContent = frameName();
    element('slider').setAttribute('aria-valuetext', frameName());
    image.onload = () => {
      if (n === Number(element('slider').value)) fill('frame', href, image.naturalWidth, image.naturalHeight, frameMarks);
    };
    image.src = href;
  }

  function drawPlan() {
    if (mode === 'areas') {
      panes.plan.toggleAttribute('hidden', !floor);
      if (floor) fill('plan', address(`/floor.png?v=${floor.tag}`), floor.width, floor.height, planMarks);
      return;
    }
    panes.plan.toggleAttribute('hidden', !info.plan);
    if (!info.plan) { element('send').open = true; return; }
    fill('plan', address(`/plan.png?v=${info.plan.tag}`), info.plan.width, info.plan.height, planMarks);
  }

  // the list of points
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  function newName() {
    for (let k = 0; ; k++) {
      const name = LETTERS[k % 26] + (k < 26 ? '' : Math.floor(k / 26));
      if (!points.some(p => p.name === name)) return name;
    }
  }

  const digits = v => v == null ? '' : v < 9.995 ? v.toFixed(2) : v.toFixed(0);

  function cell(row, content) {
    const td = row.insertCell();
    td.append(content);
    return td;
  }

  function button(words, label, kind, act) {
    const made = document.createElement('button');
    Object.assign(made, {type: 'button', textContent: words, className: `btn btn-sm ${kind}`});
    made.setAttribute('aria-label', label);
    made.addEventListener('click', act);
    return made;
  }

  function list() {
    const body = element('points').tBodies[0];
    body.replaceChildren();
    points.forEach((p, k) => {
      const told = answer?.points[k], row = body.insertRow(), height = document.createElement('input');
      const choose = button(p.name, `Point ${p.name}`, k === current ? 'btn-primary' : 'btn-outline-secondary', () => { current = k; show(); });
      choose.setAttribute('aria-pressed', k === current);
      Object.assign(height, {type: 'number', step: 'any', min: -50, max: 500, value: p.z, className: 'form-control form-control-sm'});
      height.setAttribute('aria-label', `Height of point ${p.name} above the floor, metres`);
      height.addEventListener('change', () => { p.z = Math.min(500, Math.max(-50, Number(height.value) || 0)); judge(); });
      cell(row, choose);
      cell(row, height);
      cell(row, `${p.views.length}`);
      cell(row, digits(told?.residual_m));
      cell(row, digits(told?.left_out_m));
      cell(row, button('×', `Delete point ${p.name}`, 'btn-outline-danger', () => {
        points.splice(k, 1);
        if (!points.length) points.push({name: 'A', z: 0, plan: null, views: []});
        current = Math.min(current, points.length - 1);
        judge();
      }));
      const hint = told?.hint || (told?.used === false ? 'does not fit the others and is left out' : '');
      row.classList.toggle('out', told?.used === false);
      if (hint) {
        const line = body.insertRow();
        line.className = 'hint';
        cell(line, hint).colSpan = 6;
      }
    });
  }

  function verdict() {
    const good = answer && !answer.refusal, off = good ? answer.points.map(p => p.residual_m).filter(v => v != null) : [];
    const said = good ? [`The frames are known to ± ${digits(answer.sd_m)} ${info.unit} on the plan.`] : [answer?.refusal || ''];
    for (const s of answer ? [...answer.notes, ...answer.doubts] : []) said.push(s[0].toUpperCase() + s.slice(1) + (/[.?!]$/.test(s) ? '' : '.'));
    if (good && off.length === 3) said.push('Three points leave nothing to check with: a fourth shows a wrong one.');
    element('verdict').textContent = said.join(' ');
    element('use-points').disabled = !good;
  }

  function placeWords() {
    const names = stood.map((o, k) => `${k + 1}: ${o.image}`).join(', ');
    element('stood').textContent = stood.length ? `The camera stood at ${names}.${stood.length === 1 ? ' One more frame, far from this one.' : ''}` : '';
    element('place').textContent = place ? [place.summary, place.doubt].join(' ') : '';
    element('propose').textContent = stood.length ? 'Find the place near the clicks' : 'Find the place';
    element('propose').disabled = !info.plan || stood.length === 1;
    element('forget').disabled = !stood.length;
    element('use-place').disabled = !place || Boolean(place.doubt && !place.stood);
  }

  const KINDS = {walkable: 'people can walk here', forbidden: 'nobody can walk here'};
  function areaWords() {
    element('areas').replaceChildren(...areas.map((a, k) => {
      const item = document.createElement('li');
      item.append(`${k + 1}: ${KINDS[a.kind]} `, button('Delete', `Delete area ${k + 1}`, 'btn-outline-danger', () => {
        areas.splice(k, 1);
        changed = true;
        show();
      }));
      return item;
    }));
    element('close-area').disabled = ring.length < 3;
    element('undo-corner').disabled = !ring.length;
    element('save-areas').disabled = !changed || ring.length > 0;
    element('drawn').textContent = ring.length ? `${ring.length} corners; close the area before you save.` : changed ? 'Not saved yet.' : '';
  }

  async function loadAreas() {
    try { ({plan: floor, areas} = await ask('/areas')); changed = false; ring = []; } catch (error) { floor = null; say(error.message); }
    show();
  }

  const HELP = {areas: 'Red is where nobody can walk; answers are moved to the nearest place where people can. Click the corners of an area on the plan and close it, then save.',
    place: 'The walls that were seen and the path are laid on the plan. Where that is wrong, correct it by two clicks: choose a frame, click on the plan where the camera stood, and do the same for a second frame far from it.',
    points: 'Choose a point that is seen in two or more frames and on the plan, such as the foot of a door frame. Click it in each frame and on the plan. Four or more points, far apart and not on one line.'};

  function show() {
    element('help').textContent = HELP[mode];
    for (const o of document.querySelectorAll('.unit')) o.textContent = info.unit;
    for (const name of ['points', 'place', 'areas']) element(`work-${name}`).hidden = name !== mode;
    list();
    verdict();
    placeWords();
    areaWords();
    element('send').hidden = mode === 'areas';
    drawFrame();
    drawPlan();
  }

  // clicks
  const KEY = () => `align ${location.pathname}${query} ${info.plan?.tag}`;

  async function judge() {
    const mine = ++asked;
    try { sessionStorage.setItem(KEY(), JSON.stringify(points)); } catch { }
    answer = null;
    show();
    if (!info.plan || !points.some(p => p.plan || p.views.length)) return;
    try {
      const told = await ask('/points', {points});
      if (mine !== asked) return;
      answer = told;
      say('');
    } catch (error) { if (mine === asked) say(error.message); }
    show();
  }

  function set(pane, at) {
    cursor[pane] = at;
    element('done').hidden = true;
    const [x, y] = at.map(v => Math.round(v * 10) / 10);
    if (mode === 'areas') {
      if (pane !== 'plan') return;
      const near = ring.length > 2 && Math.hypot(x - ring[0][0], y - ring[0][1]) < 10 * unit('plan');
      near ? closeArea() : ring.push([x, y]);
      return show();
    }
    if (mode === 'place') {
      if (pane !== 'plan') return;
      stood = [...stood.filter(o => o.image !== frameName()), {image: frameName(), plan: [x, y]}].slice(-2);
      place = null;
      return show();
    }
    const p = points[current];
    if (pane === 'plan') p.plan = [x, y];
    else p.views = [...p.views.filter(v => v.image !== frameName()), {image: frameName(), u: x, v: y}];
    judge();
  }

  for (const [pane, svg] of Object.entries(panes)) {
    svg.addEventListener('click', event => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      if (size[pane] && at.x >= 0 && at.y >= 0 && at.x <= size[pane][0] && at.y <= size[pane][1]) set(pane, [at.x, at.y]);
    });
    svg.addEventListener('keydown', event => {
      const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
      if (!size[pane] || !(step || event.key === 'Enter')) return;
      event.preventDefault();
      if (!step) return set(pane, cursor[pane]);
      const far = event.shiftKey ? 1 : 12 * unit(pane);
      cursor[pane] = cursor[pane].map((v, k) => Math.min(size[pane][k], Math.max(0, v + far * step[k])));
      pane === 'plan' ? drawPlan() : drawFrame();
    });
  }

  element('slider').addEventListener('input', () => { drawFrame(); drawPlan(); });
  element('add').addEventListener('click', () => {
    points.push({name: newName(), z: 0, plan: null, views: []});
    current = points.length - 1;
    judge();
  });
  addEventListener('resize', () => { drawFrame(); drawPlan(); });

  function done(told) {
    const next = told.next.length ? ` Still to do: ${told.next.join(', ')}.` : '';
    element('done').textContent = `The scene is aligned: ${told.summary}.${next} The server takes it up in a moment.`;
    element('done').hidden = false;
    element('done').scrollIntoView({block: 'nearest'});
  }

  element('propose').addEventListener('click', async () => {
    const two = stood.length === 2, told = await work('The place is being looked for, which takes about half a minute', () => ask('/place', {stood}));
    place = told && {...told, stood: two};
    show();
  });

  element('forget').addEventListener('click', () => { stood = []; place = null; show(); });

  element('use-place').addEventListener('click', async () => {
    const told = await work('The scene is being aligned, which takes about half a minute', () => ask('/use_place', {stood}));
    if (told) { stood = []; place = null; await load(); done(told); }
  });

  function closeArea() {
    areas.push({kind: element('kind').value, rings: [ring]});
    ring = [];
    changed = true;
  }

  element('close-area').addEventListener('click', () => { closeArea(); show(); });
  element('undo-corner').addEventListener('click', () => { ring.pop(); show(); });
  element('kind').addEventListener('change', drawPlan);
  element('save-areas').addEventListener('click', async () => {
    const told = await work('The areas are being saved', () => ask('/areas', {areas}));
    if (!told) return;
    ({plan: floor, areas} = told);
    changed = false;
    show();
    element('drawn').textContent = `Saved: ${Math.round(100 * told.share)} % of the plan can be walked on.`;
  });

  for (const radio of document.querySelectorAll('#modes input'))
    radio.addEventListener('change', () => {
      mode = radio.value;
      delete cursor.plan;
      say('');
      mode === 'areas' && !changed ? loadAreas() : show();
    });

  element('use-points').addEventListener('click', async () => {
    const told = await work('The scene is being aligned', () => ask('/use', {points}));
    if (told) { await load(); done(told); }
  });

  element('send-plan').addEventListener('submit', async event => {
    event.preventDefault();
    const body = new FormData();
    body.append('image', element('send-plan').elements.image.files[0]);
    const told = await work('The plan is being read', () => ask(`/plan?width_m=${element('plan-width').value}`, body));
    if (!told) return;
    element('send').open = false;
    delete cursor.plan;
    stood = [];
    place = null;
    await load();
  });

  // the beginning
  async function load() {
    try { info = await ask(''); } catch (error) { return say(error.message); }
    element('slider').max = Math.max(info.frames.length - 1, 0);
    points = [];
    try { points = JSON.parse(sessionStorage.getItem(KEY())) || []; } catch { }
    if (!points.length) points = [{name: 'A', z: 0, plan: null, views: []}];
    current = Math.min(current, points.length - 1);
    await judge();
  }

  load();
});
