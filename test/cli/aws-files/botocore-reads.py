"""Prints what botocore reads in the files 0, 1, 2 and so on of a directory."""

import json
import os
import sys

from botocore.configloader import load_config, raw_config_parse
from botocore.exceptions import ConfigParseError


def read(load):
    try:
        return load()
    except ConfigParseError:
        return None


directory, count = sys.argv[1:]
paths = [os.path.join(directory, str(index)) for index in range(int(count))]
print(
    json.dumps(
        [
            {
                "sections": read(lambda: raw_config_parse(path)),
                "profiles": read(lambda: load_config(path)["profiles"]),
            }
            for path in paths
        ]
    )
)
