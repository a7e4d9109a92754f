"""Trouble for as long as one likes, and the proof at its end: `./run soak --minutes 10`."""
