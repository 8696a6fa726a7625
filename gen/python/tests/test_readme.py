"""The examples of this package's own README."""

import pathlib
import re
import types
import unittest

from support import TARGET

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def test_examples(self) -> None:
        blocks = BLOCK.findall(README.read_text("utf-8"))
        quick, connection, middleware, watched, testing = blocks
        token = self.run_block(quick)["token"]
        self.run_block(connection.replace('Path("ca.pem").read_bytes()', "None"))
        app = types.SimpleNamespace(wsgi_app=None)
        names = self.run_block(middleware, app=app)
        self.assertIsInstance(app.wsgi_app, names["TokenMiddleware"])
        names = self.run_block(watched, app=app, token=token)
        self.assertEqual(names["claims"]["user_id"], "user_123")
        names["verifier"].close()
        names["client"].close()
        self.run_block(testing)

    def run_block(self, block: str, **names: object) -> dict:
        names["print"] = lambda *_: None
        block = block.replace("127.0.0.1:8080", TARGET).replace("…", "key")
        exec(compile(block, "README.md", "exec"), names)
        return names
