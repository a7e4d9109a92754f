"""The way off XML-RPC: what each dataset becomes on REST, both ways compared, and the switch."""
