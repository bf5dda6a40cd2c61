"nbs/sidebar.yml from the folders of nbs/: a section for each floor, a page for each room."
import re
from pathlib import Path

root = Path(__file__).resolve().parent.parent
titles = dict(tutorials='Guides', reference='Reference', results='Measured results', ground='Poses, metrics, tables',
              capture='Video and photos', sfm='Structure from motion', world='World coordinates and floor plan',
              survey='Walkable areas, markers, clicks, floors',
              localize='Localization in the map', dataset='Datasets and formats', models='Networks', train='Training',
              eval='Evaluation', doctor='Reconstruction diagnosis', synthetic='The built-in scene',
              app='Scenes', dashboard='Dashboard', device='On the device',
              paper='The paper, reproduced')
commands = 'Command line and client', ['14_cli.ipynb', '16_main.ipynb', '21_client.ipynb']  # then the floor `commands`
project = 'The project', ('contributing.ipynb', '15_testing.ipynb', '22_site.ipynb')


def section(title, entries):
    "The lines of one section"
    yield f'    - section: {title}'
    yield '      contents:'
    yield from (f'      - {entry}' for entry in entries)


def lines():
    "The file, line by line: guides and reference first, then the measured results, then the chapters, floor by floor"
    nbs = root / 'nbs'
    floors = {m[1]: p for p in sorted(nbs.iterdir()) if p.is_dir() and (m := re.fullmatch(r'\d+_(\w+)', p.name))}
    unknown = set(floors) - {*titles, 'commands'}
    if unknown:
        raise SystemExit(f'.ci/sidebar.py: no title for the floor {unknown.pop()}')
    yield from ('website:', '  sidebar:', '    contents:', '    - index.ipynb', '    - 00_tour.ipynb')
    for name, title in titles.items():
        if name in floors:
            rooms = sorted(p.name for p in floors[name].glob('[0-9]*.ipynb'))
            yield from section(title, [f'{floors[name].name}/{room}' for room in rooms])
        if name == 'reference':
            rooms = [f'{floors["commands"].name}/{p.name}' for p in sorted(floors['commands'].glob('[0-9]*.ipynb'))]
            yield from section(commands[0], commands[1] + rooms)
    yield from section(*project)


if __name__ == '__main__':
    (root / 'nbs' / 'sidebar.yml').write_text('\n'.join(lines()) + '\n', encoding='utf-8')
