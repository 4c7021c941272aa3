"""Who needs what to log in where: `resolve` is the rule, and it is pure."""
