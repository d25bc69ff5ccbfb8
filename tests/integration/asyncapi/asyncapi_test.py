"""docs/asyncapi.yaml says what the server does: the topics, the records of its codec, the events of a real server.

usage: asyncapi_test.py PLUMBLINE RECORD_SAMPLES NODE SOURCE
"""

import copy
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

import jsonschema
import yaml


def at(document, reference):
    found = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def resolved(document, part):
    return at(document, part["$ref"]) if "$ref" in part else part


def validator(document, schema):
    """Of one schema of the document; its references point into the document."""
    return jsonschema.Draft7Validator({"allOf": [schema], "components": document["components"]})


def complaint(checker, value):
    """Where and why; empty when the value is as described."""
    found = jsonschema.exceptions.best_match(checker.iter_errors(value))
    return "" if found is None else f"{'/'.join(map(str, found.absolute_path))}: {found.message}"


class Page:
    def __init__(self, document):
        self.document = document
        self.topics = {}  # address -> (partitions, key, payload)
        for channel in document["channels"].values():
            kafka = channel.get("bindings", {}).get("kafka")
            if kafka:
                (message,) = [resolved(document, resolved(document, m)) for m in channel["messages"].values()]
                key = message["bindings"]["kafka"]["key"]
                self.topics[channel["address"]] = (kafka["partitions"], validator(document, key),
                                                   validator(document, message["payload"]))
        self.events = {"server": {}, "client": {}}  # name -> payload
        for operation in document["operations"].values():
            if operation["channel"]["$ref"] == "#/channels/socket":
                said = "server" if operation["action"] == "send" else "client"
                for message in operation["messages"]:
                    message = resolved(document, at(document, message["$ref"]))
                    self.events[said][message["name"]] = validator(document, message["payload"])


def check_document(document, source):
    published = source / "tests/e2e/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
    checker = jsonschema.Draft7Validator(json.loads(published.read_text(encoding="utf-8")))
    why = complaint(checker, document)
    assert not why, f"docs/asyncapi.yaml is no AsyncAPI 3.0: {why}"
    broken = copy.deepcopy(document)
    broken["operations"]["publishRead"]["action"] = "shout"
    assert complaint(checker, broken), "the schema of AsyncAPI takes anything"
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        at(document, reference)


def check_loss(checker, value, why):
    """Without any one of its fields the value is no longer as described: the schema holds each of them."""
    for name in value:
        rest = {key: field for key, field in value.items() if key != name}
        assert complaint(checker, rest), f"{why} without {name} is taken all the same"


def check_records(page, lines):
    seen = set()
    for line in lines:
        record = json.loads(line)
        partitions, key, payload = page.topics[record["topic"]]
        made = record["partitions"]
        assert made == partitions, f"{record['topic']}: {made} partitions, documented {partitions}"
        why = complaint(key, record["key"]) or complaint(payload, record["value"])
        assert not why, f"{record['topic']}: {why}\n{line}"
        group = {"participantIds", "conversationName", "conversationCreatedAt"}
        check_loss(payload, {name: field for name, field in record["value"].items() if name not in group}, record["topic"])
        assert complaint(payload, record["value"] | {"more": 1}), f"{record['topic']}: a field that nobody described is taken"
        seen.add(record["topic"])
    assert seen == set(page.topics), f"topics {seen}, documented {set(page.topics)}"


def check_events(page, lines):
    seen = {"server": set(), "client": set()}
    for line in lines:
        event = json.loads(line)
        known = page.events[event["said"]]
        assert event["event"] in known, f"{event['event']} is not documented: {line}"
        why = complaint(known[event["event"]], event["payload"])
        assert not why, f"{event['event']}: {why}\n{line}"
        assert complaint(known[event["event"]], "text"), f"{event['event']}: any payload is taken"
        seen[event["said"]].add(event["event"])
    for said, names in seen.items():
        assert names == set(page.events[said]), f"{said} said {sorted(names)}, documented {sorted(page.events[said])}"


def events_of(plumbline, node, source):
    with tempfile.TemporaryDirectory() as scratch:
        key = pathlib.Path(scratch) / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        server = subprocess.Popen([plumbline, "serve", "--port", "0", "--jwt-key", key], stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            said = subprocess.run([node, source / "tests/e2e/serve/collect_events.mjs", url, key], capture_output=True, text=True,
                                  timeout=120, check=False)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()


def main(plumbline, samples, node, source):
    source = pathlib.Path(source)
    document = yaml.safe_load((source / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
    check_document(document, source)
    page = Page(document)
    check_records(page, subprocess.run([samples], capture_output=True, text=True, timeout=60, check=True).stdout.splitlines())
    check_events(page, events_of(plumbline, node, source))
    print(f"{len(page.topics)} topics, {sum(map(len, page.events.values()))} events")


if __name__ == "__main__":
    main(*sys.argv[1:])
