"""Runs run.py of each folder given, with the vendor's ttnn on its mock device: what ttnn refuses is seen, results are not.

For a Python that has ttnn; tests/metalium/check.py --host calls it.
"""

import os
import runpy
import stat
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def place_compiler(package):
    place = package / "runtime" / "sfpi" / "compiler" / "bin" / "riscv-tt-elf-g++"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!{sys.executable}\n{(HERE / 'compiler.py').read_text()}")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


def main(folders):
    os.environ["TT_METAL_MOCK_CLUSTER_DESC_PATH"] = str(HERE / "n150.yaml")
    os.environ.setdefault("TT_METAL_LOGGER_LEVEL", "FATAL")
    failed = []
    with tempfile.TemporaryDirectory() as cache:
        os.environ["TT_METAL_CACHE"] = cache
        from importlib.util import find_spec

        place_compiler(Path(find_spec("ttnn").origin).parent)
        for folder in folders:
            sys.argv = [f"{folder}/run.py"]
            try:
                runpy.run_path(sys.argv[0], run_name="__main__")
            except SystemExit as end:
                if end.code:
                    failed.append(folder)
            except Exception as error:
                print(f"{folder}: {str(error).split('backtrace')[0]}")
                failed.append(folder)
    print(f"mock device: {len(folders) - len(failed)} plans passed, {len(failed)} failed", *failed)
    return 1 if failed or not folders else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
