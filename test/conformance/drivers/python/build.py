"""Puts the package into a virtual environment beside the driver, once for each state of it."""

import hashlib
import pathlib
import re
import subprocess
import venv

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parents[3] / "gen" / "python"
VENV = HERE / ".venv"
STAMP = VENV / "manifest.sha256"

# Installed in place: only a change of the manifest, or of this, asks for another installation.
inputs = (PACKAGE / "pyproject.toml").read_bytes() + pathlib.Path(__file__).read_bytes()
manifest = hashlib.sha256(inputs).hexdigest()
if not STAMP.exists() or STAMP.read_text() != manifest:
    venv.create(VENV, with_pip=True, clear=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--editable", str(PACKAGE)], check=True)
    # For its README alone, whose examples the package's tests run.
    subprocess.run([*pip, "--no-deps", "secure-token==1.0.2"], check=True)
    # What examples/python runs on, and its test; what the guards stand in; what its README counts with.
    frameworks = [
        "fastapi>=0.115,<1",
        "httpx>=0.28,<1",
        "uvicorn>=0.34,<1",
        "django>=4.2,<6",
        "flask>=3,<4",
        "opentelemetry-sdk>=1.30,<2",
    ]
    subprocess.run([*pip, *frameworks], check=True)
    # What checks the package, as it pins it.
    ruff = re.search(r'"(ruff==[^"]+)"', (PACKAGE / "pyproject.toml").read_text("utf-8"))
    subprocess.run([*pip, ruff[1]], check=True)
    STAMP.write_text(manifest)
