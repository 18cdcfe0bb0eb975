"""A class: rooms, seats, questions and answers, kept in a database, and what the answers add up to."""
