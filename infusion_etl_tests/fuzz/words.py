"""Good examples of what is read, and the pieces its language is made of."""

from __future__ import annotations

XML = (
    (
        b'<?xml version="1.0"?><methodResponse><params><param><value><array><data><value><struct><member>'
        b"<name>Id</name><value><i4>7</i4></value></member>"
        b"<member><name>A</name><value>x &amp; y</value></member></struct></value>"
        b"</data></array></value></param></params></methodResponse>"
    ),
    (
        b"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member>"
        b"<member><name>faultString</name><value>[NoField]No field found</value></member></struct></value></fault>"
        b"</methodResponse>"
    ),
    (
        b"<methodResponse><params><param><value><dateTime.iso8601>20240131T01:02:03</dateTime.iso8601></value></param>"
        b"</params></methodResponse>"
    ),
)
XML_PIECES = (
    b"<value>",
    b"</value>",
    b"<array><data>",
    b"</data></array>",
    b"<struct>",
    b"</struct>",
    b"<member>",
    b"</member>",
    b"<name>",
    b"</name>",
    b"<i4>",
    b"</i4>",
    b"<int/>",
    b"<double>1e999</double>",
    b"<boolean>maybe</boolean>",
    b"<nil/>",
    b"<params>",
    b"</params>",
    b"<param>",
    b"<fault>",
    b"<methodResponse>",
    b"</methodResponse>",
    b"<!DOCTYPE x>",
    b"<?x?>",
    b"<!-- -->",
    b"<![CDATA[",
    b"]]>",
    b"&#0;",
    b"&#xD83D;",
    b"&#99999999;",
    b"&x;",
    b"\x00",
    b"\xff",
    b"\xed\xa0\xbd",
    b"9" * 30,
)
JSON = (
    (
        b'{"rows":[{"id":"1","name":"a","n":1.5,"when":"2024-01-31T01:02:03Z","in":{"a":1},"items":[{"k":"x","v":2}],'
        b'"tags":[1,2],"custom_fields":[{"id":"7","content":"x"}]},{"id":2,"name":null}],"next_page_token":"abc",'
        b'"count":2}'
    ),
    b'[{"id":1},{"id":"2","name":"b"}]',
    b'{"rows":[],"next":"http://x/?page_token=1"}',
    b'{"fault":{"faultstring":"x","detail":{"errorcode":"y"}}}',
    b'{"code":404,"message":"no","status":"NOT_FOUND","details":[]}',
)
JSON_PIECES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"null",
    b"true",
    b"-",
    b"1e400",
    b"1" * 40,
    b'"rows":',
    b'"id":',
    b'""',
    b"NaN",
    b'"custom_fields":',
    b'"items":',
    b"\\u0000",
    b"\\ud800",
    b"\\",
    b"\\\\",
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\n",
    b" ",
    b'"next_page_token":',
    b'"count":-1',
    b"[" * 30,
    b'{"a":' * 20,
    b'"0001-01-01T00:00:00Z"',
    b'"infinity"',
    b"\xf0\x9f\x8e\x88",
)
QUERIES = (
    b"'City':'Ogden','LastUpdated':'~>=~LastSuccessfulRun'",
    b"'Id':'~In~(1,2,3)', \"Email\":\"%@example.com\"",
    b"'FirstName':'O''Neil','Age':'~<>~7','X':'~null~'",
)
QUERY_PIECES = (
    b"'",
    b'"',
    b":",
    b",",
    b"~",
    b"~>=~",
    b"~In~",
    b"(",
    b")",
    b"%",
    b"\\",
    b"\\'",
    b"''",
    b"Id",
    b"LastUpdated",
    b"\n",
    b"\x00",
    b"LastSuccessfulRun",
    b"~null~",
    b"\xc3\xbc",
    b"\xe2\x80\x99",
    b"1" * 30,
    b"2024-02-30",
    b"=",
    b"~<=>~",
    b"  ",
)
FILES = (
    (
        b"description: Everyone\naccount: acme\nreport: data_query\nparameters:\n"
        b"  table: Contact\n  fields: [Id, City]\n"
        b"  query: \"'City':'Ogden'\"\nupdate: merge\nkey: [Id]\n"
        b'schedule: {every: day, at: "06:00", timezone: America/Denver}\n'
        b"retry: {every: 15 minutes, times: 3}\ntags: [a]\ndeletes: {do: remove, every: 7 days, at_most: 20%}\n"
    ),
    (
        b"account: acme\nreport: affiliate_summary\nparameters:\n"
        b"  dates: {from: 10 days back, to: 5 days back}\n  affiliates: all\n"
    ),
    b"account: acme\nreport: tags\nschedule: {cron: '0 6 * * *'}\n",
)
FILE_PIECES = (
    b"\n",
    b"  ",
    b"- ",
    b": ",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"!!python/object:os.system ",
    b"!x ",
    b"? ",
    b"| ",
    b"> ",
    b"'",
    b'"',
    b"#",
    b"---\n",
    b"...\n",
    b"%YAML 9\n",
    b"@",
    b"`",
    b"\t",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"null",
    b"update:",
    b"key:",
    b"schedule:",
    b"at:",
    b"every:",
    b"deletes:",
    b"retry:",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"2024-02-30",
    b"yes",
    b"~",
    b"account: acme\n",
    b"report: tags\n",
    b"parameters:\n",
    b"\xe2\x80\xa8",
    b"\\x",
    b"[" * 40,
)
