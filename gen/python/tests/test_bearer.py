"""What is a bearer token in a header, and what is none."""

import unittest

from secure_token_client.middleware.bearer import bearer
from secure_token_client.middleware.refusals import TOKEN_INVALID, TOKEN_MISSING

LONGEST = "A" * 8192


class Bearer(unittest.TestCase):
    def test_headers(self) -> None:
        for headers, found in (
            (["Bearer abc-._~+/09=="], "abc-._~+/09=="),
            (["bEARER abc"], "abc"),
            (["Bearer   abc "], "abc"),
            (["\tBearer \tabc\t"], "abc"),
            ([f"Bearer {LONGEST}"], LONGEST),
            ([f"Bearer A{LONGEST}"], TOKEN_INVALID),
            (["Bearer abc\u00a0"], TOKEN_INVALID),
            (["Bearer \u0085abc"], TOKEN_INVALID),
            (["Bearer\u3000abc"], TOKEN_MISSING),
            (["Bearer abc\u000b"], TOKEN_INVALID),
            (["Bearer ab\u212a"], TOKEN_INVALID),
            ([], TOKEN_MISSING),
            ([""], TOKEN_MISSING),
            (["Basic abc"], TOKEN_MISSING),
            (["Basic abc, Bearer abc"], TOKEN_INVALID),
            (["BearerX abc"], TOKEN_MISSING),
            (["Bearer\tabc"], TOKEN_MISSING),
            (["Bearer"], TOKEN_INVALID),
            (["Bearer =="], TOKEN_INVALID),
            (["Bearer a=b"], TOKEN_INVALID),
            (["Bearer a b"], TOKEN_INVALID),
            (['Bearer "abc"'], TOKEN_INVALID),
            (["Bearer abc", "Bearer abc"], TOKEN_INVALID),
        ):
            with self.subTest(headers=[header[:12] for header in headers]):
                self.assertEqual(bearer(headers), found)
