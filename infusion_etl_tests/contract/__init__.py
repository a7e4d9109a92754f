"""Every report through every API that serves it, against the simulator."""
