"Run a command and print its wall time and the peak memory of its largest process."
import resource
import subprocess
import sys
import time

start = time.perf_counter()
code = subprocess.run(sys.argv[1:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
print(f'{time.perf_counter() - start:.0f} s, {peak:.2f} GiB at most')
sys.exit(code)
