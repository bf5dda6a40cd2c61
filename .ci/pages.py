"""Every page as HTML, looked at by a browser: what Quarto would show, as far as that goes without Quarto.

`python .ci/pages.py [FOLDER] [PAGE ...]`: the processed notebooks through pandoc with the site's style into FOLDER;
then words that were lost, broken links and images, and in Chromium on a wide screen and on a phone whatever is wider
than the page and does not scroll in a box of its own. Needs chromium, playwright and pypandoc_binary.
"""
import base64
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pypandoc
import yaml
from nbdev.serve import proc_nbs
from playwright.sync_api import sync_playwright

root = Path(__file__).resolve().parent.parent
screens = (1440, 900), (390, 844)
page_frame = '''<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ margin: 0; font: 17px/1.5 "Source Sans Pro", "Helvetica Neue", Arial, sans-serif; color: #373a3c; }}
main {{ max-width: 900px; margin: 1.5rem auto 4rem; padding: 0 .75rem; }}
h1, h2, h3 {{ font-weight: 400; line-height: 1.2; }} h2 {{ border-bottom: 1px solid #dee2e6; padding-bottom: .5rem; }}
pre {{ padding: .4em; font-size: .875em; }} div.sourceCode {{ background: rgba(233, 236, 239, .65); margin: 1em 0; }}
code {{ font-family: SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }}
:not(pre) > code {{ font-size: .875em; color: #7d12ba; background: #f8f9fa; }}
figure {{ margin: 0 0 1rem; }} table {{ border-collapse: collapse; margin-bottom: 1rem; }}
td, th {{ padding: .5rem; border: 0 solid #dee2e6; border-bottom-width: 1px; text-align: left; vertical-align: top; }}
</style><link rel="stylesheet" href="{up}colours.css"><link rel="stylesheet" href="{up}styles.css"></head>
<body><main class="content" id="quarto-document-content"><h1>{title}</h1><div class="description">{description}</div>
{body}</main></body></html>'''

# in the browser: elements that reach beyond the page and have no box of their own to scroll in
too_wide = '''() => {
  const wide = [], screen = document.documentElement.clientWidth;
  const boxed = o => { for (o = o.parentElement; o && o !== document.body; o = o.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(o).overflowX)) return true; return false; };
  for (const o of document.querySelectorAll('main *')) {
    const box = o.getBoundingClientRect();
    if (o.closest('pre') && o.tagName !== 'PRE') continue;  // spaces at the end of a line hang over
    if (box.width && box.right > screen + 1 && !boxed(o)) wide.push(o.tagName + ' ' + (o.textContent || '').trim().slice(0, 60));
  }
  for (const o of document.querySelectorAll('pre'))
    if (o.scrollWidth > o.clientWidth + 1 && getComputedStyle(o).overflowX === 'visible')
      wide.push('PRE ' + o.textContent.slice(0, 60));
  if (document.documentElement.scrollWidth > screen + 1) wide.push('the whole page');
  for (const o of document.images) if (o.complete && !o.naturalWidth) wide.push('broken image ' + o.src.slice(-60));
  return wide.slice(0, 5);
}'''


def options(source):
    "Cell options of Quarto (`#| key: value`) and the code below them"
    lines = source.split('\n')
    at = next((k for k, line in enumerate(lines) if not re.match(r'#\|', line)), len(lines))
    found = {}
    for line in lines[:at]:
        key, colon, value = line[2:].partition(':')
        if colon:
            found[key.strip()] = yaml.safe_load(value)
    return found, '\n'.join(lines[at:]).strip('\n')


def fenced(text, kind):
    "A code block, whatever is in the text"
    fence = '`' * max(3, 1 + max(map(len, re.findall(r'`+', text)), default=0))
    return f'{fence}{kind}\n{text}\n{fence}'


def output_markdown(output, alt, files, name):
    "An output as Quarto puts it on the page"
    data = output.get('data', {})
    if output.output_type == 'stream':
        return f'::: {{.cell-output .cell-output-stdout}}\n{fenced(output.text.rstrip(), "")}\n:::'
    for kind, suffix in (('image/svg+xml', 'svg'), ('image/png', 'png'), ('image/jpeg', 'jpg')):
        if kind in data:
            file = files / f'{name}.{suffix}'
            file.parent.mkdir(parents=True, exist_ok=True)
            text = ''.join(data[kind])
            file.write_bytes(text.encode() if suffix == 'svg' else base64.b64decode(text))
            width = next((v['width'] for v in output.get('metadata', {}).values() if isinstance(v, dict) and 'width' in v), None)
            size = f' width="{width}"' if width else ''
            image = f'<img src="{files.name}/{file.name}" alt="{html.escape(alt)}"{size}>'
            return f'::: {{.cell-output .cell-output-display}}\n```{{=html}}\n<p>{image}</p>\n```\n:::'
    if 'text/markdown' in data:
        return f'::: {{.cell-output .cell-output-display}}\n{"".join(data["text/markdown"])}\n:::'
    if 'text/plain' in data:
        return f'::: {{.cell-output .cell-output-display}}\n{fenced("".join(data["text/plain"]).rstrip(), "")}\n:::'
    return ''


def cell_markdown(cell, files, name):
    "A cell as Quarto hands it to pandoc"
    if cell.cell_type == 'markdown':
        return cell.source
    chosen, code = options(cell.source)
    if chosen.get('include') is False:
        return ''
    alt = chosen.get('fig-alt') or []
    alt = [alt] if isinstance(alt, str) else list(alt)
    parts = [fenced(code, '{.python .cell-code}')] if code and chosen.get('echo') is not False else []
    for k, output in enumerate(cell.get('outputs', [])):
        image = any(kind.startswith('image/') for kind in output.get('data', {}))
        parts.append(output_markdown(output, alt.pop(0) if image and alt else '', files, f'{name}-{k}'))
    return '::: {.cell}\n' + '\n\n'.join(parts) + '\n:::'


def page(source, folder, names):
    "One processed notebook as a page of HTML; what the reader sees of it, and the page"
    nb = nbformat.read(root / '_proc' / source, 4)
    head = yaml.safe_load(nb.cells[0].source.strip().strip('-')) if nb.cells[0].cell_type == 'raw' else {}
    out = folder / names[source]
    out.parent.mkdir(parents=True, exist_ok=True)
    files = out.with_name(f'{out.stem}_files')
    cells = [cell_markdown(c, files, f'cell-{k}') for k, c in enumerate(nb.cells) if c.cell_type != 'raw']
    made = subprocess.run([pypandoc.get_pandoc_path(), '-f', 'markdown', '-t', 'html5', '--mathml', '--section-divs', '--wrap=none'],
                          input='\n\n'.join(cells), capture_output=True, text=True, check=True)

    def link(found):
        path, sharp, anchor = found[1].partition('#')
        target = os.path.normpath(Path(source).parent / path)
        return f'href="{os.path.relpath(names[target], Path(source).parent)}{sharp}{anchor}"' if target in names else found[0]
    body = re.sub(r'href="([^":]+\.ipynb(?:#[^"]*)?)"', link, made.stdout)
    up = '../' * source.count('/')
    out.write_text(page_frame.format(title=html.escape(head.get('title') or out.stem), body=body, up=up,
                                     description=html.escape(head.get('description') or '')), encoding='utf-8')
    return made.stderr


def words(text):
    "How often each word stands in a text"
    return Counter(re.findall(r'[^\W\d_]{2,}', text.lower()))


def lost_words(source, folder, names):
    "Words of the markdown cells of a notebook that its page does not have"
    text = []
    for cell in nbformat.read(root / 'nbs' / source, 4).cells:
        if cell.cell_type == 'markdown':
            plain = re.sub(r'<!--.*?-->|\$\$.*?\$\$|\$[^$\n]+\$', ' ', cell.source, flags=re.S)
            plain = re.sub(r'^```\S*|^---\n.*?^---$', ' ', plain, flags=re.M | re.S)
            text.append(re.sub(r'\]\([^)]*\)(\{[^}]*\})?|<[^>\n]+>|\{[#.][^}]*\}', ' ', plain))
    page_text = (folder / names[source]).read_text(encoding='utf-8').partition('<body>')[2]
    alt = ' '.join(re.findall(r'alt="([^"]*)"', page_text))
    seen = words(html.unescape(re.sub(r'<[^>]+>', ' ', page_text) + ' ' + re.sub(r'<[^>]+>', '', page_text) + ' ' + alt))
    wanted = words(html.unescape(' '.join(text)))
    return {w: n - seen[w] for w, n in wanted.items() if seen[w] < n}


def link_faults(folder, pages):
    "Links to pages, places in pages and files that are not there"
    ids, faults = {}, []
    for p in pages:
        ids[p] = set(re.findall(r'\bid="([^"]+)"', (folder / p).read_text(encoding='utf-8')))
    for p in pages:
        for target in set(re.findall(r'(?:href|src)="([^"]*)"', (folder / p).read_text(encoding='utf-8').partition('<body>')[2])):
            if re.match(r'https?:|mailto:|data:', target):
                continue
            path, _, anchor = html.unescape(target).partition('#')
            to = os.path.normpath(Path(p).parent / path) if path else p
            if not (folder / to).exists():
                faults.append(f'{p}: {target} leads nowhere')
            elif anchor and to in ids and anchor not in ids[to]:
                faults.append(f'{p}: the page of {target} has no such place')
    return faults


def seen_faults(folder, pages):
    "What a browser finds too wide, or not there, on both screens"
    faults = []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which('chromium'), args=['--no-sandbox', '--disable-gpu'])
        tab = browser.new_page()
        asked = []
        tab.on('request', lambda o: asked.append(o.url) if o.url.startswith('http') else None)
        for name in pages:
            tab.goto((folder / name).as_uri())
            for width, height in screens:
                tab.set_viewport_size(dict(width=width, height=height))
                faults += [f'{name} at {width} pixels: {what}' for what in tab.evaluate(too_wide)]
            faults += [f'{name} loads {url[:80]}' for url in asked]
            asked.clear()
        browser.close()
    return faults


def check(folder, chosen):
    "All faults, printed; exits with 1 when there are any"
    proc_nbs()
    made = (p.relative_to(root / '_proc') for p in sorted((root / '_proc').rglob('*.ipynb')))
    sources = [str(p) for p in made if (root / 'nbs' / p).is_file()]  # not those of notebooks that were renamed
    names = {}
    for s in sources:
        first = nbformat.read(root / '_proc' / s, 4).cells[0]
        made = re.search(r'^output-file: *(\S+)', first.source, re.M) if first.cell_type == 'raw' else None
        names[s] = str(Path(s).with_name(made[1] if made else Path(s).stem + '.html'))
    for file in ('styles.css',):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / 'nbs' / file, folder)
    shutil.copytree(root / 'nbs' / 'images', folder / 'images', dirs_exist_ok=True)
    (folder / 'colours.css').write_text(
        'code span.kw, code span.cf, code span.im {color: #00769e} code span.st, code span.ss {color: #20794d} '
        'code span.co {color: #5e5e5e} code span.dv, code span.fl {color: #ad0000} code span.bu {color: #4758ab}')
    some = [s for s in sources if not chosen or any(c in s for c in chosen)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [f'{s}: {said.strip()[:200]}' for s, said in zip(some, pool.map(lambda s: page(s, folder, names), some)) if said]
    for s in some:
        if missing := lost_words(s, folder, names):
            faults.append(f'{s} loses {sum(missing.values())} words: {" ".join(list(missing)[:12])}')
    pages = [names[s] for s in some]
    if not chosen:
        faults += link_faults(folder, pages)
    faults += seen_faults(folder, pages)
    print('\n'.join(faults) or f'{len(pages)} pages: no word lost, no broken link or image, nothing wider than the page')
    sys.exit(bool(faults))


if __name__ == '__main__':  # the processing starts processes of its own
    check(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).resolve(), sys.argv[2:])
