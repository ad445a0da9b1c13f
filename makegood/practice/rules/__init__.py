"""The scene, the customer in it and what moves them. Pure: the same words give the same answer."""
