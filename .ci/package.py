"""The package as a stranger gets it: wheel and sdist, each in a clean environment.

`python .ci/package.py build DIST`     wheel and sdist, with every module and data file in both
`python .ci/package.py oldest`         the lower bounds of settings.ini, as constraints of pip
`python .ci/package.py check PYTHON`   that installation: its imports, its data, its version, and every stage on ten
                                       seconds of the built-in walk; it must not see this checkout
"""
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from configparser import ConfigParser
from pathlib import Path

root = Path(__file__).resolve().parent.parent
config = ConfigParser(delimiters=['='])
config.read(root / 'settings.ini', encoding='utf-8')
settings = config['DEFAULT']
extras = 'dashboard', 'pretrained'  # what the demo uses besides the requirements


def expected():
    "Every file of the package that git knows, as a path from the top folder"
    listed = subprocess.run(['git', 'ls-files', 'camera_pose'], cwd=root, capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def build(dist):
    "Wheel and sdist; both hold the whole package, and the wheel nothing beside it"
    subprocess.run([sys.executable, '-m', 'build', '--outdir', dist, root], check=True, stdout=subprocess.DEVNULL)
    (wheel,), (sdist,) = Path(dist).glob('*.whl'), Path(dist).glob('*.tar.gz')
    in_wheel = {n for n in zipfile.ZipFile(wheel).namelist() if '.dist-info/' not in n}
    with tarfile.open(sdist) as archive:
        in_sdist = {n.partition('/')[2] for n in archive.getnames()}
    wanted = expected()
    faults = [f'{n} is missing in the wheel' for n in sorted(wanted - in_wheel)]
    faults += [f'{n} is in the wheel and not in git' for n in sorted(in_wheel - wanted)]
    faults += [f'{n} is missing in the sdist' for n in sorted((wanted | {'settings.ini', 'README.md'}) - in_sdist)]
    sizes = ', '.join(f'{p.name} {p.stat().st_size / 2**20:.1f} MB' for p in (wheel, sdist))
    print('\n'.join(faults) or f'{sizes}: {len(wanted)} files')
    sys.exit(bool(faults))


def oldest():
    "A line NAME==VERSION for each lower bound of what is installed for use"
    keys = ['requirements', *(f'{e}_requirements' for e in extras)]
    for requirement in ' '.join(settings[k] for k in keys).split():
        name, bound = re.fullmatch(r'([\w-]+)>=([\d.]+)(?:,<[\d.]+)?', requirement).groups()
        print(f'{name}=={bound}')


in_environment = '''
import importlib, pkgutil, sys
from pathlib import Path
import camera_pose
from camera_pose.synthetic.walk import builtin_scene
from camera_pose.train.recipe import load_recipe
home = Path(camera_pose.__file__).parent
assert Path(sys.argv[1]) not in home.parents, f'{home} is the checkout'
names = [m.name for m in pkgutil.walk_packages(camera_pose.__path__, 'camera_pose.')]
optional = set()
for name in names:
    if name.rpartition('.')[2] in ('__main__', 'testing'): continue
    try: importlib.import_module(name)
    except ImportError as e:
        if (missing := (e.name or '').partition('.')[0]) not in sys.argv[2].split(): raise
        optional.add(missing)
for file in ('walk.mp4', 'walk2.mp4', 'groundtruth.csv', 'plan.png', 'plan_points.csv', 'floorplan.json'):
    assert (builtin_scene()/file).stat().st_size, file
for recipe in (home/'configs').glob('*.ini'): load_recipe(recipe.stem)
print(f'{len(names)} modules, without {", ".join(sorted(optional)) or "nothing"}')
print(builtin_scene()/'walk.mp4')
'''


def check(python):
    "Everything that can be seen of an installation from outside of the checkout"
    def run(*args):
        done = subprocess.run([python, *map(str, args)], cwd=folder, env=env, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        print(done.stdout, end='')
        if done.returncode:
            sys.exit(f'{" ".join(map(str, args[1:3]))} ends with exit code {done.returncode}')
        return done.stdout

    env = {k: v for k, v in os.environ.items() if k not in ('PYTHONPATH', 'VIRTUAL_ENV')}
    extra = ' '.join(v for k, v in settings.items() if k.endswith('_requirements')).split()
    optional = ' '.join(re.match(r'[\w-]+', requirement)[0] for requirement in extra)
    with tempfile.TemporaryDirectory() as folder:
        film = run('-c', in_environment, root, optional).split('\n')[-2]
        version = run('-m', 'camera_pose', '--version')
        if settings['version'] not in version:
            sys.exit(f'the version is {version}, not {settings["version"]}')
        run('-m', 'camera_pose', '--help')
        run('-m', 'camera_pose', 'run', film, 'scene', '--end', 10, '--fps', 4, '--quality', 'low', '--epochs', 2)
        run('-m', 'camera_pose', 'localize', 'scene', 'scene/imgs/frame_000010.jpg')
        if 'located' not in (Path(folder) / 'scene' / 'localized').rglob('poses.csv').__next__().read_text():
            sys.exit('a frame of the map is not located')


if __name__ == '__main__':
    command, *arguments = sys.argv[1:]
    dict(build=build, oldest=oldest, check=check)[command](*arguments)
