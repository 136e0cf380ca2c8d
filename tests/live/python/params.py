"""The forms in which structured parameters travel when no typed request puts them there. Twin: `node/params.mjs`."""

import json

# Lists whose members are parameters of their own: `ResourceId.1`, `Tag.1.Key`. Every other structure is JSON text.
REPEATED = frozenset({"LookupAttribute", "ResourceId", "Tag", "TagKey"})


def flat(params):
    """{name: value} without structures."""
    out = {}
    for name, value in params.items():
        if name in REPEATED:
            for number, member in enumerate(value, 1):
                if isinstance(member, dict):
                    out |= {f"{name}.{number}.{field}": part for field, part in member.items()}
                else:
                    out[f"{name}.{number}"] = member
        else:
            out[name] = json.dumps(value) if isinstance(value, (dict, list)) else value
    return out
