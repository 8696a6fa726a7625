"""The generated code is that of the schema. Runs within the repository, where the schema is."""

import pathlib
import subprocess
import unittest

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from securetoken.v1 import error_pb2, token_service_pb2

ROOT = pathlib.Path(__file__).resolve().parents[3]


def without_json_names(file: FileDescriptorProto) -> FileDescriptorProto:
    """buf writes the JSON names that protoc leaves to be derived."""

    def clear(message: DescriptorProto) -> None:
        for field in message.field:
            field.ClearField("json_name")
        for nested in message.nested_type:
            clear(nested)

    for message in file.message_type:
        clear(message)
    return file


class Generated(unittest.TestCase):
    @unittest.skipUnless((ROOT / "node_modules" / ".bin" / "buf").exists(), "buf is not here")
    def test_it_is_up_to_date(self) -> None:
        command = ["node_modules/.bin/buf", "build", "--exclude-source-info", "--output", "-"]
        built = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        schema = {file.name: file for file in FileDescriptorSet.FromString(built).file}
        for module in (error_pb2, token_service_pb2):
            generated = FileDescriptorProto()
            module.DESCRIPTOR.CopyToProto(generated)
            with self.subTest(file=generated.name):
                expected = schema[generated.name]
                expected.DiscardUnknownFields()  # buf's own extension
                self.assertEqual(without_json_names(generated), without_json_names(expected))
