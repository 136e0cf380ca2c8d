"""What the suites are made of: a small signing client, the server process, writers with a journal, the audit log."""
