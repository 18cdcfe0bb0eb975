"""From a photo of anything to 28 x 28 pixels, and whether the result is like the data at all."""
