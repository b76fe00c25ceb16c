"""Who is asking: accounts, passwords, tokens and keys."""
