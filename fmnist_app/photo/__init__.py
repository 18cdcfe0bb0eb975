"""The parts of Your garment."""
