"""sarif.py SCHEMA FILE...: what in these files the official schema of SARIF 2.1.0 does not take; Debian's jsonschema."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name, encoding="utf-8"))):
        print(name, "/".join(str(step) for step in error.absolute_path), error.message[:200])
