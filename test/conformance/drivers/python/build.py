"""Puts the package into a virtual environment beside the driver, once for each state of it."""

import hashlib
import pathlib
import subprocess
import venv

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parents[3] / "gen" / "python"
VENV = HERE / ".venv"
STAMP = VENV / "manifest.sha256"

# Installed in place, so that only a change of the manifest asks for another installation.
manifest = hashlib.sha256((PACKAGE / "pyproject.toml").read_bytes()).hexdigest()
if not STAMP.exists() or STAMP.read_text() != manifest:
    venv.create(VENV, with_pip=True, clear=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--editable", str(PACKAGE)], check=True)
    STAMP.write_text(manifest)
