"""The parts of Class: a room for a teacher's remote, a projector, and students' phones."""
