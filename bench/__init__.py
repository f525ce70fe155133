"""What only measures; not part of the portal. docs/performance.md says what `make bench` does.

__main__     the command: which sizes, which pages, how long
databases    makes the databases of each size, and keeps them
synthetic    fills a library with practices in invented words
bare         a project of one afternoon on the same tables, to compare with
servers      starts both under the portal's gunicorn; what they use of the CPU
load         sends requests: one after another, and many at once with wrk
pages        which addresses are asked for
report       tables, and what was to be reached
staff        the staff's desk, export and index, within one process
"""
