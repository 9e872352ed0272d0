"""One folder per room, plus journeys, faults, conformance and benchmarks."""
