"""Every name that a cell uses exists, also in the cells that the tests leave out (`measure`): they must run years later.

`python .ci/names.py [NOTEBOOK ...]`: the cells of each notebook as one program through pyflakes, with each
`from module import *` written out; undefined names are faults.
"""
import ast
import importlib
import json
import re
import sys
from functools import cache
from pathlib import Path

from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

root = Path(__file__).resolve().parent.parent
of_notebooks = {'display', 'get_ipython'}  # names that Jupyter brings


@cache
def public(module):
    "Names that `from module import *` brings"
    found = importlib.import_module(module)
    return getattr(found, '__all__', None) or [name for name in vars(found) if not name.startswith('_')]


def program(cells):
    "The cells that are run, as one text, and the cell of each of its lines"
    lines, where = [], []
    for number, cell in enumerate(cells):
        source = ''.join(cell['source'])
        if cell['cell_type'] != 'code' or re.search(r'^#\| *eval: *false|^[%!]', source, re.M):
            continue
        lines += source.split('\n')
        where += [number] * (source.count('\n') + 1)
    return '\n'.join(lines), where


def written_out(tree):
    "In place: `from module import *` names what it brings; annotations, whose texts are no names, are left out"
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] == ['*']:
            node.names = [ast.alias(name, lineno=node.lineno, col_offset=0) for name in public(node.module)]
    return tree


def faults(path):
    "Undefined names of a notebook, each with its cell"
    text, where = program(json.loads(path.read_text(encoding='utf-8'))['cells'])
    found = Checker(written_out(ast.parse(text)), filename=str(path)).messages
    undefined = [(where[m.lineno - 1], m.message_args[0]) for m in found if isinstance(m, UndefinedName)]
    return [f'{path.name}, cell {cell}: there is no {name}' for cell, name in undefined if name not in of_notebooks]


if __name__ == '__main__':
    notebooks = [Path(p) for p in sys.argv[1:]] or sorted(
        p for p in (root / 'nbs').rglob('*.ipynb') if not re.search(r'/[._]', str(p.relative_to(root))))
    all_faults = [fault for path in notebooks for fault in faults(path)]
    print('\n'.join(all_faults) or f'names: {len(notebooks)} notebooks, every name exists')
    sys.exit(bool(all_faults))
