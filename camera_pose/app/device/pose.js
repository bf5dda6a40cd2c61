// The exported network of a place, asked as runner.py asks it: the same numbers under the same names.
import {readPhoto} from './photo.js';
import * as ort from './runtime/ort.js';

function halfs(bytes) { // numbers of 16 bits
  return Float32Array.from(new Uint16Array(bytes), h => {
    const sign = h >> 15 ? -1 : 1, exponent = h >> 10 & 31, part = h & 1023;
    return exponent ? sign*2**(exponent - 15)*(1 + part/1024) : sign*2**-14*part/1024;
  });
}

export function readTable(buffer) { // a table of numpy's format `.npy`: {data, rows, columns}
  const length = new DataView(buffer).getUint16(8, true), head = new TextDecoder().decode(new Uint8Array(buffer, 10, length));
  const [, kind] = head.match(/'descr': '<(f[24])'/), [, rows, columns] = head.match(/'shape': \((\d+), (\d+)\)/).map(Number);
  const numbers = buffer.slice(10 + length);
  return {data: kind === 'f2' ? halfs(numbers) : new Float32Array(numbers), rows, columns};
}

const norm = v => Math.hypot(...v), degrees = v => v*180/Math.PI;

function distance(features, table, k) { // from the most similar training images
  const size = Math.max(norm(features), 1e-12), similar = [];
  for (let row = 0; row < table.rows; row++) {
    let sum = 0;
    for (let i = 0; i < table.columns; i++) sum += features[i]*table.data[row*table.columns + i];
    similar.push(sum/size);
  }
  const best = similar.sort((a, b) => b - a).slice(0, k);
  return 1 - best.reduce((a, b) => a + b, 0)/best.length;
}

function heading([w, x, y, z]) { // degrees on the map, null for a camera that looks straight up or down
  const ahead = [2*(x*z + w*y), 2*(y*z - w*x)];
  return norm(ahead) < 1e-6 ? null : degrees(Math.atan2(ahead[1], ahead[0]));
}

export class Network {
  constructor(info, session, references) { Object.assign(this, {info, session, references}); }

  static async open(fetched) { // `fetched(file)`: its bytes
    const info = JSON.parse(new TextDecoder().decode(await fetched('page.json')));
    ort.env.wasm.numThreads = 1; // several threads would need headers that a plain file server does not send
    ort.env.wasm.wasmBinary = await fetched('runtime/ort.wasm');
    const bytes = new Uint8Array(await fetched(info.network));
    const session = await ort.InferenceSession.create(bytes, {executionProviders: ['wasm']}).catch(e => {
      console.warn(e);
      throw new Error(`${info.network} is damaged, or this browser cannot run it`);
    });
    const references = info.novelty && readTable(await fetched(info.novelty.file));
    const network = new Network(info, session, references);
    await network.measure(new Float32Array(3*info.photo.side**2)); // the first pass takes longer
    return network;
  }

  async measure(images) { // name of an output -> numbers
    const {side} = this.info.photo, tensor = new ort.Tensor('float32', images, [1, 3, side, side]);
    const out = await this.session.run({images: tensor});
    return Object.fromEntries(Object.entries(out).map(([name, tensor]) => [name, Array.from(tensor.data)]));
  }

  async localize(source) { // a file or a playing video
    const {info} = this, found = await this.measure(await readPhoto(source, info.photo.side));
    const position = found.pose.slice(0, 3), turn = found.pose.slice(3), quaternion = turn.map(v => v/norm(turn));
    if (!found.pose.every(Number.isFinite)) throw new Error('The network gave no finite pose');
    const row = {position, quaternion_wxyz: quaternion, units: info.units, known_place: null, heading_deg: heading(quaternion)};
    if (this.references) {
      row.place_distance = distance(found.features, this.references, info.novelty.k);
      row.known_place = row.place_distance <= info.novelty.limit;
    }
    if (info.plan) row.plan_px = info.plan.plan_from_world.map(([a, b, c]) => a*position[0] + b*position[1] + c);
    if (found.sd) {
      const factors = info.calibration || {position: 1, rotation: 1};
      row.sd_m = norm(found.sd.slice(0, 3))*factors.position;
      row.sd_deg = Math.min(degrees(norm(found.sd.slice(3)))*factors.rotation, 180);
    }
    return {...row, errors_on_test_frames: info.errors};
  }
}
