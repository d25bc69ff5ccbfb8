"""Raw runs to medians and ratios of pairs, as JSON values and as the Markdown table that the README quotes."""
from statistics import median


def compare(runs, role, metric, labels):
    """Medians per subject and ratios, pair by pair (same placement and round): median, least, greatest."""
    rows = []
    for placement in dict.fromkeys(run.get("placement", "") for run in runs):
        here = [run for run in runs if run.get("placement", "") == placement]
        by_subject = {subject: {run["round"]: run for run in here if run[role] == subject} for subject in labels}
        row = {"placement": placement, "median": {}, "slip_p99_us": {}, "ratio": {}}
        for subject, rounds in by_subject.items():
            if rounds:
                row["median"][subject] = round(median(run[metric] for run in rounds.values()), 3)
                row["slip_p99_us"][subject] = median(run.get("slip_p99_us", 0) for run in rounds.values())
        for peer in labels[1:]:
            pairs = [by_subject[labels[0]][n][metric] / run[metric] for n, run in by_subject[peer].items()
                     if n in by_subject[labels[0]] and run[metric] > 0]
            if pairs:
                row["ratio"][peer] = [round(value, 3) for value in (median(pairs), min(pairs), max(pairs))]
        rows.append(row)
    return rows


def markdown(question, rows, labels, unit, bounds):
    """`bounds` are the project's promises per peer, e.g. {"floor": 2, "node": 0.5}; a ratio above its bound is bold."""
    lines = [f"**{question}** ({unit}; ratios are medians of pairs, least to greatest)", ""]
    peers = labels[1:]
    slip = any(any(row["slip_p99_us"].values()) for row in rows)
    head = [*labels, *(f"plumbline / {peer}" for peer in peers)]
    head = [*(["placement"] if rows[0]["placement"] else []), *head, *(["slip p99, µs"] if slip else [])]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row["placement"]] if row["placement"] else []
        cells += [number(row["median"].get(name)) for name in labels]
        for peer in peers:
            cells.append(ratio_cell(row["ratio"].get(peer), bounds.get(peer)))
        if slip:
            cells.append(" / ".join(f"{row['slip_p99_us'].get(name, 0):.0f}" for name in labels))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio_cell(ratio, bound):
    if ratio is None:
        return "-"
    middle, least, greatest = ratio
    text = f"{middle:.2f} ({least:.2f}–{greatest:.2f})"
    return f"**{text}**, bound {bound}" if bound is not None and middle > bound else text
