"""The examples in the README of the original library, with only the constructor changed.

The README comes with the installed distribution of secure-token; none of it is kept here. Its
blocks run in order and share their names, as a reader would try them.
"""

import contextlib
import importlib.metadata
import io
import os
import re
import tempfile
import unittest

import secure_token_client
from support import TARGET, connect

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

NOT_SOUND = {
    "os.environ['SECRET_KEY']": "configures a key, which is the server's; of 15 characters, "
    "which the original itself refuses",
    "load_dotenv": "configures a key, which is the server's",
    "settings = Settings(": "configures a key, which is the server's; two of the keys have 15 "
    "characters, which the original itself refuses",
    '"weak"           # Too short': "is a list of texts, and calls two keys valid that have 14 "
    "characters",
}
"""What cannot run against a server, by a part of the block, and why."""

EXPECTED_OUTPUT = {
    "1. Create token manager": "User: user_123",
    "auth = AuthSystem()": "✗ User is not admin\nUsername: john",
    "Example 2: Get complete information": "User user_789 - Time left: 1 day, 23:59:5",
    "Example 2: Check multiple permissions": "✗ No read access\n✗ No write access",
    "Example 3: Check token status": "✓ Token is active",
    "config['algorithm']": "Algorithm: Fernet-PBKDF2-SHA256\nVersion: 1.0",
    "safe_validate": "✓ Has admin access",
    "Example 2: Invalid list": "Error: Permission length must be between 2 and 30 characters",
    "validate_expires_hours(10000)": "Error: Expires hours must be between 0 and 8760 hours",
}
"""What a block prints, in part, by a part of the block."""


def blocks() -> list:
    try:
        text = importlib.metadata.metadata("secure-token").get_payload()
    except importlib.metadata.PackageNotFoundError:
        raise unittest.SkipTest("secure-token, whose README this is, is not installed") from None
    return BLOCK.findall(text)


def changed(block: str) -> str:
    """The block with the client in the manager's place, and nothing else changed."""
    constructed = block.replace("SecureTokenManager()", f"SecureTokenClient({TARGET!r})")
    renamed = constructed.replace("SecureTokenManager", "SecureTokenClient")
    return re.sub(r"\bfrom secure_token import", "from secure_token_client import", renamed)


class OriginalReadme(unittest.TestCase):
    def test_examples(self) -> None:
        found = blocks()
        self.assertGreater(len(found), 15)
        sound = [it for it in found if not any(part in it for part in NOT_SOUND)]
        # What the text assumes without saying: a token at hand, and the exceptions imported.
        names: dict = dict(vars(secure_token_client))
        with connect() as client:
            names["old_token"] = names["my_token"] = client.generate_token("user-1")
        expected = dict(EXPECTED_OUTPUT)
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            stack.callback(os.chdir, os.getcwd())
            os.chdir(folder)  # one example saves a file
            for block in sound:
                with self.subTest(block=block.strip().splitlines()[0]):
                    output = io.StringIO()
                    with contextlib.redirect_stdout(output):
                        exec(compile(changed(block), "README", "exec"), names)
                    for part in [part for part in expected if part in block]:
                        self.assertIn(expected.pop(part), output.getvalue())
        self.assertEqual(expected, {})

    def test_what_is_not_sound_is_there(self) -> None:
        text = "".join(blocks())
        for part in NOT_SOUND:
            self.assertIn(part, text)
