"""Where data lands: batches, decoding, applying, history, publishing."""
