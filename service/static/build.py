"""Fetches the locked browser packages with npm and copies what our pages load, with its licences, into vendor/."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE / "vendor"
PROJECT = HERE.parent.parent

FILES = {
    # in node_modules           # in vendor/
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
    "swagger-ui-dist/NOTICE": "swagger-ui.NOTICE.txt",
    # columns and lines on a grid are all that the board draws: the package's own smallest build
    "echarts/dist/echarts.simple.min.js": "echarts.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "echarts/NOTICE": "echarts.NOTICE.txt",
    "echarts/licenses/LICENSE-d3": "echarts.LICENSE-d3.txt",
}


def main() -> None:
    # The copy is swapped in whole: a broken download never leaves half a folder behind the stamp.
    with tempfile.TemporaryDirectory(prefix="weiyuan-assets-") as folder:
        packages = fetch(Path(folder))
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir()
        for source, target in FILES.items():
            shutil.copyfile(packages / source, VENDOR / target)
    (VENDOR / ".built").touch()


def fetch(folder: Path) -> Path:
    """Install exactly what package-lock.json names; no package may run a script of its own."""
    for file in (HERE / "package.json", HERE / "package-lock.json", PROJECT / ".npmrc"):
        shutil.copy(file, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    # Behind an office's proxy only the machine's own certificates are any good.
    environment = os.environ | {"NODE_USE_SYSTEM_CA": "1"}
    if subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(
            "npm could not fetch the browser's packages; its reason stands above. Mend it and run this again."
        )
    return folder / "node_modules"


if __name__ == "__main__":
    main()
