"""Practice: scenes played with a customer who answers by stated rules, and what became of them."""
