"""What goes with a visitor through all pages: header, introduction, tour, glossary, sharing."""
