"""Reads what `helm template` prints; checks every resource of Kubernetes' own strictly against its schema, and
prints all as a list in JSON. Ends with 1 and a line a fault where one breaks its schema."""

import json
import sys

import kubernetes_validate
import yaml

# The chart asks for 1.30 at least.
VERSIONS = ("1.30", kubernetes_validate.latest_version())
# Kinds that an operator brings, of which Kubernetes has no schema.
OF_OTHERS = "monitoring.coreos.com/"


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


resources = [document for document in yaml.safe_load_all(sys.stdin) if document]
broken = [fault for resource in resources for fault in faults(resource)] if "--plain" not in sys.argv else []
if broken:
    sys.exit("\n".join(broken))
json.dump(resources, sys.stdout)
