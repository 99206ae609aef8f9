# A day with the public TAXII 2.1 client of the standard's authors: `pip install taxii2-client`. Called with the address of a
# discovery, a user and a password; prints as JSON what the client came to.

import datetime
import json
import sys

import requests
from taxii2client.v21 import Server, as_pages

url, user, password = sys.argv[1:4]
told = {}


def tool(n, modified="2026-02-01T00:00:00.000Z", name=None):
    return {
        "type": "tool",
        "spec_version": "2.1",
        "id": "tool--00000000-0000-4000-8000-%012d" % n,
        "created": "2026-02-01T00:00:00.000Z",
        "modified": modified,
        "name": name or "tool %d" % n,
    }


def ids(envelope):
    return [one["id"] for one in envelope.get("objects", [])]


def status_of(call):
    try:
        call()
    except requests.exceptions.HTTPError as error:
        return error.response.status_code
    return None


server = Server(url, user=user, password=password)
root = server.default
told["default"] = root.url in [one.url for one in server.api_roots]
told["versions"] = root.versions
collections = {one.alias: one for one in root.collections}
told["rights"] = {alias: [one.can_read, one.can_write] for alias, one in collections.items()}
outbox = collections["outbox"]

added = outbox.add_objects({"objects": [tool(n) for n in range(23)]}, timeout=30)
told["added"] = [added.status, added.total_count, added.success_count, added.failure_count]
told["asked again"] = root.get_status(added.id).success_count
told["newer"] = outbox.add_objects({"objects": [tool(7, "2026-03-01T00:00:00.000Z")]}, timeout=30).success_count
other = outbox.add_objects({"objects": [tool(3, name="another content")]}, timeout=30)
told["refused"] = [other.failure_count, [one["id"] for one in other.failures]]

told["paged"] = [one for page in as_pages(outbox.get_objects, per_request=5) for one in ids(page)]
told["manifest"] = [one for page in as_pages(outbox.get_manifest, per_request=4, version="all") for one in ids(page)]
told["one"] = ids(outbox.get_object(tool(7)["id"]))
told["versions of one"] = outbox.object_versions(tool(7)["id"])["versions"]
told["of a type"] = len(ids(outbox.get_objects(type=["tool", "malware"])))
told["of another type"] = len(ids(outbox.get_objects(type="malware")))
later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
told["added later"] = len(ids(outbox.get_objects(added_after=later)))

outbox.delete_object(tool(9)["id"])
told["taken back"] = status_of(lambda: outbox.get_object(tool(9)["id"]))
told["with another password"] = status_of(lambda: Server(url, user=user, password="another").title)
print(json.dumps(told))
