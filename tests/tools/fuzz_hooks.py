"""Keeps schemathesis from signing itself out: it reads real ids from answers and uses them.

Loaded by schemathesis through SCHEMATHESIS_HOOKS. FUZZ_PROTECTED holds the ids of the accounts,
sessions and grants on which the run rests, FUZZ_ENDING the operations that could end them.
"""

import os

import schemathesis

PROTECTED = set(os.environ.get("FUZZ_PROTECTED", "").split())
ENDING = set(os.environ.get("FUZZ_ENDING", "").split())


@schemathesis.hook
def before_call(context, case, kwargs):
    """Turns the id of something protected into one of the same kind that nobody has."""
    del context, kwargs
    parameters = case.path_parameters or {}
    if case.operation.definition.raw.get("operationId") not in ENDING:
        return
    for name, value in parameters.items():
        if value in PROTECTED:
            parameters[name] = value[:4] + "0" * 26


@schemathesis.deserializer("application/json")
def read(context, response):
    """A JWT is a text, whose schema says so; schemathesis takes its media type for JSON's."""
    del context
    if "application/jwt" in response.headers.get("content-type", []):
        return response.content.decode("ascii")
    return response.json()
