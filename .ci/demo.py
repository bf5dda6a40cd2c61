"What the demo must reach on the built-in scene, whose truth is exact: argument: its folder."
import json
import sys
from pathlib import Path

scene = Path(sys.argv[1])
wanted = """positions.csv points3D.csv alignment.json train.csv validation.csv test.csv
processed_dataset/images.npy floorplan/plan.png map/place.safetensors
models/mapnet/model.safetensors models/mapnet/history.csv reports/mapnet/report.html
reports/mapnet/metrics.json reports/mapnet/losses.png""".split()
faults = [f'{name} is missing' for name in wanted if not (scene / name).is_file()]
found = json.loads((scene / 'demo.json').read_text())
if found['n_registered'] < 0.95 * found['n_images']:
    faults.append(f'only {found["n_registered"]} of {found["n_images"]} frames registered')
if found['rmse_m'] > 0.01 * found['path_m']:
    faults.append(f'the trajectory is off by {found["rmse_m"]:.3f} m, more than 1 % of {found["path_m"]:.1f} m')
if found['loop_gap_m'] > 0.01 * found['path_m']:
    faults.append(f'the loop stays open by {found["loop_gap_m"]:.3f} m')
fused, sharp = found['medians'].get('fused'), 0.001 * found['path_m']
if fused is None or fused[0] is None or fused[0] > sharp:
    faults.append(f'test frames are not localized in the map to {sharp:.3f} m: {fused}')
if not {'MapNet', 'nearest image', 'mean pose'} <= set(found['medians']):
    faults.append('a baseline is missing')
elif found['medians']['MapNet'][0] > 0.35 or found['medians']['MapNet'][1] > 3:
    faults.append(f'MapNet is worse than 0.35 m and 3 degrees: {found["medians"]["MapNet"]}')
print('\n'.join(faults) or 'the demo reaches what it must')
sys.exit(bool(faults))
