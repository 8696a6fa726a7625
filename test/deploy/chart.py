"""What Helm's own engine, taken as a library, makes of a chart with values, which stdin has as YAML:

  chart.py lint CHART    prints nothing where `helm lint --strict` has nothing to say
  chart.py render CHART  prints the resources as a list in JSON, each of Kubernetes' own checked strictly against its schema
  chart.py read          prints stdin's own documents as a list in JSON

Values are checked against the chart's values.schema.json first, as every command of helm does. Ends with 1 and a line a
fault where something is wrong.
"""

import json
import sys

import helm_python
import kubernetes_validate
import yaml

# The chart asks for 1.30 at least.
VERSIONS = ("1.30", kubernetes_validate.latest_version())
# Kinds that an operator brings, of which Kubernetes has no schema.
OF_OTHERS = "monitoring.coreos.com/"
# Of the severities of what lint finds: 1 is advice, 2 a warning and 3 an error.
WARNING = 2


def lint(chart: str, values: dict) -> None:
    report = helm_python.lint(chart, values, strict=True)
    found = {each["error"]: each["path"] for each in report["messages"] if each["severity"] >= WARNING}
    elsewhere = [error for error in report["errors"] if error not in found]
    refuse([*(f"{path}: {error}" for error, path in found.items()), *elsewhere])


def render(chart: str, values: dict) -> list[dict]:
    with helm_python.Chart.load(chart) as loaded:
        loaded.validate_schema(values)
        files = loaded.render(values, name="tokens", namespace="auth")
    # NOTES.txt is what helm tells whoever installs.
    texts = [text for path, text in files.items() if not path.endswith(".txt")]
    resources = [resource for text in texts for resource in read(text)]
    refuse([fault for resource in resources for fault in faults(resource)])
    return resources


def read(text: str) -> list[dict]:
    return [document for document in yaml.safe_load_all(text) if document]


def faults(resource: dict) -> list[str]:
    if resource["apiVersion"].startswith(OF_OTHERS):
        return []
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(resource, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{resource['kind']} {resource['metadata']['name']} ({version}): {error.message}")
    return found


def refuse(found: list[str]) -> None:
    if found:
        sys.exit("\n".join(found))


command, *charts = sys.argv[1:]
text = sys.stdin.read()
try:
    if command == "lint":
        lint(*charts, helm_python.values_from_yaml(text))
    else:
        made = read(text) if command == "read" else render(*charts, helm_python.values_from_yaml(text))
        json.dump(made, sys.stdout)
except helm_python.HelmError as error:
    sys.exit(str(error))
