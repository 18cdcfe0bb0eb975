"""The parts of Classroom: a room for a teacher's remote, a projector, and students' phones."""
