"""The XML-RPC face: Keap's old API, as far as the product reads it."""
