#!/usr/bin/env python3
"""Writes the worked examples of Docs/unit-protocol.md as a C table: name, sender, bytes.

usage: examples.py DOCUMENT > examples.h
"""

import pathlib
import re
import sys


def read(path) -> tuple[list[tuple[str, bytes]], dict[int, str]]:
    """The examples in their order, and who sends which type."""
    examples, senders, name, data = [], {}, None, b""
    for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n"):
        if name is not None:
            if line.startswith("```"):
                examples.append((name, data))
                name = None
            else:
                data += bytes.fromhex(line.split(";")[0])
        elif line.startswith("hex: "):
            name, data = line[5:], b""
        elif row := re.match(r"\| 0x([0-9a-f]{2}) \| \w+ \| (\w+) \|", line):
            senders[int(row[1], 16)] = row[2]
    return examples, senders


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    examples, senders = read(sys.argv[1])
    print("static const struct { const char *name; bool from_unit; uint16_t bytes; uint8_t frame[256]; } examples[] = {")
    for name, data in examples:
        # Examples that are skipped or refused are so by a gateway.
        by_name = name.startswith(("skipped", "refused"))
        unit = by_name or senders[data[2]] in ("unit", "both")
        listed = ",".join(f"0x{byte:02x}" for byte in data)
        print(f'    {{"{name}", {"true" if unit else "false"}, {len(data)}U, {{{listed}}}}},')
    print("};")
    return 0


if __name__ == "__main__":
    sys.exit(main())
