"""How one talks to Keap: http, retry, quota, REST, XML-RPC, paging, redaction."""
