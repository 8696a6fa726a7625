"""What anybody may send takes no longer than its length, however long it is.

In the square of their lengths, these would take minutes.
"""

import unittest

from secure_token_client.middleware.bearer import bearer
from secure_token_client.middleware.http_rules import ParsedRules
from secure_token_client.middleware.refusals import TOKEN_INVALID, TOKEN_MISSING
from secure_token_client.middleware.requirements import requirement_of

MILLION = 1_000_000


class HostileLengthsTest(unittest.TestCase):
    """Lengths that only a linear reader comes to the end of."""

    def test_paths_of_many_segments(self) -> None:
        rules = ParsedRules({"GET /notes/*": "read"})
        many = "/a" * (MILLION // 2)
        self.assertIsNone(rules.of("GET", many))
        self.assertEqual(rules.of("GET", "/notes" + many), requirement_of("read"))
        self.assertIsNone(rules.of("GET", "/a", "/" + "%61" * MILLION))

    def test_prefixes_still_count_below_the_longest(self) -> None:
        rules = ParsedRules({"GET /notes/*": "read", "GET /notes/archive/*": "old"})
        for path, expected in [
            ("/notes/", "read"),
            ("/notes/archive", "read"),
            ("/notes/archive/1", "old"),
            ("/notes/archiver/1", "read"),
        ]:
            self.assertEqual(rules.of("GET", path), requirement_of(expected), path)
        for path in ("/", "/notes", "/note/1", "/a/notes/1"):
            self.assertIsNone(rules.of("GET", path), path)

    def test_headers(self) -> None:
        for part in (" ", "\t", "=", "a", "Bearer "):
            header = "Bearer " + part * MILLION + "!"
            self.assertEqual(bearer([header]), TOKEN_INVALID)
        self.assertEqual(bearer(["," * MILLION]), TOKEN_INVALID)
        self.assertEqual(bearer([" " * MILLION]), TOKEN_MISSING)


if __name__ == "__main__":
    unittest.main()
