"""What `run.py` is made of: environments with the clients, the server under test, the jobs, the report."""
