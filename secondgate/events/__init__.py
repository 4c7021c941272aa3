"""What happened to someone: codes and facts, written in the transaction in which it happened."""
