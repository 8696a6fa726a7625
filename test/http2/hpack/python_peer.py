"""Encodes and decodes header blocks with the `hpack` package, one JSON request a line.

A request is a list of connections. Each is {"tables": [size, ...], "lists": [[[name, value, sensitive], ...], ...],
"huffman": bool, "blocks": [hex, ...]}: its lists are encoded with one encoder, whose table gets the size beside
each list, and its blocks are decoded with one decoder. Text is Latin-1.
"""

import json
import sys

import hpack


def serve(connection):
    encoder = hpack.Encoder()
    encoded = []
    for size, fields in zip(connection["tables"], connection["lists"]):
        if encoder.header_table_size != size:
            encoder.header_table_size = size
        raw = [(n.encode("latin1"), v.encode("latin1"), s) for n, v, s in fields]
        encoded.append(encoder.encode(raw, huffman=connection["huffman"]).hex())
    decoder = hpack.Decoder(max_header_list_size=1 << 30)
    decoded = []
    for block in connection["blocks"]:
        try:
            fields = decoder.decode(bytes.fromhex(block), raw=True)
        except Exception:  # noqa: BLE001 - malformed blocks raise more than hpack's own errors
            decoded.append(None)
            break
        decoded.append([[n.decode("latin1"), v.decode("latin1")] for n, v in fields])
    return {"encoded": encoded, "decoded": decoded}


for line in sys.stdin:
    print(json.dumps([serve(each) for each in json.loads(line)]), flush=True)
