"""What never reaches a server: arguments that no message can carry, and the helper functions."""

import math
import unittest

from secure_token_client import (
    InvalidTokenError,
    SecureTokenClient,
    TokenError,
    generate_salt,
    generate_secret_key,
    validate_expires_hours,
    validate_permissions,
    validate_salt,
    validate_secret_key,
)

CYCLE: dict = {}
CYCLE["self"] = CYCLE
BETWEEN = "Expires hours must be between 0 and 8760 hours"


class Refusals(unittest.TestCase):
    """The server is not there: what is raised is raised before anything is sent."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.client = SecureTokenClient("127.0.0.1:1")
        cls.addClassCleanup(cls.client.close)

    def test_arguments(self) -> None:
        rows = [
            ({"user_id": 7}, "user_id", "user_id must be a string"),
            ({"user_id": "\ud800"}, "user_id", "user_id must be well-formed Unicode"),
            ({"permissions": "read"}, "permissions", "Permissions must be a list"),
            ({"permissions": ["ab", 1]}, "permissions[1]", "Each permission must be a string"),
            ({"expires_in_hours": "1"}, "expires_in", "Expires hours must be a number"),
            ({"expires_in_hours": True}, "expires_in", "Expires hours must be a number"),
            ({"expires_in_hours": False}, "expires_in", BETWEEN),
            ({"expires_in_hours": math.nan}, "expires_in", BETWEEN),
            ({"expires_in_hours": math.inf}, "expires_in", BETWEEN),
            ({"expires_in_hours": 1e300}, "expires_in", BETWEEN),
            ({"additional_data": []}, "additional_data", "additional_data must be an object"),
            (
                {"additional_data": {"n": 2**53}},
                "additional_data",
                "additional_data must hold integers from -(2^53 - 1) to 2^53 - 1 only: "
                "write a larger one as a string",
            ),
            (
                {"additional_data": {"n": [math.nan]}},
                "additional_data",
                "additional_data must hold finite numbers only",
            ),
            (
                {"additional_data": {"o": object()}},
                "additional_data",
                "additional_data must hold JSON values only",
            ),
            (
                {"additional_data": {1: 1}},
                "additional_data",
                "additional_data must have names that are text",
            ),
            (
                {"additional_data": CYCLE},
                "additional_data",
                "additional_data must be at most 32 levels deep",
            ),
        ]
        for arguments, field, message in rows:
            with self.subTest(arguments=str(arguments)):
                with self.assertRaises(TokenError) as caught:
                    self.client.generate_token(**{"user_id": "user-1", **arguments})
                self.assertEqual((caught.exception.field, str(caught.exception)), (field, message))

    def test_what_is_no_text_is_an_empty_token(self) -> None:
        for token in (None, 7, b"token"):
            for method in (self.client.validate_token, self.client.refresh_token):
                with self.subTest(token=token), self.assertRaises(InvalidTokenError) as caught:
                    method(token)
                self.assertEqual(str(caught.exception), "Token is empty or invalid")

    def test_one_text_is_no_batch(self) -> None:
        with self.assertRaises(TypeError):
            self.client.batch_validate_tokens("token")


class Helpers(unittest.TestCase):
    def test_generated_secret_keys_are_valid_and_as_long_as_asked(self) -> None:
        for length in (16, 32, 100):
            key = generate_secret_key(length)
            self.assertEqual(len(key), length)
            self.assertIs(validate_secret_key(key), True)

    def test_salts(self) -> None:
        self.assertEqual([len(generate_salt()), len(generate_salt(16))], [32, 16])
        self.assertIs(validate_salt(generate_salt()), True)

    def test_too_short(self) -> None:
        for make in (generate_secret_key, generate_salt):
            with self.assertRaises(ValueError):
                make(15)

    def test_rules(self) -> None:
        rows = [
            (validate_secret_key, 7, "SECRET_KEY must be a string"),
            (validate_secret_key, "Short@1", "SECRET_KEY must be at least 16 characters long"),
            (
                validate_secret_key,
                "lowercase@only123",
                "SECRET_KEY must contain both uppercase and lowercase letters",
            ),
            (
                validate_secret_key,
                "NoNumbersAtAll@@",
                "SECRET_KEY must contain at least one number",
            ),
            (
                validate_secret_key,
                "NoSpecial12345678",
                "SECRET_KEY must contain at least one special character",
            ),
            (validate_salt, "text", "SALT must be bytes"),
            (validate_salt, b"short", "SALT must be at least 16 bytes long"),
            (validate_permissions, ("read",), "Permissions must be a list"),
            (
                validate_permissions,
                ["x"],
                "Permission length must be between 2 and 30 characters",
            ),
            (
                validate_permissions,
                ["a\u200bb"],
                "permissions[0] must consist of printable characters",
            ),
            (validate_permissions, ["ab"] * 65, "permissions must be at most 64"),
            (validate_expires_hours, 0, BETWEEN),
            (validate_expires_hours, 8760.1, BETWEEN),
            (validate_expires_hours, math.nan, BETWEEN),
            (validate_expires_hours, None, "Expires hours must be a number"),
        ]
        for validate, value, message in rows:
            with self.subTest(validate=validate.__name__, value=str(value)[:20]):
                with self.assertRaises(TokenError) as caught:
                    validate(value)
                self.assertEqual(str(caught.exception), message)

    def test_what_is_allowed(self) -> None:
        self.assertIs(validate_permissions(["🔑" * 30, "ab"]), True)
        self.assertIs(validate_expires_hours(8760), True)
        self.assertIs(validate_expires_hours(0.001), True)
