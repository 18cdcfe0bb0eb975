"""The parts of Train: what is composed, the run under way, the runs of the visit."""
