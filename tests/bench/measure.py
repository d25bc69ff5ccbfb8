"""The measurements: one pair of processes at a time, CPU over the steady part, memory between two crowds."""
import time

from process import busy_s

ROUND_TRIPS = {"connections": 1000, "event": "message-with-ack", "rate": 10_000, "in_a_row": 1}
WINDOWS = {**ROUND_TRIPS, "in_a_row": 32}
BROADCAST = {"connections": 1000, "event": "bcast", "rate": 20, "in_a_row": 1}
IDLE = (1000, 5000)
PLACEMENTS = {"same core": (0, 0), "two cores": (0, 1)}


def steady(subjects, server, generator, load, placement, pace):
    """CPU microseconds per operation of both sides, from `settle` after the last connection on, for `window` seconds.

    An operation is an acknowledged round trip, or one delivery of a broadcast.
    """
    server_core, generator_core = PLACEMENTS[placement]
    cores = {server_core, generator_core}
    seconds = pace["settle"] + pace["window"] + 1
    with subjects.server(server, server_core) as target:
        url = target.url()
        crowd = target.descriptors() + load["connections"]
        with subjects.generator(generator, generator_core, url, load, seconds) as source:
            source.until(lambda: target.descriptors() >= crowd, 60, f"{load['connections']} connections")
            time.sleep(pace["settle"])
            before = time.monotonic(), target.cpu_s(), source.cpu_s(), busy_s(cores)
            time.sleep(pace["window"])
            after = time.monotonic(), target.cpu_s(), source.cpu_s(), busy_s(cores)
            report = source.report()
    wall, server_cpu, generator_cpu, busy = (b - a for a, b in zip(before, after))
    operations = wall * load["rate"] * (load["connections"] if load["event"] == "bcast" else 1)
    return {
        "server": server, "generator": generator, "placement": placement, **report,
        "server_cpu_us": round(1e6 * server_cpu / operations, 3),
        "generator_cpu_us": round(1e6 * generator_cpu / operations, 3),
        # What other processes and interrupts took of these cores: above 0.1 the run was disturbed.
        "foreign_cores": round(max(0.0, busy - server_cpu - generator_cpu) / wall, 3),
        "whole": report["completed"] >= 0.99 * report["planned"],
    }


def idle(subjects, server):
    """Memory and CPU that one more idle connection costs a server, between 1,000 and 5,000 of them."""
    few, many = IDLE
    nothing = {"event": "message-with-ack", "rate": 0, "in_a_row": 1}
    with subjects.server(server, 0) as target:
        url = target.url()
        base = target.descriptors()

        def settled(crowd):
            target.until(lambda: target.descriptors() >= base + crowd, 60, f"{crowd} connections")
            time.sleep(1)
            return target.memory(), target.cpu_s()

        with subjects.generator("floor", 1, url, {"connections": few, **nothing}, 60):
            memory, cpu = settled(few)
            with subjects.generator("floor", 1, url, {"connections": many - few, **nothing}, 60):
                memory_after, cpu_after = settled(many)
    more = many - few
    return {
        "server": server,
        "user_bytes": round((memory_after["user"] - memory["user"]) / more),
        "resident_bytes": round((memory_after["resident"] - memory["resident"]) / more),
        "connect_cpu_us": round(1e6 * (cpu_after - cpu) / more, 1),
        "user_bytes_at_few": memory["user"],
    }
