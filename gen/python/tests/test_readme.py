"""The examples of this package's own README."""

import pathlib
import re
import sys
import time
import types
import unittest
from unittest import mock

from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from secure_token_client import InvalidTokenError
from secure_token_client.testing import TokenServiceStandIn
from support import TARGET

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def test_examples(self) -> None:
        blocks = BLOCK.findall(README.read_text("utf-8"))
        quick, connection, middleware, watched, measured, testing = blocks
        token = self.run_block(quick)["token"]
        self.run_block(connection.replace('Path("ca.pem").read_bytes()', "None"))
        flask = types.SimpleNamespace(Flask=lambda _: types.SimpleNamespace(wsgi_app=None))
        with mock.patch.dict(sys.modules, {"flask": flask}):
            names = self.run_block(middleware)
        app = names["app"]
        self.assertIsInstance(app.wsgi_app, names["TokenMiddleware"])
        names = self.run_block(watched, app=app, token=token)
        self.assertEqual(names["claims"]["user_id"], "user_123")
        names["verifier"].close()
        names["client"].close()
        # A service that tells what is revoked.
        with TokenServiceStandIn() as service:
            block = measured.replace("127.0.0.1:8080", service.address)
            self.check_metrics(block, service.issue("user_123"))
        self.run_block(testing)

    def check_metrics(self, block: str, token: str) -> None:
        reader = InMemoryMetricReader()
        metrics.set_meter_provider(MeterProvider([reader]))
        names = self.run_block(block)
        points: dict = {}
        with names["client"], names["verifier"] as verifier:
            for _ in range(600):  # until the feed has told all that is revoked
                verifier.verify(token)
                points = points_of(reader)
                if counted(points, "checks", "result").get("hit"):
                    break
                time.sleep(0.1)
            with self.assertRaises(InvalidTokenError):
                verifier.verify("no token")
            points = points_of(reader)
        ends = {dict(it.attributes)["code"]: it.count for it in points["call"]}
        results = counted(points, "checks", "result")
        self.assertEqual(results["hit"], 1)
        # Each miss is a call.
        self.assertEqual(ends, {"OK": results["miss"] - 1, "UNAUTHENTICATED": 1})
        self.assertEqual([it.value for it in points["refusals"]], [1])
        self.assertLess(points["staleness"][0].value, 10)

    def run_block(self, block: str, **names: object) -> dict:
        names.update(print=lambda *_: None, __name__="readme")
        block = block.replace("127.0.0.1:8080", TARGET).replace("…", "key")
        exec(compile(block, "README.md", "exec"), names)
        return names


def points_of(reader: InMemoryMetricReader) -> dict:
    """The data points of each metric, by the last part of its name."""
    collected = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    return {it.name.split(".")[1]: list(it.data.data_points) for it in collected}


def counted(points: dict, name: str, label: str) -> dict:
    """The values of a counter by one of its attributes."""
    return {dict(it.attributes)[label]: it.value for it in points.get(name, [])}
