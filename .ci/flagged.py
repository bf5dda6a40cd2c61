"""The cells that `nbdev_test` leaves out, with all others of their notebooks: two notebooks side by side.

`python .ci/flagged.py FLAG`: each notebook with a cell `#| FLAG` in a process of its own, forked from one that has
imported the libraries already; a line for each with its time, and its last output where it failed.
"""
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from nbdev.config import get_config
from nbdev.test import test_nb

import camera_pose.app.scene  # noqa: F401  what most notebooks import, once for all of them

flag, root = sys.argv[1], Path(__file__).resolve().parent.parent
flagged = re.compile(rf'#\| *{flag}\b')
waiting = [p for p in sorted((root / 'nbs').rglob('*.ipynb')) if '/.' not in str(p) and flagged.search(p.read_text())]
LONG = ('09_reconstruct', '05_evaluation', '05_kills', '02_track', '13_batch', '05_learner', '05_page', '08_film',
        '07_benchmark')  # minutes each, so they begin first; then those with many such cells
waiting.sort(key=lambda p: (p.stem not in LONG, -len(flagged.findall(p.read_text()))))
running, failed, log = {}, 0, Path(tempfile.mkdtemp())


def start(path):
    "A child that tests one notebook; its exit code says how that went"
    out = log / f'{path.parent.name}_{path.stem}.txt'
    child = os.fork()
    if child:
        running[child] = path, out, time.monotonic()
        return
    with open(out, 'wb') as f:
        os.dup2(f.fileno(), 1), os.dup2(f.fileno(), 2)
    passed, _ = test_nb(path, get_config().tst_flags.split(), [flag], basepath=root)
    sys.stdout.flush(), sys.stderr.flush()
    os._exit(not passed)


os.chdir(root / 'nbs')
while waiting or running:
    while waiting and len(running) < 2:
        start(waiting.pop(0))
    child, status = os.wait()
    path, out, since = running.pop(child)
    failed += status != 0
    took = f'{time.monotonic() - since:.0f} s'
    print(f'{"FAILED" if status else "ok":7} {flag} cells of {path.relative_to(root)} ({took})', flush=True)
    if status:
        print('\n'.join('    ' + line for line in out.read_text(errors='replace').splitlines()[-40:]), flush=True)
sys.exit(failed > 0)
