"""The report as one self-contained page: no script, nothing loaded, all text from outside escaped.

`document.page` puts it together; one file a section; `investigate`, `show` and `demo` write it with --html.
"""
