"nbs/sidebar.yml from the folders of nbs/: a section for each floor, a page for each room."
import re
from pathlib import Path

root = Path(__file__).resolve().parent.parent
titles = dict(ground='Poses, metrics, tables', capture='Video and photos', sfm='Structure from motion',
              world='World coordinates and plan', localize='Localization in the map', dataset='Dataset', models='Networks',
              train='Training', eval='Evaluation', doctor='Doctor of a reconstruction', synthetic='The built-in scene',
              app='Application', paper='The paper, reproduced', tutorials='Guides', results='Measured results')


def order(path):
    "Guides before reference before results"
    return path.name != '20_tutorials', path.name


def lines():
    "The file, line by line"
    yield 'website:'
    yield '  sidebar:'
    yield '    contents:'
    for name in ('index.ipynb', '00_tour.ipynb'):
        yield f'    - {name}'
    for path in sorted((root / 'nbs').iterdir(), key=order):
        match = re.match(r'\d+_(\w+)', path.name)
        if path.is_dir() and match:
            yield f'    - section: {titles.get(match[1], match[1])}'
            yield '      contents:'
            for room in sorted(path.glob('[0-9]*.ipynb')):
                yield f'      - {path.name}/{room.name}'
        elif re.match(r'\d\d_.*\.ipynb', path.name) and path.name != '00_tour.ipynb':
            yield f'    - {path.name}'


if __name__ == '__main__':
    (root / 'nbs' / 'sidebar.yml').write_text('\n'.join(lines()) + '\n', encoding='utf-8')
