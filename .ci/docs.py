"Smoke test of the documentation, up to the step that needs Quarto: processed notebooks, sidebar, links, figures."
import re
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


def check():
    "All faults, printed; exits with 1 when there are any"
    faults = []

    refresh_quarto_yml()
    cache = Path(proc_nbs(force=True))

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
    faults += sidebar_faults(sources)
    for source in sources:
        name, nb = str(source.relative_to(root / 'nbs')), nbformat.read(source, 4)
        if not (cache / name).is_file():
            faults.append(f'{name} was not processed')
        nbformat.validate(nb)
        first = nb.cells[0].source
        if not re.match(r'(---\n.*?\n---\s*)?# \S', first, re.S):
            faults.append(f'{name} does not begin with a title')
        if any(line.strip() and not re.match(r'[#>]', line) for line in first.split('\n')):
            faults.append(f'{name}: nbdev drops the text of the first cell: only title and > line may stand there')
        for cell in nb.cells:
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
        if source.stat().st_size > 2**20:
            faults.append(f'{name} is larger than 1 MB')

    print('\n'.join(faults) or f'documentation: {len(sources)} notebooks processed, links and figures in order')
    sys.exit(bool(faults))


if __name__ == '__main__':  # the processing starts processes of its own
    check()
