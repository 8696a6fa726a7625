"""A protoc plugin over the service generator that grpcio-tools has built into its protoc.

buf runs plugins, or the generators that protoc itself knows; this one is neither.
"""

import pathlib
import subprocess
import sys
import tempfile

from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
response = plugin_pb2.CodeGeneratorResponse(
    supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
)
with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder, "out")
    out.mkdir()
    descriptors = pathlib.Path(folder, "descriptors.binpb")
    descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
    subprocess.run(
        [
            *(sys.executable, "-m", "grpc_tools.protoc"),
            f"--descriptor_set_in={descriptors}",
            f"--grpc_python_out={out}",
            *request.file_to_generate,
        ],
        check=True,
        stdout=sys.stderr,
    )
    for file in sorted(out.rglob("*.py")):
        if "class " in file.read_text("utf-8"):  # a file without services gets none
            response.file.add(
                name=file.relative_to(out).as_posix(), content=file.read_text("utf-8")
            )
sys.stdout.buffer.write(response.SerializeToString())
