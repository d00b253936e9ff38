"""Networks as text, one node a line: `y = Conv(x, w, b) strides=[2,2] group=2`. The tests parse the same lines."""
import re
from dataclasses import dataclass, field

LINE = re.compile(r"^(?P<outputs>[^=]+?) = (?P<op>\w+)\((?P<inputs>[^)]*)\)(?P<attributes>.*)$")


@dataclass
class Node:
    op: str
    inputs: list
    outputs: list
    attributes: dict = field(default_factory=dict)

    def get(self, name, fallback=None):
        return self.attributes.get(name, fallback)


def parse(lines):
    """Turns lines into nodes, in order."""
    return [_node(line) for line in lines]


def _node(line):
    match = LINE.match(line)
    if match is None:
        raise ValueError(f"not a node: {line}")
    attributes = dict(part.split("=", 1) for part in match["attributes"].split())
    return Node(
        match["op"],
        [name.strip() for name in match["inputs"].split(",")] if match["inputs"].strip() else [],
        [name.strip() for name in match["outputs"].split(",")],
        {name: _value(text) for name, text in attributes.items()})


def _value(text):
    if text.startswith("["):
        return [int(part) for part in text[1:-1].split(",") if part]
    try:
        return float(text) if "." in text or "e-" in text else int(text)
    except ValueError:
        return text
