"""Why a network says what it says: saliency maps, nearest training pictures, a map of its features."""
