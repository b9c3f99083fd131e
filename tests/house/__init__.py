"""The rules of the house, held by tests: what may import what, how code is written, and that the documents are true."""
