"""DUR-2 on a whole stack: an instance dies with sends under way, each is repeated through the other, and comes once."""

import base64
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from running_stack import Stack  # noqa: E402

SENDERS = 24  # requests under way at the moment of the fault
ANSWERED_WITHIN = 60  # s; a claim of the dead instance is taken over after 10


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(user, key):
    head = encoded(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    body = encoded(json.dumps({"sub": user, "username": f"u{user[:8]}", "iat": int(time.time()), "exp": int(time.time()) + 3600,
                               "type": "access", "jti": str(uuid.uuid4())}).encode())
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=f"{head}.{body}".encode(), capture_output=True,
                            check=True)  # fmt: skip
    return f"{head}.{body}.{encoded(signed.stdout)}"


def call(url, bearer, body=None, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None,
                                     {"authorization": f"Bearer {bearer}", "content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)
    except (OSError, ValueError) as broken:
        return 0, {"error": str(broken)}


class Pair:
    """Two users, and every message that the first one tried to send."""

    def __init__(self, instances, key):
        self.instances = instances
        self.ann, self.bob = sorted((str(uuid.uuid4()), str(uuid.uuid4())))
        self.ann_token, self.bob_token = token(self.ann, key), token(self.bob, key)
        for who in (self.ann_token, self.bob_token):  # a valid token makes its user known
            assert call(f"{instances[0]}/messages/unread-count", who)[0] == 200
        self.answers = {}

    def send(self, name, at):
        body = {"receiverId": self.bob, "message": name}
        return call(f"{self.instances[at]}/messages/send", self.ann_token, body, **{"idempotency-key": name})

    def send_until_answered(self, name):
        """First through the instance that will die, then through the other."""
        status, answer = self.send(name, 0)
        answers = [answer] if status == 202 else []
        deadline = time.monotonic() + ANSWERED_WITHIN
        while True:
            status, answer = self.send(name, 1)
            if status == 202:
                self.answers[name] = [*answers, answer]
                return
            assert time.monotonic() < deadline, f"{name}: {status} {answer}"
            time.sleep(0.2)

    def history(self):
        rows, cursor = [], ""
        while True:
            status, page = call(f"{self.instances[1]}/messages/history/{self.ann}_{self.bob}?limit=100{cursor}", self.bob_token)
            assert status == 200, page
            rows = page["messages"] + rows
            if not page["hasMore"]:
                return rows
            cursor = f"&cursor={page['nextCursor']}"


def check(pair):
    time.sleep(5)  # what is accepted is in the store by then
    rows = pair.history()
    by_text = {}
    for row in rows:
        by_text.setdefault(row["message"], []).append((row["message_id"], row["sequence_id"]))
    for name, answers in pair.answers.items():
        assert len(by_text.get(name, [])) == 1, f"{name} is there {len(by_text.get(name, []))} times: {by_text.get(name)}"
        for answer in answers:
            assert (answer["messageId"], answer["sequenceId"]) == by_text[name][0], f"{name}: {answer} but {by_text[name]}"
    assert len({row["sequence_id"] for row in rows}) == len(rows)


def strike(stack, pair, fault, name):
    """Keeps SENDERS sends under way; kills or freezes app-1 in the midst of them."""
    struck = [False]

    def sender(lane):
        count = 0
        while not struck[0] or count == 0:
            key = f"{name}-{lane}-{count}"
            pair.send_until_answered(key)
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
        lanes = [pool.submit(sender, lane) for lane in range(SENDERS)]
        time.sleep(1.5)
        fault()
        struck[0] = True
        sent = sum(lane.result() for lane in lanes)
    print(f"{name}: {sent} messages", flush=True)


def main():
    plumbline = sys.argv[1]
    with Stack(plumbline, "--profile", "full", "--instances", "2", "--serve-arg", "--rate-limits=off") as stack:
        urls = [instance["url"] for instance in stack.json["instances"]]
        pair = Pair(urls, stack.json["jwt_key"])
        control = stack.control()
        assert pair.send("first", 0)[0] == 202
        strike(stack, pair, lambda: control.do("kill", "app", of="app-1"), "killed")
        check(pair)
        control.do("heal")
        # Frozen with claims and numbers in hand, thawed after the retries: what it then does must not count.
        strike(stack, pair, lambda: control.do("freeze", "app", of="app-1"), "frozen")
        control.do("heal")
        check(pair)
        control.close()


main()
