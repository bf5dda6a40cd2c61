"The order of the house, checked on the generated package: imports run down, no circles, no private names of other rooms."
import ast
import re
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
package = root / 'camera_pose'
longest_floor = 12  # rooms


def floors():
    "Name of a floor -> its number, from the folders of nbs/; modules without a folder stand above all floors"
    found = (re.fullmatch(r'(\d+)_(\w+)', p.name) for p in (root / 'nbs').iterdir() if p.is_dir())
    return {m[2]: int(m[1]) for m in found if m}


def modules():
    "Dotted name -> file of each generated module"
    files = (p for p in package.rglob('*.py') if p.name not in ('__init__.py', '_modidx.py'))
    return {'.'.join(p.relative_to(package).with_suffix('').parts): p for p in files}


def imports(name, path, known):
    "(module, imported name) for every import of an own module, also inside functions"
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                target = alias.name.removeprefix('camera_pose.')
                if alias.name.startswith('camera_pose.') and target in known:
                    yield target, ''
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = name.split('.')
        base = parts[:len(parts) - node.level] if node.level else []
        base += node.module.split('.') if node.module else []
        if not node.level:
            if base[:1] != ['camera_pose']:
                continue
            base = base[1:]
        for alias in node.names:
            module = '.'.join(base)
            target = module if module in known else '.'.join([*base, alias.name])
            if target in known and target != name:
                yield target, alias.name


def defined(path):
    "Names that a module has: what it defines, assigns and imports outside of functions"
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.split('.')[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def circle(edges):
    "Modules of one circle of imports, or None"
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):]
        if name in done:
            return None
        path.append(name)
        for target in sorted(edges[name]):
            if found := visit(target):
                return found
        done.add(path.pop())
        return None

    return next((found for name in sorted(edges) if (found := visit(name))), None)


def check():
    "All faults, printed; exits with 1 when there are any"
    order, known, faults = floors(), modules(), []
    edges = {name: set() for name in known}
    names = {name: defined(path) for name, path in known.items()}
    for name, path in known.items():
        for target, imported in imports(name, path, known):
            edges[name].add(target)
            if order.get(target.split('.')[0], 98) > order.get(name.split('.')[0], 99):
                faults.append(f'{name} imports {target}, which stands on a higher floor')
            if imported and imported != '*' and imported not in names[target] and not target.endswith(f'.{imported}'):
                faults.append(f'{name} imports {imported} of {target}, which does not have it')
            if imported.startswith('_'):
                faults.append(f'{name} imports {imported} of {target}: a private name')
    if found := circle(edges):
        faults.append('a circle of imports: ' + ' -> '.join([*found, found[0]]))
    for folder in sorted(p for p in (root / 'nbs').iterdir() if p.is_dir() and re.match(r'\d+_', p.name)):
        rooms = len([p for p in folder.glob('*.ipynb') if re.match(r'\d', p.name)])
        if rooms > longest_floor:
            faults.append(f'{folder.name} has {rooms} rooms, more than {longest_floor}')
    n_imports = sum(map(len, edges.values()))
    print('\n'.join(faults) or f'structure: {len(known)} modules, {n_imports} imports between them, all downwards, no circle')
    sys.exit(bool(faults))


if __name__ == '__main__':
    check()
