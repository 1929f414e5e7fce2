"""Where secrets come from, how they refresh, and the type that hides them."""
