// A photo as the network takes it, computed as `read_photo` of runner.py does with Pillow: upright, cropped to the centre
// square, resampled with a triangle filter that is as wide as the reduction requires: across, rounded to 8 bits, then down.
export class PhotoError extends Error {}

const BITS = 22, HALF = 2**(BITS - 1); // of the weights, as in Pillow
const text = (bytes, at, n) => String.fromCharCode(...bytes.subarray(at, at + n));

// --- the file: a browser shows the rest of a damaged photo in grey, and a network would answer that, too ---

function endOfJpeg(bytes) { // is the end marker there, behind the picture and not in a thumbnail?
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xff) { at += 1; continue; } // fill bytes
    at += 2 + 256*bytes[at + 2] + bytes[at + 3];
    if (marker === 0xda) break; // from here on the picture
  }
  for (; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

function endOfPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) if (text(bytes, at + 4, 4) === 'IEND') return true;
  return false;
}

function endOfBoxes(bytes) { // of AVIF and HEIC
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at);
    if (size === 0) return true; // up to the end
    at += size === 1 ? Number(view.getBigUint64(at + 8)) : size;
  }
  return at === bytes.length;
}

export function kindOf(bytes) { // 'jpeg', 'png', ...; throws what is no photo, or only a part of one
  const start = text(bytes, 0, 12), little = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ends = (kind, whole) => { if (whole) return kind; throw new PhotoError('its end is missing'); };
  if (bytes.length < 24) throw new PhotoError('it is no picture');
  if (start.startsWith('\xff\xd8\xff')) return ends('jpeg', endOfJpeg(bytes));
  if (start.startsWith('\x89PNG\r\n\x1a\n')) {
    if (bytes[24] === 16) throw new PhotoError('it has 16 bits or transparent parts');
    return ends('png', endOfPng(bytes));
  }
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return ends('webp', bytes.length >= 8 + little.getUint32(4, true));
  if (start.startsWith('GIF8')) return ends('gif', bytes.at(-1) === 0x3b);
  if (start.startsWith('BM')) return ends('bmp', bytes.length >= little.getUint32(2, true));
  if (start.slice(4, 8) === 'ftyp') return ends('heif', endOfBoxes(bytes));
  throw new PhotoError('it is no picture');
}

// --- resampling ---

// For each output sample the first input sample and the weights, as `precompute_coeffs` in Pillow's Resample.c
function triangle(size, from, to, out) {
  from = Math.fround(from); to = Math.fround(to);
  const scale = Math.fround(to - from)/out, support = Math.max(scale, 1), taps = [];
  for (let i = 0; i < out; i++) {
    const centre = from + (i + .5)*scale, first = Math.max(Math.trunc(centre - support + .5), 0);
    const last = Math.min(Math.trunc(centre + support + .5), size);
    const weights = Array.from({length: last - first}, (_, k) => Math.max(0, 1 - Math.abs((first + k - centre + .5)/support)));
    const sum = weights.reduce((a, b) => a + b, 0);
    taps.push([first, Int32Array.from(weights, w => Math.trunc(w/sum*2**BITS + .5))]);
  }
  return taps;
}

function across(rgba, width, taps, out, to) { // every row of RGBA to RGB at `to`
  for (let row = 0; row < rgba.length; row += 4*width) for (const [first, weights] of taps) {
    let r = HALF, g = HALF, b = HALF, at = row + 4*first;
    for (let k = 0; k < weights.length; k++, at += 4) {
      const w = weights[k];
      r = r + Math.imul(w, rgba[at]) | 0; g = g + Math.imul(w, rgba[at + 1]) | 0; b = b + Math.imul(w, rgba[at + 2]) | 0;
    }
    out[to++] = r >> BITS; out[to++] = g >> BITS; out[to++] = b >> BITS;
  }
}

function down(rgb, row, taps) { // every column, to planes in [0, 1]
  const plane = taps.length*row/3, out = new Float32Array(3*plane);
  taps.forEach(([first, weights], i) => {
    for (let x = 0; x < row; x++) {
      let sum = HALF, at = first*row + x;
      for (let k = 0; k < weights.length; k++, at += row) sum = sum + Math.imul(weights[k], rgb[at]) | 0;
      out[x % 3*plane + (i*row + x - x % 3)/3] = (sum >> BITS)/255;
    }
  });
  return out;
}

function* strips(bitmap) { // RGBA of some rows at a time: a canvas of a whole photo is more than some phones allow
  const {width, height} = bitmap, rows = Math.min(256, height), canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext('2d', {willReadFrequently: true, colorSpace: 'srgb'});
  context.globalCompositeOperation = 'copy';
  for (let y = 0; y < height; y += rows) {
    context.drawImage(bitmap, 0, -y);
    yield context.getImageData(0, 0, width, Math.min(rows, height - y)).data;
  }
}

function fit(bitmap, side) { // the centre square, as `ImageOps.fit`
  const {width, height} = bitmap, crop = Math.min(width, height), left = (width - crop)/2, top = (height - crop)/2;
  const columns = triangle(width, left, left + crop, side), rgb = new Uint8Array(3*side*height);
  let to = 0;
  for (const rgba of strips(bitmap)) {
    for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) throw new PhotoError('it has 16 bits or transparent parts');
    across(rgba, width, columns, rgb, to);
    to += 3*side*rgba.length/(4*width);
  }
  return down(rgb, 3*side, triangle(height, top, top + crop, side));
}

// as the file says which side is up; the numbers of the file, whatever colours they stand for
const OPTIONS = {imageOrientation: 'from-image', premultiplyAlpha: 'none', colorSpaceConversion: 'none'};

export async function readPhoto(source, side) { // a file or a playing video: RGB `(3, side, side)` in [0, 1]
  const kind = source instanceof Blob ? kindOf(new Uint8Array(await source.arrayBuffer())) : 'video';
  let bitmap;
  try { bitmap = await createImageBitmap(source, OPTIONS); }
  catch { throw new PhotoError(kind === 'heif' ? 'this browser does not read HEIC or AVIF' : 'it is damaged'); }
  try { return fit(bitmap, side); }
  finally { bitmap.close(); }
}
