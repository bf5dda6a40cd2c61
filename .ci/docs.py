"Smoke test of the documentation, up to the step that needs Quarto: processed notebooks, sidebar, links, figures, sizes."
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from nbdev.quarto import refresh_quarto_yml
from nbdev.serve import proc_nbs

root = Path(__file__).resolve().parent.parent


def sidebar_faults(sources):
    "Every notebook stands in the sidebar once, and every entry exists"
    text = (root / 'nbs' / 'sidebar.yml').read_text()
    entries = re.findall(r'[\w./]+\.ipynb', text)
    names = [str(p.relative_to(root / 'nbs')) for p in sources]
    faults = [f'{n} stands {entries.count(n)} times in sidebar.yml' for n in names if entries.count(n) != 1]
    return faults + [f'sidebar.yml: {n} does not exist' for n in entries if n not in names]


def texts(output):
    "The parts of an output that become text of the page"
    return [''.join(v) for k, v in output.get('data', {}).items() if k in ('text/html', 'text/markdown', 'image/svg+xml')]


def figure_faults(name, cell):
    "Every picture has a text for those who do not see it: `#| fig-alt:`, `![text]`, `alt` of images, `title` of frames"
    if cell.cell_type == 'markdown':
        images = re.findall(r'!\[([^\]]*)\]\(([^)]+)\)', re.sub(r'```.*?```|`[^`]*`', '', cell.source, flags=re.S))
        return [f'{name}: the image {target} has no text in its brackets' for text, target in images if not text.strip()]
    outputs = cell.get('outputs', [])
    shown = [o for o in outputs if any(kind.startswith('image/') for kind in o.get('data', {}))]
    plotly = [o for o in outputs if any('plotly' in kind for kind in o.get('data', {}))
              or any('plotly-graph-div' in text for text in texts(o))]
    found = re.search(r'^#\| *fig-alt: *(.*)$', cell.source, re.M)
    try:
        alt = yaml.safe_load(found[1]) if found else []
    except yaml.YAMLError as e:
        return [f'{name}: fig-alt is not YAML: {e}']
    alt = [alt] if isinstance(alt, str) else alt or []
    faults = []
    if len(shown) + len(plotly) != len([a for a in alt if a.strip()]): # also a figure that was lost from the outputs
        first = next(line for line in cell.source.split('\n') if not line.startswith('#|'))
        faults.append(f'{name}: {len(shown) + len(plotly)} figures, {len(alt)} texts (#| fig-alt: "...") in the cell {first!r}')
    for tag, attributes in re.findall(r'<(img|iframe)\b([^>]*)', ' '.join(t for o in outputs for t in texts(o))):
        wanted = dict(img='alt', iframe='title')[tag]
        if not re.search(rf'\b{wanted}="[^"]+"', attributes):
            faults.append(f'{name}: an <{tag}> in an output has no {wanted}="..."')
    return faults


def page_faults(name, processed):
    "No signature with links, no link that names the host of the site, nothing that is loaded from elsewhere"
    faults = []
    for cell in processed.cells:
        outputs = [text for o in cell.get('outputs', []) for text in texts(o)]
        for text in outputs + [cell.source] * (cell.cell_type == 'markdown'):
            linked = [b for b in re.findall(r'^```.*?^```', text, re.M | re.S) if re.search(r'\[`[^`]*`\]\(', b)]
            faults += [f'{name}: links in a code block: {block[:80]!r}' for block in linked]
            if 'Call self as a function' in text and '22_site' not in name:
                faults.append(f'{name}: a function without a docstring: Call self as a function')
            if re.search(r'\[\[`[^`]*`\]\(', text):
                faults.append(f'{name}: a link inside of a link')
            host = re.search(r'https://camera-pose\.github\.io\S*', text)
            if host and '/22_site' not in f'/{name}':
                faults.append(f'{name}: {host[0][:80]} names the host, write a relative link')
        for text in outputs:
            for address in re.findall(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="((?:https?:)?//[^"]*)', text):
                faults.append(f'{name}: an output loads {address}')
        if any('text/html' in o.get('data', {}) or 'application/javascript' in o.get('data', {})
               for o in cell.get('outputs', [])):
            faults.append(f'{name}: for a text/html or script output Quarto loads libraries from elsewhere')
    return faults


def size_faults():
    "The repository stays below 40 MB, each notebook below 1 MB"
    listed = subprocess.run(['git', 'ls-files', '-z'], cwd=root, capture_output=True, text=True, check=True).stdout
    files = [root / f for f in listed.split('\0') if f and (root / f).is_file()]
    total = sum(p.stat().st_size for p in files if not p.is_symlink()) / 1e6
    faults = [f'the repository has {total:.1f} MB, more than 40'] if total > 40 else []
    return faults + [f'{p.relative_to(root)} is larger than 1 MB' for p in files
                     if p.suffix == '.ipynb' and p.stat().st_size > 1e6]


def check():
    "All faults, printed; exits with 1 when there are any"
    faults = []

    refresh_quarto_yml()
    cache = Path(proc_nbs())  # a clean tree has no cache, so all are processed; elsewhere those that have changed

    config = yaml.safe_load((root / '_quarto.yml').read_text())
    if config['format']['html'].get('keep-md') is not True:
        faults.append('_quarto.yml: html needs keep-md: true beside commonmark')
    link = root / 'nbs' / '_quarto.yml'
    if not link.is_symlink() or link.resolve() != root / '_quarto.yml':
        faults.append('nbs/_quarto.yml is not a link to ../_quarto.yml')
    if not (cache / '_quarto.yml').is_file():
        faults.append('the processed folder has no _quarto.yml')
    for name in config.get('metadata-files', []):
        if not (cache / name).is_file():
            faults.append(f'the processed folder has no {name}')

    sources = sorted(p for p in (root / 'nbs').rglob('*.ipynb') if not re.search(r'/[._]', str(p.relative_to(root))))
    faults += sidebar_faults(sources) + size_faults()
    for source in sources:
        name, nb = str(source.relative_to(root / 'nbs')), nbformat.read(source, 4)
        if not (cache / name).is_file():
            faults.append(f'{name} was not processed')
            continue
        faults += page_faults(name, nbformat.read(cache / name, 4))
        nbformat.validate(nb)
        first = nb.cells[0].source
        if not re.match(r'(---\n.*?\n---\s*)?# \S', first, re.S):
            faults.append(f'{name} does not begin with a title')
        if any(line.strip() and not re.match(r'[#>]', line) for line in first.split('\n')):
            faults.append(f'{name}: nbdev drops the text of the first cell: only title and > line may stand there')
        for cell in nb.cells:
            faults += figure_faults(name, cell)
            if cell.cell_type == 'code' and re.search(r'^#\| *hide_input', cell.source, re.M):
                faults.append(f'{name}: hide_input does nothing, use echo: false')
            if cell.cell_type == 'markdown':
                text = re.sub(r'```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$', '', cell.source, flags=re.S)
                for target in re.findall(r'\]\(([^)\s]+)\)', text):
                    if re.match(r'https?:|mailto:|#', target):
                        continue
                    path = (source.parent / target.split('#')[0]).resolve()
                    if target.split('#')[0].endswith('.html'):
                        path = path.with_suffix('.ipynb')
                    if not path.exists():
                        faults.append(f'{name}: the link {target} leads nowhere')
            else:
                for output in cell.get('outputs', []):
                    if output.output_type == 'error':
                        faults.append(f'{name} stores an error: {output.ename}')
                    if output.output_type == 'stream' and output.name == 'stderr':
                        faults.append(f'{name} stores text on stderr: {output.text[:80]!r}')

    print('\n'.join(faults) or f'documentation: {len(sources)} notebooks processed, links and figures in order')
    sys.exit(bool(faults))


if __name__ == '__main__':  # the processing starts processes of its own
    check()
