"""Puts the pinned generators into gen/python/.venv, where buf.gen.python.yaml looks for them."""

import pathlib
import subprocess
import venv

VENV = pathlib.Path(__file__).resolve().parents[1] / ".venv"
GENERATORS = "grpcio-tools==1.74.0"

python = VENV / "bin" / "python"
if not python.exists():
    venv.create(VENV, with_pip=True)
subprocess.run([python, "-m", "pip", "install", "--quiet", GENERATORS], check=True)
