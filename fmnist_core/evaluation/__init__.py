"""How good a network is: accuracy, calibration, prediction sets, two networks compared, pictures changed."""
